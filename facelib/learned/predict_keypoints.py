"""From pictures and boxes to keypoints: a face is looked at until its points stay, and the answer says how sure it is.

The first look takes the crop from the box. Each later one takes it from the answer before, which turns the face upright and mends a box
that was off; it reads the crop as it is and mirrored. Most faces are done after the second. Of a pair of networks the finder looks first,
and the refiner from then on. More readings, tilted a little, gained 0.01 points of NME for twice the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from torch import nn

from facelib import keypoints, metrics
from facelib.datasets.frame import Frame
from facelib.learned import crops, keypoint_net
from facelib.learned.onnx_net import OnnxHeatmaps, OnnxPair

Net = nn.Module | OnnxHeatmaps | OnnxPair
PASSES = 3
_STAYS = 0.015  # of a face's size: a second look that moves the points by less settles it
_LEAST = 0.4  # of a face's size: what a later look makes smaller than that is no face, and the look before is believed


@dataclass(frozen=True)
class Reading:
    """What a network says of B faces, in the pictures' pixels."""

    points: np.ndarray  # (B, 68, 2) float32, the mean of the last look's two readings
    spread: np.ndarray  # (B, 68) float32, the standard deviation of place: of each reading by itself, and of the readings among them


def predict(net: Net, greys: Sequence[np.ndarray], boxes: Sequence[np.ndarray], *how, **named) -> np.ndarray:
    """The points of `read`, which says what may follow: (B, 68, 2) float32."""
    return read(net, greys, boxes, *how, **named).points


def read(
    net: Net,
    greys: Sequence[np.ndarray],
    boxes: Sequence[np.ndarray],
    passes: int = PASSES,
    size: int = crops.SIZE,
    mirrored: bool = True,
) -> Reading:
    """Keypoints of one face in each picture.

    Parameters
    ----------
    net : Module, OnnxHeatmaps or OnnxPair
        One of `facelib.learned.keypoint_net`, for all 68 points, in evaluation mode; or one that ONNX Runtime runs.
    greys : sequence of B ndarrays of shape (H, W)
        Grey pictures, float32 in [0, 1] or uint8; sizes may differ.
    boxes : sequence of B, each a facelib.detect.Face or an array of shape (4,)
        Found, or x, y, width, height in pixels.
    passes : int
        How often to look at most: the second look is for all faces, further ones for those whose points the look before still moved.
    size : int
        The crop's side in pixels: the size that the network was trained at.
    mirrored : bool
        Whether later looks, or the only one, read the crop's mirror image too.

    Notes
    -----
    The finder of a pair keeps a say in the spread: its first reading counts there beside the refiner's.
    """
    finder, refiner = getattr(net, "finder", net), getattr(net, "refiner", net)
    shapes = np.array([keypoints.shape_in_box(box) for box in boxes]).reshape(-1, keypoints.COUNT, 2)
    first = _look(finder, greys, shapes, mirrored and passes == 1, size)
    shapes, spread = first[0].mean(axis=0), _spread(*first)
    moving = np.arange(len(shapes))
    for _ in range(passes - 1):
        if not len(moving):
            break
        points, variances = _look(refiner, [greys[face] for face in moving], shapes[moving], mirrored, size)
        found = points.mean(axis=0)
        if refiner is not finder:
            points, variances = (np.concatenate([mine, own[:, moving]]) for mine, own in zip((points, variances), first, strict=True))
        kept = np.ptp(found, axis=1).max(axis=1) >= _LEAST * np.ptp(shapes[moving], axis=1).max(axis=1)
        far = metrics.nme(found, shapes[moving], "box") > _STAYS
        shapes[moving[kept]], spread[moving[kept]] = found[kept], _spread(points, variances)[kept]
        moving = moving[kept & far]
    return Reading(shapes.astype(np.float32), spread.astype(np.float32))


def read_frames(net: Net, frames: Sequence[Frame], size: int = crops.SIZE, batch: int = 64) -> Reading:
    """`read` labelled frames from the boxes round their labels, `batch` at a time."""
    readings = []
    for start in range(0, len(frames), batch):
        part = frames[start : start + batch]
        readings.append(read(net, [frame.grey() for frame in part], [keypoints.face_box(frame.points) for frame in part], size=size))
    return Reading(*(np.concatenate([getattr(reading, name) for reading in readings]) for name in ("points", "spread")))


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
