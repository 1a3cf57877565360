"""What can be measured: here, keypoints against labels."""

from __future__ import annotations

import numpy as np

from facelib import keypoints

FAILURE = 0.10  # an error above a tenth of the eyes' distance counts as a failure


def nme(predicted: np.ndarray, truth: np.ndarray, by: str = "inter-ocular") -> np.ndarray:
    """Normalised mean error of each face: the mean distance of its points to the labels, over the distance of the eyes.

    Parameters
    ----------
    predicted, truth : ndarray of shape (N, 68, 2)
        (x, y) in pixels.
    by : {"inter-ocular", "inter-pupil"}
        Eyes' outer corners (300-W since 2013), or the centres of the eyes' six points. Inter-pupil numbers are about 1.4 times larger.

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
    """The distance of each point to its label, over the distance of the eyes: (N, 68); arguments as for `nme`."""
    if predicted.shape != truth.shape or truth.shape[1:] != (keypoints.COUNT, 2):
        raise ValueError(f"nme: expected two arrays of shape (N, 68, 2), got {predicted.shape} and {truth.shape}")
    if by == "inter-ocular":
        right, left = (truth[:, i] for i in keypoints.OUTER_EYE_CORNERS)
    elif by == "inter-pupil":
        right, left = (truth[:, eye].mean(axis=1) for eye in (keypoints.RIGHT_EYE, keypoints.LEFT_EYE))
    else:
        raise ValueError(f"nme: by must be 'inter-ocular' or 'inter-pupil', got {by!r}")
    return np.linalg.norm(predicted - truth, axis=-1) / np.linalg.norm(right - left, axis=-1)[:, None]


def seam_energy(image: np.ndarray, reference: np.ndarray, mask: np.ndarray) -> float:
    """The jump across the mask's border, as a multiple of the jump at the same place in an untouched picture.

    Parameters
    ----------
    image, reference : ndarray of shape (H, W, 3), float32 in [0, 1]
        The composite, and the untouched target.
    mask : ndarray of shape (H, W), float32

    Returns
    -------
    float
        Mean absolute difference of neighbours that lie on either side of the border, over the same in `reference`: 1 for the target
        itself, larger for a visible seam, smaller where the border has been smoothed over. NaN where the mask has no border.

    Notes
    -----
    It sees only the border: a seam that was spread out over many pixels escapes it.
    """

    def jump(picture: np.ndarray) -> float:
        across = [np.abs(np.diff(picture, axis=axis)).mean(axis=2)[np.diff(mask > 0.5, axis=axis)] for axis in (0, 1)]
        return float(np.concatenate(across).mean())

    if (mask > 0.5).all() or not (mask > 0.5).any():
        return float("nan")
    return jump(image) / max(jump(reference), 1e-6)
