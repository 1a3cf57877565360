"""A turned head shows little of one half of its face. Where the target shows more of that half, the source's other half, mirrored, takes
its place."""

from __future__ import annotations

import numpy as np

from facelib import keypoints

_MIDDLE = (27, 28, 29, 30, 33, 51, 62, 66, 57, 8)  # down the face
_JAW = np.arange(3, 7), np.arange(10, 14)  # on the left of the picture, and on the right
_LITTLE = 0.52  # of the width that the target shows of a half: where the source shows less, the half is replaced
_SOFT = 0.05  # of the mean shape's unit: half the width of the seam


def missing(source_points: np.ndarray, target_points: np.ndarray) -> int:
    """Which half of the source's face has to be replaced: -1 for the one on the left of the target's picture, 1 for that on its right, 0
    for none.

    Parameters
    ----------
    source_points, target_points : ndarray of shape (68, 2)
    """
    source, target = (_widths(points) for points in (source_points, target_points))
    ratios = source / np.maximum(target, 1e-6)
    side = int(np.argmin(ratios))
    return (-1, 1)[side] if ratios[side] < _LITTLE else 0


def part(points: np.ndarray, side: int, shape: tuple[int, int]) -> np.ndarray:
    """One half of a face, (H, W) float32 in [0, 1], with a soft seam down its middle."""
    matrix = keypoints.similarity(points, keypoints.mean_shape())
    upright = keypoints.transform(matrix, points[list(_MIDDLE)])
    y, x = np.indices(shape, np.float32)
    across, down = (matrix[k, 0] * x + matrix[k, 1] * y + matrix[k, 2] for k in range(2))
    order = np.argsort(upright[:, 1])
    middle = np.interp(down, upright[order, 1], upright[order, 0])
    return (0.5 + side * (across - middle) / (2 * _SOFT)).clip(0, 1).astype(np.float32)


def _widths(points: np.ndarray) -> np.ndarray:
    """How wide the two halves are seen, in the mean shape's unit."""
    upright = keypoints.transform(keypoints.similarity(points, keypoints.mean_shape()), points)
    middle = upright[[28, 29, 30, 33, 51, 57]].mean(axis=0)[0]
    return np.array([abs(upright[rows, 0].mean() - middle) for rows in _JAW])
