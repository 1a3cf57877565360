"""Which way a head is turned, from its 68 points: a rigid head under a weak perspective.

The head is the mean shape with a depth for each point. Nobody measured those depths: they are what best explains how the points of many
turned heads move against one another (structure from motion, Tomasi and Kanade 1992), computed from the training people by `fit_depth`.
"""

from __future__ import annotations

import numpy as np

from facelib import keypoints

# Brows, nose and eyes: the jaw's points slide along the outline as a head turns, and a mouth opens.
_RIGID = np.r_[17:48]
_STILL = np.r_[27:36, 36, 39, 42, 45]  # nose and corners of the eyes: what an expression hardly moves

# What `fit_depth` says of the 3,029 frames of ytf68's training people, in the mean shape's units, away from the camera.
_DEPTH = np.array([
    0.447, 0.41, 0.4, 0.395, 0.362, 0.294, 0.205, 0.1, 0.058, 0.1, 0.205, 0.294, 0.362, 0.395, 0.4, 0.41, 0.447,  # jaw
    0.146, 0.053, -0.002, -0.031, -0.039,  # right brow
    -0.039, -0.031, -0.002, 0.053, 0.146,  # left brow
    -0.07, -0.132, -0.197, -0.205,  # nose bridge
    -0.056, -0.081, -0.092, -0.081, -0.056,  # nostrils
    0.101, 0.043, 0.041, 0.062, 0.048, 0.063,  # right eye
    0.062, 0.041, 0.043, 0.101, 0.063, 0.048,  # left eye
    0.038, -0.044, -0.086, -0.088, -0.086, -0.044, 0.038, -0.013, -0.041, -0.048, -0.041, -0.013,  # outer lips
    0.038, -0.053, -0.062, -0.053, 0.038, -0.037, -0.044, -0.037,  # inner lips
])  # fmt: skip


def angles(points: np.ndarray) -> np.ndarray:
    """Yaw, pitch and roll of each head.

    Parameters
    ----------
    points : ndarray of shape (N, 68, 2)
        (x, y) in pixels, or in any other unit.

    Returns
    -------
    ndarray of shape (N, 3), float64
        Degrees. Yaw is positive where the face looks towards the right of the picture, pitch where it looks up, roll where it is turned
        clockwise; all are 0 for the mean shape.

    Raises
    ------
    ValueError
        Where the points are not of that shape.

    Notes
    -----
    Good for sorting faces into bins of 15 degrees, not for measuring a head. MediaPipe's canonical face, whose depths a modeller drew,
    turned by up to 60 degrees, gives yaws that are at most 3 degrees too small and pitches that are up to 9 off; its depths and ours
    agree within 2 % of the eyes' distance. On ytf68, where no true angle is known, brows and eyes alone and the nose alone say yaws that
    differ by 4 degrees on average, and pitches that differ by 5: raised brows pass for a raised head. Beyond 60 degrees half of the
    points are guesses.

    Examples
    --------
    >>> angles(keypoints.mean_shape()[None]).round(3) + 0.0
    array([[0., 0., 0.]])
    """
    right, down, away = np.moveaxis(rotations(points), 1, 0)
    # The turn is roll after pitch after yaw: roll turns the picture and leaves the third row, and with it yaw and pitch, as they are.
    yaw, pitch = np.arctan2(away[:, 0], away[:, 2]), -np.arcsin(np.clip(away[:, 1], -1, 1))
    return np.degrees(np.stack([yaw, pitch, np.arctan2(-right[:, 1], down[:, 1])], axis=1))


def yaw(points: np.ndarray) -> np.ndarray:
    """How far each head looks towards the right of the picture, in degrees: (N,) from points (N, 68, 2); see `angles`."""
    return angles(points)[:, 0]


def rotations(points: np.ndarray) -> np.ndarray:
    """The rotation matrix of each head: (N, 3, 3) from points (N, 68, 2).

    It brings a head, x to its left, y down and z to its back, before the camera, where x is right, y down and z away; the identity for the
    mean shape. The difference of two in one angle is `metrics.pose_error`.
    """
    turns, _ = _turns(_checked(points), _DEPTH)
    return np.concatenate([turns, np.cross(turns[:, 0], turns[:, 1])[:, None]], axis=1)


def frontal(points: np.ndarray) -> np.ndarray:
    """The points as they would be seen from the front: pose, size and place removed, shape and expression kept.

    Parameters
    ----------
    points : ndarray of shape (N, 68, 2)
        (x, y) in pixels, or in any other unit.

    Returns
    -------
    ndarray of shape (N, 68, 2), float64
        In the mean shape's units and place; the mean shape itself for each turned view of the head that has its depths.

    Notes
    -----
    The head's turn is fitted to nose and corners of the eyes, which an expression hardly moves; each point is then turned back at the
    depth that the mean head has there. Sideways errors grow with the turn: twofold at a yaw of 60 degrees, without limit at 90.
    """
    points = _checked(points)
    turns, scales = _turns(points, _DEPTH, _STILL)
    middle = np.append(keypoints.mean_shape()[_STILL].mean(axis=0), _DEPTH[_STILL].mean())
    seen = (points - points[:, _STILL].mean(axis=1, keepdims=True)) / scales[:, None, None]
    flat = seen - (_DEPTH - middle[2])[:, None] * turns[:, None, :, 2]
    return np.linalg.solve(turns[:, :, :2], flat.transpose(0, 2, 1)).transpose(0, 2, 1) + middle[:2]


def depths() -> np.ndarray:
    """How far behind the face's mean plane each of the mean shape's points lies: (68,) float64, in the mean shape's units."""
    return _DEPTH.copy()


def fit_depth(shapes: np.ndarray, rounds: int = 60) -> np.ndarray:
    """The depth of each point of the mean shape, from many views of heads.

    Turn by turn: the turn of each head, given the depths; the depths, given the turns. Both are least squares.

    Parameters
    ----------
    shapes : ndarray of shape (N, 68, 2)
        Heads turned this way and that; frontal views alone say nothing about depth.
    rounds : int

    Returns
    -------
    ndarray of shape (68,), float64
        In the mean shape's units, growing away from the camera; symmetric; its mean over brows, nose and eyes is 0.
    """
    spread = np.sqrt(shapes[:, _RIGID].var(axis=1).sum(axis=1))
    views = (shapes - shapes[:, _RIGID].mean(axis=1, keepdims=True)) / spread[:, None, None]
    flat = keypoints.mean_shape() - keypoints.mean_shape()[_RIGID].mean(axis=0)
    # A bowl to begin with: the views alone cannot tell a head from its mould, which looks the other way.
    depth = 2 * flat[:, 0] ** 2
    for _ in range(rounds):
        turns, scales = _turns(views, depth)
        turns = turns * scales[:, None, None]
        unexplained = views - np.einsum("pk,ndk->npd", flat, turns[:, :, :2])
        depth = np.einsum("npd,nd->p", unexplained, turns[:, :, 2]) / np.sum(turns[:, :, 2] ** 2)
        depth = (depth + depth[keypoints.MIRROR]) / 2
        depth -= depth[_RIGID].mean()
    return depth


def _turns(points: np.ndarray, depth: np.ndarray, rigid: np.ndarray = _RIGID) -> tuple[np.ndarray, np.ndarray]:
    """The first two rows of each head's rotation matrix, (N, 2, 3), and its scale, (N,): the nearest to the affine least-squares fit."""
    head = np.column_stack([keypoints.mean_shape(), depth])[rigid]
    seen = points[:, rigid] - points[:, rigid].mean(axis=1, keepdims=True)
    affine = np.einsum("kp,npd->ndk", np.linalg.pinv(head - head.mean(axis=0)), seen)
    left, stretch, right = np.linalg.svd(affine, full_matrices=False)
    return left @ right, stretch.mean(axis=1)


def _checked(points: np.ndarray) -> np.ndarray:
    points = np.asarray(points, float)
    if points.shape[1:] != (keypoints.COUNT, 2):
        raise ValueError(f"points: expected an array of shape (N, 68, 2), got {points.shape}")
    return points
