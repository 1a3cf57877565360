"""The target's light on the source's face: what is broad in it comes from the target, most of all along the rim, and what is fine stays
the source's own."""

from __future__ import annotations

import cv2
import numpy as np

_BROAD = 0.11  # of the face's width: the standard deviation of the blur that tells broad from fine
_STRENGTH = 0.85  # of the difference in L*, in the middle of the face; all of it at the rim
_RIM = 0.16  # of the face's width: how far the rim reaches inwards, in which a* and b* are the target's, too
_MOST = 18.0  # of L*, a* and b*, that a place may change


def matched(source_warped: np.ndarray, target: np.ndarray, skin: np.ndarray, mask: np.ndarray, width: float) -> np.ndarray:
    """The source with the target's broad light.

    Parameters
    ----------
    source_warped, target : ndarray of shape (H, W, 3), float32 in [0, 1]
        The source in the target's colours.
    skin : ndarray of shape (H, W), float32 in [0, 1]
        Whose light counts: eyes, brows and lips are dark by themselves, in whatever light.
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
    weight = np.maximum(_broad(skin, _BROAD * width), 1e-3)
    apart = np.dstack([_broad((goal[..., k] - lab[..., k]) * skin, _BROAD * width) / weight for k in range(3)])
    inside = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    rim = (1 - inside / (_RIM * width)).clip(0, 1)
    lab[..., 0] += np.clip((_STRENGTH + (1 - _STRENGTH) * rim) * apart[..., 0], -_MOST, _MOST)
    lab[..., 1:] += rim[..., None] * apart[..., 1:].clip(-_MOST, _MOST)
    return np.clip(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), 0, 1)


def _broad(picture: np.ndarray, sigma: float) -> np.ndarray:
    """Blurred, at a size at which that is quick."""
    step = max(1, int(sigma / 3))
    small = cv2.resize(picture, (-(-picture.shape[1] // step), -(-picture.shape[0] // step)), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), sigma / step, borderType=cv2.BORDER_CONSTANT)
    return cv2.resize(blurred, picture.shape[::-1], interpolation=cv2.INTER_LINEAR)
