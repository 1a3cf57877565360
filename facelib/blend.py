"""Multiresolution blending (Burt and Adelson 1983): fine detail changes over a short distance, broad light over a long one.

A picture is split into bands by a Laplacian pyramid; each band of source and target is mixed with a copy of the mask as coarse as the
band; the mixed bands are added up. Because every step is linear, mixing the bands of S and T is the same as adding the masked bands of
the *difference* S - T to T. `multiband` does the latter: the target then stays bit for bit where no mask reaches, and a blend of a
picture with itself is that picture.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from facelib.composite import box_of, check_arguments

_FACE_AT_TOP = 8  # pixels: the pyramid is as deep as leaves the masked region about this wide at its coarsest level


def gaussian_pyramid(image: np.ndarray, levels: int) -> list[np.ndarray]:
    """A picture and its ever smaller, ever smoother copies.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3), float32
        Any values.
    levels : int
        How often to halve; at least 0.

    Returns
    -------
    list of `levels + 1` ndarrays
        Sizes are halved and rounded up: 5 x 7 becomes 3 x 4.
    """
    _check_levels(levels)
    pyramid = [image]
    for _ in range(levels):
        pyramid.append(cv2.pyrDown(pyramid[-1]))
    return pyramid


def laplacian_pyramid(image: np.ndarray, levels: int) -> list[np.ndarray]:
    """A picture as bands: what each halving loses, and last the coarsest copy.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, 3), float32
    levels : int
        The number of bands before the residual.

    Returns
    -------
    list of `levels + 1` ndarrays
        The bands have values of both signs about 0; the last entry is the residual. `collapse` adds them up again.
    """
    gaussian = gaussian_pyramid(image, levels)
    return [fine - _expand(coarse, fine) for fine, coarse in pairwise(gaussian)] + gaussian[-1:]


def collapse(pyramid: list[np.ndarray]) -> np.ndarray:
    """The inverse of `laplacian_pyramid`: expand and add, from the coarsest on."""
    image = pyramid[-1]
    for band in pyramid[-2::-1]:
        image = band + _expand(image, band)
    return image


def multiband(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray, levels: int | None = None) -> np.ndarray:
    """Multiresolution blend of two aligned pictures.

    Parameters
    ----------
    source_warped, target : ndarray of shape (H, W, 3), float32 in [0, 1]
    mask : ndarray of shape (H, W), float32 in [0, 1]
        1 where the source belongs.
    levels : int, optional
        Bands of the pyramid. By default as many as leave the mask about 8 pixels wide at the coarsest level.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]

    Notes
    -----
    The source is seen a little beyond the mask, as far as the pyramid's filters reach: give it real surroundings there, not black.
    """
    check_arguments(source_warped, target, mask)
    if levels is None:
        levels = default_levels(mask)
    _check_levels(levels)
    box = box_of(mask)
    if box is None:
        return target.copy()
    window = reach(box, levels)
    difference = source_warped[window] - target[window]
    bands = laplacian_pyramid(difference, levels)
    masks = gaussian_pyramid(mask[window], levels)
    blended = target.copy()
    changed = target[window] + collapse([m[..., None] * band for m, band in zip(masks, bands, strict=True)])
    blended[window] = np.clip(changed, 0, 1, out=changed)
    return blended


def feather(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray, width: float | None = None) -> np.ndarray:
    """Mix across a soft edge that lies inside the mask.

    Parameters
    ----------
    source_warped, target, mask
        As for `multiband`.
    width : float, optional
        Pixels from the mask's border, inwards, over which the source fades in. By default a twelfth of the mask's width.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]
    """
    check_arguments(source_warped, target, mask)
    if width is not None and not width >= 0:
        raise ValueError(f"width: expected at least 0 pixels, got {width}")
    blended = target.copy()
    window = box_of(mask)
    if window is None:
        return blended
    if width is None:
        width = max(mask[window].shape) / 12
    soft = fade(mask[window], width) * mask[window]
    blended[window] += soft[..., None] * (source_warped[window] - target[window])
    return blended


def fade(mask: np.ndarray, width: float) -> np.ndarray:
    """A soft edge inside a mask: 0 outside, 1 further in than `width` pixels, smooth between; (H, W) float32."""
    inside = np.pad((mask > 0.5).astype(np.uint8), 1)  # beyond the picture counts as outside, as the hull ends there
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1]
    return rise(distance / max(width, 1))


def rise(way: np.ndarray) -> np.ndarray:
    """From 0 at 0 to 1 at 1, smoothly at both ends, and no further."""
    way = np.clip(way, 0, 1)
    return way * way * (3 - 2 * way)


def default_levels(mask: np.ndarray) -> int:
    """Bands for a mask of this size: `levels_for` the shorter side of what it covers."""
    box = box_of(mask)
    return levels_for(min(mask[box].shape) if box else 1)


def levels_for(side: float) -> int:
    """Bands for a region so many pixels wide: 1 for a very small one, 5 for a face of 256.

    >>> levels_for(256)
    5
    """
    return max(1, int(np.log2(max(side / _FACE_AT_TOP, 1))))


def _check_levels(levels: int) -> None:
    if not isinstance(levels, (int, np.integer)) or levels < 0:
        raise ValueError(f"levels: expected a whole number, at least 0, got {levels}")


def _expand(coarse: np.ndarray, like: np.ndarray) -> np.ndarray:
    return cv2.pyrUp(coarse, dstsize=(like.shape[1], like.shape[0]))


def reach(box: tuple[slice, slice], levels: int) -> tuple[slice, slice]:
    """The part of a picture that a blend of so many levels can touch.

    Parameters
    ----------
    box : (slice, slice)
        Rows and columns of the mask.
    levels : int

    Returns
    -------
    (slice, slice)
        Rows and columns. A level's filters reach 2 pixels of that level each way, in three steps: the picture's pyramid, the mask's, and
        the way back. The slices start at multiples of the coarsest pixel, so that a blend in them is the blend in the whole picture.
    """
    step = 2**levels
    rows, columns = (slice(max(0, (side.start - 6 * step) // step * step), max(0, side.stop + 6 * step)) for side in box)
    return rows, columns
