"""Where the face is, and the raw composite: the warped source's face cut out along the hull and put onto the target."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from facelib import triangulation
from facelib.images import check_mask, check_picture

Method = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]  # (source_warped, target, mask) -> picture

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
    pasted = target.copy()
    window = box_of(mask)
    if window is not None:
        pasted[window] += mask[window][..., None] * (source_warped[window] - target[window])
    return pasted


def box_of(mask: np.ndarray, margin: int = 0) -> tuple[slice, slice] | None:
    """The rows and columns that hold all of a mask that is above 0, and a margin round them; None for an empty mask.

    >>> mask = np.zeros((9, 9), np.float32)
    >>> mask[4, 2:5] = 1
    >>> box_of(mask, margin=1)
    (slice(3, 6, None), slice(1, 6, None))
    """
    x, y, width, height = cv2.boundingRect((mask > 0).view(np.uint8))
    if not width:
        return None
    top, left = max(y - margin, 0), max(x - margin, 0)
    bottom, right = min(y + height + margin, mask.shape[0]), min(x + width + margin, mask.shape[1])
    return np.s_[top:bottom, left:right]


def method_of(name: str, methods: Mapping[str, Method], kind: str) -> Method:
    """One of the ways to blend or to match colours, by its name.

    Raises
    ------
    ValueError
        An unknown name; the message lists those that there are.
    """
    if name not in methods:
        raise ValueError(f"{kind}: expected one of {', '.join(methods)}, got {name}")
    return methods[name]


def check_arguments(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> None:
    """Refuse what no blender can take: pictures or masks of the wrong kind, or of different sizes."""
    check_picture(target, "target")
    check_picture(source_warped, "source_warped")
    check_mask(mask, "mask", target)
    if source_warped.shape != target.shape:
        raise ValueError(f"source_warped: expected the target's shape {target.shape}, got {source_warped.shape}")
