"""The 68-point scheme: its groups, its mirror, its mean shape, alignment to it, and the hull.

Points are `(68, 2)` arrays of (x, y) in pixels, in the iBUG/300-W order: the jaw from the left of the picture to the right, brows, nose,
eyes, lips. "Right" and "left" in the names below are the person's own, as in iBUG: the right eye is on the left of the picture.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import cv2
import numpy as np

from facelib import detect, images

COUNT = 68
GROUPS = {
    "jaw": range(0, 17),
    "right brow": range(17, 22),
    "left brow": range(22, 27),
    "nose bridge": range(27, 31),
    "nostrils": range(31, 36),
    "right eye": range(36, 42),
    "left eye": range(42, 48),
    "outer lips": range(48, 60),
    "inner lips": range(60, 68),
}
CLOSED = ("right eye", "left eye", "outer lips", "inner lips")  # drawn as loops, the others as open lines
RIGHT_EYE, LEFT_EYE = list(GROUPS["right eye"]), list(GROUPS["left eye"])
OUTER_EYE_CORNERS = (36, 45)
NOSE_TIP, MOUTH_CORNERS = 30, (48, 54)
DOUBTFUL, UNSURE = 0.05, 0.08  # of the inter-ocular distance: a face's mean expected error above which to warn, and to refuse
_ENOUGH = 400  # pixels of a face's box, of which the model sees fewer; a box of twice as many is shrunk first

_MIRRORED_PAIRS = (
    *((i, 16 - i) for i in range(8)),
    *((17 + i, 26 - i) for i in range(5)),
    (31, 35), (32, 34), (36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46),
    (48, 54), (49, 53), (50, 52), (55, 59), (56, 58), (60, 64), (61, 63), (65, 67),
)  # fmt: skip
MIRROR = np.arange(COUNT)
for _a, _b in _MIRRORED_PAIRS:
    MIRROR[_a], MIRROR[_b] = _b, _a

# The box that YuNet draws, against the bounding box of the points: medians over 400 faces of 300-W's training part (5th to 95th percentile:
# shift down 0.08 to 0.19 of the box's side, size 0.84 to 1.01, width over height 0.68 to 0.86).
_BOX_SHIFT_DOWN = 0.141
_BOX_SIZE = 0.907  # of the points' larger side, over the side of a square as large as the box
_BOX_ASPECT = 0.754
_AGREE = 2.5  # times as large as by its box, or as small, a face may be by its five points


def predict(pictures: Sequence[np.ndarray], boxes: Sequence[detect.Face | np.ndarray], passes: int = 3) -> np.ndarray:
    """Keypoints of one face in each picture, through the shipped model.

    Parameters
    ----------
    pictures : sequence of B ndarrays of shape (H, W, 3), float32 in [0, 1] or uint8
        RGB; sizes may differ.
    boxes : sequence of B, each a facelib.detect.Face or an array of shape (4,)
        Where the face is: as `facelib.detect.find_faces` found it, or x, y, width, height in pixels.
    passes : int
        How often the model looks at most; each look after the first re-crops on the answer before it, and one that hardly moves its
        crop is the last.

    Returns
    -------
    ndarray of shape (B, 68, 2), float32
        (x, y) in the pictures' pixels. There is always an answer, also where there is no face: `predict_with_errors` tells.
    """
    return predict_with_errors(pictures, boxes, passes)[0]


def predict_with_errors(
    pictures: Sequence[np.ndarray], boxes: Sequence[detect.Face | np.ndarray], passes: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """As `predict`, and how far off the model expects each point to be.

    Returns
    -------
    points : ndarray of shape (B, 68, 2), float32
    errors : ndarray of shape (B, 68), float32
        The expected distance of each point from where it should be, as a share of the inter-ocular distance; a face's mean is its
        expected NME. Calibrated on photographs that the model never saw; above `UNSURE`, do not trust the face.
    """
    if len(pictures) != len(boxes):
        raise ValueError(f"boxes: expected one for each of {len(pictures)} pictures, got {len(boxes)}")
    for picture in pictures:
        images.check_kind(picture, "pictures", bytes_too=True)
    from facelib.learned import predict_keypoints, weights  # brings torch, which `import facelib` must not

    corners, greys, steps = zip(*map(_beside, pictures, boxes), strict=True) if len(pictures) else ((), (), ())
    shifts, steps = np.array(corners, np.float32).reshape(-1, 2), np.array(steps, np.float32)[:, None, None]
    moved = [_moved(box, shift, step) for box, shift, step in zip(boxes, shifts, steps.ravel(), strict=True)]
    reading = predict_keypoints.read(weights.keypoint_reader(), greys, moved, passes, weights.keypoint_size())
    return reading.points * steps + (steps - 1) / 2 + shifts[:, None], weights.keypoint_calibration().expected_errors(reading)


def check_points(points: np.ndarray, name: str, count: int | None = COUNT) -> None:
    """Refuse what is not an array of finite (x, y) rows, in one clear line."""
    shape = getattr(points, "shape", None)
    if shape is None or len(shape) != 2 or shape[1] != 2 or (count is not None and shape[0] != count):
        raise ValueError(f"{name}: expected an array of shape ({count or 'N'}, 2), got {shape}")
    if not np.isfinite(points).all():
        raise ValueError(
            f"{name}: expected finite coordinates, got {int((~np.isfinite(points)).any(axis=1).sum())} rows with NaN or infinity"
        )


def mirror(points: np.ndarray, width: float) -> np.ndarray:
    """The points of the mirrored picture: x is flipped and left and right change places.

    Parameters
    ----------
    points : ndarray of shape (..., 68, 2)
        (x, y) in pixels.
    width : float
        The picture's width in pixels.

    Returns
    -------
    ndarray of shape (..., 68, 2)
    """
    mirrored = points[..., MIRROR, :].copy()
    mirrored[..., 0] = width - 1 - mirrored[..., 0]
    return mirrored


@cache
def mean_shape() -> np.ndarray:
    """The mean face: Procrustes mean of 300-W's training part, symmetric, centred, the larger side of its bounding box 1.

    Returns
    -------
    ndarray of shape (68, 2), float64
        Read-only. Written by `facelib train mean-shape`.
    """
    return _shape_file("points")


@cache
def shape_modes() -> np.ndarray:
    """How faces differ from the mean: the principal components of 300-W's aligned training shapes, the widest first.

    Returns
    -------
    ndarray of shape (10, 68, 2), float64
        Each as long as one standard deviation, in the mean shape's units, so that `mean_shape() + rng.normal(size=10) @ modes` (over the
        first axis) draws a face at random. Read-only. A point distribution model (Cootes et al. 1995), written by
        `facelib train mean-shape`.
    """
    return _shape_file("modes")


def similarity(moving: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """The rotation, uniform scale and shift that bring one shape nearest to another.

    Parameters
    ----------
    moving, fixed : ndarray of shape (N, 2)
        Corresponding points; at least two different ones in `moving`.

    Returns
    -------
    ndarray of shape (2, 3), float64
        The matrix `M` that minimises the sum of squares of `transform(M, moving) - fixed`. It never mirrors.

    Raises
    ------
    ValueError
        Where all points of `moving` coincide.

    Examples
    --------
    >>> square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    >>> similarity(square, 2 * square + 3).round(6) + 0.0
    array([[2., 0., 3.],
           [0., 2., 3.]])
    """
    # With points as complex numbers a similarity is z -> a z + b, so least squares is one division (Umeyama 1991, in the plane).
    z, w = (points.astype(float) @ [1, 1j] for points in (moving, fixed))
    z_mean, w_mean = z.mean(), w.mean()
    spread = np.sum(np.abs(z - z_mean) ** 2)
    if spread == 0:
        raise ValueError("similarity: all points of the moving shape coincide")
    a = np.sum((w - w_mean) * np.conj(z - z_mean)) / spread
    b = w_mean - a * z_mean
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def transform(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Apply a (2, 3) affine matrix to points of shape (..., 2).

    >>> transform(np.array([[1, 0, 5], [0, 1, 0]]), np.array([[1, 2]]))
    array([[6, 2]])
    """
    return points @ matrix[:, :2].T + matrix[:, 2]


def procrustes_mean(shapes: np.ndarray, rounds: int = 5) -> np.ndarray:
    """Generalised Procrustes mean, made symmetric and normalised as `mean_shape` says.

    Parameters
    ----------
    shapes : ndarray of shape (N, 68, 2)

    Returns
    -------
    ndarray of shape (68, 2), float64
    """
    mean = _normalised(shapes[0])
    for _ in range(rounds):
        mean = np.mean([transform(similarity(shape, mean), shape) for shape in shapes], axis=0)
        mean = _normalised((mean + mirror(mean, 1 + 2 * mean[:, 0].mean())) / 2)
    return mean


def mean_shape_record(shapes: np.ndarray, source: str, modes: int = 10) -> dict:
    """What `mean_shape.json` holds: the Procrustes mean of shapes (N, 68, 2), their first modes, how many they were, and whence."""
    shapes = np.asarray(shapes, float)
    mean = procrustes_mean(shapes)
    aligned = np.stack([transform(similarity(shape, mean), shape) for shape in shapes]) - mean
    both = np.concatenate([aligned, mirror(aligned, 1)])  # faces have no preferred side; a width of 1 mirrors about zero
    _, deviations, directions = np.linalg.svd(both.reshape(len(both), -1), full_matrices=False)
    scaled = (deviations[:modes, None] / np.sqrt(len(both)) * directions[:modes]).reshape(-1, COUNT, 2)
    share = (deviations[:modes] ** 2).sum() / (deviations**2).sum()
    numbers = {"points": mean.round(5).tolist(), "modes": scaled.round(5).tolist(), "variance_in_modes": round(float(share), 4)}
    return {"source": source, "shapes": len(shapes), **numbers}


def face_box(points: np.ndarray) -> np.ndarray:
    """The box that a face detector would draw round the face with these points.

    Parameters
    ----------
    points : ndarray of shape (68, 2)

    Returns
    -------
    ndarray of shape (4,), float64
        x, y, width, height, as YuNet has it: from the hair to the chin, ear to ear.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    side = (high - low).max() / _BOX_SIZE
    size = side * np.array([np.sqrt(_BOX_ASPECT), 1 / np.sqrt(_BOX_ASPECT)])
    corner = (low + high) / 2 - (0, _BOX_SHIFT_DOWN * side) - size / 2
    return np.concatenate([corner, size])


def shape_in_box(face: detect.Face | Sequence[float]) -> np.ndarray:
    """The mean shape where a face should be: laid onto the five points of a found face, where these and its box agree about its size; or
    into the box, the inverse of `face_box`.

    Parameters
    ----------
    face : facelib.detect.Face, or array of shape (4,)
        Found, or x, y, width, height in pixels.

    Returns
    -------
    ndarray of shape (68, 2), float64
    """
    mean = mean_shape()
    x, y, width, height = np.asarray(detect.box_of(face), float)
    side = np.sqrt(width * height)
    if isinstance(face, detect.Face):
        matrix = similarity(five_points(mean), face.points)
        if 1 / _AGREE < np.hypot(*matrix[:, 0]) / (_BOX_SIZE * side) < _AGREE:
            return transform(matrix, mean)
    return mean * (_BOX_SIZE * side) + (x + width / 2, y + height / 2 + _BOX_SHIFT_DOWN * side)


def five_points(points: np.ndarray) -> np.ndarray:
    """The five that YuNet finds, out of 68: the middles of the right and the left eye, the tip of the nose, the corners of the mouth.

    Parameters
    ----------
    points : ndarray of shape (68, 2)

    Returns
    -------
    ndarray of shape (5, 2)
    """
    eyes = [points[eye].mean(axis=0) for eye in (RIGHT_EYE, LEFT_EYE)]
    return np.stack([*eyes, points[NOSE_TIP], *points[list(MOUTH_CORNERS)]])


def _moved(face: detect.Face | Sequence[float], shift: np.ndarray, step: float) -> detect.Face | np.ndarray:
    """The same face in a picture from which so many columns and rows, (x, y), were cut, and which then was made so many times smaller."""
    box = np.subtract(detect.box_of(face), (*shift, 0, 0)) / step
    return detect.Face(box, face.score, (face.points - shift + 0.5) / step - 0.5) if isinstance(face, detect.Face) else box


def _beside(picture: np.ndarray, face: detect.Face | Sequence[float]) -> tuple[tuple[int, int], np.ndarray, int]:
    """What the model may look at round a face, as grey, its upper left corner (x, y), and how many pixels became one: the rest of a large
    picture need not be read, nor all pixels of a large face."""
    x, y, width, height = (float(value) for value in detect.box_of(face))
    left, top = max(0, int(x - 1.5 * width)), max(0, int(y - 1.5 * height))
    part = picture[top : max(top + 1, int(y + 2.5 * height)), left : max(left + 1, int(x + 2.5 * width))]
    if 0 in part.shape:
        raise ValueError(
            f"boxes: {[round(value) for value in (x, y, width, height)]} is outside its picture, which is {picture.shape[1]} x "
            f"{picture.shape[0]}"
        )
    step = max(1, min(int(min(width, height) // _ENOUGH), *part.shape[:2]))
    if step > 1:
        height, width = (length - length % step for length in part.shape[:2])
        small = cv2.resize(part[:height, :width], (width // step, height // step), interpolation=cv2.INTER_AREA)
        part = np.minimum(small, 1) if part.dtype == np.float32 and part.max() <= 1 else small  # averages of ones may be a bit more
    part = images.to_float(part)
    images.check_picture(part, "pictures")
    return (left, top), images.to_grey(part), step


def _shape_file(name: str) -> np.ndarray:
    values = np.array(json.loads((files("facelib") / "mean_shape.json").read_text(encoding="utf-8"))[name])
    values.setflags(write=False)
    return values


def _normalised(points: np.ndarray) -> np.ndarray:
    low, high = points.min(axis=0), points.max(axis=0)
    return (points - (low + high) / 2) / (high - low).max()
