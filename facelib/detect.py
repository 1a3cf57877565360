"""A box for each face: OpenCV's frontal-face cascade (Viola and Jones 2001), in turned pictures too, or a box that you give.

A box is x, y, width, height in pixels, as a person draws it: from the middle of the forehead to the chin, ear to ear.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import cv2
import numpy as np

from facelib import images, keypoints

CASCADE = "frontalface_default"

# How to look: by how many degrees the picture is turned first, the longer side to which a larger picture is shrunk, the step between
# sizes, the neighbours that a hit needs. Each look is taken only where those before it found too few; the first settles most pictures.
# The cascade forgives a tilt of about 12 degrees, so that turns of 20 leave no gap up to 50. Chosen on 240 frames of ytf68's training
# people, turned by 0 to 45 degrees; `facelib evaluate detection` measures them on others.
_LOOKS = (
    ((0,), 256, 1.2, 5),
    ((-20, 0, 20), 256, 1.2, 3),
    ((-40, 40), 256, 1.2, 3),
    ((0,), 1600, 1.1, 5),
    ((0,), 1600, 1.1, 2),
)
_EYES_APART = 64  # pixels, to which a face is brought before it is searched for eyes
_SAME = 0.3  # boxes that overlap by more are one face
_OWN = threading.local()  # each thread's cascades, by name


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
    The cascade knows upright faces that look at the camera, and some profile views. A picture in which it sees too few is turned by 20
    and by 40 degrees to either side and searched again; the box of a tilted face is upright, round the face's middle.
    """
    grey, scale = image, 1.0
    if getattr(image, "ndim", None) != 2:
        images.check_picture(image, "image")
        small, scale = _shrunk(image, max(side for _, side, _, _ in _LOOKS))
        grey = images.to_bytes(images.to_grey(small))
    elif image.dtype != np.uint8:
        raise TypeError(f"image: expected a grey picture as uint8, got {image.dtype}")
    best = np.empty((0, 4))
    for turns, side, step, neighbours in _LOOKS:
        boxes = look(grey, turns, side, step, neighbours)
        if len(boxes) > len(best):
            best = boxes
        if len(best) >= at_least:
            break
    return best / scale


def look(
    grey: np.ndarray, turns: Sequence[float] = (0,), side: int = 256, step: float = 1.1, neighbours: int = 3, cascade: str = CASCADE
) -> np.ndarray:
    """One search with one of OpenCV's cascades.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
    turns : sequence of float
        Degrees, anticlockwise: the picture is turned by each of them, and searched.
    side : int
        The longer side in pixels to which a larger picture is shrunk; faces below a twelfth of the shorter side are not looked for.
    step : float
        The ratio of neighbouring sizes of face.
    neighbours : int
        How many hits must agree.
    cascade : str
        `haarcascade_` + this + `.xml` is the file in OpenCV's wheel.

    Returns
    -------
    ndarray of shape (N, 4), float64
        x, y, width, height, the largest first; a face that several turns show comes once.
    """
    small, scale = _shrunk(grey, side)
    least = max(20, min(small.shape) // 12)
    boxes, votes = np.empty((0, 4)), np.empty(0)
    for degrees in turns:
        turned, matrix = turn(small, degrees)
        found, agree = _cascade(cascade).detectMultiScale2(turned, scaleFactor=step, minNeighbors=neighbours, minSize=(least, least))
        found = np.array(found, float).reshape(-1, 4)
        if degrees:
            middle = (found[:, :2] + found[:, 2:] / 2 - matrix[:, 2]) @ matrix[:, :2]  # a rotation's inverse is its transpose
            found[:, :2] = middle - found[:, 2:] / 2
        boxes, votes = np.concatenate([boxes, found / scale]), np.concatenate([votes, np.ravel(agree)])
    kept: list[np.ndarray] = []
    for box in boxes[np.lexsort((*boxes.T, -votes))]:  # the most votes first; then by place, as OpenCV's threads come in any order
        if all(overlap(box, other) <= _SAME for other in kept):
            kept.append(box)
    boxes = np.array(kept).reshape(-1, 4)
    return boxes[np.argsort(-boxes[:, 2] * boxes[:, 3], kind="stable")]


def _shrunk(picture: np.ndarray, side: int) -> tuple[np.ndarray, float]:
    """A picture whose longer side has at most so many pixels, and by what it was multiplied."""
    scale = min(1.0, side / max(picture.shape[:2]))
    size = [max(1, round(scale * length)) for length in picture.shape[1::-1]]
    return (picture, 1.0) if scale == 1 else (cv2.resize(picture, size, interpolation=cv2.INTER_AREA), scale)


def turn(grey: np.ndarray, degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """The picture turned anticlockwise, on a canvas that holds all of it, and the (2, 3) matrix that says where its pixels went."""
    if not degrees:
        return grey, np.eye(2, 3)
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1)
    cosine, sine = np.abs(matrix[0, :2])
    size = [int(np.ceil(length - 1e-6)) for length in (width * cosine + height * sine, width * sine + height * cosine)]
    matrix[:, 2] += (np.array(size) - (width, height)) / 2
    return cv2.warpAffine(grey, matrix, size, borderValue=128), matrix  # a grey border: a black one would draw an edge


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two boxes: 1 where they are the same, 0 where they are apart."""
    low = np.maximum(one[:2], other[:2])
    high = np.minimum(one[:2] + one[2:], other[:2] + other[2:])
    shared = np.prod(np.clip(high - low, 0, None))
    return float(shared / (np.prod(one[2:]) + np.prod(other[2:]) - shared))


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
    overlaps = [overlap(candidate, box) for candidate in boxes]
    if not overlaps or max(overlaps) < least:
        return None
    return boxes[int(np.argmax(overlaps))]


def stray_eyes(grey: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Eyes that a cascade finds in a face where there should be none.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
    points : ndarray of shape (68, 2)
        The face's keypoints.

    Returns
    -------
    ndarray of shape (N, 2), float64
        The middles, inside the hull of the points and further from either eye than half of what the eyes are apart. On 200 faces of ytf68
        the cascade sees half of the eyes, and a tenth of an eye a face where there is none: compare with untouched pictures.
    """
    scale = _EYES_APART / np.linalg.norm(points[keypoints.RIGHT_EYE].mean(0) - points[keypoints.LEFT_EYE].mean(0))
    large = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    least, most = ((round(share * _EYES_APART),) * 2 for share in (0.4, 1))
    hits = _cascade("eye_tree_eyeglasses").detectMultiScale(large, 1.1, 4, minSize=least, maxSize=most)
    found = np.array(hits, float).reshape(-1, 4)
    middles = (found[:, :2] + found[:, 2:] / 2 + 0.5) / scale - 0.5
    hull = cv2.convexHull(points.astype(np.float32))
    inside = [cv2.pointPolygonTest(hull, middle.tolist(), False) > 0 for middle in middles]
    away = [min(np.linalg.norm(middle - points[eye].mean(0)) for eye in (keypoints.RIGHT_EYE, keypoints.LEFT_EYE)) for middle in middles]
    return middles[np.array(inside, bool) & (np.array(away) > _EYES_APART / scale / 2)]


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


def _cascade(name: str) -> cv2.CascadeClassifier:
    """One for each thread: OpenCV's keeps what it works on in itself, and two threads in one give wrong boxes."""
    known = vars(_OWN)
    if name not in known:
        known[name] = cv2.CascadeClassifier(f"{cv2.data.haarcascades}haarcascade_{name}.xml")
    return known[name]
