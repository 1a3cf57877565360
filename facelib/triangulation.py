"""One Delaunay table for every face: made once, on the mean shape, so that triangle k has the same corners in source and target.

The table also covers what lies round the face. `with_surroundings` puts two rings of points round the 68, where the mean shape's
rings fall under the similarity that fits the face best; the warp then brings the skin just outside the hull along, and a blend never
meets a black rim.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from facelib import keypoints

_RINGS = ((0.75, 16, 0.0), (1.2, 16, 0.5))  # radius, with the mean face's larger side as 1; number of points; turn

# The mean shape is symmetric, and four points that mirror each other lie on one circle: two triangulations are then equally good, and
# rounding would choose. A lean of a hundredth chooses, the same way on every machine.
_LEAN = np.array([[1, 0], [1e-2, 1]])


def with_surroundings(points: np.ndarray) -> np.ndarray:
    """The 68 points of a face and the rings of points round it.

    Parameters
    ----------
    points : ndarray of shape (68, 2)

    Returns
    -------
    ndarray of shape (100, 2), float64
    """
    keypoints.check_points(points, "points")
    return np.vstack([points, keypoints.transform(keypoints.similarity(keypoints.mean_shape(), points), _rings())])


@cache
def triangles() -> np.ndarray:
    """Delaunay triangles of the mean shape: the table of the face.

    Returns
    -------
    ndarray of shape (T, 3), int32
        Rows of indices into the 68 points, corners in clockwise order as seen on the screen.
    """
    return _read_only(_delaunay(keypoints.mean_shape()))


@cache
def triangles_with_surroundings() -> np.ndarray:
    """The table of the face, followed by the triangles between its hull and the rings.

    Returns
    -------
    ndarray of shape (T, 3), int32
        Rows of indices into `with_surroundings(points)`.
    """
    corners = np.concatenate([outline(), np.arange(keypoints.COUNT, keypoints.COUNT + len(_rings()))])
    mesh = with_surroundings(keypoints.mean_shape())
    table = corners[_delaunay(mesh[corners])]
    outside = table.max(axis=1) >= keypoints.COUNT  # the others fill the hull, which the face's own table does
    return _read_only(np.vstack([triangles(), table[outside]]))


@cache
def outline() -> np.ndarray:
    """The mean shape's convex hull: indices into the 68 points, in order round the face. Jaw and brows."""
    from scipy.spatial import ConvexHull

    return _read_only(ConvexHull(keypoints.mean_shape()).vertices)


def triangle_areas(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Signed area of each triangle; a sign change between two shapes is a fold.

    Parameters
    ----------
    points : ndarray of shape (N, 2), float
        (x, y) in pixels.
    triangles : ndarray of shape (T, 3), int
        Rows of indices into `points`.

    Returns
    -------
    ndarray of shape (T,), float64
        Square pixels; positive where the corners run clockwise on the screen, where y points down.

    Examples
    --------
    >>> triangle_areas(np.array([[0, 0], [4, 0], [0, 3]]), np.array([[0, 1, 2]]))
    array([6.])
    """
    corner, second, third = np.moveaxis(points[triangles].astype(float), 1, 0)
    (x1, y1), (x2, y2) = (second - corner).T, (third - corner).T
    return 0.5 * (x1 * y2 - x2 * y1)


def _rings() -> np.ndarray:
    """(32, 2), in the mean shape's frame; the points of one ring stand between those of the other."""
    rings = []
    for radius, count, turn in _RINGS:
        angle = 2 * np.pi * (np.arange(count) + turn) / count
        rings.append(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return np.concatenate(rings)


def _delaunay(points: np.ndarray) -> np.ndarray:
    from scipy.spatial import Delaunay  # takes a while to import, and the table is made once

    table = Delaunay(points @ _LEAN).simplices.astype(np.int32)
    clockwise = triangle_areas(points, table) > 0
    return np.where(clockwise[:, None], table, table[:, ::-1])


def _read_only(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
