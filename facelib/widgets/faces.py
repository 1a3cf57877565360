"""Whose faces the small widgets start with: pictures that were given, or the portraits, each with its 68 points."""

from __future__ import annotations

import numpy as np

from facelib import detect, figures, images, keypoints
from facelib.datasets import portraits

SIDE = 400  # pixels: the square round a face that is worked on


def points_of(picture: np.ndarray, name: str = "picture") -> np.ndarray:
    """The 68 points of the largest face, (68, 2) in pixels.

    Raises
    ------
    TypeError, ValueError, facelib.detect.FaceNotFound
        No such picture, or no face in it.
    """
    images.check_picture(picture, name)
    faces = detect.find_faces(picture)
    if not faces:
        raise detect.FaceNotFound(f"{name}: no face found; give its points")
    return keypoints.predict([picture], faces[:1])[0].astype(float)


def pair(source: np.ndarray | None, target: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Both pictures; Eileen Collins and Grace Hopper where none are given."""
    return (
        portraits.eileen_collins() if source is None else source,
        portraits.grace_hopper() if target is None else target,
    )


def close_up(picture: np.ndarray, points: np.ndarray, side: int = SIDE, margin: float = 1.9) -> tuple[np.ndarray, np.ndarray]:
    """The square round a face, and its points there: (side, side, 3) and (68, 2)."""
    cut = figures.around(picture, points, side, margin)
    return cut, keypoints.transform(figures.around_matrix(points, side, margin), points)
