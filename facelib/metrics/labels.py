"""Keypoints against labels: how far off, and on how many faces too far."""

from __future__ import annotations

import numpy as np

from facelib import keypoints

FAILURE = 0.10  # an error above a tenth of the eyes' distance counts as a failure
NORMALISATIONS = ("inter-ocular", "inter-pupil", "box")


def nme(predicted: np.ndarray, truth: np.ndarray, by: str = "inter-ocular") -> np.ndarray:
    """Normalised mean error of each face: the mean distance of its points to the labels, over the face's size.

    Parameters
    ----------
    predicted, truth : ndarray of shape (N, 68, 2)
        (x, y) in pixels.
    by : {"inter-ocular", "inter-pupil", "box"}
        What counts as the size: the distance of the eyes' outer corners (300-W since 2013); that of the centres of the eyes' six points,
        which makes numbers about 1.4 times larger; or the square root of width times height of the labels' bounding box (Bulat and
        Tzimiropoulos 2017), which a turned head does not shorten as it does the eyes' distance.

    Returns
    -------
    ndarray of shape (N,)
        0 is perfect; often given in percent.

    Examples
    --------
    >>> face = keypoints.mean_shape()[None]
    >>> nme(face, face)
    array([0.])
    """
    return point_errors(predicted, truth, by).mean(axis=1)


def point_errors(predicted: np.ndarray, truth: np.ndarray, by: str = "inter-ocular") -> np.ndarray:
    """The distance of each point to its label, over the face's size: (N, 68); arguments as for `nme`."""
    if predicted.shape != truth.shape or truth.shape[1:] != (keypoints.COUNT, 2):
        raise ValueError(f"nme: expected two arrays of shape (N, 68, 2), got {predicted.shape} and {truth.shape}")
    return np.linalg.norm(predicted - truth, axis=-1) / face_sizes(truth, by)[:, None]


def face_sizes(truth: np.ndarray, by: str = "inter-ocular") -> np.ndarray:
    """What errors are divided by: (N,) pixels from labels (N, 68, 2); `by` as for `nme`."""
    if by == "box":
        return np.sqrt(np.prod(truth.max(axis=1) - truth.min(axis=1), axis=1))
    if by == "inter-ocular":
        right, left = (truth[:, i] for i in keypoints.OUTER_EYE_CORNERS)
    elif by == "inter-pupil":
        right, left = (truth[:, eye].mean(axis=1) for eye in (keypoints.RIGHT_EYE, keypoints.LEFT_EYE))
    else:
        raise ValueError(f"nme: by must be one of {', '.join(NORMALISATIONS)}, got {by!r}")
    return np.linalg.norm(right - left, axis=-1)


def ced(errors: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """The cumulative error distribution: the share of faces whose error is at most each limit.

    Parameters
    ----------
    errors : ndarray of shape (N,)
        As `nme` gives them.
    limits : ndarray of shape (L,)

    Returns
    -------
    ndarray of shape (L,), float64 in [0, 1]

    Examples
    --------
    >>> ced(np.array([0.02, 0.06]), np.array([0.01, 0.02, 0.08]))
    array([0. , 0.5, 1. ])
    """
    return np.searchsorted(np.sort(errors), limits, side="right") / len(errors)


def area_under_ced(errors: np.ndarray, limit: float = FAILURE) -> np.ndarray:
    """What each face adds to the area under the `ced` from 0 to a limit, over that limit: their mean is the AUC (Yang et al. 2015).

    Parameters
    ----------
    errors : ndarray of shape (N,)
    limit : float
        Papers use 0.08 or 0.10 of the inter-ocular distance.

    Returns
    -------
    ndarray of shape (N,), float64 in [0, 1]
        1 without error, 0 from the limit on. The curve is a sum of steps, so its area is exact; papers that integrate samples of it by
        Simpson's rule differ in the third digit.

    Examples
    --------
    >>> float(area_under_ced(np.array([0.0, 0.05, 0.3]), limit=0.10).mean())
    0.5
    """
    return np.clip(1 - errors / limit, 0, 1)


def failures(errors: np.ndarray, limit: float = FAILURE) -> np.ndarray:
    """Which faces have an error above the limit, (N,) bool: their mean is the failure rate.

    >>> failures(np.array([0.04, 0.09, 0.2]), limit=0.08)
    array([False,  True,  True])
    """
    return errors > limit
