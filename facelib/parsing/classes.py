"""The parts of a face, and the crop in which the parser sees it."""

from __future__ import annotations

import numpy as np

from facelib import keypoints

CLASSES = ("background", "skin", "brows", "eyes", "nose", "mouth", "hair", "glasses", "other")
COVERS = ("hair", "glasses", "other")  # what may be in front of a face; "other" is a hand, a hat, a microphone
UNKNOWN = 255  # a pixel that nobody labelled
OPEN = 254  # one that must not be labelled by the network itself, either: where glasses may be that it does not see
SIZE = 224  # pixels, the crop's side
FILL = 0.6  # the mean face's larger side over the crop's: there is room for a forehead, hair and ears


def number(name: str) -> int:
    """The index of a class."""
    return CLASSES.index(name)


def mean_shape(size: int = SIZE) -> np.ndarray:
    """The mean shape in the parser's crop, (68, 2) in its pixels."""
    return (2 * FILL * keypoints.mean_shape() + 1) * (size / 2) - 0.5


def crop_matrix(points: np.ndarray, size: int = SIZE) -> np.ndarray:
    """The similarity, (2, 3), from a picture to the parser's crop of the face with these points, (68, 2), both in pixels."""
    return keypoints.similarity(points, mean_shape(size))


BAND = float(mean_shape()[17:27, 1].min()) - 0.04 * SIZE, float(mean_shape()[30, 1])  # rows of the crop in which glasses may be
