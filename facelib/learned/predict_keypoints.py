"""From pictures and boxes to keypoints: a network looks at each face twice, and says how sure it is.

The first look takes the crop from the box. The second takes it from the first answer, which turns the face upright and mends a box that
was off; it reads the crop as it is and mirrored. More readings, tilted a little, gained 0.01 points of NME for twice the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from torch import nn

from facelib import keypoints
from facelib.datasets.frame import Frame
from facelib.learned import crops, keypoint_net
from facelib.learned.onnx_net import OnnxHeatmaps

Net = nn.Module | OnnxHeatmaps
PASSES = 2
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
    net : Module or OnnxHeatmaps
        One of `facelib.learned.keypoint_net`, for all 68 points, in evaluation mode; or one that ONNX Runtime runs.
    greys : sequence of B ndarrays of shape (H, W)
        Grey pictures, float32 in [0, 1] or uint8; sizes may differ.
    boxes : sequence of B arrays of shape (4,)
        x, y, width, height in pixels.
    passes : int
        How often to look: each pass after the first re-crops on the answer before it.
    size : int
        The crop's side in pixels: the size that the network was trained at.
    mirrored : bool
        Whether the last look reads the crop's mirror image too.
    """
    shapes, before = [keypoints.shape_in_box(box) for box in boxes], np.zeros(0)
    for number in range(1, passes + 1):
        points, variances = _look(net, greys, shapes, mirrored and number == passes, size)
        # The variance of a mixture: the mean of the variances and the variance of the means.
        found, spread = points.mean(axis=0), np.sqrt(variances.mean(axis=0) + points.var(axis=0).sum(axis=-1))
        if number > 1:
            lost = [np.ptp(new, axis=0).max() < _LEAST * np.ptp(old, axis=0).max() for new, old in zip(found, shapes, strict=True)]
            found[lost], spread[lost] = np.array(shapes)[lost], before[lost]
        shapes, before = list(found), spread
    return Reading(np.stack(shapes).astype(np.float32), spread.astype(np.float32))


def read_frames(net: Net, frames: Sequence[Frame], size: int = crops.SIZE, batch: int = 64) -> Reading:
    """`read` labelled frames from the boxes round their labels, `batch` at a time."""
    readings = []
    for start in range(0, len(frames), batch):
        part = frames[start : start + batch]
        readings.append(read(net, [frame.grey() for frame in part], [keypoints.face_box(frame.points) for frame in part], size=size))
    return Reading(*(np.concatenate([getattr(reading, name) for reading in readings]) for name in ("points", "spread")))


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
