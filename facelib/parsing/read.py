"""From a picture and a face's keypoints to what each pixel shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from facelib import images
from facelib.learned import crops, weights
from facelib.parsing.classes import CLASSES, SIZE, crop_matrix, number
from facelib.parsing.crops import to_input
from facelib.parsing.net import Parser, shares


@dataclass(frozen=True)
class Parsed:
    """What the parser says of one face."""

    shares: np.ndarray  # (9, S, S) float32 in [0, 1]: how likely each of `classes.CLASSES` is, in the parser's crop
    matrix: np.ndarray  # (2, 3): from the picture to the crop

    def share(self, names: tuple[str, ...], shape: tuple[int, int]) -> np.ndarray:
        """How likely each pixel of the picture, of (H, W), shows one of some classes: float32 in [0, 1], 0 beyond the crop."""
        crop = self.shares[[number(name) for name in names]].sum(axis=0)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(crop, self.matrix, shape[::-1], flags=flags, borderMode=cv2.BORDER_CONSTANT).clip(0, 1)

    def seen_in(self, part: tuple[slice, slice]) -> Parsed:
        """The same for a part of the picture, rows and columns, instead of the picture."""
        moved = self.matrix.copy()
        moved[:, 2] += self.matrix[:, :2] @ (part[1].start, part[0].start)
        return Parsed(self.shares, moved)

    def labels(self, shape: tuple[int, int]) -> np.ndarray:
        """The likeliest class of each pixel of the picture: (H, W) uint8, indices into `classes.CLASSES`, background beyond the crop."""
        return np.stack([self.share((name,), shape) for name in CLASSES]).argmax(axis=0).astype(np.uint8)


def parse(picture: np.ndarray, points: np.ndarray, folder: Path | None = None) -> Parsed:
    """Parse one face.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3), float32 in [0, 1] or uint8
        RGB.
    points : ndarray of shape (68, 2)
        The face's keypoints, (x, y) in pixels.
    folder : Path, optional
        Of `facelib train parser`, whose network to take; by default the package's.

    Returns
    -------
    Parsed

    Examples
    --------
    >>> from facelib.datasets import portraits
    >>> hopper = portraits.grace_hopper()
    >>> found = parse(hopper, keypoints.predict_face(hopper))  # doctest: +SKIP
    """
    matrix = crop_matrix(points)
    near, corner = _near(picture, matrix)
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ corner
    crop = images.to_float(crops.crop(near, moved, SIZE))
    return Parsed(shares(network(folder or weights.FOLDER), to_input(crop)[None])[0].numpy(), matrix)


@cache
def network(folder: Path) -> nn.Module:
    """The parser's network, in evaluation mode; loaded once."""
    return weights.load(Parser(), "parser", folder).fuse().to(memory_format=torch.channels_last)


def _near(picture: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The part of a picture that a crop shows, and its corner, (x, y): the rest of a large picture is not read."""
    corners = cv2.transform(np.float64([[(0, 0), (SIZE, 0), (0, SIZE), (SIZE, SIZE)]]), cv2.invertAffineTransform(matrix))[0]
    size = np.array(picture.shape[1::-1])
    low = np.clip(np.floor(corners.min(axis=0)).astype(int) - 2, 0, size - 1)
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int) + 3, low + 1, size)
    return picture[low[1] : high[1], low[0] : high[0]], low
