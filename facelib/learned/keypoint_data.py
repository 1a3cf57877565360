"""Training crops for the keypoint network: the i-th picture seen is a pure function of (seed, i), so a run can stop and go on."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import torch
from torch.utils.data import Dataset

from facelib import keypoints
from facelib.datasets.ytf68 import Frame
from facelib.learned import keypoint_net


class TrainingCrops(Dataset):
    """`len` counts pictures to be seen; item i is an augmented crop (1, S, S) in [-1, 1] and its target (136,).

    `size_at(i)` gives S for the i-th picture; it must be constant within a batch.
    """

    def __init__(self, frames: list[Frame], pictures: int, seed: int, size_at: Callable[[int], int], hardness: float = 1.0):
        self.greys = [frame.grey() for frame in frames]
        self.points = [frame.points.astype(float) for frame in frames]
        self.pictures, self.seed, self.size_at, self.hardness = pictures, seed, size_at, hardness
        self._epoch, self._order = -1, np.empty(0, int)

    def __len__(self) -> int:
        return self.pictures

    def __getitem__(self, i: int) -> tuple[torch.Tensor, torch.Tensor]:
        index, size = self._frame_of(i), self.size_at(i)
        rng = np.random.default_rng((self.seed, 1, i))
        crop, points = augmented_crop(self.greys[index], self.points[index], size, rng, self.hardness)
        return keypoint_net.to_input(crop[None])[0], torch.from_numpy(keypoint_net.to_target(points, size))

    def _frame_of(self, i: int) -> int:
        """Every frame once an epoch, in an order of the epoch's own (kept, because items mostly come in order)."""
        epoch, place = divmod(i, len(self.greys))
        if epoch != self._epoch:
            self._epoch, self._order = epoch, np.random.default_rng((self.seed, 0, epoch)).permutation(len(self.greys))
        return self._order[place]


def augmented_crop(
    grey: np.ndarray, points: np.ndarray, size: int, rng: np.random.Generator, hardness: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """A crop (size, size) uint8 as the network may meet it in either pass, and the points in it (68, 2).

    `hardness` in [0, 1] scales how often a crop is as far off as a detector's box, and how often it is degraded.
    """
    matrix = _jittered_matrix(points, size, rng, hardness)
    crop, points = keypoint_net.crop(grey, matrix, size), keypoints.transform(matrix, points)
    if rng.random() < 0.5:
        crop, points = crop[:, ::-1], keypoints.mirror(points, size)
    return _degraded(crop, rng, hardness), points


def _jittered_matrix(points: np.ndarray, size: int, rng: np.random.Generator, hardness: float) -> np.ndarray:
    """Picture to crop: half the time (at hardness 1) as wrong as a detector's box is, otherwise as wrong as a first answer is."""
    centre = (size - 1) / 2
    if rng.random() < 1 - 0.5 * hardness:
        matrix = keypoint_net.crop_matrix(points, size)
        degrees, zoom, shift = 5, 0.05, 0.02
    else:
        matrix = keypoint_net.crop_matrix(keypoints.shape_in_box(keypoints.face_box(points)), size)
        degrees, zoom, shift = 15, 0.12, 0.06
    jitter = cv2.getRotationMatrix2D((centre, centre), rng.normal(0, degrees), np.exp(rng.normal(0, zoom)))
    jitter[:, 2] += rng.normal(0, shift * size, 2)
    return jitter @ np.vstack([matrix, [0, 0, 1]])


def _degraded(crop: np.ndarray, rng: np.random.Generator, hardness: float) -> np.ndarray:
    """Light, blur, few pixels, noise, something in front: each some of the time."""
    size = len(crop)
    picture = crop.astype(np.float32) / 255
    if rng.random() < 0.7 * hardness:
        picture = picture ** np.exp(rng.normal(0, 0.3))
        picture = (picture - 0.5) * np.exp(rng.normal(0, 0.25)) + 0.5 + rng.normal(0, 0.1)
    if rng.random() < 0.2 * hardness:
        few = int(size * rng.uniform(0.25, 0.7))
        picture = cv2.resize(cv2.resize(picture, (few, few), interpolation=cv2.INTER_AREA), (size, size))
    if rng.random() < 0.15 * hardness:
        picture = cv2.GaussianBlur(picture, (0, 0), size / 128 * rng.uniform(0.5, 2))
    if rng.random() < 0.2 * hardness:
        picture = picture + rng.normal(0, rng.uniform(0.01, 0.06), picture.shape).astype(np.float32)
    if rng.random() < 0.4 * hardness:
        width, height = (size * rng.uniform(0.1, 0.4, 2)).astype(int)
        x, y = rng.integers(-width // 2, size - width // 2), rng.integers(-height // 2, size - height // 2)
        picture = picture.copy()
        picture[max(y, 0) : y + height, max(x, 0) : x + width] = rng.uniform(0, 1)
    return (picture.clip(0, 1) * 255).round().astype(np.uint8)
