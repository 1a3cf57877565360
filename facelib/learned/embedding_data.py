"""Faces for the embedding networks: aligned colour crops, and for training each time other ones; the i-th is a function of (seed, i)."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from torch.utils.data import Dataset

from facelib import images
from facelib.datasets import recolour
from facelib.datasets.frame import Frame
from facelib.learned import crops
from facelib.learned.embedding_net import SIZE

_KEPT = 128  # pixels: the side at which crops are kept, so that turning and zooming costs no detail


def aligned(frame: Frame, size: int = SIZE) -> np.ndarray:
    """A frame's face, (size, size, 3) uint8, upright."""
    return crops.crop(images.to_bytes(frame.colour()), crops.crop_matrix(frame.points, size), size)


def to_input(faces: np.ndarray) -> torch.Tensor:
    """Crops (B, S, S, 3) uint8 as (B, 3, S, S) in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(faces)).permute(0, 3, 1, 2).float() / 127.5 - 1


class TrainingFaces(Dataset):
    """Item i is a crop (3, 96, 96) in [-1, 1] and the number of its person.

    Parameters
    ----------
    frames : sequence of Frame
    pictures, seed : int
    drawn : sequence of Frame
        Rendered people, who are seen in `share` of the pictures.
    """

    def __init__(self, frames: Sequence[Frame], pictures: int, seed: int, drawn: Sequence[Frame] = (), share: float = 0.0):
        both = [*frames, *drawn]
        self.people = sorted({frame.person for frame in both})
        number = {person: index for index, person in enumerate(self.people)}
        self.faces = [aligned(frame, _KEPT) for frame in both]
        self.who = [number[frame.person] for frame in both]
        self.photographs, self.share = len(frames), share if drawn else 0.0
        self.pictures, self.seed = pictures, seed

    def __len__(self) -> int:
        return self.pictures

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        rng = np.random.default_rng((self.seed, i))
        rendered = rng.random() < self.share
        index = int(rng.integers(self.photographs, len(self.faces)) if rendered else rng.integers(self.photographs))
        return to_input(_varied(self.faces[index], rng)[None])[0], self.who[index]


def _varied(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another crop of the face: moved a little, mirrored, in other colours, with fewer pixels, with something in front; each at times."""
    matrix = cv2.getRotationMatrix2D([(_KEPT - 1) / 2] * 2, rng.normal(0, 4), SIZE / _KEPT * np.exp(rng.normal(0, 0.04)))
    matrix[:, 2] += (SIZE - _KEPT) / 2 + rng.normal(0, 0.02 * SIZE, 2)
    made = cv2.warpAffine(face, matrix, (SIZE, SIZE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < 0.5:
        made = made[:, ::-1]
    picture = images.to_float(np.ascontiguousarray(made))
    if rng.random() < 0.8:
        picture = recolour.draw(rng).apply(picture)
    if rng.random() < 0.15:
        picture = np.repeat(picture @ np.float32([0.299, 0.587, 0.114])[:, None], 3, axis=2)
    if rng.random() < 0.3:
        few = int(SIZE * rng.uniform(0.3, 0.8))
        picture = cv2.resize(cv2.resize(picture, (few, few), interpolation=cv2.INTER_AREA), (SIZE, SIZE))
    if rng.random() < 0.3:
        width, height = (SIZE * rng.uniform(0.1, 0.4, 2)).astype(int)
        x, y = rng.integers(0, SIZE - width), rng.integers(0, SIZE - height)
        picture[y : y + height, x : x + width] = rng.random(3)
    return images.to_bytes(picture)
