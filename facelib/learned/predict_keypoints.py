"""From pictures and boxes to keypoints: a network looks at each face, once more where the box was off, and says how sure it is.

Each look reads a crop twice, as it is and mirrored, and takes the mean. The first crop comes from the box. Where the answer shows that the
box was off, or the head tilted, the next look takes its crop from that answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import nn

from facelib import keypoints
from facelib.datasets.frame import Frame
from facelib.learned import crops

PASSES = 2  # looks at the most
# How far an answer may lie from where the box had it before the network looks again; the training crops are jittered about as much.
_TURN, _ZOOM, _SHIFT = 8.0, 0.12, 0.06  # degrees; the logarithm of a ratio of sizes; a share of the face's size


@dataclass(frozen=True)
class Reading:
    """What a network says of B faces, in the pictures' pixels."""

    points: np.ndarray  # (B, 68, 2) float32, the mean of the last look's two readings
    spread: np.ndarray  # (B, 68) float32, the standard deviation of place: of each reading by itself, and of the readings among them


def predict(
    net: nn.Module, greys: Sequence[np.ndarray], boxes: Sequence[np.ndarray], passes: int = PASSES, size: int = crops.SIZE
) -> np.ndarray:
    """The points of `read`: (B, 68, 2) float32."""
    return read(net, greys, boxes, passes, size).points


@torch.inference_mode()
def read(net: nn.Module, greys: Sequence[np.ndarray], boxes: Sequence[np.ndarray], passes: int = PASSES, size: int = crops.SIZE) -> Reading:
    """Keypoints of one face in each picture.

    Parameters
    ----------
    net : Module
        One of `facelib.learned.keypoint_net`, for all 68 points, in evaluation mode.
    greys : sequence of B ndarrays of shape (H, W)
        Grey pictures, float32 in [0, 1] or uint8; sizes may differ.
    boxes : sequence of B arrays of shape (4,)
        x, y, width, height in pixels.
    passes : int
        How often to look: each pass after the first re-crops on the answer before it.
    size : int
        The crop's side in pixels: the size that the network was trained at.
    """
    shapes = [keypoints.shape_in_box(box) for box in boxes]
    points, variances = _look(net, greys, shapes, size)
    for _ in range(passes - 1):
        again = [face for face, shape in enumerate(shapes) if _was_off(shape, points[:, face].mean(axis=0))]
        if not again:
            break
        for face in again:
            shapes[face] = points[:, face].mean(axis=0)
        points[:, again], variances[:, again] = _look(net, [greys[face] for face in again], [shapes[face] for face in again], size)
    # The variance of a mixture: the mean of the variances and the variance of the means.
    spread = np.sqrt(variances.mean(axis=0) + points.var(axis=0).sum(axis=-1))
    return Reading(points.mean(axis=0).astype(np.float32), spread.astype(np.float32))


def read_frames(net: nn.Module, frames: Sequence[Frame], size: int = crops.SIZE, batch: int = 64) -> Reading:
    """`read` labelled frames from the boxes round their labels, `batch` at a time."""
    readings = []
    for start in range(0, len(frames), batch):
        part = frames[start : start + batch]
        readings.append(read(net, [frame.grey() for frame in part], [keypoints.face_box(frame.points) for frame in part], size=size))
    return Reading(*(np.concatenate([getattr(reading, name) for reading in readings]) for name in ("points", "spread")))


def _look(net: nn.Module, greys: Sequence[np.ndarray], shapes: Sequence[np.ndarray], size: int) -> tuple[np.ndarray, np.ndarray]:
    """Read each face as it is and mirrored, where `shapes` has it: points (2, B, 68, 2) and variances of place (2, B, 68) in the pictures'
    pixels."""
    matrices = [crops.crop_matrix(shape, size) for shape in shapes]
    inputs = crops.to_input(np.stack([crops.crop(grey, matrix, size) for grey, matrix in zip(greys, matrices, strict=True)]))
    inputs = torch.cat([inputs, inputs.flip(-1)]).contiguous(memory_format=torch.channels_last)
    output = net(inputs.to(next(net.parameters()).device))
    points = crops.to_pixels(net.read(output).cpu().numpy(), size)
    spread = net.spread(output).cpu().numpy() * (size / 2)
    points, spread = (values.reshape(2, len(shapes), *values.shape[1:]) for values in (points, spread))
    points[1], spread[1] = keypoints.mirror(points[1], size), spread[1][:, keypoints.MIRROR]
    back = [cv2.invertAffineTransform(matrix) for matrix in matrices]
    scales = np.array([np.sqrt(np.linalg.det(matrix[:, :2])) for matrix in back])
    points = np.stack([keypoints.transform(matrix, points[:, face]) for face, matrix in enumerate(back)], axis=1)
    return points, (spread * scales[:, None]) ** 2


def _was_off(expected: np.ndarray, found: np.ndarray) -> bool:
    """Whether a face lies so far from where it was looked for that a better crop would show more."""
    matrix = keypoints.similarity(expected, found)
    turn, zoom = np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0])), np.log(np.hypot(*matrix[:, 0]))
    shift = np.linalg.norm(found.mean(axis=0) - expected.mean(axis=0)) / np.ptp(expected, axis=0).max()
    return bool(abs(turn) > _TURN or abs(zoom) > _ZOOM or shift > _SHIFT)
