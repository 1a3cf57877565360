"""From a picture and a face's keypoints to what each pixel shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from facelib import images
from facelib.learned import crops, onnx_net, weights
from facelib.parsing.classes import CLASSES, SIZE, crop_matrix, number
from facelib.parsing.crops import to_input
from facelib.parsing.net import Parser, answers


@dataclass(frozen=True)
class Parsed:
    """What the parser says of one face."""

    shares: np.ndarray  # (9, S, S) float32 in [0, 1]: how likely each of `classes.CLASSES` is, in half of the parser's crop
    matrix: np.ndarray  # (2, 3): from the picture to these

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
    >>> found = parse(hopper, keypoints.predict([hopper], detect.find_faces(hopper))[0])  # doctest: +SKIP
    """
    matrix = crop_matrix(points)
    near, corner = _near(picture, matrix)
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ corner
    crop = images.to_float(crops.crop(near, moved, SIZE))
    shares = reader(folder or weights.FOLDER)(to_input(crop)[None])[0]
    return Parsed(shares, _shrunk(matrix, shares.shape[1] / SIZE))


@cache
def network(folder: Path) -> nn.Module:
    """The parser's network, in evaluation mode; loaded once."""
    return weights.load(Parser(), "parser", folder).fuse().to(memory_format=torch.channels_last)


@cache
def reader(folder: Path) -> Callable[[Tensor], np.ndarray]:
    """From crops, (B, 3, S, S), to `net.answers`: the same network through ONNX Runtime, where that is installed."""
    net = network(folder)
    if not onnx_net.is_here():
        return partial(answers, net)
    onnx = onnx_net.OnnxNet(net, files("facelib.parsing").joinpath("parser.onnx"))
    return lambda crops: onnx.run(crops.numpy())[0]


def _shrunk(matrix: np.ndarray, scale: float) -> np.ndarray:
    """A matrix to a crop, (2, 3), as one to a smaller copy of it; pixel centres are integers."""
    smaller = scale * matrix
    smaller[:, 2] += (scale - 1) / 2
    return smaller


def _near(picture: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The part of a picture that a crop shows, and its corner, (x, y): the rest of a large picture is not read."""
    corners = cv2.transform(np.float64([[(0, 0), (SIZE, 0), (0, SIZE), (SIZE, SIZE)]]), cv2.invertAffineTransform(matrix))[0]
    size = np.array(picture.shape[1::-1])
    low = np.clip(np.floor(corners.min(axis=0)).astype(int) - 2, 0, size - 1)
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int) + 3, low + 1, size)
    return picture[low[1] : high[1], low[0] : high[0]], low
