"""Irregularity in a few kinds, drawn once; a face takes its own part of it, chosen by its seed."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

_SIDE = 512


@cache
def smooth(cell: float) -> np.ndarray:
    """Noise with lumps of about `cell` pixels, (1024, 1024) float32, mean 0 and deviation 1: the same one twice along both axes."""
    field = np.random.default_rng(round(cell * 100)).normal(size=(_SIDE, _SIDE)).astype(np.float32)
    if cell > 1:
        reach = int(3 * cell)
        field = cv2.GaussianBlur(np.pad(field, reach, mode="wrap"), (0, 0), cell / 2)[reach:-reach, reach:-reach]
    return _twice((field - field.mean()) / field.std())


@cache
def strands(along: float, across: float) -> np.ndarray:
    """Noise drawn out along the rows' direction, (1024, 1024) float32, mean 0 and deviation 1."""
    field = np.random.default_rng(7).normal(size=(_SIDE, _SIDE)).astype(np.float32)
    reach = int(3 * along)
    field = cv2.GaussianBlur(np.pad(field, reach, mode="wrap"), (0, 0), across, sigmaY=along)[reach:-reach, reach:-reach]
    return _twice((field - field.mean()) / field.std())


def part(field: np.ndarray, shape: tuple[int, int], seed: int) -> np.ndarray:
    """A part of a field of noise that depends on the seed alone; up to 512 x 512 a view, not to be written to."""
    spread = (seed + 1) * 2654435761 % 2**32  # by the golden ratio: seeds that follow each other are far apart
    top, left = spread >> 23, spread >> 14 & (_SIDE - 1)
    if max(shape) > _SIDE:
        return field.take(np.arange(top, top + shape[0]) % _SIDE, axis=0).take(np.arange(left, left + shape[1]) % _SIDE, axis=1)
    return field[top : top + shape[0], left : left + shape[1]]


def _twice(field: np.ndarray) -> np.ndarray:
    field = np.tile(field, (2, 2))
    field.setflags(write=False)
    return field
