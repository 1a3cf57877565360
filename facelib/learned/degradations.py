"""What the world and a camera do to a face in a crop: things in front, light, few pixels, blur, noise. The points stay."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

_MOST = 2  # things in front
_PASTED = 0.7  # of them, cut from another picture; the others are of one grey


def degraded(crop: np.ndarray, rng: np.random.Generator, hardness: float, things: Sequence[np.ndarray] = ()) -> np.ndarray:
    """A crop as a bad photograph would have it.

    Parameters
    ----------
    crop : ndarray of shape (S, S), uint8
    rng : numpy.random.Generator
    hardness : float
        In [0, 1]: scales how often each of the five happens.
    things : sequence of ndarrays of shape (H, W), uint8
        Grey pictures from which what is in front is cut; without any it is of one grey.

    Returns
    -------
    ndarray of shape (S, S), uint8
    """
    size = len(crop)
    picture = crop.astype(np.float32) / 255
    if rng.random() < 0.4 * hardness:
        picture = covered(picture, rng, things)
    if rng.random() < 0.7 * hardness:
        picture = picture.clip(0, 1) ** np.exp(rng.normal(0, 0.3))
        picture = (picture - 0.5) * np.exp(rng.normal(0, 0.25)) + 0.5 + rng.normal(0, 0.1)
    if rng.random() < 0.3 * hardness:
        picture = picture * from_one_side(size, rng)
    if rng.random() < 0.2 * hardness:
        few = int(size * rng.uniform(0.2, 0.7))
        picture = cv2.resize(cv2.resize(picture, (few, few), interpolation=cv2.INTER_AREA), (size, size))
    if rng.random() < 0.15 * hardness:
        picture = cv2.GaussianBlur(picture, (0, 0), size / 128 * rng.uniform(0.5, 2.5))
    if rng.random() < 0.2 * hardness:
        picture = picture + rng.normal(0, rng.uniform(0.01, 0.06), picture.shape).astype(np.float32)
    return (picture.clip(0, 1) * 255).round().astype(np.uint8)


def covered(picture: np.ndarray, rng: np.random.Generator, things: Sequence[np.ndarray] = ()) -> np.ndarray:
    """A picture (S, S) float32 in [0, 1] with one or two things in front: ellipses or rectangles, cut from other pictures or plain."""
    size = len(picture)
    for _ in range(rng.integers(1, _MOST + 1)):
        middle, sides, angle = rng.uniform(0, size, 2), size * rng.uniform(0.12, 0.5, 2), rng.uniform(0, 180)
        place, mask = (middle.tolist(), sides.tolist(), angle), np.zeros_like(picture)
        if rng.random() < 0.6:
            cv2.ellipse(mask, place, 1, -1, cv2.LINE_AA)
        else:
            cv2.fillPoly(mask, [np.round(cv2.boxPoints(place)).astype(np.int32)], 1)
        shows = _cut(things[rng.integers(len(things))], size, rng) if len(things) and rng.random() < _PASTED else rng.uniform(0, 1)
        picture = picture + (shows - picture) * mask
    return picture


def from_one_side(size: int, rng: np.random.Generator) -> np.ndarray:
    """Light that grows from one side of a crop to the other, (size, size) float32 with a logarithm of mean 0: what to multiply by."""
    angle, along = rng.uniform(0, 2 * np.pi), np.linspace(-1, 1, size)
    slope = np.cos(angle) * along + np.sin(angle) * along[:, None]
    return np.exp(rng.normal(0, 0.5) * slope).astype(np.float32)


def _cut(thing: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """A piece of another picture, turned and in any size, (size, size) float32."""
    height, width = thing.shape
    scale = 1.5 * rng.uniform(0.5, 2) * size / min(height, width)
    matrix = cv2.getRotationMatrix2D(rng.uniform(0, (width, height)).tolist(), rng.uniform(0, 360), scale)
    return cv2.warpAffine(thing, matrix, (size, size), borderMode=cv2.BORDER_REFLECT_101).astype(np.float32) / 255
