"""Whether rendered faces serve everybody: clipped skin and the keypoint model's error by skin tone, age and what else varies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from joblib import Parallel, delayed

from facelib import bootstrap, images, keypoints, metrics
from facelib.datasets.rendered import labelled
from facelib.datasets.rendered.parameters import Face
from facelib.datasets.rendered.picture import render
from facelib.datasets.workers import one_thread

_SIZE = 160  # pixels
_NEAR = 5  # grey levels: as near to black or to white, a pixel has lost what was in it
_CLEAR = 30  # degrees: up to where a face that no hand hides counts as clear
_BINS = {  # edges; the last one is inside
    "tone": (0, 0.2, 0.4, 0.6, 0.8, 1),
    "age": (0, 0.25, 0.5, 0.75, 1),
    "yaw": (0, 15, 30, 45, 90),
}
_OF: dict[str, Callable[[Face], float]] = {
    "tone": lambda face: face.identity.skin.tone,
    "age": lambda face: face.identity.skin.age,
    "yaw": lambda face: abs(face.pose.yaw),
}
_EITHER: dict[str, Callable[[Face], bool]] = {
    "beard": lambda face: face.identity.skin.beard > 0,
    "long hair": lambda face: face.hair.amount >= 0.1 and face.hair.length > 0.5,
    "glasses": lambda face: face.scene.glasses > 0,
    "hand": lambda face: face.scene.hand > 0,
}


@dataclass(frozen=True)
class Drawn:
    """A rendered face as a model sees it, and how much of its skin the camera lost."""

    grey: np.ndarray  # (S, S) uint8
    points: np.ndarray  # (68, 2)
    white: float  # share of the skin's pixels inside the hull that have all but lost a colour at the upper end
    black: float  # and all colours at the lower end


def measure(
    predict: Callable[[list[np.ndarray], list[np.ndarray]], np.ndarray],
    count: int = 2000,
    seed: int = 0,
    jobs: int = 1,
    batch: int = 64,
    report: Callable[[Iterable], Iterable] = iter,
) -> dict:
    """Draw faces at random and find their keypoints.

    Parameters
    ----------
    predict : callable
        Takes grey pictures, (H, W) uint8, and as many boxes; gives points (B, 68, 2).
    count, seed : int
        How many faces, of a quarter as many people, and which.
    jobs : int
        Processes that draw.
    batch : int
        Faces a call of `predict`.
    report : callable
        Wraps the iterable of batches, as tqdm does.

    Returns
    -------
    dict
        `drawn_again`: how many faces would have folded; `table`: rows of `group` ("tone"), `of` ("0.2-0.4"), `n`, `people`, `nme`, the
        inter-ocular error in per cent with its `interval_95` over people, `failures_above_10` in per cent of the faces, and `white` and
        `black`, the per cent of the skin's pixels that are clipped. "Clear" are faces turned by less than 30 degrees, with no hand before
        them.
    """
    faces, again = labelled.faces(count, seed)
    people, rows = [index // labelled.FRAMES_EACH for index in range(count)], []
    starts = range(0, count, batch)
    blocks = Parallel(n_jobs=jobs, return_as="generator")(delayed(_drawn)(faces[start : start + batch]) for start in starts)
    for block in report(blocks):
        points = np.stack([one.points for one in block])
        errors = metrics.nme(predict([one.grey for one in block], [keypoints.face_box(each) for each in points]), points, "inter-ocular")
        rows += [(error, error > metrics.FAILURE, one.white, one.black) for error, one in zip(errors, block, strict=True)]
    numbers = 100 * np.array(rows, float)
    return {"seed": seed, "size": _SIZE, "drawn_again": again, "table": _table(faces, people, numbers)}


def as_text(record: dict) -> str:
    """The table for a person."""
    lines = [f"{'':<24}{'n':>6}{'people':>8}{'NME':>9}   95 %, over people{'above 10 %':>12}{'white':>8}{'black':>8}"]
    for row in record["table"]:
        low, high = row["interval_95"]
        lines.append(
            f"{row['group'] + ' ' + row['of']:<24}{row['n']:>6}{row['people']:>8}{row['nme']:7.2f} %   {low:6.2f} to {high:5.2f}  "
            f"{row['failures_above_10']:11.2f} {row['white']:7.2f} {row['black']:7.2f}"
        )
    return "\n".join([*lines, f"{record['drawn_again']} faces would have folded and were drawn again"])


def _drawn(faces: Sequence[Face]) -> list[Drawn]:
    with one_thread():
        return [_one(face) for face in faces]


def _one(face: Face) -> Drawn:
    seen = render(face, _SIZE)
    picture, points = images.to_bytes(seen.picture), seen.points
    skin = picture[(seen.skin > 0.99) & (seen.hull > 0)]
    white, black = (skin >= 255 - _NEAR).any(axis=1), (skin <= _NEAR).all(axis=1)
    shares = (float(lost.mean()) if len(skin) else 0.0 for lost in (white, black))
    return Drawn(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), points, *shares)


def _table(faces: Sequence[Face], people: Sequence[int], numbers: np.ndarray) -> list[dict]:
    chosen = {("all", ""): np.ones(len(faces), bool)}
    clear = np.array([abs(face.pose.yaw) < _CLEAR and face.scene.hand == 0 for face in faces])
    for group, edges in _BINS.items():
        values = np.array([_OF[group](face) for face in faces])
        place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
        chosen |= {(group, f"{low:g}-{high:g}"): place == number for number, (low, high) in enumerate(pairwise(edges))}
        if group == "tone":  # also by itself: by chance, one tone has more hands before its faces than another
            chosen |= {("clear, tone", of): inside & clear for (kind, of), inside in chosen.items() if kind == group}
    for group, holds in _EITHER.items():
        inside = np.array([holds(face) for face in faces])
        chosen |= {(group, "yes"): inside, (group, "no"): ~inside}
    return [_row(*name, np.array(people)[inside], numbers[inside]) for name, inside in chosen.items() if inside.any()]


def _row(group: str, of: str, people: np.ndarray, numbers: np.ndarray) -> dict:
    nme, failures, white, black = numbers.mean(axis=0)
    ends = bootstrap.ends(numbers[:, 0], people, digits=2)
    kept = {"nme": nme, "failures_above_10": failures, "white": white, "black": black}
    row = {"group": group, "of": of, "n": len(people), "people": len(set(people.tolist())), "interval_95": ends}
    return row | {name: round(float(value), 2) for name, value in kept.items()}
