"""Generators and discriminators of chapter 4. All take pictures (B, 3, S, S) in [-1, 1] beside a mask (B, 1, S, S) in [0, 1]."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from facelib.learned.keypoint_net import Block

_PATCH = 2  # pixels, the side of what the first layer sees as one


class UNet(nn.Module):
    """Down by strided convolutions, up again, and at each level a skip from the way down (Ronneberger et al. 2015).

    The first halving is a rearrangement, four pixels into channels, and so is the last doubling (Shi et al. 2016): nothing is lost, and
    the widest maps, which would take most of the time, are a quarter as large.

    Parameters
    ----------
    inputs, outputs : int
        Channels.
    widths : sequence of int
        Channels at a quarter, an eighth, ... of the picture's side, which has to be a multiple of 2 ** (len(widths) + 1).
    """

    def __init__(self, inputs: int, outputs: int, widths: Sequence[int] = (48, 96, 160, 256)):
        super().__init__()
        first = inputs * _PATCH**2
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for before, after in zip((first, *widths[:-1]), widths, strict=True):
            self.down.append(nn.Sequential(nn.Conv2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.LeakyReLU(0.2)))
        below = widths[-1]
        for skip, width in zip((*widths[-2::-1], first), (*widths[-2::-1], widths[0]), strict=True):
            self.up.append(nn.Sequential(nn.Conv2d(below + skip, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()))
            below = width
        self.last = nn.Conv2d(below, outputs * _PATCH**2, 3, 1, 1)
        with torch.no_grad():  # the four pixels of a patch begin alike, or a chequerboard would (Aitken et al. 2017)
            for parameter in (self.last.weight, self.last.bias):
                parameter.copy_(parameter[:: _PATCH**2].repeat_interleave(_PATCH**2, 0))

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, S, S) to (B, outputs, S, S), without a limit."""
        skips = [functional.pixel_unshuffle(x, _PATCH)]
        for layer in self.down:
            skips.append(layer(skips[-1]))
        x = skips.pop()
        for layer in self.up:
            x = layer(torch.cat([functional.interpolate(x, scale_factor=2, mode="nearest"), skips.pop()], 1))
        return functional.pixel_shuffle(self.last(x), _PATCH)


class Plain(nn.Module):
    """The write-up's generator: a U-Net from the raw composite and its mask to a picture."""

    def __init__(self):
        super().__init__()
        self.net = UNet(4, 3)

    def forward(self, raw: Tensor, start: Tensor, mask: Tensor) -> Tensor:
        return torch.tanh(self.net(torch.cat([raw, 2 * mask - 1], 1)))


class Residual(nn.Module):
    """A U-Net that changes a first guess: a difference, and a soft mask that says how much of it to take. Outside the mask nothing changes.

    It sees the composite beside the guess, because the guess has lost how far the source's colours were off. Next to the border the guess
    stays, too: there it is the target's own.

    Parameters
    ----------
    rim : int
        Pixels inside the border that stay as they are in the first guess; 0 for a guess that has a seam.
    """

    def __init__(self, rim: int = 2):
        super().__init__()
        self.rim = rim
        self.net = UNet(7, 4)
        nn.init.zeros_(self.net.last.weight)  # it begins as the first guess
        nn.init.zeros_(self.net.last.bias)

    def forward(self, raw: Tensor, start: Tensor, mask: Tensor) -> Tensor:
        made = self.net(torch.cat([raw, start, 2 * mask - 1], 1))
        change, share = torch.tanh(made[:, :3]), torch.sigmoid(made[:, 3:])
        inner = 1 - functional.max_pool2d(1 - mask, 2 * self.rim + 1, 1, self.rim)
        return start + inner * share * 2 * change


class Discriminator(nn.Module):
    """The write-up's: a small ResNet with a fourth channel, the mask, and one logit a picture.

    Parameters
    ----------
    spectral : bool
        Normalise layers by their largest singular value (Miyato et al. 2018) instead of by the batch, whose statistics would tell real
        from fake.
    widths : sequence of int
        Channels at a quarter, an eighth, ... of the picture's side.
    """

    def __init__(self, spectral: bool = False, widths: Sequence[int] = (32, 64, 128, 256)):
        super().__init__()
        first = widths[0]
        stem = [nn.Conv2d(4, first, 5, 2, 2, bias=False), nn.BatchNorm2d(first), nn.ReLU()]
        blocks = [Block(before, after, stride=2) for before, after in zip((first, *widths), widths, strict=False)]
        self.net = nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], 1))
        if spectral:
            _normalise_by_spectrum(self.net)

    def forward(self, picture: Tensor, mask: Tensor) -> Tensor:
        """Logits (B,): above 0, real."""
        return self.net(torch.cat([picture, 2 * mask - 1], 1))[:, 0]


def _normalise_by_spectrum(net: nn.Module) -> None:
    """Spectral norm on every layer with weights, and batch norms out; in place."""
    for parent in list(net.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, nn.BatchNorm2d):
                setattr(parent, name, nn.Identity())
            elif isinstance(layer, nn.Conv2d | nn.Linear):
                spectral_norm(layer)


GENERATORS: dict[str, Callable[[], nn.Module]] = {"plain": Plain, "residual": Residual, "residual-of-raw": partial(Residual, rim=0)}
