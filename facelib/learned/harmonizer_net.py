"""Generators and discriminators of chapter 4. All take pictures (B, 3, S, S) in [-1, 1] beside a mask (B, 1, S, S) in [0, 1]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from facelib.learned.keypoint_net import Block

WIDTHS = (48, 96, 160, 256)  # of the U-Nets: channels at a quarter, an eighth, ... of the picture's side
_PATCH = 2  # pixels, the side of what the first layer sees as one
_FURTHEST = 0.12  # of half the picture's side, how far a displacement goes: 8 pixels of 128
_TONE, _FINE = 2.0, 1.0  # pixels of the network, the sigmas by which tone and detail are smoothed for pictures at least twice as large
_STRONGEST = 0.7  # the logarithm of a gain, and an offset, at most


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
    coarse : int
        Channels of a second output, at an eighth of the picture's side; 0 for none.
    """

    def __init__(self, inputs: int, outputs: int, widths: Sequence[int] = WIDTHS, coarse: int = 0):
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
        self.coarse = nn.Conv2d(widths[1], coarse, 3, 1, 1) if coarse else None
        with torch.no_grad():  # the four pixels of a patch begin alike, or a chequerboard would (Aitken et al. 2017)
            for parameter in (self.last.weight, self.last.bias):
                parameter.copy_(parameter[:: _PATCH**2].repeat_interleave(_PATCH**2, 0))

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """(B, inputs, S, S) to (B, outputs, S, S), without a limit; and (B, coarse, S / 8, S / 8) where there is a second output."""
        skips = [functional.pixel_unshuffle(x, _PATCH)]
        for layer in self.down:
            skips.append(layer(skips[-1]))
        x, levels = skips.pop(), []
        for layer in self.up:
            x = layer(torch.cat([functional.interpolate(x, scale_factor=2, mode="nearest"), skips.pop()], 1))
            levels.append(x)
        fine = functional.pixel_shuffle(self.last(x), _PATCH)
        return fine if self.coarse is None else (fine, self.coarse(levels[-3]))


class Plain(nn.Module):
    """The write-up's generator: a U-Net from the raw composite and its mask to a picture.

    Parameters
    ----------
    masked : bool
        Whether it sees the mask, or zeros in its place.
    """

    def __init__(self, masked: bool = True):
        super().__init__()
        self.masked = masked
        self.net = UNet(4, 3)

    def forward(self, raw: Tensor, start: Tensor, mask: Tensor) -> Tensor:
        return torch.tanh(self.net(torch.cat([raw, self.masked * (2 * mask - 1)], 1)))


class Changes(NamedTuple):
    """What a `Refiner` says to do to a first guess, each (B, C, S, S); at another size, the same."""

    flow: Tensor  # (B, 2, S, S), where each pixel comes from: across and down, in halves of the picture's side
    gain: Tensor  # (B, 3, S, S), a factor for each channel counted from black
    offset: Tensor  # (B, 3, S, S), what is added then
    detail: Tensor  # (B, 3, S, S), a difference, pixel by pixel

    def to(self, side: int) -> Changes:
        """The same changes for a larger or smaller picture."""
        smaller = side < self.flow.shape[-1]
        return Changes(*(functional.interpolate(part, (side, side), mode="bilinear", antialias=smaller) for part in self))

    def mirrored(self) -> Changes:
        """The same changes for the mirrored picture."""
        flow, *others = (part.flip(-1) for part in self)
        return Changes(flow * torch.tensor([-1.0, 1.0], device=flow.device)[:, None, None], *others)

    def apply(self, picture: Tensor) -> Tensor:
        """Move, tone, add: (B, 3, S, S) in [-1, 1]; the result is not clipped."""
        moved = self.move(picture)
        return moved + self.tone(moved) + self.detail

    def apply_at(self, picture: Tensor) -> Tensor:
        """`apply` to a picture of any size. A larger one keeps its own detail: it is moved, and what tone and detail add to the small one
        is added to it, enlarged and smoothed, for the network has seen nothing finer."""
        side, ours = picture.shape[-1], self.flow.shape[-1]
        if side <= ours:
            return self.to(side).apply(picture)
        grown = min(side / ours - 1, 1)
        tone = self.tone(self.move(functional.interpolate(picture, (ours, ours), mode="bilinear", antialias=True)))
        inside = ((tone.abs() + self.detail.abs()).sum(1, keepdim=True) > 0).float()  # nothing comes to the border
        added = inside * (_smooth(tone, _TONE * grown) + _smooth(self.detail, _FINE * grown))
        return self.to(side).move(picture, "bicubic") + functional.interpolate(added, (side, side), mode="bilinear")

    def move(self, picture: Tensor, between: str = "bilinear") -> Tensor:
        """The displacement alone; between pixels it reads "bilinear", or "bicubic", which is slower and keeps them sharp."""
        side = picture.shape[-1]
        at = (torch.arange(side, device=picture.device) + 0.5) * (2 / side) - 1
        here = torch.stack(torch.meshgrid(at, at, indexing="xy"), -1)
        flow = self.flow.permute(0, 2, 3, 1).nan_to_num()  # of a network that diverged: the sampler reads memory that is not its own
        return functional.grid_sample(picture, here + flow, between, "border", align_corners=False)

    def tone(self, picture: Tensor) -> Tensor:
        """What gain and offset add to a picture."""
        return (picture + 1) * (self.gain - 1) + self.offset


class Refiner(nn.Module):
    """A U-Net that mends a first guess, by three tools: a smooth displacement, a smooth change of tone, and detail under a soft mask.

    The two smooth ones cannot average pixels that are far apart, so that little is blurred, at any size. It sees the composite beside the
    guess, because the guess has lost how far the source's colours were off. Outside the mask nothing changes, and next to the border the
    guess stays, too: there it is the target's own.

    Parameters
    ----------
    rim : int
        Pixels inside the border that stay as they are in the first guess, over three times which the smooth changes begin; 0 for a guess
        that has a seam.
    widths : sequence of int
        Of the U-Net.
    """

    def __init__(self, rim: int = 2, widths: Sequence[int] = WIDTHS):
        super().__init__()
        self.rim = rim
        self.net = UNet(7, 4, widths, coarse=8)
        for layer in (self.net.last, self.net.coarse):  # it begins as the first guess
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, raw: Tensor, start: Tensor, mask: Tensor) -> Tensor:
        return self.changes(raw, start, mask).apply(start)

    def changes(self, raw: Tensor, start: Tensor, mask: Tensor) -> Changes:
        """What it would do; arguments as for `forward`."""
        fine, coarse = (part.float() for part in self.net(torch.cat([raw, start, 2 * mask - 1], 1)))
        flow, gain, offset = torch.tanh(coarse).split((2, 3, 3), 1)
        smooth = torch.cat([_FURTHEST * flow, torch.expm1(_STRONGEST * gain), _STRONGEST * offset], 1)
        inner, ramp = self._inside(mask)
        flow, gain, offset = (ramp * functional.interpolate(smooth, mask.shape[-2:], mode="bilinear")).split((2, 3, 3), 1)
        return Changes(flow, 1 + gain, offset, inner * torch.sigmoid(fine[:, 3:]) * 2 * torch.tanh(fine[:, :3]))

    def _inside(self, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Where it may change anything, and how much of a smooth change is made: less and less towards the border."""
        rim = self.rim
        inner = 1 - functional.max_pool2d(1 - mask, 2 * rim + 1, 1, rim)
        ramp = inner
        for size, pad in (((6 * rim + 1, 1), (3 * rim, 0)), ((1, 6 * rim + 1), (0, 3 * rim))):  # one after the other: the same mean, sooner
            ramp = functional.avg_pool2d(ramp, size, 1, pad, count_include_pad=False)
        return inner, inner * ramp


class Discriminator(nn.Module):
    """The write-up's: a small ResNet with a fourth channel, the mask, and one logit a picture.

    Parameters
    ----------
    spectral : bool
        Normalise layers by their largest singular value (Miyato et al. 2018) instead of by the batch, whose statistics would tell real
        from fake.
    patches : bool
        Say a logit of each place in the face instead of one of the picture (Isola et al. 2017): it stops at an eighth of the side, where
        each place sees 41 pixels.
    masked : bool
        Whether it sees the mask, or zeros in its place.
    widths : sequence of int
        Channels at a quarter, an eighth, ... of the picture's side.
    """

    def __init__(self, spectral: bool = False, patches: bool = False, masked: bool = True, widths: Sequence[int] = (32, 64, 128, 256)):
        super().__init__()
        self.patches, self.masked = patches, masked
        widths = widths[:2] if patches else widths
        first, last = widths[0], widths[-1]
        stem = [nn.Conv2d(4, first, 5, 2, 2, bias=False), nn.BatchNorm2d(first), nn.ReLU()]
        blocks = [Block(before, after, stride=2) for before, after in zip((first, *widths), widths, strict=False)]
        head = [nn.Conv2d(last, 1, 1)] if patches else [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(last, 1)]
        self.net = nn.Sequential(*stem, *blocks, *head)
        if spectral:
            _normalise_by_spectrum(self.net)

    def forward(self, picture: Tensor, mask: Tensor) -> Tensor:
        """Logits (B,), or those of all places that are more than half in a face, (N,); where none is, of those that are most in one. Above
        0: real."""
        said = self.net(torch.cat([picture, self.masked * (2 * mask - 1)], 1))
        if not self.patches:
            return said[:, 0]
        share = functional.adaptive_avg_pool2d(mask, said.shape[-2:])
        inside = share > 0.5
        return said[inside if inside.any() else (share > 0) & (share == share.max())]


def _normalise_by_spectrum(net: nn.Module) -> None:
    """Spectral norm on every layer with weights, and batch norms out; in place."""
    for parent in list(net.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, nn.BatchNorm2d):
                setattr(parent, name, nn.Identity())
            elif isinstance(layer, nn.Conv2d | nn.Linear):
                spectral_norm(layer)


def _smooth(x: Tensor, sigma: float) -> Tensor:
    """A Gaussian of some pixels of the network."""
    reach = max(round(3 * sigma), 1)
    weights = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, device=x.device) / max(sigma, 1e-3)).square())
    weights = (weights / weights.sum()).expand(x.shape[1], 1, 1, -1)
    padded = functional.pad(x, (reach,) * 4, mode="replicate")
    return functional.conv2d(functional.conv2d(padded, weights, groups=x.shape[1]), weights.mT, groups=x.shape[1])
