"""The results of pairs of strangers, made as a user would make them; a pair that is refused makes room for another one."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facelib import detect, images, picture_file
from facelib.datasets.frame import Frame
from facelib.evaluation import strangers
from facelib.evaluation.blind import RAW, UNTOUCHED
from facelib.evaluation.swapped import POINTS, Way
from facelib.files import write_all
from facelib.swap import KeypointsRefused, SmallSource, UnsureKeypoints, swap

PAIRS = "pairs.json"  # lies beside the folders of pictures, and says whose they are
_TRIES = 3  # pairs that are drawn for each that is wanted, at most
MARGIN = 2.2  # the shown square's side over the larger side of the points' bounding box
SIDES = 400, 1000  # pixels of the shown squares, least and most; between them a picture is shown pixel by pixel


@dataclass(frozen=True)
class Made:
    """One pair, whole pictures: (H, W, 3) uint8."""

    names: tuple[str, str]
    source: np.ndarray
    target: np.ndarray
    source_points: np.ndarray  # (68, 2), (x, y) in pixels, as the package found them
    target_points: np.ndarray
    results: dict[str, np.ndarray]  # by method or catch, each of the target's size


@dataclass(frozen=True)
class Seen:
    """What raters see of a pair: squares round the face, (S, S, 3) float32 in [0, 1], S as `SIDES` say."""

    source: np.ndarray  # of a size of its own
    target: np.ndarray
    results: dict[str, np.ndarray]  # by method or catch, of the target's size


@dataclass(frozen=True)
class Refused:
    """A pair that could not be swapped, and why."""

    source: str
    target: str
    reason: str


def folder_of(method: str) -> str:
    """The name of the folder that holds a method's pictures.

    >>> folder_of("multiband, colours none")
    'multiband-colours-none'
    """
    return re.sub(r"[^\w-]+", "-", method)


def made(
    frames: Mapping[str, Frame],
    count: int,
    seed: int,
    chosen: Sequence[Way],
    refused: list[Refused],
    report: Callable[[str], None] = lambda stage: None,
) -> Iterator[Made]:
    """Pairs with the results of every method and the two catches, one after the other.

    Parameters
    ----------
    frames : mapping of str to Frame
        Of `facelib.evaluation.strangers.load`.
    count : int
        How many pairs that work.
    seed : int
    chosen : sequence of Way
        Their points are always found, as a user's are, and never the labels.
    refused : list
        Gets the pairs that do not work: no face is found, or the keypoints are most likely wrong.
    report : callable
        Takes a word on how far it is.

    Raises
    ------
    ValueError
        Fewer pairs than were asked for work, or methods with points of their own.
    facelib.images.PictureError
        A picture cannot be read.
    """
    if any(way.points != POINTS[0] for way in chosen):
        raise ValueError("blends: expected BLEND:COLOURS:PLACE at most; the points are always found here, so leave them out")
    works = 0
    for tried, names in enumerate(strangers.draw(frames, seed)):
        if works == count or tried == _TRIES * count:
            break
        report(f"pair {works + 1} of {count}")
        try:
            yield _make(frames, names, chosen)
            works += 1
        except (KeypointsRefused, detect.FaceNotFound) as error:
            refused.append(Refused(*names, " ".join(str(error).split())))
    if works < count:
        raise ValueError(
            f"n: expected {count} pairs that can be swapped, got {works}, and {len(refused)} that cannot; ask for fewer, or give others"
        )


def _make(frames: Mapping[str, Frame], names: tuple[str, str], chosen: Sequence[Way]) -> Made:
    source, target = (images.to_bytes(images.to_float(picture_file.read(frames[name].path).pixels)) for name in names)
    with warnings.catch_warnings():
        for of_no_use_here in (UnsureKeypoints, SmallSource):
            warnings.simplefilter("ignore", of_no_use_here)
        raw = swap(source, target, blend="none", colours="none")
        results = {way.name: swap(source, target, blend=way.blend, colours=way.colours, placing=way.placing).blended for way in chosen}
    return Made(names, source, target, raw.source_points, raw.target_points, {UNTOUCHED: target, RAW: raw.blended} | results)


def file_of(folder: Path, number: int) -> Path:
    """Where the picture of a pair lies in the folder of a method, of the sources or of the targets; pairs count from 1."""
    return folder / f"{number + 1:03d}.png"


def save(folder: Path, number: int, pair: Made, methods: Sequence[str]) -> None:
    """Write a pair's whole pictures as PNG: source, target, and the result of each method."""
    given = {"source": pair.source, "target": pair.target}
    files = {file_of(folder / name, number): images.encode(picture, "a.png", marked=False) for name, picture in given.items()}
    files |= {file_of(folder / folder_of(name), number): images.encode(pair.results[name], "a.png") for name in methods}
    write_all(files)


def ready(folder: Path, number: int, pair: Made) -> np.ndarray:
    """The result of a pair that lies in a folder already, (H, W, 3) uint8.

    Raises
    ------
    facelib.images.PictureError
        It is missing or damaged.
    ValueError
        It has not the target's size; or beside the folder lies a list of pairs, and this pair is another one there.
    """
    file = file_of(folder, number)
    listed = _listed(folder.parent / PAIRS, number)
    if listed and listed != pair.names:
        raise ValueError(
            f"{folder.parent / PAIRS}: expected {' on '.join(pair.names)} as pair {number + 1}, got {' on '.join(listed)}; "
            "make the pictures with the same --data, --seed, --yaw and --n"
        )
    picture = images.to_bytes(images.load(file))
    if picture.shape != pair.target.shape:
        expected, got = (f"{one.shape[1]} x {one.shape[0]}" for one in (pair.target, picture))
        raise ValueError(f"{file}: expected {expected} pixels, the target's size, got {got}; give the whole result of this pair")
    return picture


def _listed(file: Path, number: int) -> tuple[str, str] | None:
    """The names of a pair in a list that `facelib evaluate blind --pictures` wrote; None where there is no list."""
    if not file.is_file():
        return None
    try:
        pair = json.loads(file.read_text(encoding="utf-8"))["pairs"][number]
        return pair["source"], pair["target"]
    except (ValueError, KeyError, TypeError, IndexError):
        raise ValueError(f"{file}: expected a list of pairs with a number {number + 1}; make it again with --pictures") from None


def seen(pair: Made, more: Mapping[str, np.ndarray]) -> Seen:
    """What raters see of a pair, with further results of the target's size."""
    results = {name: _square(picture, pair.target_points) for name, picture in {**pair.results, **more}.items()}
    return Seen(_square(pair.source, pair.source_points), results[UNTOUCHED], results)


def _square(picture: np.ndarray, points: np.ndarray) -> np.ndarray:
    from facelib.figures import drawing  # brings matplotlib

    low, high = points.min(axis=0), points.max(axis=0)
    side = int(min(MARGIN * float((high - low).max()), *picture.shape[:2]))
    return drawing.within(images.to_float(picture), points, int(np.clip(side, *SIDES)), MARGIN)
