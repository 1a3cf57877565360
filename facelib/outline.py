"""Where a face is put onto the target, and what of the source may be seen there: a little inside the face's outline, and nothing beyond it."""

from __future__ import annotations

import cv2
import numpy as np

from facelib import keypoints

_INWARDS = 0.05  # of the face's width: from the jaw and the temples, where hair, shadow and background begin
_UPWARDS = 0.07  # of the face's width: above the brows, which carry identity and must not be cut
_FEATURES = ("right brow", "left brow", "right eye", "left eye", "outer lips")
_BITS = 8


def seen(points: np.ndarray, inwards: float = _INWARDS) -> np.ndarray:
    """The corners of the region onto which a face is put: (27, 2).

    Parameters
    ----------
    points : ndarray of shape (68, 2)
    inwards : float
        How far inside the jaw, as a share of the face's width.
    """
    mean = keypoints.mean_shape()
    to_mean = keypoints.similarity(points, mean)
    shape = keypoints.transform(to_mean, points)
    jaw, brows = shape[:17].copy(), shape[17:27].copy()
    width = np.linalg.norm(jaw[0] - jaw[16])
    middle = shape[27:31].mean(axis=0)
    way = middle - jaw
    jaw += way * (inwards * width / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-6))
    brows[:, 1] -= _UPWARDS * width
    inverse = np.linalg.inv(np.vstack([to_mean, [0, 0, 1]]))[:2]
    return keypoints.transform(inverse, np.vstack([jaw, brows[::-1]]))


def filled(corners: np.ndarray, shape: tuple[int, int], hull: bool = True) -> np.ndarray:
    if hull:
        corners = cv2.convexHull(corners.astype(np.float32))[:, 0]
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.round(corners * 2**_BITS).astype(np.int32)], 1, cv2.LINE_8, _BITS)
    return mask.astype(np.float32)


def skin(points: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """A mask without brows, eyes and lips, (H, W) float32."""
    width = np.linalg.norm(points[0] - points[16])
    out = np.zeros(mask.shape, np.uint8)
    for name in _FEATURES:
        part = cv2.convexHull(points[list(keypoints.GROUPS[name])].astype(np.float32))[:, 0]
        cv2.fillPoly(out, [np.round(part * 2**_BITS).astype(np.int32)], 1, cv2.LINE_8, _BITS)
    room = max(1, round(0.04 * width))
    out = cv2.dilate(out, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * room + 1, 2 * room + 1)))
    return mask * (1 - out)


def extended(picture: np.ndarray, known: np.ndarray) -> np.ndarray:
    """A picture that goes on beyond where it is known, ever more smoothly: pulled down to where all is known, and pushed back up."""
    if known.min() > 0 or min(known.shape) < 2:
        return picture / np.maximum(known, 1e-6)[..., None] if known.max() <= 1 else picture
    weighted = picture * known[..., None]
    small, few = cv2.pyrDown(weighted), cv2.pyrDown(known)
    coarse = extended(small / np.maximum(few, 1e-6)[..., None], np.minimum(few * 4, 1)) if few.max() > 0 else small
    size = known.shape[::-1]
    return weighted + (1 - known[..., None]) * cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)
