"""Gradient-domain blending (Perez et al. 2003): the source's detail inside the mask, the target's colours at its border.

The blend is to have the source's gradients inside and the target's values at the border. Written as the source plus a correction, the
gradients cancel: the correction is a membrane held by `target - source` round the mask, and nothing else has to be solved for. It reaches
all the way in. That mends the light of a whole face, and it is also the weakness: where hair, glasses or the shadow under a jaw cross the
border, their colours are drawn in. So `poisson` holds the membrane a little inside the face's outline, on skin, and lets no part of the
border ask for a change much unlike the rest.
"""

from __future__ import annotations

import cv2
import numpy as np

from facelib import images
from facelib.blend import fade, rise
from facelib.composite import box_of, check_arguments
from facelib.membrane import membrane

_ROUND = 2  # pixels round the mask's box for OpenCV, which sets the outermost ones of a mask to zero
_ERODED = 3  # pixels that OpenCV takes off the mask, and fills with the target's gradients
_FADE = _ERODED + 1


def poisson(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray, margin: float | None = None) -> np.ndarray:
    """Gradient-domain blend: the source, and a membrane that fits its colours to the target's.

    Parameters
    ----------
    source_warped, target : ndarray of shape (H, W, 3), float32 in [0, 1]
    mask : ndarray of shape (H, W), float32 in [0, 1]
        Solved where it is above 0, less the margin; the result is then mixed into the target by the mask, which changes nothing where
        the mask is 1. Where the mask touches the picture's edge the colours are free; a full mask gives the source.
    margin : float, optional
        Pixels inside the mask's border that stay the target's: there lie the edges of jaw and hair. At this depth the membrane is held by
        differences that are limited to their quartiles, and over as many pixels again the source fades in. By default a 28th of the
        mask's width, less in a narrow mask. With 0 the membrane is held at the border itself and by the differences as they are: the
        blend of Perez et al.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]

    Notes
    -----
    The membrane is within half a grey level of the exact solution. The time follows the mask's box, not the picture.
    """
    check_arguments(source_warped, target, mask)
    if margin is not None and not margin >= 0:
        raise ValueError(f"margin: expected at least 0 pixels, got {margin}")
    blended = target.copy()
    window = box_of(mask, margin=1)
    if window is None:
        return blended
    source, here, soft = source_warped[window], target[window], mask[window]
    inside = np.pad((soft > 0).view(np.uint8), 1, mode="edge")  # the picture's edge is no border
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1].clip(max=max(soft.shape))  # endless in a full mask
    if margin is None:
        margin = min(max(soft.shape) / 28, depth.max() / 4)
    region, apart = depth > margin, here - source
    held = _limited(apart, region) if margin else apart
    change = membrane(held, region)
    change -= apart
    change *= (soft * (region if margin == 0 else rise((depth - margin) / margin)))[..., None]
    change += here
    blended[window] = np.clip(change, 0, 1, out=change)
    return blended


def _limited(apart: np.ndarray, region: np.ndarray) -> np.ndarray:
    """Differences, each channel within the quartiles of those just round a region: what crosses the border there does not count."""
    rim = cv2.dilate(region.view(np.uint8), np.ones((3, 3), np.uint8)).view(bool) & ~region
    if not rim.any():
        return apart
    low, high = np.quantile(apart[rim], (0.25, 0.75), axis=0).astype(np.float32)
    return np.clip(apart, low, high)


def seamless_clone(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Gradient-domain blend by OpenCV's `seamlessClone`, kept in place and kept inside the mask.

    Parameters
    ----------
    source_warped, target : ndarray of shape (H, W, 3), float32 in [0, 1]
    mask : ndarray of shape (H, W), float32 in [0, 1]
        Solved where it is above 0, then mixed by it. At the picture's edge, too, the target's colours hold.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]

    Notes
    -----
    OpenCV works in 8 bits; writes into the mask that it is given; puts the middle of the mask's bounding box, not of the picture, at the
    point that it is given; takes three pixels off the mask; and holds the colours at the border of that *box*, so that what lies between
    mask and box changes as well, by up to 39 grey levels between the portraits. Here its picture fades in over the mask's outermost four
    pixels: outside, the target stays bit for bit. A mask up to six pixels wide or high changes nothing.
    """
    check_arguments(source_warped, target, mask)
    blended = target.copy()
    window = box_of(mask)
    if window is None or min(mask[window].shape) <= 2 * _ERODED:
        return blended  # nothing of the mask is left to OpenCV, which fails on the smallest ones
    bytes_ = [images.to_bytes(picture[window]) for picture in (source_warped, target)]
    source, here = (cv2.copyMakeBorder(picture, *[_ROUND] * 4, cv2.BORDER_REPLICATE) for picture in bytes_)
    region = np.pad((mask[window] > 0).astype(np.uint8) * 255, _ROUND)
    height, width = mask[window].shape
    cloned = cv2.seamlessClone(source, here, region, (_ROUND + width // 2, _ROUND + height // 2), cv2.NORMAL_CLONE)
    change = (cloned[_ROUND:-_ROUND, _ROUND:-_ROUND].astype(np.float32) - bytes_[1]) / 255
    change *= (fade(mask[window], _FADE) * mask[window])[..., None]
    blended[window] = np.clip(target[window] + change, 0, 1)
    return blended


def classic(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The plain program of 2017 that many know: mouth left out of the mesh, the mask eroded, then OpenCV's `seamlessClone`.

    Arguments and result as for `seamless_clone`, which it is; `facelib.blenders.placing_for` brings the face into place without its mouth's
    points, and the source keeps its own colours.
    """
    return seamless_clone(source_warped, target, mask)
