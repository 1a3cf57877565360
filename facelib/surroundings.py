"""What a blender is shown round the source's face: never the source's own hair, hat or background.

Beyond the face the source goes on as the target does, in the source's colours: to the target is added what the two faces differ by along
the rim, ever more smoothly the further out. A blender that looks beyond the mask, as the coarse bands of a pyramid do, finds no edge there.
"""

from __future__ import annotations

import cv2
import numpy as np

_SOFT = 0.012  # of the square root of the known area: how far inwards what is beyond comes in
_LEAST = 0.02  # of what is no skin: it counts where there is nothing else


def replaced(warped: np.ndarray, target: np.ndarray, known: np.ndarray, skin: np.ndarray | None = None) -> np.ndarray:
    """The source inside its face, and the target in the source's colours beyond it; where the two meet, a little of both.

    Parameters
    ----------
    warped, target : ndarray of shape (H, W, 3), float32 in [0, 1]
    known : ndarray of shape (H, W), float32, 0 or 1
        Where `warped` shows the face.
    skin : ndarray of shape (H, W), float32 in [0, 1], optional
        Of it, what goes on beyond: what two faces differ by at a brow or at the lips is no matter of light or colour.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]
        The target itself where nothing is known.
    """
    if not known.any():
        return target
    weight = known if skin is None else known * np.maximum(skin, _LEAST)
    apart = extended((warped - target) * weight[..., None], weight)
    soft = _softened(known)[..., None]
    return np.clip(target + apart + soft * (warped - target - apart), 0, 1)


def _softened(known: np.ndarray) -> np.ndarray:
    """1 inside, 0 outside, and in between within a hundredth of the face: no line is left where the source ends."""
    side = 2 * max(1, round(_SOFT * float(np.sqrt(known.sum())))) + 1
    return np.clip(2 * cv2.blur(known, (side, side), borderType=cv2.BORDER_REPLICATE) - 1, 0, 1)


def extended(weighted: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """A picture that goes on beyond where it is known: halved until all is known, and brought back up into the gaps (push and pull).

    Parameters
    ----------
    weighted : ndarray of shape (H, W, C), float32
        The picture times its weight.
    weight : ndarray of shape (H, W), float32 in [0, 1]
        1 where it is known, 0 where not.

    Returns
    -------
    ndarray of shape (H, W, C), float32
    """
    known = weighted / np.maximum(weight, 1e-6)[..., None]
    if weight.min() >= 1 or max(weight.shape) <= 2:
        return known
    coarse = extended(cv2.pyrDown(weighted), cv2.pyrDown(weight))
    coarse = cv2.resize(coarse, weight.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return coarse + weight[..., None] * (known - coarse)
