"""Whether a head still looks the same way and pulls the same face, from its 68 points."""

from __future__ import annotations

import numpy as np

from facelib import keypoints, pose

_MOVING = np.r_[17:27, 36:48, 48:68]  # brows, eyes, lips


def expression_distance(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """How different two expressions are: the distance of brows, eyes and lips after both heads have been turned to the front.

    Parameters
    ----------
    points, reference : ndarray of shape (N, 68, 2)
        (x, y) in pixels: of a swap's result, and of its target, which says what the expression should be. Size, place and turn of either
        do not matter.

    Returns
    -------
    ndarray of shape (N,), float64
        The mean distance of the 42 points over the distance of the eyes' outer corners in the mean shape; 0 for the same expression.

    Notes
    -----
    `pose.frontal` removes the pose as far as the head is like the mean: on rendered people another pose adds 0.02 (0.07 where points are
    only aligned), another expression 0.04. The shape of a face stays in: two strangers differ by 0.06 on ytf68 (median), two frames of
    one video by 0.05. So compare results on one target with each other, not with 0. It misses what moves no point: a furrowed brow,
    puffed cheeks, where the eyes look.

    Examples
    --------
    >>> face = keypoints.mean_shape()[None]
    >>> expression_distance(3 * face + 7, face).round(6)
    array([0.])
    """
    _check(points, reference, "expression_distance")
    eyes = np.linalg.norm(np.diff(keypoints.mean_shape()[list(keypoints.OUTER_EYE_CORNERS)], axis=0))
    apart = pose.frontal(points)[:, _MOVING] - pose.frontal(reference)[:, _MOVING]
    return np.linalg.norm(apart, axis=2).mean(axis=1) / eyes


def pose_error(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """By how much a head is turned against another, by whatever axis brings the one to the other.

    Parameters
    ----------
    points, reference : ndarray of shape (N, 68, 2)
        (x, y) in pixels. Size and place do not matter.

    Returns
    -------
    ndarray of shape (N,), float64
        Degrees in [0, 180]; for turns about one axis the difference of the angles that `pose.angles` gives.

    Notes
    -----
    Each turn is the best fit of the mean head to the points (perspective-n-point), seen from afar (`pose.rotations`), since a crop does
    not say from how near it was taken. Points that are off by 2 % of the eyes' distance turn it by 2 degrees on their own, and raised
    brows pass for a raised head. A swap that keeps the target's points has no error, whatever it painted.

    Examples
    --------
    >>> face = keypoints.mean_shape()[None]
    >>> pose_error(face @ np.array([[0, 1], [-1, 0]]), face).round(3)
    array([90.])
    """
    _check(points, reference, "pose_error")
    first, second = pose.rotations(points), pose.rotations(reference)
    chord = np.linalg.norm(first - second, axis=(1, 2)) / np.sqrt(8)  # the sine of half the angle: exact for small ones, as a cosine is not
    return np.degrees(2 * np.arcsin(np.clip(chord, 0, 1)))


def _check(points: np.ndarray, reference: np.ndarray, name: str) -> None:
    if np.shape(points) != np.shape(reference) or np.shape(points)[1:] != (keypoints.COUNT, 2):
        raise ValueError(f"{name}: expected two arrays of shape (N, 68, 2), got {np.shape(points)} and {np.shape(reference)}")
    for role, values in (("points", points), ("reference", reference)):
        if not np.isfinite(values).all():
            raise ValueError(
                f"{role}: expected finite coordinates, got NaN or infinity in {int((~np.isfinite(values)).any((1, 2)).sum())} faces"
            )
