"""A soft face on a sharp photograph is a patch, and so is a sharp one on a soft: the source's detail is made as fine as the target's.

How strong it is says the finest band of a Laplacian pyramid beside the next: their ratio falls with blur and rises with grain, and light
and contrast do not change it. The sharper face is blurred; to the softer the target's amount of grain is added, since detail that was never
photographed cannot be.
"""

from __future__ import annotations

import cv2
import numpy as np

from facelib.blend import laplacian_pyramid

_ALIKE = 1.3  # times: ratios that differ by less are left alone, as two people's skins differ by as much
_WIDEST = 3.0  # pixels: the standard deviation of the widest blur
_STEPS = 8  # of the bisection
_MOST = 0.03  # of white: the standard deviation of the strongest grain
_FEW = 64  # pixels of skin; fewer say nothing


def fineness(picture: np.ndarray, skin: np.ndarray) -> tuple[float, float]:
    """How strong detail is, (about one pixel, about two pixels): standard deviations of two bands of the luma on the skin, robust ones,
    that do not count a few edges.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3), float32 in [0, 1]
    skin : ndarray of shape (H, W), float32
        Where to look: above 0.5.
    """
    fine, middle, _ = laplacian_pyramid(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), 2)
    small = cv2.resize(skin, middle.shape[::-1], interpolation=cv2.INTER_AREA)
    return _spread(fine[skin > 0.5]), _spread(middle[small > 0.5])


def matched(source_warped: np.ndarray, target: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """The source with detail as fine as the target's.

    Parameters
    ----------
    source_warped, target : ndarray of shape (H, W, 3), float32 in [0, 1]
    skin : ndarray of shape (H, W), float32
        Where the two are compared.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]
        `source_warped` itself where the two are alike, or where there is too little skin to tell. The grain is the same at each call.
    """
    if (skin > 0.5).sum() < _FEW:
        return source_warped
    (fine, middle), (goal_fine, goal_middle) = fineness(source_warped, skin), fineness(target, skin)
    if min(middle, goal_middle, goal_fine) <= 0:
        return source_warped
    now, goal = fine / middle, goal_fine / goal_middle
    if now > _ALIKE * goal:
        return _blurred(source_warped, skin, goal)
    if goal > _ALIKE * now:
        return _grained(source_warped, float(np.sqrt(min((goal * middle) ** 2, goal_fine**2) - min(fine, goal_fine) ** 2).clip(0, _MOST)))
    return source_warped


def share(detail: np.ndarray, target_detail: np.ndarray) -> float:
    """By what a band of the source's detail is multiplied so that it is as strong as the target's, if it is clearly stronger; otherwise 1.

    Parameters
    ----------
    detail, target_detail : ndarray of shape (N,)
        Of the luma on the face, around 0.
    """
    now, goal = _spread(detail), _spread(target_detail)
    return goal / now if now > _ALIKE * goal > 0 else 1.0


def _blurred(picture: np.ndarray, skin: np.ndarray, goal: float) -> np.ndarray:
    """Blurred until the ratio of the bands is what it should be."""
    low, high = 0.0, _WIDEST
    for _ in range(_STEPS):
        sigma = (low + high) / 2
        fine, middle = fineness(cv2.GaussianBlur(picture, (0, 0), sigma), skin)
        low, high = (sigma, high) if fine > goal * middle else (low, sigma)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), high), 0, 1)  # rounding takes white a little beyond 1


def _grained(picture: np.ndarray, amount: float) -> np.ndarray:
    """With grain of that standard deviation in the finest band."""
    noise = np.random.default_rng(0).standard_normal(picture.shape[:2]).astype(np.float32)
    fine, _ = laplacian_pyramid(noise, 1)
    return np.clip(picture + (amount / max(float(fine.std()), 1e-6)) * fine[..., None], 0, 1)


def _spread(values: np.ndarray) -> float:
    return float(1.4826 * np.median(np.abs(values - np.median(values)))) if len(values) else 0.0
