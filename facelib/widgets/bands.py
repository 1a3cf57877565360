"""A multiresolution blend taken apart: the bands of both pictures, the masks by which they are mixed, and the blend as it grows."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facelib import blend, composite
from facelib.swap import swap
from facelib.widgets import faces

SIDE = 321  # pixels: odd, so that every level has to be cut to size
DEEPEST = 6
_GAIN = 3  # by what a band's contrast is enlarged to be seen


@dataclass(frozen=True, eq=False)
class Pair:
    """What is blended: two pictures and a mask of one size, close to the face."""

    source: np.ndarray  # (S, S, 3) float32 in [0, 1], warped
    target: np.ndarray
    mask: np.ndarray  # (S, S) float32: 1 in the face, 0 outside


@dataclass(frozen=True, eq=False)
class Bands:
    """Each list goes from the finest level to the coarsest, whose entry is the residual."""

    source: list[np.ndarray]
    target: list[np.ndarray]
    masks: list[np.ndarray]
    mixed: list[np.ndarray]


def pair(source: np.ndarray, target: np.ndarray, side: int = SIDE) -> Pair:
    """The source's face brought into place on the target, in its own colours: so there is something to blend.

    Raises
    ------
    TypeError, ValueError, facelib.detect.FaceNotFound
        No such pictures, or no face in one.
    """
    made = swap(source, target, blend="none", colours="none")
    cut, points = faces.close_up(made.target, made.target_points, side, 1.5)
    warped, _ = faces.close_up(made.warped, made.target_points, side, 1.5)
    return Pair(warped, cut, composite.hull_mask(points, (side, side)))


def split(pair: Pair, levels: int, feather: float = 0.0) -> Bands:
    """Both pictures' bands, mixed.

    Parameters
    ----------
    pair : Pair
    levels : int
        Of the pyramid; 0 leaves one band, the pictures themselves.
    feather : float
        Pixels over which the mask fades, inwards, before it is made coarser.
    """
    soft = softened(pair.mask, feather)
    source, target = (blend.laplacian_pyramid(picture, levels) for picture in (pair.source, pair.target))
    masks = blend.gaussian_pyramid(soft, levels)
    mixed = [m[..., None] * s + (1 - m[..., None]) * t for m, s, t in zip(masks, source, target, strict=True)]
    return Bands(source, target, masks, mixed)


def softened(mask: np.ndarray, feather: float) -> np.ndarray:
    """A mask that fades inwards over so many pixels: (S, S) float32 in [0, 1]."""
    if not feather >= 0:
        raise ValueError(f"feather: expected at least 0 pixels, got {feather}")
    return blend.fade(mask, feather) * mask if feather else mask


def summed(bands: list[np.ndarray], level: int) -> np.ndarray:
    """The bands from the coarsest to `level`, added up: (S, S, 3) float32, which may leave [0, 1]. Level 0 gives the whole picture."""
    if not 0 <= level < len(bands):
        raise ValueError(f"level: expected 0 to {len(bands) - 1}, got {level}")
    return blend.collapse([np.zeros_like(band) for band in bands[:level]] + bands[level:])


def visible(bands: list[np.ndarray], level: int, side: int) -> np.ndarray:
    """One band to look at, (side, side, 3) in [0, 1]: grey is zero, and contrast is enlarged; the residual is as it is."""
    band = bands[level] if level == len(bands) - 1 else 0.5 + _GAIN * bands[level]
    return cv2.resize(band.clip(0, 1), (side, side), interpolation=cv2.INTER_NEAREST)
