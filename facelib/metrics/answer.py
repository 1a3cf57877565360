"""How far a picture's colours are from the right answer's, pixel by pixel, where a mask is set."""

from __future__ import annotations

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

from facelib.metrics.regions import inside


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
        Decibels: ten more for a tenth of the mean squared error; infinite where the two are equal, NaN where nothing counts. It misses
        where the errors are: an eye out of place costs what a faint tint of the whole face does, and a shift by a pixel costs more.

    Examples
    --------
    >>> answer = np.zeros((4, 6, 3), np.float32)
    >>> round(psnr(answer + np.float32(0.1), answer, np.ones((4, 6))), 3)
    20.0
    """
    counts = inside(mask, "psnr", image=image, answer=answer)
    if not counts.any():
        return float("nan")
    error = float(np.square(image[counts].astype(float) - answer[counts]).mean())
    return float("inf") if error == 0 else -10 * float(np.log10(error))


def fmse(image: np.ndarray, answer: np.ndarray, mask: np.ndarray) -> float:
    """The foreground's mean squared error (Cong et al. 2020), the usual number of papers on harmonisation.

    Parameters
    ----------
    image, answer : ndarray of shape (H, W, 3), float32 in [0, 1]
    mask : ndarray of shape (H, W), float32 or bool
        The foreground; pixels count where it is above one half.

    Returns
    -------
    float
        Squared grey levels of 0 to 255, as papers give it; 0 where the two are equal, NaN where nothing counts. It says what `psnr`
        says, which is 10 log10(255^2 / fmse) of the same mask: but a mean over pictures of the one is ruled by the worst pictures, of
        the other by the best. Neither sees where the errors are, nor whether they are of colour or of shape.

    Examples
    --------
    >>> answer = np.zeros((4, 6, 3), np.float32)
    >>> round(fmse(answer + np.float32(2 / 255), answer, np.ones((4, 6))), 3)
    4.0
    """
    counts = inside(mask, "fmse", image=image, answer=answer)
    if not counts.any():
        return float("nan")
    return 255**2 * float(np.square(image[counts].astype(float) - answer[counts]).mean())


def colour_error(image: np.ndarray, answer: np.ndarray, mask: np.ndarray) -> float:
    """How different the colours look from the right answer's: the mean of CIEDE2000 (Sharma et al. 2005) where a mask is set.

    Parameters
    ----------
    image, answer : ndarray of shape (H, W, 3), float32 in [0, 1]
        sRGB, seen under the light D65.
    mask : ndarray of shape (H, W), float32 or bool
        Pixels count where it is above one half.

    Returns
    -------
    float
        0 for equal colours, 100 for black on white; about 1 can be told apart by a person who sees two large patches side by side. NaN
        where nothing counts.

    Notes
    -----
    Each pixel is compared with its own: detail that has moved counts as wrong colour, and so does noise, which a person sees as neither.
    `colour_gap` compares statistics instead. The formula is fitted to differences below 5; larger ones are in order, but not to scale.

    Examples
    --------
    >>> round(colour_error(np.zeros((4, 6, 3), np.float32), np.ones((4, 6, 3), np.float32), np.ones((4, 6))), 3)
    100.0
    """
    counts = inside(mask, "colour_error", image=image, answer=answer)
    if not counts.any():
        return float("nan")
    return float(deltaE_ciede2000(rgb2lab(image[counts].astype(float)), rgb2lab(answer[counts].astype(float))).mean())
