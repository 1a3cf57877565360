"""The colours of a face."""

from __future__ import annotations

import cv2
import numpy as np


def tone_spread(image: np.ndarray, mask: np.ndarray) -> float:
    """How much the tone of a face varies over it: light and shade, not pores.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), float32 in [0, 1]
    mask : ndarray of shape (H, W), float32 or bool
        The face; pixels count where it is above one half.

    Returns
    -------
    float
        The standard deviation of the lightness L of CIE Lab, which runs from 0 to 100, after a blur by a tenth of the face's width: 0 for
        one constant tone. Eyes, brows and lips have a part in it. NaN where nothing counts.

    Examples
    --------
    >>> tone_spread(np.full((20, 20, 3), 0.5, np.float32), np.ones((20, 20)))
    0.0
    """
    counts = (mask > 0.5).astype(np.float32)
    if not counts.any():
        return float("nan")
    sigma = np.sqrt(counts.sum()) / 10
    lightness = cv2.cvtColor(image, cv2.COLOR_RGB2Lab)[..., 0] * counts
    inside = counts > 0
    smooth = cv2.GaussianBlur(lightness, (0, 0), sigma)[inside] / cv2.GaussianBlur(counts, (0, 0), sigma)[inside]  # no light from outside
    return round(float(smooth.astype(float).std()), 6)
