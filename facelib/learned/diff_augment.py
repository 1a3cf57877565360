"""The same random change for real pictures and fakes, so that a discriminator cannot learn few pictures by heart (Zhao et al. 2020).

Colour, shift and cutout, all differentiable; the mask moves with the picture.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def augment(pictures: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
    """Pictures (B, 3, S, S) and masks (B, 1, S, S), each pair changed in a way of its own."""
    pictures = _coloured(pictures)
    both = _cut_out(_shifted(torch.cat([pictures, masks], 1)))
    return both[:, :3], both[:, 3:]


def _coloured(pictures: Tensor) -> Tensor:
    """Brightness, saturation, contrast."""
    brightness, saturation, contrast = torch.rand(3, len(pictures), 1, 1, 1, device=pictures.device)
    pictures = pictures + brightness - 0.5
    grey = pictures.mean(1, keepdim=True)
    pictures = grey + 2 * saturation * (pictures - grey)
    middle = pictures.mean((1, 2, 3), keepdim=True)
    return middle + (0.5 + contrast) * (pictures - middle)


def _shifted(x: Tensor, share: float = 0.125) -> Tensor:
    """Moved by whole pixels, up to a share of the side; the border goes on."""
    most = int(x.shape[-1] * share)
    padded = functional.pad(x, (most,) * 4, mode="replicate")
    across, down = torch.randint(0, 2 * most + 1, (2, len(x))).tolist()
    side = x.shape[-1]
    return torch.stack([one[:, top : top + side, left : left + side] for one, left, top in zip(padded, across, down, strict=True)])


def _cut_out(x: Tensor, share: float = 0.5) -> Tensor:
    """A square of zeros, half as wide as the picture."""
    side = x.shape[-1]
    size = int(side * share)
    at = torch.arange(side, device=x.device)
    centre_x, centre_y = torch.randint(0, side, (2, len(x), 1), device=x.device)
    inside = ((at - centre_x).abs() < size / 2)[:, None, :] & ((at - centre_y).abs() < size / 2)[:, :, None]
    return x * ~inside[:, None]
