"""A face in other colours: what another light or another camera would have made of it, roughly.

Through curves drawn at random, or in the colours of another face. Each has `apply(picture, points)`; the points say where the face is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facelib import colour
from facelib.datasets.frame import Frame
from facelib.place import warp_face

_DECIMALS = 4  # what is written down is what was done


@dataclass(frozen=True)
class Recolour:
    """A curve for each of red, green and blue: `gain * value ** gamma + shift`, clipped to [0, 1]."""

    gain: tuple[float, float, float]
    gamma: tuple[float, float, float]
    shift: tuple[float, float, float]

    def apply(self, image: np.ndarray, points: np.ndarray | None = None) -> np.ndarray:
        """The picture in its new colours, (H, W, 3) float32 in [0, 1] as it was; they are the same wherever the face is.

        >>> darker = Recolour(gain=(0.5,) * 3, gamma=(1.0,) * 3, shift=(0.0,) * 3)
        >>> float(darker.apply(np.ones((1, 1, 3), np.float32)).max())
        0.5
        """
        gain, gamma, shift = (np.array(numbers, np.float32) for numbers in (self.gain, self.gamma, self.shift))
        return np.clip(gain * image**gamma + shift, 0, 1)


@dataclass(frozen=True)
class Transfer:
    """The colours of another face."""

    method: str  # a name in `facelib.colour.COLOURS`
    like: Frame  # whose

    def apply(self, image: np.ndarray, points: np.ndarray) -> np.ndarray:
        """The picture in its new colours, (H, W, 3) float32 in [0, 1] as it was; `points` (68, 2) are those of its face, in its pixels."""
        model, mask, _ = warp_face(self.like.colour(), image, self.like.points, points)
        return colour.get(self.method)(image, model, mask)


Change = Recolour | Transfer


def draw(rng: np.random.Generator) -> Recolour:
    """Draw a change of colours: mostly of brightness and contrast, which the channels share, and a tint, which they do not.

    The spreads are guesses, made by looking: nine in ten faces remain colours that a lamp could have given them.
    """

    def vary(shared: float, own: float) -> np.ndarray:
        return rng.normal(0, shared) + rng.normal(0, own, 3)

    gain, gamma, shift = np.exp(vary(0.15, 0.05)), np.exp(vary(0.2, 0.05)), vary(0.03, 0.015)
    return Recolour(*(tuple(numbers.round(_DECIMALS).tolist()) for numbers in (gain, gamma, shift)))
