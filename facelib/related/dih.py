"""Deep Image Harmonization (Tsai et al. 2017): one encoder, and two decoders that read it: what each pixel shows, and its colour.

The composite and its mask go down by strided convolutions, each halving the side, to a full layer that sees the whole picture. The
*parsing* decoder comes up again and names the part of the face at each pixel; the *harmonization* decoder comes up beside it and reads its
features at every level. Both get the encoder's features of the same size added (not appended). A network without the parsing branch is the
paper's own control.

Where this deviates from the paper, besides the data: pictures of 128 pixels, so five halvings instead of seven; narrower layers, and a full
layer of 256 instead of 1024; classes of face parsing instead of scenes; and doubling by interpolation and a 3 x 3 convolution where the
original transposes a strided one, which draws chequerboards.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from facelib.related.parsing import CLASSES


class DeepHarmonization(nn.Module):
    """Pictures (B, 3, S, S) in [-1, 1] beside a mask (B, 1, S, S) in [0, 1] to harmonized ones; S is a multiple of 32.

    Parameters
    ----------
    parsing : bool
        Whether there is a decoder for what pixels show.
    widths : sequence of int
        Channels at a half, a quarter, ... of the picture's side.
    full : int
        Numbers in the layer that sees the whole picture.
    size : int
        Pixels for which the full layer is made; of other sizes it sees the means of as many places.
    """

    def __init__(self, parsing: bool = True, widths: Sequence[int] = (32, 64, 96, 128, 128), full: int = 256, size: int = 128):
        super().__init__()
        self.side = size // 2 ** len(widths)
        self.down = nn.ModuleList(_down(before, after) for before, after in zip((4, *widths[:-1]), widths, strict=True))
        self.flat = nn.Sequential(nn.Flatten(), nn.Linear(widths[-1] * self.side**2, full), nn.ELU())
        up = (*widths[::-1], widths[0] // 2)  # at the coarsest level, and after each doubling
        self.parse = _Decoder(full, self.side, up) if parsing else None
        self.paint = _Decoder(full, self.side, up, beside=up if parsing else None)
        self.classes = nn.Conv2d(up[-1], len(CLASSES), 1) if parsing else None
        self.colours = nn.Conv2d(up[-1] * (2 if parsing else 1), 3, 3, 1, 1)

    def forward(self, raw: Tensor, start: Tensor, mask: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """The harmonized picture, linear, without a limit; in training mode also what `both` says of the pixels. `start` is not looked at:
        the network begins from the raw composite."""
        picture, said = self.both(raw, mask)
        return (picture, said) if self.training and said is not None else picture

    def both(self, raw: Tensor, mask: Tensor) -> tuple[Tensor, Tensor | None]:
        """The picture, and for each pixel the logits of `CLASSES`, (B, 6, S, S), where there is a decoder for them."""
        features = [torch.cat([raw, 2 * mask - 1], 1)]
        for layer in self.down:
            features.append(layer(features[-1]))
        skips, whole = features[:0:-1], self.flat(functional.adaptive_avg_pool2d(features[-1], self.side))
        parsed = self.parse(whole, skips) if self.parse else None
        painted = self.paint(whole, skips, parsed)
        if not parsed:
            return self.colours(painted[-1]), None
        return self.colours(torch.cat([painted[-1], parsed[-1]], 1)), self.classes(parsed[-1])


class _Decoder(nn.Module):
    """From the full layer up: at each level the encoder's features are added, and, where there are such, another decoder's appended."""

    def __init__(self, full: int, side: int, widths: Sequence[int], beside: Sequence[int] | None = None):
        super().__init__()
        self.unflat = nn.Sequential(nn.Linear(full, widths[0] * side**2), nn.ELU(), nn.Unflatten(1, (widths[0], side, side)))
        more = beside or [0] * len(widths)
        self.up = nn.ModuleList(
            nn.Sequential(nn.Conv2d(before + other, after, 3, 1, 1, bias=False), nn.BatchNorm2d(after), nn.ELU())
            for before, other, after in zip(widths[:-1], more[:-1], widths[1:], strict=True)
        )

    def forward(self, whole: Tensor, skips: Sequence[Tensor], beside: Sequence[Tensor] | None = None) -> list[Tensor]:
        """The features at each size, the coarsest first; the last has the picture's own."""
        x, levels = functional.interpolate(self.unflat(whole), skips[0].shape[-2:], mode="nearest"), []
        for number, (layer, skip) in enumerate(zip(self.up, skips, strict=True)):
            x = x + skip
            levels.append(x)
            joined = torch.cat([x, beside[number]], 1) if beside else x
            x = layer(functional.interpolate(joined, scale_factor=2, mode="nearest"))
        return [*levels, x]


def _down(before: int, after: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ELU())
