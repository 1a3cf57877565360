"""One Delaunay table for every face: made once, on the mean shape, so that triangle k has the same corners in source and target.

The 68 points end at the jaw and the brows. `with_surroundings` adds what they lack: an arc over the forehead and two rings round the head,
where those of the mean shape fall under the similarity that fits the face best. The warp then brings the skin just outside the hull
along, and a blend never meets a black rim.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from facelib import keypoints

# All in the mean shape's frame, whose larger side is 1.
_FOREHEAD = (7, 0.38)  # points between the temples, and how far above the temples the middle one lies: below most hairlines
_RINGS = ((0.9, 16, 0.0), (1.35, 16, 0.5))  # radius, number of points, turn; the outline of a turned face reaches 0.8

# The mean shape is symmetric, and four points that mirror each other lie on one circle: two triangulations are then equally good, and
# rounding would choose. A lean of a hundredth chooses, the same way on every machine.
_LEAN = np.array([[1, 0], [1e-2, 1]])

NO_MOUTH = np.r_[0:48, 68 : 68 + _FOREHEAD[0] + sum(count for _, count, _ in _RINGS)]  # rows of `with_surroundings`


def with_surroundings(points: np.ndarray) -> np.ndarray:
    """The 68 points of a face, its forehead and the rings round it.

    Parameters
    ----------
    points : ndarray of shape (68, 2)

    Returns
    -------
    ndarray of shape (107, 2), float64
    """
    keypoints.check_points(points, "points")
    return np.vstack([points, keypoints.transform(keypoints.similarity(keypoints.mean_shape(), points), _beyond())])


@cache
def triangles() -> np.ndarray:
    """Delaunay triangles of the mean shape: the table of the face.

    Returns
    -------
    ndarray of shape (T, 3), int32
        Rows of indices into the 68 points, corners in clockwise order as seen on the screen.
    """
    return _read_only(_table(keypoints.mean_shape()))


@cache
def triangles_with_surroundings() -> np.ndarray:
    """The table of the face and what lies round it.

    Returns
    -------
    ndarray of shape (T, 3), int32
        Rows of indices into `with_surroundings(points)`, corners in clockwise order.
    """
    return _read_only(_table(with_surroundings(keypoints.mean_shape())))


@cache
def triangles_without_mouth() -> np.ndarray:
    """The same between all points but the mouth's: (T, 3) int32, rows of indices into `with_surroundings(points)[NO_MOUTH]`."""
    return _read_only(_table(with_surroundings(keypoints.mean_shape())[NO_MOUTH]))


def delaunay(points: np.ndarray) -> np.ndarray:
    """The Delaunay triangles of any points, (N, 2): (T, 3) int32, corners in clockwise order as seen on the screen.

    Swaps use none but `triangles` and `triangles_with_surroundings`, so that the same triangles lie on every face.
    """
    from scipy.spatial import Delaunay  # takes a while to import, and the table is made once

    table = Delaunay(points).simplices.astype(np.int32)
    clockwise = triangle_areas(points, table) > 0
    return np.where(clockwise[:, None], table, table[:, ::-1])


def _table(points: np.ndarray) -> np.ndarray:
    """The triangles of symmetric points, the same on every machine; a lean does not turn a corner's order round."""
    return delaunay(points @ _LEAN)


@cache
def outline(forehead: bool = False) -> np.ndarray:
    """The mean shape's convex hull, in order round the face: jaw and brows, or jaw and forehead.

    Returns
    -------
    ndarray of shape (N,), int32
        Indices into `with_surroundings(points)`; without the forehead they are those of the 68 points.
    """
    from scipy.spatial import ConvexHull

    count = keypoints.COUNT + (_FOREHEAD[0] if forehead else 0)
    return _read_only(ConvexHull(with_surroundings(keypoints.mean_shape())[:count]).vertices)


def folds(points: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Which triangles lie on their face: their corners run anticlockwise, where the mean shape's run clockwise.

    Returns
    -------
    ndarray of shape (T,), bool
    """
    return triangle_areas(points, table) < 0


def unfold(mesh: np.ndarray, rounds: int = 40) -> np.ndarray:
    """Draw the corners of folded triangles back to where the mean shape has them, no further than it takes.

    Parameters
    ----------
    mesh : ndarray of shape (107, 2)
        `with_surroundings(points)`.
    rounds : int
        In each, the corners of triangles that are still folded go a quarter of the way.

    Returns
    -------
    ndarray of shape (107, 2), float64
        `mesh` itself where nothing is folded. Corners that no folded triangle has do not move.

    Notes
    -----
    This mends the small folds of closed lips and jittered points. In a profile view, where half the face is behind the other, it keeps the
    mesh in order, but what the camera did not see stays unseen.
    """
    table, mean = triangles_with_surroundings(), with_surroundings(keypoints.mean_shape())
    home = keypoints.transform(keypoints.similarity(mean[: keypoints.COUNT], mesh[: keypoints.COUNT]), mean)
    for _ in range(rounds):
        folded = folds(mesh, table)
        if not folded.any():
            break
        corners = np.unique(table[folded])
        mesh = mesh.copy()
        mesh[corners] += (home[corners] - mesh[corners]) / 4
    return mesh


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


def _beyond() -> np.ndarray:
    """What `with_surroundings` adds, (39, 2), in the mean shape's frame: half an ellipse from temple to temple, and the rings, the points
    of one between those of the other."""
    temples, (count, height) = keypoints.mean_shape()[[0, 16]], _FOREHEAD
    angle = np.pi * np.arange(1, count + 1) / (count + 1)
    middle, half = temples.mean(axis=0), (temples[1] - temples[0]) / 2
    added = [middle - np.cos(angle)[:, None] * half - np.sin(angle)[:, None] * (0, height)]
    for radius, count, turn in _RINGS:
        angle = 2 * np.pi * (np.arange(count) + turn) / count
        added.append(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return np.concatenate(added)


def _read_only(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
