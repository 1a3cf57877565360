"""Where the face is, its colours, and the raw composite: the warped source's face cut out along the hull and put onto the target."""

from __future__ import annotations

import cv2
import numpy as np

from facelib import triangulation
from facelib.images import check_mask, check_picture

_SUBPIXEL_BITS = 8


def hull_mask(points: np.ndarray, shape: tuple[int, int], forehead: bool = False) -> np.ndarray:
    """The face: what jaw and brows enclose, or jaw and forehead.

    Parameters
    ----------
    points : ndarray of shape (68, 2)
        (x, y) in pixels.
    shape : (int, int)
        Height and width of the mask.
    forehead : bool
        Whether to go on above the brows, to an arc of points that the mean shape supplies (`triangulation.with_surroundings`).

    Returns
    -------
    ndarray of shape `shape`, float32
        1 inside the outline of the triangle table, 0 outside.
    """
    corners = triangulation.with_surroundings(points)[triangulation.outline(forehead)]
    corners = np.round(corners * 2**_SUBPIXEL_BITS).astype(np.int32)
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [corners], 1, cv2.LINE_8, _SUBPIXEL_BITS)
    return mask.astype(np.float32)


def match_colours(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Give the source the target's colour statistics: mean and spread of each Lab channel inside the mask.

    Source: Reinhard et al. 2001, "Color transfer between images", in CIE Lab.

    Parameters
    ----------
    source_warped, target : ndarray of shape (H, W, 3), float32 in [0, 1]
    mask : ndarray of shape (H, W), float32 in [0, 1]
        Where the statistics are taken; the whole of `source_warped` is then moved by them.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]

    Notes
    -----
    A spread is changed by a quarter at the most: hair, glasses or a hat inside the mask would otherwise turn into contrast.
    """
    check_arguments(source_warped, target, mask)
    inside = mask > 0.5
    if not inside.any():
        return source_warped
    source_lab, target_lab = (cv2.cvtColor(image, cv2.COLOR_RGB2Lab) for image in (source_warped, target))
    (source_mean, source_spread), (target_mean, target_spread) = (
        (lab[inside].mean(axis=0, dtype=np.float64), lab[inside].std(axis=0, dtype=np.float64)) for lab in (source_lab, target_lab)
    )  # float64, because a sum over millions of pixels drifts in float32
    stretch = np.clip(target_spread / np.maximum(source_spread, 1e-3), 0.8, 1.25)
    matched = (source_lab - source_mean) * stretch + target_mean
    return cv2.cvtColor(matched.astype(np.float32), cv2.COLOR_Lab2RGB).clip(0, 1)


def paste(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The raw composite: the source where the mask is 1, the target where it is 0.

    Parameters
    ----------
    source_warped, target : ndarray of shape (H, W, 3), float32 in [0, 1]
    mask : ndarray of shape (H, W), float32 in [0, 1]

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]
    """
    check_arguments(source_warped, target, mask)
    return target + mask[..., None] * (source_warped - target)


def check_arguments(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> None:
    """Refuse what no blender can take: pictures or masks of the wrong kind, or of different sizes."""
    check_picture(target, "target")
    check_picture(source_warped, "source_warped")
    check_mask(mask, "mask", target)
    if source_warped.shape != target.shape:
        raise ValueError(f"source_warped: expected the target's shape {target.shape}, got {source_warped.shape}")
