"""The one list of generators that a recipe can name.

Each takes pictures (B, 3, S, S) in [-1, 1], the raw composite and a first guess, beside a mask (B, 1, S, S) in [0, 1], and gives the
harmonized picture; one that also says what its pixels show gives a pair in training mode, picture and logits, as torchvision's networks
with auxiliary outputs do.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import nn

from facelib.learned.harmonizer_net import Plain, Refiner
from facelib.related import fsgan
from facelib.related.dih import DeepHarmonization
from facelib.related.gp_gan import BlendingGAN

GENERATORS: dict[str, Callable[[], nn.Module]] = {
    "plain": Plain,
    "plain-without-mask": partial(Plain, masked=False),
    "refiner": Refiner,
    "refiner-of-raw": partial(Refiner, rim=0),
    "dih": DeepHarmonization,
    "blending-gan": BlendingGAN,
    "dih-without-parsing": partial(DeepHarmonization, parsing=False),
    "reenactment": fsgan.Reenactment,
    "segmentation": fsgan.Segmentation,
    "inpainting": fsgan.Inpainting,
    "blending": fsgan.Blending,
}
