"""What a run of a harmonizer's training takes, without running it."""

from __future__ import annotations

import torch
from torch import nn

from facelib.learned import harmonizer_data
from facelib.learned.generators import GENERATORS
from facelib.learned.harmonizer_net import Discriminator
from facelib.learned.harmonizer_recipes import HarmonizerConfig

_SECONDS_A_PICTURE = {"cpu": 0.05, "cuda": 0.002}  # a guess for the plan, until the log says more


def new(config: HarmonizerConfig) -> nn.Module:
    """A generator with random weights."""
    return GENERATORS[config.generator]()


def plan(config: HarmonizerConfig) -> dict:
    """What a run would do, without doing it: parameters, memory, steps, time."""
    generator, discriminator = new(config), Discriminator(config.spectral, config.patches, config.masked)
    parameters = {
        name: sum(p.numel() for p in net.parameters()) for name, net in (("generator", generator), ("discriminator", discriminator))
    }
    device = "cuda" if torch.cuda.is_available() else "cpu"
    picture = config.size**2 * 3
    given = harmonizer_data.COMPOSITES[config.composite]
    arrays = (3 + len(given.blends)) * picture + (1 + given.shown) * config.size**2
    return {
        "recipe": config.recipe,
        "device": device,
        "parameters": parameters,
        # weights, gradients and Adam's two moments; then activations, by a rule of thumb of 60 maps of the picture's size in each network
        "memory_mb": round((16 * sum(parameters.values()) + 2 * 60 * 4 * config.batch * config.size**2) / 1e6),
        "pairs": config.pairs,
        "pairs_on_disk_mb": round(config.pairs * arrays / 1e6),
        "pictures": config.pictures,
        "steps": config.pictures // config.batch,
        "minutes": round(config.pictures * _SECONDS_A_PICTURE[device] * (config.size / 128) ** 2 / 60),
    }
