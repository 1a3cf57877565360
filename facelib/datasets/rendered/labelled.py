"""Rendered faces as labelled frames, for whatever takes a data set's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from facelib import images, keypoints, triangulation
from facelib.datasets.frame import SHOWN, Frame, MadeFrame
from facelib.datasets.rendered import sample
from facelib.datasets.rendered.moment import Pose
from facelib.datasets.rendered.parameters import Face
from facelib.datasets.rendered.picture import points_of, render
from facelib.datasets.workers import one_thread

NAME = "rendered"
TERMS = "none: computed, no person's picture"
ROOT = Path(NAME)
_BROWS = range(17, 27)
_FOLD = 2.0  # square pixels in a picture of 160: lips that meet are no fold
FRAMES_EACH = 4  # of one person: painting a person takes as long as drawing three frames


@dataclass(frozen=True)
class FaceFrame(Frame):
    """A rendered face that is drawn when its picture is asked for."""

    face: Face | None = None
    side: int = 160  # pixels

    def colour(self) -> np.ndarray:
        return images.to_float(images.to_bytes(_drawn(self.face, self.side).picture))

    def grey(self) -> np.ndarray:
        return cv2.cvtColor(images.to_bytes(_drawn(self.face, self.side).picture), cv2.COLOR_RGB2GRAY)

    def size(self) -> tuple[int, int]:
        return self.side, self.side

    def shown(self) -> np.ndarray:
        drawn = _drawn(self.face, self.side)
        found = np.where(drawn.skin > 0.5, SHOWN.index("face"), SHOWN.index("background"))
        return np.where(drawn.occluder > 0.5, SHOWN.index("cover"), found).astype(np.uint8)


_drawn = lru_cache(maxsize=1)(render)  # a frame is asked for its picture, and then for what that shows


def faces(count: int, seed: int) -> tuple[list[Face], int]:
    """Faces at random, `FRAMES_EACH` of each person, and how many were drawn again because they would have folded.

    Face i depends on the seed and i alone.
    """
    _check(count, seed)
    drawn, again = zip(*(_face(index, seed) for index in range(count)), strict=True)
    return list(drawn), sum(again)


def _check(count: int, seed: int) -> None:
    if count < 1:
        raise ValueError(f"count: expected at least 1 face, got {count}; ask for more")
    if seed < 0:
        raise ValueError(f"seed: expected at least 0, got {seed}; give a whole number from 0")


def _face(index: int, seed: int) -> tuple[Face, int]:
    """One face, and how often it was drawn again."""
    somebody, again = sample.person(np.random.default_rng([seed, index // FRAMES_EACH, 0])), 0
    rng = np.random.default_rng([seed, index, 1])
    while folds(face := sample.face(rng, somebody)):
        again += 1
        if again % 8 == 0:  # the person and not the expression folds
            somebody = sample.person(np.random.default_rng([seed, index // FRAMES_EACH, again]))
    return face, again


def folds(face: Face) -> bool:
    """Whether a triangle of the face's 68 points is the wrong way round, seen from the front; flat ones between the brows do not count."""
    front = Face(face.identity, expression=face.expression, pose=Pose(near=0.0), inner=face.inner)
    table = triangulation.triangles()
    table = table[~np.isin(table, list(_BROWS)).all(axis=1)]
    return bool((triangulation.triangle_areas(points_of(front, 160), table) < -_FOLD).any())


def later(count: int, seed: int, size: int = 160) -> list[FaceFrame]:
    """Labelled frames whose pictures are drawn when they are read: little to keep, and to send to another process."""
    return [
        FaceFrame(ROOT / f"{seed}_{index:06d}.png", _name(seed, index), points, keypoints.face_box(points), face, size)
        for index, face in enumerate(faces(count, seed)[0])
        for points in [points_of(face, size)]
    ]


def frames(count: int, seed: int, size: int = 160, jobs: int = 1) -> list[MadeFrame]:
    """Labelled frames with their pictures.

    Parameters
    ----------
    count, seed : int
    size : int
        The pictures' side in pixels.
    jobs : int
        Processes; the bytes do not depend on them.

    Returns
    -------
    list of MadeFrame
        Of `FRAMES_EACH` pictures each person has; the first frames of a longer list are those of a shorter one.
    """
    from joblib import Parallel, delayed

    _check(count, seed)
    blocks = [range(start, min(start + 8 * FRAMES_EACH, count)) for start in range(0, count, 8 * FRAMES_EACH)]
    made = [one for block in Parallel(n_jobs=jobs)(delayed(_block)(block, seed, size) for block in blocks) for one in block]
    return [
        MadeFrame(ROOT / f"{seed}_{index:06d}.png", _name(seed, index), points, keypoints.face_box(points), made=picture)
        for index, (picture, points) in enumerate(made)
    ]


def _block(numbers: range, seed: int, size: int) -> list[tuple[np.ndarray, np.ndarray]]:
    with one_thread():
        drawn = (render(_face(index, seed)[0], size) for index in numbers)
        return [(images.to_bytes(one.picture), one.points) for one in drawn]


def _name(seed: int, index: int) -> str:
    return f"{NAME}_{seed}_{index // FRAMES_EACH}"
