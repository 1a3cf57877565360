"""Which pixels a metric looks at: those inside a mask, and a band round its border."""

from __future__ import annotations

import cv2
import numpy as np

from facelib.images import check_picture

_BAND = 1 / 16  # of a face's width


def seam_band(mask: np.ndarray, width: float | None = None, side: str = "both") -> np.ndarray:
    """A mask of the pixels near a mask's border: give it to a metric, and that looks at the seam.

    Parameters
    ----------
    mask : ndarray of shape (H, W), float32 or bool
        The face; pixels count where it is above one half.
    width : float, optional
        Pixels to each side of the border: 1 for those that touch it. By default a sixteenth of `face_width`, and at least 1.
    side : {"both", "inside", "outside"}

    Returns
    -------
    ndarray of shape (H, W), float32
        1 in the band, 0 elsewhere. The picture's own edge is no border: a face that is cut off by it has no seam there.

    Examples
    --------
    >>> seam_band(np.array([[0, 0, 0, 1, 1, 1, 1]]) > 0, 2)
    array([[0., 1., 1., 1., 1., 0., 0.]], dtype=float32)
    """
    if side not in ("both", "inside", "outside"):
        raise ValueError(f"side: expected one of both, inside, outside, got {side!r}")
    face = inside(mask, "seam_band")
    width = band_width(face, width, _BAND)
    band = np.zeros(face.shape, bool)
    for part, name in ((face, "inside"), (~face, "outside")):
        if side in (name, "both") and not part.all():  # to where there is no other side, the distance is unknown
            band |= part & (cv2.distanceTransform(part.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= width)
    return band.astype(np.float32)


def face_width(mask: np.ndarray) -> float:
    """The root of a mask's area, in pixels: what the metrics' scales are shares of, so that a larger picture gives the same number."""
    return float(np.sqrt(np.count_nonzero(mask > 0.5)))


def band_width(mask: np.ndarray, width: float | None, share: float) -> float:
    """The width that was asked for, or else a share of the face's; at least a pixel."""
    if width is not None and not width >= 1:
        raise ValueError(f"width: expected at least 1 pixel, got {width}")
    return max(1.0, face_width(mask) * share) if width is None else width


def inside(mask: np.ndarray, name: str, **pictures: np.ndarray) -> np.ndarray:
    """Refuse a mask or pictures that no metric can take, in one clear line; where the mask is above one half, (H, W) bool.

    Parameters
    ----------
    mask : ndarray of shape (H, W), float or bool in [0, 1]
    name : str
        Of the metric, for the message.
    **pictures : ndarray of shape (H, W, 3), float32 in [0, 1]
        All of the mask's size.
    """
    for role, picture in pictures.items():
        check_picture(picture, role)
    check_like(*pictures.values(), mask=mask, name=name)
    if mask.dtype != bool and not (mask.min(initial=0) >= 0 and mask.max(initial=0) <= 1):  # written so that NaN fails too
        raise ValueError(f"mask: expected values in [0, 1], got [{mask.min():.3g}, {mask.max():.3g}]")
    return mask > 0.5


def check_like(*pictures: np.ndarray, mask: np.ndarray, name: str) -> None:
    """Refuse pictures and a mask that differ in size, in one clear line."""
    if mask.ndim != 2:
        raise ValueError(f"{name}: expected a mask of shape (H, W), got {mask.shape}")
    if any(picture.shape != (*mask.shape, 3) for picture in pictures):
        sizes, many = ", ".join(str(picture.shape) for picture in pictures), ("a picture", "two pictures")[len(pictures) > 1]
        raise ValueError(f"{name}: expected {many} and a mask of one size, got {sizes} and {mask.shape}")
