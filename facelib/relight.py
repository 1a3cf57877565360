"""The target's light on the source's face: what is broad in it comes from the target, most of all along the rim, and what is fine stays
the source's own.

Light multiplies. In CIE Lab a gain of light is nearly one of L* + 16, a* and b* alike, so black stays black: a difference that is added
would lay a grey haze over pupils and brows.
"""

from __future__ import annotations

import cv2
import numpy as np

_BROAD = 0.11  # of the face's width: the standard deviation of the blur that tells broad from fine
_STRENGTH = 0.85  # of the gain's exponent, in the middle of the face; all of it at the rim
_COLOUR = 0.6  # of the difference in a* and b*, in the middle of the face; all of it at the rim
_RIM = 0.16  # of the face's width: how far the rim reaches inwards
_GAIN = 1.6  # the largest, and its inverse the smallest
_SHIFT = 18.0  # of a* and b*, the most
_FOOT = 10.0  # of L*; a little less than 16 keeps dark things a little darker
_COLOURED = 0.6  # of the skin's chroma: what has less of it takes less of the light's colour


def matched(source_warped: np.ndarray, target: np.ndarray, skin: np.ndarray, mask: np.ndarray, width: float) -> np.ndarray:
    """The source with the target's broad light.

    Parameters
    ----------
    source_warped, target : ndarray of shape (H, W, 3), float32 in [0, 1]
        The source in the target's colours.
    skin : ndarray of shape (H, W), float32 in [0, 1]
        Whose light counts, and how much: eyes, brows and lips are dark by themselves, in whatever light.
    mask : ndarray of shape (H, W), float32 in [0, 1]
        Where the face is put onto the target.
    width : float
        The face's, in pixels.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]
    """
    if not skin.any():
        return source_warped
    lab, goal = (cv2.cvtColor(picture, cv2.COLOR_RGB2Lab) for picture in (source_warped, target))
    sigma = _BROAD * width
    weight = np.maximum(_broad(skin, sigma), 1e-3)
    own, wanted = ([_broad(picture[..., k] * skin, sigma) / weight for k in range(3)] for picture in (lab, goal))
    inside = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    rim = (1 - inside / (_RIM * width)).clip(0, 1)
    strength, colour = (middle + (1 - middle) * rim for middle in (_STRENGTH, _COLOUR))
    gain = ((wanted[0] + _FOOT) / (own[0] + _FOOT)).clip(1 / _GAIN, _GAIN) ** strength
    colour *= (np.hypot(lab[..., 1], lab[..., 2]) / (_COLOURED * np.hypot(own[1], own[2]) + 1e-3)).clip(0, 1)
    lab[..., 0] = gain * (lab[..., 0] + _FOOT) - _FOOT
    for k in (1, 2):
        lab[..., k] = gain * lab[..., k] + colour * (wanted[k] - gain * own[k]).clip(-_SHIFT, _SHIFT)
    return np.clip(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), 0, 1)


def _broad(picture: np.ndarray, sigma: float) -> np.ndarray:
    """Blurred, at a size at which that is quick."""
    step = max(1, int(sigma / 3))
    small = cv2.resize(picture, (-(-picture.shape[1] // step), -(-picture.shape[0] // step)), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), sigma / step, borderType=cv2.BORDER_CONSTANT)
    return cv2.resize(blurred, picture.shape[::-1], interpolation=cv2.INTER_LINEAR)
