"""What can be measured: keypoints against labels, the seam of a composite, and a picture against the right answer."""

from __future__ import annotations

import cv2
import numpy as np
from skimage.metrics import structural_similarity

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
    _check_like(image, answer, mask, "psnr")
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
    _check_like(image, answer, mask, "ssim")
    counts = mask > 0.5
    if not counts.any():
        return float("nan")
    each = structural_similarity(
        image, answer, channel_axis=2, data_range=1.0, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True
    )[1]
    return float(each[counts].mean())


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


def _check_like(image: np.ndarray, answer: np.ndarray, mask: np.ndarray, name: str) -> None:
    if image.shape != answer.shape or image.shape[:2] != mask.shape:
        raise ValueError(f"{name}: expected two pictures and a mask of one size, got {image.shape}, {answer.shape} and {mask.shape}")
