"""A box for each face: OpenCV's frontal-face cascade (Viola and Jones 2001), or a box that you give.

A box is x, y, width, height in pixels, as a person draws it: from the middle of the forehead to the chin, ear to ear.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np

from facelib import images

# How to look: the longer side to which a larger picture is shrunk, the step between sizes, the neighbours that a hit needs. Each look
# is taken only where the one before found too few. On 400 frames of ytf68 the first misses 8, the three together 1.
_LOOKS = ((256, 1.2, 3), (1600, 1.1, 5), (1600, 1.1, 2))


class FaceNotFound(ValueError):
    """No face where one was needed; the message is one line for the user."""


def find_faces(image: np.ndarray, at_least: int = 1) -> np.ndarray:
    """Boxes of the faces in a picture, the largest first.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3) float32 in [0, 1], or (H, W) uint8
        RGB, or grey.
    at_least : int
        How many are wanted: the search goes on, more slowly, until there are so many.

    Returns
    -------
    ndarray of shape (N, 4), float64
        x, y, width, height; N may be 0.

    Notes
    -----
    The cascade knows upright faces that look at the camera, and some profile views.
    """
    grey = image
    if getattr(image, "ndim", None) != 2:
        images.check_picture(image, "image")
        grey = images.to_bytes(images.to_grey(image))
    elif image.dtype != np.uint8:
        raise TypeError(f"image: expected a grey picture as uint8, got {image.dtype}")
    best = np.empty((0, 4))
    for side, step, neighbours in _LOOKS:
        boxes = _look(grey, side, step, neighbours)
        if len(boxes) > len(best):
            best = boxes
        if len(best) >= at_least:
            break
    return best


def choose(boxes: np.ndarray, number: int = 1, name: str = "source") -> np.ndarray:
    """The n-th largest box, counted from 1.

    Raises
    ------
    FaceNotFound
        No box at all, or fewer than `number`.
    ValueError
        `number` below 1.
    """
    if number < 1:
        raise ValueError(f"{name}: faces are counted from 1, the largest; got {number}")
    by_hand = f"its box, {name}_box in Python or --{name}-box X,Y,W,H"
    if not len(boxes):
        raise FaceNotFound(f"{name}: no face found; give {by_hand}")
    if number > len(boxes):
        raise FaceNotFound(f"{name}: face {number} asked for, {len(boxes)} found; give a smaller number, or {by_hand}")
    return boxes[number - 1]


def nearest(boxes: np.ndarray, box: np.ndarray, least: float = 0.2) -> np.ndarray | None:
    """The box that overlaps another most, or None where none overlaps by `least` (intersection over union)."""
    overlaps = [_overlap(candidate, box) for candidate in boxes]
    if not overlaps or max(overlaps) < least:
        return None
    return boxes[int(np.argmax(overlaps))]


def check_box(box: Sequence[float], shape: tuple[int, ...], name: str = "box") -> np.ndarray:
    """A box given by the user, as an array, once it is known to lie in the picture.

    A box may reach over the picture's edge (faces do), but its middle must lie inside.

    Raises
    ------
    ValueError
        Not four finite numbers, no positive size, or outside the picture.
    """
    box = np.asarray(box, float)
    height, width = shape[:2]
    given = ",".join(f"{value:g}" for value in box.ravel())
    if box.shape != (4,) or not np.isfinite(box).all():
        raise ValueError(f"{name}: expected x,y,width,height, got {given}")
    x, y, box_width, box_height = box
    if min(box_width, box_height) < 4:
        raise ValueError(f"{name}: expected a width and height of at least 4 pixels, got {given}")
    if not (0 <= x + box_width / 2 < width and 0 <= y + box_height / 2 < height) or box_width > 2 * width or box_height > 2 * height:
        raise ValueError(f"{name}: {given} is outside the picture, which is {width} x {height} pixels")
    return box


def _look(grey: np.ndarray, side: int, step: float, neighbours: int) -> np.ndarray:
    scale = min(1.0, side / max(grey.shape))
    size = [max(1, round(scale * length)) for length in grey.shape[::-1]]
    small = grey if scale == 1 else cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    least = max(20, min(small.shape) // 12)
    found = _cascade().detectMultiScale(small, scaleFactor=step, minNeighbors=neighbours, minSize=(least, least))
    boxes = np.array(found, float).reshape(-1, 4) / scale
    return boxes[np.argsort(-boxes[:, 2] * boxes[:, 3], kind="stable")]


@cache
def _cascade() -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    low = np.maximum(one[:2], other[:2])
    high = np.minimum(one[:2] + one[2:], other[:2] + other[2:])
    shared = np.prod(np.clip(high - low, 0, None))
    return float(shared / (np.prod(one[2:]) + np.prod(other[2:]) - shared))
