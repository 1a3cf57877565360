"""Where the shipped keypoint network sees the points of faces whose place is known."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facelib import keypoints
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
    return predict_keypoints.predict(weights.keypoint_reader(), greys, [keypoints.face_box(shape) for shape in points])
