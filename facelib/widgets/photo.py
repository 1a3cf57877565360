"""A photograph with its face: the box, the keypoints, and how sure they are. A moved box or point gives a new `Photo`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from facelib import detect, images, keypoints

PREVIEW = 512  # pixels: the longer side of what is worked on while something is being dragged
_REACH = 2.4  # of what is cut from a preview, as a multiple of the face's box


@dataclass(frozen=True, eq=False)  # pictures are too large to compare: a photo equals itself
class Photo:
    """One picture and the face in it that counts."""

    name: str
    picture: np.ndarray  # (H, W, 3) float32 in [0, 1]
    box: np.ndarray  # (4,) float: x, y, width, height in pixels
    points: np.ndarray  # (68, 2) float, (x, y) in pixels
    error: float | None  # the mean error to expect of the points, a share of the inter-ocular distance; None once a hand has moved one
    found: bool  # whether a detector found the face, or a hand drew its box
    previews: tuple[np.ndarray, ...]  # the picture as it is last, before that at half, a quarter ... of its size, `PREVIEW` pixels first


def read(picture: np.ndarray, name: str = "picture") -> Photo:
    """Find the largest face and its keypoints.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3), float32 in [0, 1]
    name : str
        For messages, and for the list to choose from.

    Returns
    -------
    Photo
        Where no face is found, `found` is False and the box lies in the middle, for a hand to move.

    Raises
    ------
    TypeError, ValueError
        Not such a picture; the message is one line.
    """
    images.check_picture(picture, name)
    faces = detect.find_faces(picture)
    face = faces[0] if faces else _middle(picture.shape)
    points, error = _predict(picture, face)
    box = detect.box_of(face)
    return Photo(name, picture, box, points, error, found=len(faces) > 0, previews=_previews(picture))


def labelled(picture: np.ndarray, points: np.ndarray, name: str = "picture") -> Photo:
    """A picture whose keypoints are known: nothing is looked for.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3), float32 in [0, 1]
    points : ndarray of shape (68, 2)
        (x, y) in pixels.
    name : str

    Raises
    ------
    TypeError, ValueError
        Not such a picture, or not such points; the message is one line.
    """
    images.check_picture(picture, name)
    keypoints.check_points(points, f"{name}: points")
    points = points.astype(float)
    return Photo(name, picture, keypoints.face_box(points), points, None, found=True, previews=_previews(picture))


def with_points(photo: Photo, points: np.ndarray) -> Photo:
    """The same picture with all keypoints from elsewhere, such as a file; see `labelled`."""
    keypoints.check_points(points, f"{photo.name}: points")
    size = photo.picture.shape[1::-1]
    if not ((points > -np.array(size)) & (points < 2 * np.array(size))).all():
        raise ValueError(f"{photo.name}: the points are outside the picture, which is {size[0]} x {size[1]} pixels; give its own")
    points = points.astype(float)
    return replace(photo, points=points, box=keypoints.face_box(points), error=None, found=True)


def with_box(photo: Photo, box: np.ndarray, passes: int = 2) -> Photo:
    """The same picture with the face where a hand drew its box: the keypoints are predicted anew.

    Parameters
    ----------
    photo : Photo
    box : array of shape (4,)
        x, y, width, height in pixels.
    passes : int
        As for `facelib.keypoints.predict`; one takes half the time, for while the box is dragged.

    Raises
    ------
    ValueError
        A box that `facelib.detect.check_box` refuses: outside the picture, or too small.
    """
    box = detect.check_box(box, photo.picture.shape, f"{photo.name}: box")
    points, error = _predict(photo.picture, box, passes)
    return replace(photo, box=box, points=points, error=error, found=True)


def with_point(photo: Photo, index: int, place: np.ndarray) -> Photo:
    """The same picture with one keypoint moved by hand; nothing else moves.

    Parameters
    ----------
    photo : Photo
    index : int
        0 to 67.
    place : array of shape (2,)
        (x, y) in pixels; outside the picture, the nearest place inside counts.

    Raises
    ------
    ValueError
        No such point, or a place that is not two finite numbers.
    """
    return replace(photo, points=moved(photo.points, index, place, photo.picture.shape, photo.name), error=None)


def moved(points: np.ndarray, index: int, place: np.ndarray, shape: tuple[int, ...], name: str) -> np.ndarray:
    """Points, the first 68 of them keypoints, with one of these elsewhere in a picture of that shape; for the rest see `with_point`."""
    place = np.asarray(place, float)
    if index not in range(keypoints.COUNT):
        raise ValueError(f"{name}: keypoints are numbered 0 to {keypoints.COUNT - 1}, got {index}")
    if place.shape != (2,) or not np.isfinite(place).all():
        raise ValueError(f"{name}: expected a keypoint's x and y as two finite numbers, got {place.tolist()}")
    points = points.copy()
    points[index] = place.clip(0, np.array(shape[1::-1]) - 1)
    return points


def shrunk(photo: Photo, close: bool = True) -> Photo:
    """A photo of its own for drafts, of at most `PREVIEW` pixels a side; box and points move along.

    Parameters
    ----------
    photo : Photo
    close : bool
        Whether the face and what lies round it will do. They are cut from the largest preview in which they are small enough: so a small
        face in a large picture is drafted as it is. Otherwise, and where a point is further away, it is the smallest preview.
    """
    size = np.array(photo.picture.shape[1::-1])
    part = np.array(frame(photo.box, photo.picture.shape, _REACH))
    places = photo.points.clip(0, size - 1)
    if close and (places >= part[:2]).all() and (places <= part[:2] + part[2:]).all():
        for preview in photo.previews[:0:-1]:
            if part[2] * max(preview.shape) <= PREVIEW * max(size):
                return _part(photo, preview, part)
    return _part(photo, photo.previews[0], np.array([0, 0, *size]))


def frame(box: np.ndarray, shape: tuple[int, ...], reach: float = 1.7) -> tuple[float, float, float, float]:
    """The square that a close-up of a face shows: x, y, width, height in pixels, inside the picture where that is large enough.

    Parameters
    ----------
    box : ndarray of shape (4,)
        The face's.
    shape : tuple
        The picture's.
    reach : float
        The square's side, as a multiple of the box's.
    """
    height, width = shape[:2]
    side = min(reach * float(max(box[2:])), width, height)
    x, y = box[:2] + box[2:] * (0.5, 0.58) - side / 2  # a little down: boxes end above the chin
    return float(np.clip(x, 0, width - side)), float(np.clip(y, 0, height - side)), side, side


def cut(picture: np.ndarray, frame: Sequence[float]) -> np.ndarray:
    """The part of a picture in a frame, x, y, width, height in its pixels: (h, w, 3)."""
    x, y, width, height = frame
    left, top = int(x), int(y)
    return picture[top : max(top + 1, round(y + height)), left : max(left + 1, round(x + width))]


def doubt(photo: Photo) -> str | None:
    """What the user should know about the face, in one line; None where all is well."""
    if not photo.found:
        return f"{photo.name}: no face found; drag the box onto the face"
    if photo.error is not None and not photo.error <= keypoints.DOUBTFUL:
        return f"{photo.name}: unsure of the keypoints (expected error {photo.error:.0%} of the eyes' distance); move the box or the points"
    return None


def _predict(picture: np.ndarray, face: detect.Face | np.ndarray, passes: int = 2) -> tuple[np.ndarray, float]:
    points, errors = keypoints.predict_with_errors([picture], [face], passes)
    return points[0].astype(float), float(errors.mean())


def _middle(shape: tuple[int, ...]) -> np.ndarray:
    side = min(shape[:2]) / 2
    return np.array([(shape[1] - side) / 2, (shape[0] - side) / 2, side, side])


def _part(photo: Photo, preview: np.ndarray, part: np.ndarray) -> Photo:
    """What a preview shows of a part of the picture, x, y, width, height in the picture's pixels."""
    scale = np.array(preview.shape[1::-1]) / photo.picture.shape[1::-1]
    part = part * np.tile(scale, 2)
    away = part[:2].astype(int) + 0.5  # pixel centres are integers
    points = (photo.points + 0.5) * scale - away
    box = np.concatenate([(photo.box[:2] + 0.5) * scale - away, photo.box[2:] * scale])
    return replace(photo, picture=cut(preview, part), points=points, box=box)


def _previews(picture: np.ndarray) -> tuple[np.ndarray, ...]:
    previews = [picture]
    while (longer := max(previews[0].shape)) > PREVIEW:
        previews.insert(0, _shrink(previews[0], max(PREVIEW, longer // 2)))
    return tuple(previews)


def _shrink(picture: np.ndarray, side: int) -> np.ndarray:
    scale = side / max(picture.shape[:2])
    size = [max(1, round(scale * length)) for length in picture.shape[1::-1]]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).clip(0, 1)
