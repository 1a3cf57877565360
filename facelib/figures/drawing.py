"""Keypoints, triangles and boxes drawn on faces, faces cut out of pictures, and the stages of a swap."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np

from facelib import images, keypoints
from facelib.triangulation import triangles

if TYPE_CHECKING:
    from facelib.swap import Swap

_GREEN, _ORANGE = (0.35, 1.0, 0.45), (1.0, 0.55, 0.1)
_SUBPIXEL_BITS = 4


def draw_points(image: np.ndarray, points: np.ndarray, lines: bool = True) -> np.ndarray:
    """A picture with its keypoints: (H, W, 3) float32 in, the same out; points are (68, 2) in pixels."""
    canvas, size = image.copy(), _stroke(points)
    if lines:
        for name, group in keypoints.GROUPS.items():
            line = _fixed(points[list(group)])
            cv2.polylines(canvas, [line], name in keypoints.CLOSED, _GREEN, max(1, round(size / 3)), cv2.LINE_AA, _SUBPIXEL_BITS)
    for point in _fixed(points):
        cv2.circle(canvas, tuple(map(int, point)), int(size * 2**_SUBPIXEL_BITS), _GREEN, -1, cv2.LINE_AA, _SUBPIXEL_BITS)
    return canvas.clip(0, 1)


def draw_triangles(image: np.ndarray, points: np.ndarray, table: np.ndarray | None = None) -> np.ndarray:
    """A picture with the triangle table drawn over it; by default the face's own."""
    canvas = image.copy()
    corners = _fixed(points[triangles() if table is None else table])
    cv2.polylines(canvas, list(corners), True, (1.0, 1.0, 1.0), max(1, round(_stroke(points) / 3)), cv2.LINE_AA, _SUBPIXEL_BITS)
    return canvas.clip(0, 1)


def draw_box(image: np.ndarray, box: np.ndarray | None) -> np.ndarray:
    """A picture with a box, x, y, width, height in pixels; without one, the picture."""
    if box is None:
        return image.copy()
    x, y, width, height = (round(float(value)) for value in box)
    return cv2.rectangle(image.copy(), (x, y, width, height), _ORANGE, max(2, width // 80), cv2.LINE_AA).clip(0, 1)


def draw_faces(image: np.ndarray, boxes: Sequence[np.ndarray]) -> np.ndarray:
    """A picture with boxes and their numbers, from 1: (H, W, 3) float32 in, the same out; boxes are x, y, width, height in pixels."""
    canvas = image.copy()
    for number, box in enumerate(boxes, start=1):
        canvas = draw_box(canvas, box)
        x, y, width, _ = (round(float(value)) for value in box)
        size = max(0.4, width / 160, max(image.shape) / 2500)
        stroke = max(1, round(2 * size))
        (wide, high), under = cv2.getTextSize(str(number), cv2.FONT_HERSHEY_SIMPLEX, size, stroke)
        left = min(max(x, 0), image.shape[1] - wide - 2 * under)
        top = min(max(y, 0), image.shape[0] - high - 2 * under)
        cv2.rectangle(canvas, (left, top), (left + wide + under, top + high + 2 * under), _ORANGE, -1)
        place = (left + under // 2, top + high + under // 2)
        cv2.putText(canvas, str(number), place, cv2.FONT_HERSHEY_SIMPLEX, size, (0.0, 0.0, 0.0), stroke, cv2.LINE_AA)
    return canvas.clip(0, 1)


def around(image: np.ndarray, points: np.ndarray, side: int = 400, margin: float = 1.75) -> np.ndarray:
    """The square round a face, resized.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3)
    points : ndarray of shape (68, 2)
    side : int
        Of the result, in pixels.
    margin : float
        The square's side over that of the points' bounding box.

    Returns
    -------
    ndarray of shape (side, side, 3), float32 in [0, 1]
    """
    matrix = around_matrix(points, side, margin)
    scale = matrix[0, 0]
    smooth = cv2.GaussianBlur(image, (0, 0), 0.4 / scale) if scale < 0.7 else image  # so that shrinking does not alias
    cut = cv2.warpAffine(smooth, matrix, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(0.5, 0.5, 0.5))
    return cut.clip(0, 1)


def around_matrix(points: np.ndarray, side: int = 400, margin: float = 1.75) -> np.ndarray:
    """The (2, 3) matrix by which `around` cuts, to move points along with the picture."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = side / (margin * (high - low).max())
    middle = (low + high) / 2 - (0, 0.08 * (high - low).max())  # a little up: foreheads are higher than chins are low
    return np.array([[scale, 0, side / 2 - scale * middle[0]], [0, scale, side / 2 - scale * middle[1]]])


STAGES: dict[str, Callable[[Swap], np.ndarray]] = {
    "source": lambda swap: draw_box(swap.source, swap.source_box),
    "target": lambda swap: draw_box(swap.target, swap.target_box),
    "source-keypoints": lambda swap: draw_points(swap.source, swap.source_points),
    "target-keypoints": lambda swap: draw_points(swap.target, swap.target_points),
    "source-triangles": lambda swap: draw_triangles(swap.source, swap.source_points),
    "target-triangles": lambda swap: draw_triangles(swap.target, swap.target_points),
    "warped": lambda swap: swap.warped * swap.mask[..., None],
    "mask": lambda swap: np.repeat(swap.mask[..., None], 3, axis=2),
    "composite": lambda swap: swap.composite,
    "matched": lambda swap: swap.matched * swap.mask[..., None],
    "blended": lambda swap: swap.blended,
}


def stages(swap: Swap) -> dict[str, np.ndarray]:
    """Every stage of a swap as a picture of full size, by name, in order."""
    swap = _in_floats(swap)
    return {name: draw(swap) for name, draw in STAGES.items()}


def _in_floats(swap: Swap) -> Swap:
    """A swap of pictures of bytes as one of floats, which are drawn on."""
    return dataclasses.replace(swap, source=images.to_float(swap.source), target=images.to_float(swap.target))


def strip(swap: Swap, side: int = 400) -> dict[str, np.ndarray]:
    """The stages cut out round the faces, with titles, ready for `show` or `picture`."""
    swap = _in_floats(swap)
    source = around(swap.source, swap.source_points, side)
    target = around(swap.target, swap.target_points, side)
    source_points = keypoints.transform(around_matrix(swap.source_points, side), swap.source_points)
    target_points = keypoints.transform(around_matrix(swap.target_points, side), swap.target_points)
    return {
        "source": source,
        "its keypoints": draw_points(source, source_points),
        "its triangles": draw_triangles(source, source_points),
        "target": target,
        "its keypoints ": draw_points(target, target_points),
        "its triangles ": draw_triangles(target, target_points),
        "warped face": around(swap.warped * swap.mask[..., None], swap.target_points, side),
        "raw composite": around(swap.composite, swap.target_points, side),
        "blended": around(swap.blended, swap.target_points, side),
    }


def sheet(swaps: Sequence[Swap], side: int = 400) -> dict[str, np.ndarray]:
    """Source, target, raw composite and result of several swaps, cut out round the faces, with titles: four columns for `show`."""
    shown = {}
    for number, swap in enumerate(map(_in_floats, swaps)):
        pictures = {
            "source": within(swap.source, swap.source_points, side),
            "target": within(swap.target, swap.target_points, side),
            "raw composite": within(swap.composite, swap.target_points, side),
            "blended": within(swap.blended, swap.target_points, side),
        }
        shown |= {name + " " * number: picture for name, picture in pictures.items()}  # names are keys; the blanks are not shown
    return shown


def within(image: np.ndarray, points: np.ndarray, side: int = 400, margin: float = 1.75) -> np.ndarray:
    """As `around`, but moved, and where the picture is small also made smaller, so that nothing beyond the picture is shown."""
    low, high = points.min(axis=0), points.max(axis=0)
    larger, size = (high - low).max(), np.array(image.shape[1::-1])
    square = int(min(margin * larger, *size))
    x, y = ((low + high) / 2 - (0, 0.08 * larger) - square / 2).clip(0, size - square).astype(int)
    how = cv2.INTER_AREA if side < square else cv2.INTER_CUBIC
    return cv2.resize(image[y : y + square, x : x + square], (side, side), interpolation=how).clip(0, 1)


def _fixed(points: np.ndarray) -> np.ndarray:
    return np.round(points * 2**_SUBPIXEL_BITS).astype(np.int32)


def _stroke(points: np.ndarray) -> float:
    return max(1.0, np.ptp(points, axis=0).max() / 110)
