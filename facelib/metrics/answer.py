"""A picture against the right answer, where a mask is set."""

from __future__ import annotations

import numpy as np
from skimage.metrics import structural_similarity

from facelib.metrics.regions import check_like


def psnr(image: np.ndarray, answer: np.ndarray, mask: np.ndarray) -> float:
    """How near a picture comes to the right answer, as the peak signal-to-noise ratio where a mask is set.

    Parameters
    ----------
    image, answer : ndarray of shape (H, W, 3), float32 in [0, 1]
    mask : ndarray of shape (H, W), float32 or bool
        Pixels count where it is above one half.

    Returns
    -------
    float
        Decibels: ten more for a tenth of the mean squared error; infinite where the two are equal, NaN where nothing counts.

    Examples
    --------
    >>> answer = np.zeros((4, 6, 3), np.float32)
    >>> round(psnr(answer + np.float32(0.1), answer, np.ones((4, 6))), 3)
    20.0
    """
    check_like(image, answer, mask, "psnr")
    counts = mask > 0.5
    if not counts.any():
        return float("nan")
    error = float(np.square(image[counts].astype(float) - answer[counts]).mean())
    return float("inf") if error == 0 else -10 * float(np.log10(error))


def ssim(image: np.ndarray, answer: np.ndarray, mask: np.ndarray) -> float:
    """How like the right answer's structure is where a mask is set: the mean of the map of structural similarity (Wang et al. 2004).

    Parameters
    ----------
    image, answer : ndarray of shape (H, W, 3), float32 in [0, 1]
        At least 11 pixels in each direction.
    mask : ndarray of shape (H, W), float32 or bool
        Pixels count where it is above one half. Each is compared with the 11 x 11 round it, under a Gaussian of 1.5 pixels, so that those
        near the border see over it.

    Returns
    -------
    float
        At most 1, for equal pictures; about 0 for pictures that have nothing to do with each other; NaN where nothing counts. It sees
        patterns more than colours: a face in wrong but even colours scores well.
    """
    check_like(image, answer, mask, "ssim")
    counts = mask > 0.5
    if not counts.any():
        return float("nan")
    each = structural_similarity(
        image, answer, channel_axis=2, data_range=1.0, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True
    )[1]
    return float(each[counts].mean())
