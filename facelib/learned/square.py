"""The square round a face that a network sees, and the way back from what it says to the picture."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import torch

from facelib import composite
from facelib.datasets.pairs import crop_box, resized

SIZE = 128  # pixels, what the networks were trained at
_NEAR = 4  # pixels: a square that differs by less is not resized
_SMOOTH = 1.0  # pixels of the network, the sigma below which corrections of larger faces are smoothed


class Square(NamedTuple):
    """Corner and side in whole pixels; it may reach beyond the picture."""

    x: int
    y: int
    side: int

    def cut(self, picture: np.ndarray) -> np.ndarray:
        """That part of a picture; beyond the picture its border goes on."""
        height, width = picture.shape[:2]
        x, y, side = self
        inside = picture[max(y, 0) : y + side, max(x, 0) : x + side]
        beyond = (max(-y, 0), max(y + side - height, 0), max(-x, 0), max(x + side - width, 0))
        return cv2.copyMakeBorder(inside, *beyond, cv2.BORDER_REPLICATE)

    def small(self, picture: np.ndarray, size: int = SIZE) -> np.ndarray:
        """That part at a network's size."""
        return resized(self.cut(picture), size).clip(0, 1)  # its averages of ones may be a bit more

    def moved(self, points: np.ndarray) -> np.ndarray:
        """Points of the picture in the pixels of `small`."""
        return (points - (self.x, self.y) + 0.5) * (SIZE / self.side) - 0.5

    def place(self, shape: tuple[int, ...]) -> tuple[slice, slice, tuple[slice, slice]]:
        """The rows and columns of a picture that the square covers, and that part of the square."""
        x, y, side = self
        left, top = max(x, 0), max(y, 0)
        right, bottom = min(x + side, shape[1]), min(y + side, shape[0])
        return np.s_[top:bottom], np.s_[left:right], np.s_[top - y : bottom - y, left - x : right - x]

    def large(self, small: np.ndarray) -> np.ndarray:
        """What a network said, at the square's side."""
        return cv2.resize(small, (self.side, self.side), interpolation=cv2.INTER_CUBIC if self.side > len(small) else cv2.INTER_AREA)

    def large_and_smooth(self, correction: np.ndarray) -> np.ndarray:
        """The same of a correction; where it grows, only its smooth part does: the network saw no detail finer than its own pixels."""
        if self.side > SIZE:
            correction = cv2.GaussianBlur(correction, (0, 0), _SMOOTH * min(self.side / SIZE - 1, 1))
        return self.large(correction)


def round_face(mask: np.ndarray) -> Square | None:
    """The square round a mask, as in training; None for an empty mask."""
    window = composite.box_of(mask)
    if window is None:
        return None
    corners = np.array([[part.start for part in window[::-1]], [part.stop - 1 for part in window[::-1]]], float)
    x, y, side = crop_box(corners, mask.shape)
    off = side - SIZE
    return Square(x + off // 2, y + off // 2, SIZE) if abs(off) <= _NEAR else Square(x, y, side)


def spread(values: np.ndarray, known: np.ndarray, steps: int = 4) -> np.ndarray:
    """Values (H, W, C) that are known in some places, (H, W) bool, go on beyond them: a pixel a step, each the mean of its neighbours."""
    for _ in range(steps):
        weight = cv2.boxFilter(known.astype(np.float32), -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)
        sums = cv2.boxFilter(values * known[..., None], -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)
        new = (weight > 0.5) & ~known
        values = np.where(new[..., None], sums.reshape(values.shape) / np.maximum(weight, 1)[..., None], values)
        known = known | new
    return values


def tensor(picture: np.ndarray) -> torch.Tensor:
    """(H, W, 3) in [0, 1] as networks take it: (1, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(2 * picture - 1).permute(2, 0, 1)[None]


def mask_tensor(mask: np.ndarray) -> torch.Tensor:
    """(H, W) in [0, 1] as networks take it: (1, 1, H, W), the same numbers."""
    return torch.from_numpy(mask)[None, None]


def picture(made: torch.Tensor) -> np.ndarray:
    """And back, not clipped."""
    return (made[0].permute(1, 2, 0).numpy() + 1) / 2
