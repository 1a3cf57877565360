"""Training crops for the keypoint networks: the i-th picture seen is a pure function of (seed, i), so a run can stop and go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch.utils.data import Dataset

from facelib import detect, keypoints
from facelib.datasets import morphs
from facelib.datasets.frame import Frame
from facelib.learned import crops
from facelib.learned.degradations import degraded

_TRIES = 20  # boxes beside a face
_TOUCH = 0.05  # intersection over union with the face's box, at most


@dataclass(frozen=True)
class Augmentation:
    """How much a training crop differs from the picture that it is cut from. All zero: a face in its place, mirrored half the time."""

    hardness: float = 0.3  # in [0, 1]: scales how often a crop is as far off as a detector's box, and how often it is degraded
    stretch: float = 0.06  # standard deviation of the logarithm of width over height, and of the shear
    morph: float = 0.25  # in [0, 1]: how often the face is warped towards the shape of another one
    nothing: float = 0.0  # in [0, 1]: how often a crop shows no upright face; its points are NaN then


class TrainingCrops(Dataset):
    """`len` counts pictures to be seen; item i is an augmented crop (1, S, S) in [-1, 1] and its points (68, 2) in crop units."""

    def __init__(self, frames: list[Frame], pictures: int, seed: int, size: int = crops.SIZE, how: Augmentation = Augmentation()):
        self.greys = [frame.grey() for frame in frames]
        self.points = [frame.points.astype(float) for frame in frames]
        self.pictures, self.seed, self.size, self.how = pictures, seed, size, how
        self._epoch, self._order = -1, np.empty(0, int)

    def __len__(self) -> int:
        return self.pictures

    def __getitem__(self, i: int) -> tuple[torch.Tensor, torch.Tensor]:
        index = self._frame_of(i)
        rng = np.random.default_rng((self.seed, 1, i))
        other = self.points[rng.integers(len(self.points))]
        if self.how.nothing and rng.random() < self.how.nothing:
            crop = crop_of_nothing(self.greys[index], self.points[index], self.size, rng, self.how.hardness, self.greys)
            return crops.to_input(crop[None])[0], torch.full((keypoints.COUNT, 2), torch.nan)
        crop, points = augmented_crop(self.greys[index], self.points[index], self.size, rng, self.how, other, self.greys)
        return crops.to_input(crop[None])[0], torch.from_numpy(crops.to_units(points, self.size).astype(np.float32))

    def _frame_of(self, i: int) -> int:
        """Every frame once an epoch, in an order of the epoch's own (kept, because items mostly come in order)."""
        epoch, place = divmod(i, len(self.greys))
        if epoch != self._epoch:
            self._epoch, self._order = epoch, np.random.default_rng((self.seed, 0, epoch)).permutation(len(self.greys))
        return self._order[place]


def augmented_crop(
    grey: np.ndarray,
    points: np.ndarray,
    size: int,
    rng: np.random.Generator,
    how: Augmentation = Augmentation(),
    other: np.ndarray | None = None,
    things: Sequence[np.ndarray] = (),
) -> tuple[np.ndarray, np.ndarray]:
    """A crop (size, size) uint8 as the network may meet it in either pass, and the points in it (68, 2) in its pixels.

    `other` are the points of another face, whose shape this one may take on; `things` are pictures from which what is in front of a face is
    cut.
    """
    matrix = _jittered_matrix(points, size, rng, how)
    shape = keypoints.transform(matrix, points)
    crop = None
    if other is not None and rng.random() < how.morph:
        change = rng.uniform(0.2, 0.8) * (keypoints.transform(keypoints.similarity(other, shape), other) - shape)
        drawn = next((shape + share * change for share in (1, 0.5) if not morphs.has_large_fold(shape + share * change)), None)
        if drawn is not None:
            crop, shape = morphs.reshaped(grey, points, drawn, size), drawn
    if crop is None:
        crop = crops.crop(grey, matrix, size)
    if rng.random() < 0.5:
        crop, shape = crop[:, ::-1], keypoints.mirror(shape, size)
    return degraded(crop, rng, how.hardness, things), shape


def crop_of_nothing(
    grey: np.ndarray,
    points: np.ndarray,
    size: int,
    rng: np.random.Generator,
    hardness: float = 0.0,
    things: Sequence[np.ndarray] = (),
) -> np.ndarray:
    """A crop (size, size) uint8 in which a network should be unsure of everything: by turns what lies beside the face, and the face turned
    by more than a right angle, which also stands in where the face leaves nothing beside it."""
    box = box_beside(grey.shape, keypoints.face_box(points), rng) if rng.random() < 0.5 else None
    if box is not None:
        matrix = crops.crop_matrix(keypoints.shape_in_box(box), size)
    else:
        centre = (size - 1) / 2
        turn = cv2.getRotationMatrix2D((centre, centre), rng.uniform(100, 260), np.exp(rng.normal(0, 0.1)))
        matrix = turn @ np.vstack([crops.crop_matrix(points, size), [0, 0, 1]])
    return degraded(crops.crop(grey, matrix, size), rng, hardness, things)


def box_beside(shape: tuple[int, int], box: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """A box x, y, width, height that hardly touches the face's, in a picture of a shape (height, width); None where none was found.

    Up to 0.3 of it may lie beyond the picture.
    """
    for _ in range(_TRIES):
        side = np.sqrt(box[2] * box[3]) * rng.uniform(0.4, 1.2)
        drawn = np.array([*rng.uniform(-0.3 * side, np.array(shape[::-1]) - 0.7 * side), side, side])
        if detect.overlap(drawn, box) < _TOUCH:
            return drawn
    return None


def _jittered_matrix(points: np.ndarray, size: int, rng: np.random.Generator, how: Augmentation) -> np.ndarray:
    """Picture to crop: half the time (at hardness 1) as wrong as a box by itself is, otherwise as wrong as five points are."""
    centre = (size - 1) / 2
    if rng.random() < 1 - 0.5 * how.hardness:
        matrix = crops.crop_matrix(points, size)
        degrees, zoom, shift = 5, 0.05, 0.02
    else:
        matrix = crops.crop_matrix(keypoints.shape_in_box(keypoints.face_box(points)), size)
        degrees, zoom, shift = 15, 0.12, 0.06
    jitter = cv2.getRotationMatrix2D((centre, centre), rng.normal(0, degrees), np.exp(rng.normal(0, zoom)))
    jitter[:, 2] += rng.normal(0, shift * size, 2)
    wider, shear = how.stretch * rng.normal(size=2)
    linear = np.array([[np.exp(wider / 2), shear], [0, np.exp(-wider / 2)]])
    jitter = np.column_stack([linear @ jitter[:, :2], linear @ (jitter[:, 2] - centre) + centre])
    return jitter @ np.vstack([matrix, [0, 0, 1]])
