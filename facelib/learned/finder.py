"""Where a keypoint network sees the points of faces whose place is known."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from facelib import keypoints
from facelib.datasets.frame import Frame
from facelib.learned import predict_keypoints, weights


def find(pictures: Sequence[np.ndarray], points: np.ndarray) -> np.ndarray:
    """The points that the network finds.

    Parameters
    ----------
    pictures : sequence of N ndarrays of shape (H, W, 3), uint8
    points : ndarray of shape (N, 68, 2)
        Known ones, in their pixels; of them the network is told the box round them, and nothing else.

    Returns
    -------
    ndarray of shape (N, 68, 2), float32

    Raises
    ------
    facelib.learned.weights.WeightsError
        No usable weights.
    """
    greys = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in pictures]
    boxes = [keypoints.face_box(shape) for shape in points]
    return predict_keypoints.predict(weights.keypoint_reader(), greys, boxes, size=weights.keypoint_size())


def labelled(frames: Sequence[Frame], folder: Path | None = None, report: Callable[[Iterable], Iterable] = iter) -> list[Frame]:
    """The same frames with the points that a network sees in them, from the boxes round those that they have.

    Parameters
    ----------
    frames : sequence of Frame
    folder : Path, optional
        Of `facelib train keypoints`; by default the network that is used.
    report : callable
        Wraps the batches, as tqdm does.
    """
    if not frames:
        return []
    net, size = weights.keypoint_reader(folder), weights.keypoint_size(folder)
    reading = predict_keypoints.read_frames(net, frames, size, report=report, mirrored=True)
    return [dataclasses.replace(frame, points=shape) for frame, shape in zip(frames, reading.points, strict=True)]
