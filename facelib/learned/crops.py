"""The canonical crop: what every keypoint network sees of a face, and the frame in which it answers.

A similarity puts the mean face in the middle of a square, upright, filling three quarters of it, so that a network needs to learn faces,
not where and how large they are. Points in a crop are in *crop units*: -1 and 1 are the outer edges of its pixels, whatever their number.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch

from facelib import keypoints

SIZE = 128  # pixels, the crop's side
FILL = 0.74  # the mean face's larger side over the crop's


def canonical_shape() -> np.ndarray:
    """The mean shape as it lies in the crop, (68, 2) in crop units."""
    return 2 * FILL * keypoints.mean_shape()


def to_pixels(points: np.ndarray, size: int = SIZE) -> np.ndarray:
    """Crop units to the crop's pixels, whose centres are integers.

    >>> to_pixels(np.array([[-1.0, 0.0]]), size=4)
    array([[-0.5,  1.5]])
    """
    return (points + 1) * (size / 2) - 0.5


def to_units(points: np.ndarray, size: int = SIZE) -> np.ndarray:
    """The crop's pixels to crop units: the inverse of `to_pixels`."""
    return (points + 0.5) * (2 / size) - 1


def crop_matrix(shape: np.ndarray, size: int = SIZE) -> np.ndarray:
    """The similarity, (2, 3), from the picture to the canonical crop of the face with these points, both in pixels."""
    return keypoints.similarity(shape, to_pixels(canonical_shape(), size))


def crop(grey: np.ndarray, matrix: np.ndarray, size: int = SIZE) -> np.ndarray:
    """Cut a crop out of a grey picture; beyond the picture its border goes on.

    Shrinks through INTER_AREA first where the face is much larger than the crop, so that fine detail does not alias.
    """
    scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    if scale < 0.5:
        smaller = cv2.resize(grey, [max(1, round(2 * scale * length)) for length in grey.shape[1::-1]], interpolation=cv2.INTER_AREA)
        ratio_x, ratio_y = grey.shape[1] / smaller.shape[1], grey.shape[0] / smaller.shape[0]
        # pixel centres: x_full = ratio (x_small + 0.5) - 0.5
        to_full = np.array([[ratio_x, 0, (ratio_x - 1) / 2], [0, ratio_y, (ratio_y - 1) / 2], [0, 0, 1]])
        grey, matrix = smaller, matrix @ to_full
    return cv2.warpAffine(grey, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def to_input(crops: np.ndarray) -> torch.Tensor:
    """Grey crops (B, S, S), uint8 or float32 in [0, 1], as a network's input (B, 1, S, S) in [-1, 1]."""
    scale = 127.5 if crops.dtype == np.uint8 else 0.5
    return torch.from_numpy(np.ascontiguousarray(crops))[:, None].float() / scale - 1
