"""GP-GAN (Wu et al. 2019): a network paints the blend small, through a bottleneck; an equation makes it large.

The *blending GAN* takes the raw composite at 64 pixels down to one vector and paints a picture from it, as a context encoder does: too few
numbers for the seam to survive, and for much else. `gaussian_poisson.ladder` then takes the colours from that picture and every gradient
from the photographs, doubling the size until it is theirs.

Where this deviates from the paper, besides the data: narrower layers, and a vector of 256 numbers instead of 4,000; doubling by
interpolation and a 3 x 3 convolution where the original transposes a strided one; a critic that sees the mask as well, and that learns
twice, not five times, for each step of the generator; and outside the mask the colours are the target's own, where the original lets the
network paint them, too: a vector remembers the face and forgets the wall behind it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import cv2
import numpy as np
from torch import Tensor, nn
from torch.nn import functional

from facelib.related import gaussian_poisson

SIZE = 64  # pixels


class BlendingGAN(nn.Module):
    """Composites (B, 3, S, S) in [-1, 1] to blends of the same form; S is a multiple of 16.

    Parameters
    ----------
    widths : sequence of int
        Channels at a half, a quarter, ... of the picture's side.
    bottleneck : int
        Numbers that the whole picture is squeezed into.
    size : int
        Pixels for which the bottleneck is made; of other sizes it sees the means of as many places.
    """

    def __init__(self, widths: Sequence[int] = (32, 64, 128, 192), bottleneck: int = 256, size: int = SIZE):
        super().__init__()
        self.side = size // 2 ** len(widths)
        self.down = nn.ModuleList(_down(before, after) for before, after in zip((3, *widths[:-1]), widths, strict=True))
        flat = widths[-1] * self.side**2
        self.squeeze = nn.Sequential(nn.Flatten(), nn.Linear(flat, bottleneck, bias=False), nn.BatchNorm1d(bottleneck), nn.LeakyReLU(0.2))
        self.spread = nn.Sequential(nn.Linear(bottleneck, flat), nn.Unflatten(1, (widths[-1], self.side, self.side)), nn.ReLU())
        up = (*widths[::-1], widths[0])
        self.up = nn.ModuleList(_up(before, after) for before, after in itertools.pairwise(up))
        self.colours = nn.Conv2d(up[-1], 3, 3, 1, 1)

    def forward(self, raw: Tensor, start: Tensor, mask: Tensor) -> Tensor:
        """The blend. `start` and `mask` are not looked at."""
        x = raw
        for layer in self.down:
            x = layer(x)
        small = x.shape[-2:]
        x = self.spread(self.squeeze(functional.adaptive_avg_pool2d(x, self.side)))
        x = functional.interpolate(x, small, mode="nearest")
        for layer in self.up:
            x = layer(functional.interpolate(x, scale_factor=2, mode="nearest"))
        return self.colours(x).tanh()


def enlarge(painted: np.ndarray, source: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The blend at the photographs' size.

    Parameters
    ----------
    painted : ndarray of shape (h, w, 3), float32 in [0, 1]
        What the network made of the composite.
    source, target : ndarray of shape (H, W, 3), float32 in [0, 1]
    mask : ndarray of shape (H, W), float32 in [0, 1]

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]
    """
    size = painted.shape[1::-1]
    share = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)[..., None]
    small = share * painted + (1 - share) * cv2.resize(target, size, interpolation=cv2.INTER_AREA)
    return gaussian_poisson.ladder(source, target, mask, small)


def _down(before: int, after: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.LeakyReLU(0.2))


def _up(before: int, after: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(before, after, 3, 1, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU())
