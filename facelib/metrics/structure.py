"""How like the right answer's structure is, where a mask is set."""

from __future__ import annotations

import cv2
import numpy as np
from skimage.metrics import structural_similarity

from facelib.metrics.regions import inside

_WINDOW, _SIGMA = 11, 1.5  # pixels
_SCALES = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # what each scale weighs, the finest first (Wang et al. 2003)
_LUMINANCE, _CONTRAST = 0.01**2, 0.03**2  # the constants C1 and C2 that keep the quotients finite


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
    counts = inside(mask, "ssim", image=image, answer=answer)
    if not counts.any():
        return float("nan")
    each = structural_similarity(
        image, answer, channel_axis=2, data_range=1.0, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True
    )[1]
    return float(each[counts].mean())


def ms_ssim(image: np.ndarray, answer: np.ndarray, mask: np.ndarray, scales: int | None = None) -> float:
    """Structural similarity at several scales at once (Wang, Simoncelli and Bovik 2003).

    Parameters
    ----------
    image, answer : ndarray of shape (H, W, 3), float32 in [0, 1]
        At least 11 pixels in each direction.
    mask : ndarray of shape (H, W), float32 or bool
        Pixels count where it is above one half; at the coarser scales each counts by its share of the mask.
    scales : int, optional
        1 to 5, each half as fine as the one before; 1 is `ssim`. By default as many as leave 11 pixels at the coarsest, where the window
        is still whole: five need 161 pixels (four 81, three 41, two 21). The weights of those that are used are scaled up to a sum of 1,
        so that the number stays between 0 and 1; but numbers of different `scales` cannot be compared.

    Returns
    -------
    float
        1 for equal pictures, 0 where structures oppose each other at any scale; NaN where nothing counts. The mean over red, green and
        blue of the product over the scales of the mean agreement of contrast and structure, and at the coarsest of light as well.

    Raises
    ------
    ValueError
        A picture too small for so many scales.

    Notes
    -----
    Even colours hardly count, as in `ssim`: light is compared once, at the coarsest scale, relative to the light itself. A shift by a
    pixel counts less than in `ssim`. At the coarsest of five scales a window is 176 pixels wide, so that what lies outside the mask has
    a part in the number even where the mask is set.
    """
    counts = inside(mask, "ms_ssim", image=image, answer=answer)
    side = min(counts.shape)
    if side < _WINDOW:
        raise ValueError(f"image: expected at least {_WINDOW} pixels in each direction, got {counts.shape}")
    fit = next(number for number in range(len(_SCALES), 0, -1) if -(-side // 2 ** (number - 1)) >= _WINDOW)
    scales = fit if scales is None else scales
    if not 1 <= scales <= fit:
        raise ValueError(f"scales: expected 1 to {fit} for a picture of {counts.shape}, got {scales}")
    if not counts.any():
        return float("nan")
    product, weights = np.ones(3), np.array(_SCALES[:scales]) / sum(_SCALES[:scales])
    first, second, share = image, answer, counts.astype(np.float32)
    for number, weight in enumerate(weights):
        if number:
            first, second, share = _halve(first), _halve(second), _halve(share)
        light, structure = _agreement(first, second)
        each = light * structure if number == scales - 1 else structure
        product *= np.average(each.reshape(-1, 3), axis=0, weights=share.ravel()).clip(0) ** weight
    return float(product.mean())


def _agreement(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How alike two pictures are round each pixel, in light, and in contrast and structure: both (H, W, 3), at most 1."""

    def mean(picture: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(picture, (_WINDOW, _WINDOW), _SIGMA, borderType=cv2.BORDER_REFLECT)

    first, second = first.astype(float), second.astype(float)  # in float32 the variances of smooth pictures are lost in rounding
    at, there = mean(first), mean(second)
    variances = mean(first**2) - at**2 + mean(second**2) - there**2
    structure = (2 * (mean(first * second) - at * there) + _CONTRAST) / (variances + _CONTRAST)
    return (2 * at * there + _LUMINANCE) / (at**2 + there**2 + _LUMINANCE), structure


def _halve(picture: np.ndarray) -> np.ndarray:
    """The mean of each 2 x 2; where a side is odd, its last row or column stands for itself."""
    height, width = picture.shape[:2]
    even = cv2.copyMakeBorder(picture, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4
