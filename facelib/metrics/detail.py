"""Fine detail: how sharp a face is, and how much of the source's is left."""

from __future__ import annotations

import cv2
import numpy as np

from facelib.images import to_grey
from facelib.metrics.regions import face_width, inside

_FINE, _COARSE = 1.0, 2.0  # pixels: what the first blur takes away is the finest detail, what the second takes, the next
_CLEAR = 4  # pixels from the border: there, the step of a seam is in neither
_DETAIL = 1 / 128, 1 / 32  # of the face's width: sigmas of the blurs between which the source's detail lies
_REACH = 3  # sigmas: how far a blur reaches


def sharpness_ratio(image: np.ndarray, mask: np.ndarray, reference: np.ndarray | None = None) -> float:
    """How sharp the face is, against the rest of its own picture or against the face in another.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), float32 in [0, 1]
    mask : ndarray of shape (H, W), float32 or bool
        The face; pixels count where it is above one half, more than 4 pixels from the border.
    reference : ndarray of shape (H, W, 3), float32 in [0, 1], optional
        A picture whose face is as sharp as it should be, such as the right answer. Without it, the rest of `image` is the measure.

    Returns
    -------
    float
        1 where the two are equally sharp, below 1 where the face is softer. NaN where either has no pixel, or no detail at all.

    Notes
    -----
    Sharpness is the strength of luma's finest detail (what a Gaussian of 1 pixel takes away) over that of the next finer octave's (up to
    2 pixels): light, colour and contrast do not change it, only how detail falls off does. Noise, ringing and JPEG's blocks pass for
    sharpness. The rest of a picture may be out of focus, or full of letters: over 200 untouched crops of ytf68 the ratio to it was 0.92,
    plus or minus 0.11. Prefer a reference.
    """
    pictures = {"image": image} if reference is None else {"image": image, "reference": reference}
    face = inside(mask, "sharpness_ratio", **pictures)
    rest = _sharpness(image, ~face) if reference is None else _sharpness(reference, face)
    return _sharpness(image, face) / rest


def source_detail(image: np.ndarray, source_warped: np.ndarray, mask: np.ndarray) -> float:
    """How much of the source's detail a composite keeps: the correlation of fine luma in the two, inside the face.

    Parameters
    ----------
    image, source_warped : ndarray of shape (H, W, 3), float32 in [0, 1]
        The composite, and the warped source that it is made of.
    mask : ndarray of shape (H, W), float32 or bool
        The face; pixels count where it is above one half, away from the border by as much as the filter reaches: about a tenth of the
        face's width.

    Returns
    -------
    float
        In [-1, 1]; 1 for the source itself in any light. NaN where nothing counts or either has no detail.

    Notes
    -----
    The detail is what lies between Gaussians of 1/128 and 1/32 of the face's width: lashes, nostrils, wrinkles; not light and shade, not
    pixel noise. A tint, more contrast, a change of light leave the number alone; detail that was blurred, moved, or painted over lowers
    it. Detail that is merely weaker does not: `sharpness_ratio` sees that. 0 is not the floor: two faces in one geometry have eyes and
    lips in the same place, so that the untouched target scores about 0.25 on real faces.
    """
    face = inside(mask, "source_detail", image=image, source_warped=source_warped)
    fine, coarse = (share * face_width(face) for share in _DETAIL)
    counts = _clear(face, _REACH * coarse)
    if not counts.any():
        return float("nan")
    first, second = (_between(to_grey(picture), fine, coarse)[counts] for picture in (image, source_warped))
    first, second = first - first.mean(), second - second.mean()
    return _quotient(float((first * second).sum()), float(np.linalg.norm(first) * np.linalg.norm(second)))


def _sharpness(picture: np.ndarray, where: np.ndarray) -> float:
    counts, grey = _clear(where, _CLEAR), to_grey(picture).astype(float)
    if not counts.any():
        return float("nan")
    smooth = cv2.GaussianBlur(grey, (0, 0), _FINE)
    finest, next_finest = (grey - smooth)[counts], _between(grey, _FINE, _COARSE)[counts]
    return _quotient(float(np.linalg.norm(finest)), float(np.linalg.norm(next_finest)))


def _between(grey: np.ndarray, fine: float, coarse: float) -> np.ndarray:
    """What one blur leaves and the other takes away, float64."""
    return cv2.GaussianBlur(grey.astype(float), (0, 0), fine) - cv2.GaussianBlur(grey.astype(float), (0, 0), coarse)


def _clear(where: np.ndarray, margin: float) -> np.ndarray:
    """The pixels of a part that are farther than a margin from the other part; the picture's edge is no border."""
    if where.all():
        return where
    return cv2.distanceTransform(where.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) > margin


def _quotient(above: float, below: float) -> float:
    """NaN where there is nothing but rounding to divide by."""
    return above / below if below > 1e-9 else float("nan")
