"""All the faces of a picture, each with a box, a score and five points: YuNet (Wu, Peng and Yu 2023), run by OpenCV. Chapter 1.

A box is x, y, width, height in pixels, as a person draws it: from the hair to the chin, between the ears.
"""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import cv2
import numpy as np

from facelib import images

# YuNet, 2023mar, as in OpenCV's model zoo. MIT licence; see the folder. It was trained on faces of 10 to 300 pixels, upright ones.
_MODEL, _SHA256 = "face_detection_yunet_2023mar.onnx", "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
_SIDE, _SMALL, _TINY = 900, 480, 320  # pixels of a view's longer side: at most; at least; and of a second view, for faces that fill it
_SCALE, _TILE, _LAP = 0.7, 1100, 80  # for faces down to 24 pixels: the picture's scale; tiles and their overlap in its pixels
_LEAST, _LEAST_TURNED = 0.75, 0.87  # of the score, below which nothing is a face: upright, and turned by more than 45 degrees
_SURE = 0.92  # of 300 faces of 300-W 95 % have more as they are, and 1 % upside down
_UPRIGHT = 8  # degrees; a head that is tilted by more gets another look
_CANDIDATE = 0.4  # a turned head has more, and gets another look
_SAME = 0.5  # boxes that share more than this part of the smaller one are one face
_LOOK, _AROUND = 128, 2.0  # pixels, and widths of the face: what another look at a face sees
_TURNS = range(45, 360, 45)  # degrees, in which it sees that
_STRIP = 64  # pixels; a narrower view is made as wide
_GREY = (128, 128, 128)  # what lies beyond a picture's edge
_OWN = threading.local()  # each thread's networks


class FaceNotFound(ValueError):
    """No face where one was needed; the message is one line for the user."""


@dataclass(frozen=True, eq=False)
class Face:
    """One face as a detector sees it."""

    box: np.ndarray  # (4,) float64: x, y, width, height in pixels; upright, also round a tilted head
    score: float  # in [0, 1]
    points: np.ndarray  # (5, 2) float64, (x, y) in pixels: the person's right eye, left eye, nose, right and left corner of the mouth

    @property
    def tilt(self) -> float:
        """By how many degrees the head is turned clockwise in the picture, -180 to 180."""
        x, y = self.points[3:].mean(axis=0) - self.points[:2].mean(axis=0)
        return float(np.degrees(np.arctan2(-x, y)))


def find_faces(picture: np.ndarray, small: bool = False) -> list[Face]:
    """All the faces in a picture, the largest first.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3) or (H, W), float32 in [0, 1] or uint8
        RGB, or grey.
    small : bool
        Whether to look for faces down to 24 pixels in any picture. Without it they are from about a fiftieth of the picture's longer side,
        and smaller ones are looked for only where there is none of these.

    Returns
    -------
    list of Face

    Notes
    -----
    YuNet knows upright heads, and calls one that is upside down upright too, with a lower score. So a face of which it is not sure is
    looked at again alone, and then in seven turns, and the best answer counts; and where it is sure of no face, the picture is searched in
    quarter turns as well. Beside a face that is sure, a turned one is found only where the network suspects a face in the upright picture.
    """
    _check(picture)
    found = _search(picture)
    if (small or not found) and _SCALE * max(picture.shape) > _SIDE:  # a smaller picture was seen nearly at its full size
        found += [face for face in _search_tiles(picture) if _is_new(face, found)]
    return sorted(found, key=lambda face: -face.box[2] * face.box[3])


def choose(faces: Sequence[Face], number: int = 1, name: str = "source") -> Face:
    """The n-th largest face, counted from 1.

    Parameters
    ----------
    faces : sequence of Face
        As `find_faces` gives them.

    Raises
    ------
    FaceNotFound
        No face at all, or fewer than `number`.
    ValueError
        `number` below 1.
    """
    if number < 1:
        raise ValueError(f"{name}: faces are counted from 1, the largest; got {number}")
    by_hand = f"its box, {name}_box in Python or --{name}-box X,Y,W,H"
    if not faces:
        raise FaceNotFound(f"{name}: no face found; give {by_hand}")
    if number > len(faces):
        raise FaceNotFound(
            f"{name}: face {number} asked for, {len(faces)} found (`facelib faces` lists them); give a smaller number, look for small "
            f"faces too (small=True, --small), or give {by_hand}"
        )
    return faces[number - 1]


def in_box(picture: np.ndarray, box: np.ndarray) -> Face | None:
    """The face in a box that a hand drew, with its five points, or None where the network sees none there.

    Parameters
    ----------
    picture : ndarray
        As for `find_faces`.
    box : ndarray of shape (4,)
        x, y, width, height in pixels; it stays the face's box.
    """
    given = Face(np.asarray(box, float), 0.0, np.zeros((5, 2)))
    seen = _second_look(picture, given)
    return None if seen is given else Face(given.box, seen.score, seen.points)


def box_of(face: Face | Sequence[float]) -> Sequence[float]:
    """The box of a face that was found, or a box itself: whoever takes either calls this."""
    return face.box if isinstance(face, Face) else face


def nearest(faces: Sequence[Face], box: np.ndarray, least: float = 0.2) -> Face | None:
    """The face whose box overlaps another most, or None where none overlaps by `least` (intersection over union)."""
    overlaps = [overlap(face.box, box) for face in faces]
    if not overlaps or max(overlaps) < least:
        return None
    return faces[int(np.argmax(overlaps))]


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two boxes: 1 where they are the same, 0 where they are apart."""
    shared = _intersection(one, other)
    return float(shared / (np.prod(one[2:]) + np.prod(other[2:]) - shared))


def moved(box: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """The box of a face in a picture that was moved, turned or made larger.

    Parameters
    ----------
    box : ndarray of shape (4,)
        x, y, width, height in pixels.
    matrix : ndarray of shape (2, 3)
        A similarity, from pixels to pixels.

    Returns
    -------
    ndarray of shape (4,), float64
        The upright box round the ellipse that fills the turned one: a face is no rectangle.
    """
    middle = matrix[:, :2] @ (box[:2] + box[2:] / 2 - 0.5) + matrix[:, 2] + 0.5  # pixel centres are integers
    size = np.sqrt(matrix[:, :2] ** 2 @ box[2:] ** 2)
    return np.concatenate([middle - size / 2, size])


def release() -> None:
    """Give back the memory that this thread's networks work in, some 40 MB after a large picture; the next search makes them anew."""
    vars(_OWN).pop("nets", None)


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


def _search(picture: np.ndarray) -> list[Face]:
    """The picture as a whole, shrunk; and in quarter turns, where there is no face of which the network is sure."""
    longer = max(picture.shape)
    sides = [min(max(_SMALL, 0.75 * longer), _SIDE), *([_TINY] if longer > 2 * _TINY else [])]
    halved, whole = _halved(picture, sides[0])
    views = [_shrunk(halved, side, whole) for side in sides]
    found = _confirmed(picture, (face for view, matrix in views for face in _detect(view, matrix)))
    if not any(face.score >= _SURE for face in found):
        framed = [_framed(view, matrix) for view, matrix in views]
        turned = [_turned(view, matrix, quarters) for view, matrix in framed for quarters in range(4)]
        found = _distinct([*found, *_confirmed(picture, (face for view, matrix in turned for face in _detect(view, matrix)))])
    return found


def _confirmed(picture: np.ndarray, candidates: Iterable[Face]) -> list[Face]:
    """The faces among candidates, each once, after a second look at those of which the network is not sure."""
    looked_at = (_second_look(picture, face) for face in _distinct(candidates))
    return _distinct(face for face in looked_at if _is_face(face))


def _is_face(face: Face) -> bool:
    return face.score >= (_LEAST if abs(face.tilt) <= 45 else _LEAST_TURNED)


def _search_tiles(picture: np.ndarray) -> list[Face]:
    """The picture part by part, nearly at its full size: faces down to 24 pixels."""
    height, width = picture.shape[:2]
    rows, columns = (range(0, max(1, length - _LAP), _TILE - _LAP) for length in (height, width))
    found = []
    for top, left in itertools.product(rows, columns):
        part = picture[top : top + _TILE, left : left + _TILE]
        found += _detect(*_shrunk(part, _SCALE * max(part.shape[:2]), np.array([[1.0, 0, left], [0, 1, top]])))
    return _confirmed(picture, found)


def _second_look(picture: np.ndarray, face: Face) -> Face:
    """The face; where the network is not sure of it, the best of another look, and, where that is not sure either, of looks in seven
    turns. A tilted one is looked at upright at last, for better points, unless its score is clearly lower then."""
    best = face
    if face.score < _SURE:
        around = _surroundings(picture, face)
        for turns in ((0,), _TURNS):
            if best.score < _SURE:
                looks = [look for degrees in turns for look in _look(*around, face, degrees) if _is_face(look)]
                best = max([best, *looks], key=lambda look: look.score)
    if abs(best.tilt) <= _UPRIGHT:
        return best
    upright = max(_look(*_surroundings(picture, best), best, best.tilt), key=lambda look: look.score, default=best)
    return upright if upright.score > 0.95 * best.score else best


def _detect(bgr: np.ndarray, to_picture: np.ndarray) -> list[Face]:
    """YuNet on a view, (H, W, 3) uint8; faces in the pixels of the picture, to which a similarity (2, 3) leads."""
    below, right = (max(0, _STRIP - length) for length in bgr.shape[:2])  # in a few rows OpenCV's network sees what is not there
    bgr = cv2.copyMakeBorder(bgr, 0, below, 0, right, cv2.BORDER_CONSTANT, value=_GREY) if below or right else bgr
    _, rows = _net(bgr.shape[1::-1]).detect(bgr)
    rows = np.empty((0, 15)) if rows is None else rows.astype(float)
    points = rows[:, 4:14].reshape(-1, 5, 2) @ to_picture[:, :2].T + to_picture[:, 2]
    return [Face(moved(row[:4], to_picture), float(row[14]), five) for row, five in zip(rows, points, strict=True)]


def _halved(picture: np.ndarray, side: float) -> tuple[np.ndarray, np.ndarray]:
    """The picture halved as long as its longer side keeps so many pixels, much faster than shrinking it at once; and the way back."""
    matrix = np.eye(2, 3)
    while max(picture.shape[:2]) >= 2 * side and min(picture.shape[:2]) >= 2:
        height, width = (length // 2 for length in picture.shape[:2])
        picture = cv2.resize(picture[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
        matrix = matrix * (2, 2, 1) + np.array([[0, 0, 0.5], [0, 0, 0.5]]) * matrix[0, 0]
    return picture, matrix


def _shrunk(picture: np.ndarray, side: float, to_whole: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """A view of a picture, its longer side of at most so many pixels, and the way back; that of a picture which is a part of another leads
    to the whole."""
    scale = min(1.0, side / max(picture.shape[:2]))
    size = [max(1, round(scale * length)) for length in picture.shape[1::-1]]
    view = picture if scale == 1 else cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 0.6 else cv2.INTER_LINEAR)
    ratio = np.array(picture.shape[1::-1]) / size
    back = np.vstack([np.column_stack([np.diag(ratio), (ratio - 1) / 2]), (0, 0, 1)])
    return _as_bgr(view), (np.eye(2, 3) if to_whole is None else to_whole) @ back


def _framed(view: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The view with a grey border, for faces that fill it or reach over its edge."""
    border = max(view.shape[:2]) // 6
    framed = cv2.copyMakeBorder(view, border, border, border, border, cv2.BORDER_CONSTANT, value=_GREY)
    return framed, np.column_stack([matrix[:, :2], matrix[:, 2] - matrix[:, :2] @ (border, border)])


def _turned(view: np.ndarray, matrix: np.ndarray, quarters: int) -> tuple[np.ndarray, np.ndarray]:
    """The view in quarter turns anticlockwise."""
    for _ in range(quarters):
        width = view.shape[1]
        view, matrix = np.rot90(view), matrix @ np.array([[0, -1, width - 1], [1, 0, 0], [0, 0, 1]])
    return np.ascontiguousarray(view), matrix


def _square(face: Face) -> tuple[np.ndarray, float]:
    """What another look at a face sees: the middle and the side of a square, in pixels."""
    return face.box[:2] + (face.box[2:] - 1) / 2, _AROUND * max(face.box[2:])


def _surroundings(picture: np.ndarray, face: Face) -> tuple[np.ndarray, np.ndarray]:
    """A view of all that such a square covers in any turn, and the way back."""
    middle, side = _square(face)
    reach = int(0.75 * side) + 2  # half a diagonal
    left, top = (max(0, int(value) - reach) for value in middle)
    part = picture[top : int(middle[1]) + reach, left : int(middle[0]) + reach]
    return _shrunk(part, 2.2 * _LOOK, np.array([[1.0, 0, left], [0, 1, top]]))


def _look(around: np.ndarray, to_picture: np.ndarray, face: Face, degrees: float) -> list[Face]:
    """What the network says of a face alone, its surroundings turned anticlockwise by so many degrees."""
    middle, side = _square(face)
    turn = side / _LOOK * np.array([[np.cos(a := np.radians(degrees)), -np.sin(a)], [np.sin(a), np.cos(a)]])
    from_view = np.column_stack([turn, middle - turn @ np.full(2, (_LOOK - 1) / 2)])
    to_around = np.linalg.inv(np.vstack([to_picture, (0, 0, 1)])) @ np.vstack([from_view, (0, 0, 1)])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    view = cv2.warpAffine(around, to_around[:2], (_LOOK, _LOOK), flags=flags, borderValue=_GREY)
    return [look for look in _detect(view, from_view) if _shared(look.box, face.box) > _SAME]


def _as_bgr(view: np.ndarray) -> np.ndarray:
    view = view if view.dtype == np.uint8 else images.to_bytes(view)
    return cv2.cvtColor(view, cv2.COLOR_GRAY2BGR if view.ndim == 2 else cv2.COLOR_RGB2BGR)


def _distinct(faces: Iterable[Face]) -> list[Face]:
    """Each face once: of those that overlap, the one of the highest score."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: (-face.score, *face.box)):
        if _is_new(face, kept):
            kept.append(face)
    return kept


def _is_new(face: Face, known: Sequence[Face]) -> bool:
    return all(_shared(face.box, other.box) <= _SAME for other in known)


@cache
def _model() -> str:
    """Where the network's file is, once it is known to be the right one."""
    file = files("facelib") / "yunet" / _MODEL
    if hashlib.sha256(file.read_bytes()).hexdigest() != _SHA256:
        raise RuntimeError(f"{file}: damaged; install facelib again")
    return str(file)


def _net(size: tuple[int, int]) -> cv2.FaceDetectorYN:
    """The network, ready for a view of that width and height: one for each thread, since it keeps what it works on, and one for each
    order of size, since another size makes it plan anew, which takes half as long as to look."""
    nets = vars(_OWN).setdefault("nets", {})
    order = max(size).bit_length()
    if order not in nets:
        nets[order] = cv2.FaceDetectorYN.create(_model(), "", size, _CANDIDATE, 0.3, 5000)
    if tuple(nets[order].getInputSize()) != size:
        nets[order].setInputSize(size)
    return nets[order]


def _check(picture: np.ndarray) -> None:
    if not isinstance(picture, np.ndarray) or picture.dtype not in (np.uint8, np.float32):
        raise TypeError(f"picture: expected an array of uint8 or float32, got {getattr(picture, 'dtype', type(picture).__name__)}")
    if picture.ndim not in (2, 3) or (picture.ndim == 3 and picture.shape[2] != 3) or 0 in picture.shape:
        raise ValueError(f"picture: expected shape (H, W, 3) or (H, W), got {picture.shape}")


def _shared(one: np.ndarray, other: np.ndarray) -> float:
    """The intersection of two boxes as a part of the smaller one."""
    return float(_intersection(one, other) / min(np.prod(one[2:]), np.prod(other[2:])))


def _intersection(one: np.ndarray, other: np.ndarray) -> float:
    low = np.maximum(one[:2], other[:2])
    high = np.minimum(one[:2] + one[2:], other[:2] + other[2:])
    return np.prod(np.clip(high - low, 0, None))
