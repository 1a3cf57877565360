"""A morph: two faces brought into one shape and mixed. How far the shape has gone and how far the colours are two numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facelib import keypoints
from facelib.datasets.morphs import reshaped
from facelib.widgets import faces

_FACE = 0.55  # the mean shape's larger side over the picture's


@dataclass(frozen=True, eq=False)
class Between:
    """Two pictures, and both faces' points, as they are and laid upon each other."""

    pictures: tuple[np.ndarray, np.ndarray]
    points: tuple[np.ndarray, np.ndarray]  # (68, 2) each, in the pictures' pixels
    shapes: tuple[np.ndarray, np.ndarray]  # the same under a similarity, in a square of `side` pixels
    side: int


def between(source: np.ndarray, target: np.ndarray, side: int = faces.SIDE) -> Between:
    """Find both faces' points and lay them upon each other.

    Raises
    ------
    TypeError, ValueError, facelib.detect.FaceNotFound
        No such pictures, or no face in one.
    """
    points = tuple(faces.points_of(picture, name) for picture, name in ((source, "source"), (target, "target")))
    middle = keypoints.mean_shape() * (_FACE * side) + (side / 2, 0.56 * side)
    shapes = tuple(keypoints.transform(keypoints.similarity(own, middle), own) for own in points)
    return Between((source, target), points, shapes, side)


def morph(pair: Between, shape: float, colour: float) -> np.ndarray:
    """The face on the way from the source to the target.

    Parameters
    ----------
    pair : Between
    shape, colour : float
        How far each has gone: 0 is the source's, 1 the target's.

    Returns
    -------
    ndarray of shape (side, side, 3), float32 in [0, 1]
    """
    for name, value in (("shape", shape), ("colour", colour)):
        if not 0 <= value <= 1:
            raise ValueError(f"{name}: expected 0 to 1, got {value}")
    there = (1 - shape) * pair.shapes[0] + shape * pair.shapes[1]
    made = np.zeros((pair.side, pair.side, 3), np.float32)
    for picture, points, share in zip(pair.pictures, pair.points, (1 - colour, colour), strict=True):
        if share:
            made += np.float32(share) * reshaped(picture, points, there, pair.side)
    return made.clip(0, 1)
