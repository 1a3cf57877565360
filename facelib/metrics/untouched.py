"""A composite against the untouched target."""

from __future__ import annotations

import cv2
import numpy as np


def seam_energy(image: np.ndarray, reference: np.ndarray, mask: np.ndarray, scale: float = 0) -> float:
    """The jump across the mask's border, as a multiple of the jump at the same place in an untouched picture.

    Parameters
    ----------
    image, reference : ndarray of shape (H, W, 3), float32 in [0, 1]
        The composite, and the untouched target.
    mask : ndarray of shape (H, W), float32
    scale : float
        Pixels, the sigma of a Gaussian by which both pictures are blurred first.

    Returns
    -------
    float
        Mean absolute difference of neighbours that lie on either side of the border, over the same in `reference`: 1 for the target
        itself, larger for a visible seam, smaller where the border has been smoothed over. NaN where the mask has no border.

    Notes
    -----
    It sees only the border: a seam that was spread out over some pixels, or moved inside by some, escapes it, unless `scale` is about as
    many.
    """

    def jump(picture: np.ndarray) -> float:
        smooth = cv2.GaussianBlur(picture, (0, 0), scale) if scale else picture
        across = [np.abs(np.diff(smooth, axis=axis)).mean(axis=2)[np.diff(mask > 0.5, axis=axis)] for axis in (0, 1)]
        return float(np.concatenate(across).mean())

    if (mask > 0.5).all() or not (mask > 0.5).any():
        return float("nan")
    return jump(image) / max(jump(reference), 1e-6)
