"""A face's points dragged from where they are to where they shall be, and the triangles between them: what folds, and what the warp makes.

Corners are the 68 points and, after them, those of `triangulation.with_surroundings`, which stay: so the warp ends at the picture's rim.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from facelib import images, keypoints, pose, triangulation
from facelib.datasets import portraits
from facelib.warp import rasterise, warp
from facelib.widgets import faces, photo

ORANGE = np.float32([0.91, 0.44, 0.04])


@dataclass(frozen=True, eq=False)
class Mesh:
    """Where a picture's points are, and where they go."""

    picture: np.ndarray  # (S, S, 3) float32 in [0, 1]
    source: np.ndarray  # (107, 2), where the corners are in the picture
    target: np.ndarray  # (107, 2), where they go
    on: str = "mean shape"  # which shape is triangulated: a name in `ON`


# Triangles that are Delaunay's in one shape serve both.
ON: dict[str, Callable[[Mesh], np.ndarray]] = {
    "mean shape": lambda mesh: triangulation.triangles_with_surroundings(),
    "source": lambda mesh: triangulation.delaunay(mesh.source),
    "target": lambda mesh: triangulation.delaunay(mesh.target),
}


def start(picture: np.ndarray, points: np.ndarray) -> Mesh:
    """Nothing moved yet.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3), float32 in [0, 1]
    points : ndarray of shape (68, 2)
        In its pixels.

    Raises
    ------
    TypeError, ValueError
        No such picture, or points that are none.
    """
    images.check_picture(picture, "picture")
    keypoints.check_points(points, "points")
    cut, there = faces.close_up(picture, np.asarray(points, float))
    corners = triangulation.with_surroundings(there)
    return Mesh(cut, corners, corners)


def moved(mesh: Mesh, index: int, place: np.ndarray) -> Mesh:
    """With one of the 68 points of the target elsewhere; outside the picture, the nearest place inside counts.

    Raises
    ------
    ValueError
        No such point, or a place that is not two finite numbers.
    """
    return replace(mesh, target=photo.moved(mesh.target, index, place, mesh.picture.shape, "target"))


def reshaped(mesh: Mesh, name: str) -> Mesh:
    """With a whole shape, one of `SHAPES`, as the target."""
    shape = SHAPES[name](mesh.source[: keypoints.COUNT])
    return replace(mesh, target=np.vstack([shape, mesh.source[keypoints.COUNT :]]))


def unfolded(mesh: Mesh) -> Mesh:
    """With `triangulation.unfold` of the target: corners of folded triangles go back as far as they must."""
    return replace(mesh, target=triangulation.unfold(mesh.target))


def table(mesh: Mesh) -> np.ndarray:
    """The triangles, (T, 3) indices of corners."""
    return ON[mesh.on](mesh)


def folded(mesh: Mesh) -> np.ndarray:
    """Which triangles the warp turns over: clockwise in one shape, anticlockwise in the other; (T,) bool."""
    rows = table(mesh)
    return triangulation.folds(mesh.source, rows) != triangulation.folds(mesh.target, rows)


def warped(mesh: Mesh) -> np.ndarray:
    """The picture with its points where the target has them; beyond the mesh as it was."""
    made, covered = warp(mesh.picture, mesh.source, mesh.target, table(mesh), mesh.picture.shape[:2])
    return np.where(covered[..., None], made, mesh.picture)


def outlined(mesh: Mesh, side: str = "source", finer: int = 2) -> np.ndarray:
    """The picture, or for the side "target" the warped one, under the triangles; those that fold are filled with orange.

    (K, K, 3) float32 in [0, 1], `finer` times as large as the picture, so that lines are thin.
    """
    picture, points = (mesh.picture, mesh.source) if side == "source" else (warped(mesh), mesh.target)
    rows, points = table(mesh), finer * (points + 0.5) - 0.5
    picture = cv2.resize(picture, None, fx=finer, fy=finer, interpolation=cv2.INTER_CUBIC).clip(0, 1)
    turned = rows[folded(mesh)]
    if len(turned):
        inside = rasterise(points, turned, picture.shape[:2]) >= 0
        picture = np.where(inside[..., None], 0.4 * picture + 0.6 * ORANGE, picture)
    corners = np.round(16 * points[rows]).astype(np.int32)
    lines = cv2.polylines(np.zeros(picture.shape[:2], np.float32), list(corners), True, 0.75, 1, cv2.LINE_AA, 4)[..., None]
    return picture + lines * (1 - picture)


def said(mesh: Mesh) -> str:
    """How many triangles fold, in words."""
    turned = folded(mesh)
    count = int(turned.sum())
    return f"{count} of {len(turned)} triangles fold" if count != 1 else f"1 of {len(turned)} triangles folds"


def _mean(points: np.ndarray) -> np.ndarray:
    mean = keypoints.mean_shape()
    return keypoints.transform(keypoints.similarity(mean, points), mean)


def _hopper(points: np.ndarray) -> np.ndarray:
    hers = _hoppers_points()
    return keypoints.transform(keypoints.similarity(hers, points), hers)


def _turned(points: np.ndarray, degrees: float = 50.0) -> np.ndarray:
    """The points as a rigid head's, turned further to the side."""
    to_mean = keypoints.similarity(points, keypoints.mean_shape())
    x, y = keypoints.transform(to_mean, points).T
    angle = np.radians(degrees)
    turned = np.stack([x * np.cos(angle) - pose.depths() * np.sin(angle), y], axis=1)
    turned[:, 0] += x.mean() - turned[:, 0].mean()
    back = np.linalg.inv(np.vstack([to_mean, [0, 0, 1]]))[:2]
    return keypoints.transform(back, turned)


@cache
def _hoppers_points() -> np.ndarray:
    return faces.points_of(portraits.grace_hopper())


SHAPES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as it is": lambda points: points,
    "mean shape": _mean,
    "Grace Hopper's": _hopper,
    "turned away": _turned,
}
