"""A small network that tells swapped faces from untouched ones, by what a swap leaves behind: seams, other noise, smoother skin."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from facelib.learned.keypoint_net import Block

SIZE = 128  # pixels, the side of the crop, as `facelib.datasets.pairs` makes it
CELLS = 16  # a side of the map that says where
_LOUDER = 8  # by which the residual is multiplied: noise is some grey levels of 255


class Detective(nn.Module):
    """A residual network on crops (B, 3, 128, 128) in [-1, 1].

    It sees the picture and, beside it, what a blur of 3 x 3 pixels takes away: noise and edges, in which forensics looks for traces (after
    Fridrich and Kodovsky 2012, doi:10.1109/TIFS.2012.2190402). Neighbouring pixels become channels, so that the first layer halves the side
    and loses nothing; a stride would.

    Parameters
    ----------
    widths : sequence of int
        Channels at sides of 64, 32, 16 and 8.
    dropout : float
        Of what the last layer sees, in training.
    """

    def __init__(self, widths: Sequence[int] = (24, 48, 96, 128), dropout: float = 0.2):
        super().__init__()
        first, second, third, last = widths
        self.stem = nn.Sequential(nn.Conv2d(24, first, 3, 1, 1, bias=False), nn.BatchNorm2d(first), nn.ReLU(inplace=True))
        self.fine = nn.Sequential(Block(first, first), Block(first, second, stride=2), Block(second, third, stride=2))
        self.where = nn.Conv2d(third, 1, 1)
        self.coarse = Block(third, last, stride=2)
        self.whole = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * last, 1))

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """Logits: (B,) that the face was swapped, and (B, 16, 16) that each cell was."""
        blurred = functional.avg_pool2d(functional.pad(crops, (1, 1, 1, 1), mode="reflect"), 3, 1)
        residual = (_LOUDER * (crops - blurred)).clamp(-1, 1)
        features = self.fine(self.stem(functional.pixel_unshuffle(torch.cat([crops, residual], 1), 2)))
        last = self.coarse(features)
        seen = torch.cat([last.mean((2, 3)), last.amax((2, 3))], 1)
        return self.whole(seen)[:, 0], self.where(features)[:, 0]
