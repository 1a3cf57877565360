"""From pictures and boxes to keypoints: a face is looked at twice, or until its crop stays, and the answer says how sure it is.

The first look takes its crop from the detector's five points, or else from the box. Each later one takes it from the answer before, which
turns the face upright and mends a crop that was off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from torch import nn

from facelib import keypoints, metrics
from facelib.datasets.frame import Frame
from facelib.learned import crops, keypoint_net
from facelib.learned.onnx_net import OnnxHeatmaps

Net = nn.Module | OnnxHeatmaps
PASSES = 3
_STAYS = 0.04  # of a face's size: where a second look or a later one would move its crop by less, it was the last
_LEAST = 0.4  # of a face's size: what a later look makes smaller than that is no face, and the look before is believed


@dataclass(frozen=True)
class Reading:
    """What a network says of B faces, in the pictures' pixels."""

    points: np.ndarray  # (B, 68, 2) float32, the mean of the last look's readings
    spread: np.ndarray  # (B, 68) float32, the standard deviation of place over the first and the last look's readings


def joined(readings: Sequence[Reading]) -> Reading:
    """Several readings as one, in their order."""
    return Reading(*(np.concatenate([getattr(reading, name) for reading in readings]) for name in ("points", "spread")))


def predict(net: Net, greys: Sequence[np.ndarray], boxes: Sequence[np.ndarray], *how, **named) -> np.ndarray:
    """The points of `read`, which says what may follow: (B, 68, 2) float32."""
    return read(net, greys, boxes, *how, **named).points


def read(
    net: Net,
    greys: Sequence[np.ndarray],
    boxes: Sequence[np.ndarray],
    passes: int = PASSES,
    size: int = crops.SIZE,
    mirrored: bool = False,
) -> Reading:
    """Keypoints of one face in each picture.

    Parameters
    ----------
    net : Module or OnnxHeatmaps
        One of `facelib.learned.keypoint_net`, for all 68 points, in evaluation mode; or one that ONNX Runtime runs.
    greys : sequence of B ndarrays of shape (H, W)
        Grey pictures, float32 in [0, 1] or uint8; sizes may differ.
    boxes : sequence of B, each a facelib.detect.Face or an array of shape (4,)
        Found, or x, y, width, height in pixels.
    passes : int
        How often to look at most.
    size : int
        The crop's side in pixels: the size that the network was trained at.
    mirrored : bool
        Whether looks after the first, or the only one, read the crop's mirror image too: a little better, and a half slower.
    """
    shapes = np.array([keypoints.shape_in_box(box) for box in boxes]).reshape(-1, keypoints.COUNT, 2)
    if not len(shapes):
        return Reading(shapes.astype(np.float32), np.zeros(shapes.shape[:2], np.float32))
    first = _look(net, greys, shapes, mirrored and passes == 1, size)
    shapes, spread = first[0].mean(axis=0), _spread(*first)
    moving = np.arange(len(shapes))
    for _ in range(passes - 1):
        if not len(moving):
            break
        before = shapes[moving]
        points, variances = _look(net, [greys[face] for face in moving], before, mirrored, size)
        found = points.mean(axis=0)
        points, variances = (np.concatenate([early[:, moving], late]) for early, late in zip(first, (points, variances), strict=True))
        kept = np.ptp(found, axis=1).max(axis=1) >= _LEAST * np.ptp(before, axis=1).max(axis=1)
        shapes[moving[kept]], spread[moving[kept]] = found[kept], _spread(points, variances)[kept]
        moving = moving[kept & (_moved(before, found) > _STAYS)]
    return Reading(shapes.astype(np.float32), spread.astype(np.float32))


def _moved(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """How far the crops of faces (B, 68, 2) are from those of others, as a share of the face's size: (B,)."""
    mean = keypoints.mean_shape()
    laid = [np.stack([keypoints.transform(keypoints.similarity(mean, face), mean) for face in faces]) for faces in (before, after)]
    return metrics.nme(*laid, "box")


def read_frames(
    net: Net,
    frames: Sequence[Frame],
    size: int = crops.SIZE,
    batch: int = 64,
    report: Callable[[Iterable], Iterable] = iter,
    **how,
) -> Reading:
    """`read` labelled frames from the boxes round their labels, `batch` at a time; `report` wraps the batches, as tqdm does."""
    readings = []
    for start in report(range(0, len(frames), batch)):
        part = frames[start : start + batch]
        readings.append(read(net, [frame.grey() for frame in part], [keypoints.face_box(frame.points) for frame in part], size=size, **how))
    return joined(readings)


def _spread(points: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """Of a mixture of readings: its variance is the mean of the variances and the variance of the means."""
    return np.sqrt(variances.mean(axis=0) + points.var(axis=0).sum(axis=-1))


def _look(net: Net, greys: Sequence[np.ndarray], shapes: Sequence[np.ndarray], mirrored: bool, size: int) -> tuple[np.ndarray, np.ndarray]:
    """One look at each face, where the last look left it, or two, the second mirrored: points (1 or 2, B, 68, 2) and variances of place
    (1 or 2, B, 68) in the pictures' pixels."""
    matrices = [crops.crop_matrix(shape, size) for shape in shapes]
    inputs = crops.to_input(np.stack([crops.crop(grey, matrix, size) for grey, matrix in zip(greys, matrices, strict=True)])).numpy()
    if mirrored:
        inputs = np.concatenate([inputs, inputs[..., ::-1]])
    units, widths = net.answers(inputs) if isinstance(net, OnnxHeatmaps) else keypoint_net.answers(net, inputs)
    points, spread = crops.to_pixels(units, size), widths * (size / 2)
    points, spread = (values.reshape(-1, len(shapes), *values.shape[1:]) for values in (points, spread))
    if mirrored:
        points[1], spread[1] = keypoints.mirror(points[1], size), spread[1][:, keypoints.MIRROR]
    back = [cv2.invertAffineTransform(matrix) for matrix in matrices]
    scales = np.array([np.sqrt(np.linalg.det(matrix[:, :2])) for matrix in back])
    points = np.stack([keypoints.transform(matrix, points[:, face]) for face, matrix in enumerate(back)], axis=1)
    return points, (spread * scales[:, None]) ** 2
