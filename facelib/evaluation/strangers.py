"""Pairs of strangers for blind trials: which pictures may take part, and who is put onto whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from facelib import pose
from facelib.datasets import people, photographs
from facelib.datasets.frame import Frame

YAW = 45.0  # degrees; of a head that is turned further, half of the face is guessed
SIDE = 400  # pixels, the least shorter side of a picture of `people`
_ROUNDS = 50  # through all pictures without one new pair, after which there is none


def load(data: str | Path = people.NAME, yaw: float = YAW, report: Callable[[str], None] = lambda line: None) -> dict[str, Frame]:
    """The pictures that may be drawn, by their names, sorted.

    Parameters
    ----------
    data : str or Path
        "people": the gallery, and where `people` was fetched also its pictures of adults whose shorter side has at least `SIDE` pixels.
        Otherwise a folder of photographs; names are then paths inside it.
    yaw : float
        Degrees. Heads that are turned by as much or more are left out.
    report : callable
        Takes a line for each picture that cannot be used, and one that says how many pictures are left.

    Raises
    ------
    FileNotFoundError
        No such folder, or no picture in it.
    ValueError
        Fewer than two people are left, or a yaw that is not above 0.
    """
    if not yaw > 0:
        raise ValueError(f"yaw: expected more than 0 degrees, got {yaw:g}")
    found = _invented(report) if str(data) == people.NAME else _in_folder(Path(data), report)
    turned = np.abs(pose.yaw(np.stack([frame.points for frame in found.values()])))
    kept = {name: found[name] for name, angle in sorted(zip(found, turned, strict=True)) if angle < yaw}
    if len({frame.person for frame in kept.values()}) < 2:
        raise ValueError(f"data: expected two people or more with a yaw below {yaw:g} degrees, got {len(kept)} pictures in {data}")
    report(f"{len(kept)} pictures may be drawn")
    return kept


def draw(frames: Mapping[str, Frame], seed: int) -> Iterator[tuple[str, str]]:
    """Names of source and target, as many pairs as anybody asks for: no pair twice, nobody onto their own head, and every picture is drawn
    once before any is drawn again. It ends when no new pair is found.

    Parameters
    ----------
    frames : mapping of str to Frame
        Of `load`.
    seed : int
        At least 0.

    Examples
    --------
    >>> pairs = list(draw({name: Frame(Path(name), name, np.zeros((68, 2))) for name in "abc"}, 0))
    >>> len(pairs), len(set(pairs)), any(source == target for source, target in pairs)
    (6, 6, False)
    """
    if seed < 0:
        raise ValueError(f"seed: expected at least 0, got {seed}")
    rng, names = np.random.default_rng([seed, 9]), list(frames)
    drawn: set[tuple[str, str]] = set()
    waiting: list[str] = []  # drawn in this round or left from the last one, and not paired yet
    idle = 0
    while idle < _ROUNDS:
        before = len(drawn)
        for name in rng.permutation(names).tolist():
            source = next((one for one in waiting if frames[one].person != frames[name].person and (one, name) not in drawn), None)
            if source is None:
                waiting.append(name)
                continue
            waiting.remove(source)
            drawn.add((source, name))
            yield source, name
        idle = 0 if len(drawn) > before else idle + 1
        waiting = waiting[:1]  # an odd picture waits for the next round


def _invented(report: Callable[[str], None]) -> dict[str, Frame]:
    """The gallery, and what else of `people` is on this machine; a portrait's own picture does not come again."""
    found: dict[str, Frame] = {one.name: one for one in people.gallery()}
    own = {one.face for one in people.gallery()}
    try:
        fetched = people.load(bad="skip", report=report)
    except FileNotFoundError:
        return found
    return found | {frame.person: frame for frame in fetched if frame.person not in own and min(frame.size()) >= SIDE}


def _in_folder(folder: Path, report: Callable[[str], None]) -> dict[str, Frame]:
    return {frame.path.relative_to(folder).as_posix(): frame for frame in photographs.load(folder, "skip", report)}
