"""What a harmonizer is trained with: the write-up's way, the one that works, and those of the systems that it is compared with."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from torch import nn

from facelib.datasets.lessons import KINDS
from facelib.learned import imagenet, weights
from facelib.learned.generators import GENERATORS
from facelib.learned.harmonizer_data import COMPOSITES
from facelib.learned.harmonizer_losses import LOSSES


@dataclass(frozen=True)
class HarmonizerConfig:
    """Everything that decides how a run comes out; saved beside the weights."""

    recipe: str
    generator: str  # a name in `harmonizer_net.GENERATORS`
    weights: tuple[tuple[str, float], ...]  # of the losses in `harmonizer_losses.LOSSES`
    pictures: int = 100_000
    batch: int = 20
    size: int = 128  # pixels, the composite's side
    rate: float = 3e-4
    slower: float = 1.0  # the discriminator's learning rate over the generator's (TTUR, Heusel et al. 2017)
    momentum: float = 0.9  # Adam's first; for a game 0 to 0.5 is usual
    decays: bool = False  # whether the learning rates go to zero at the end
    turns: bool = False  # train by turns, or both networks in each step
    generator_below: float = 0.0  # by turns: the loss below which the generator's turn ends
    discriminator_below: float = 0.0
    cap: int = 500  # steps that a turn may take
    pool: int = 0  # older fakes that are shown again
    past: int = 0  # past discriminators that still have a say
    past_every: int = 500  # steps between those
    augment: bool = False  # DiffAugment
    spectral: bool = False
    patches: bool = False  # a verdict on each place in the face, or one on the picture
    masked: bool = True  # whether the discriminator sees the mask; the generator says so by its name
    clip: float = 0.0  # the critic's weights stay within this, and it estimates Wasserstein's distance; 0: it says logits
    critic_steps: int = 1  # steps of which the generator learns in the last only
    r1: float = 0.0  # the penalty's weight
    r1_every: int = 16  # steps
    ema_decay: float = 0.0  # 0: the weights as they are
    alone: float = 0.0  # share of the run in which the generator learns without a discriminator; 1: it never meets one
    embedding: str = "face"  # a name in `EMBEDDINGS`, of the network by which losses compare faces
    mix: tuple[tuple[str, float], ...] = (("strangers", 1.0),)  # kinds in `facelib.datasets.lessons.KINDS`, and how often each is drawn
    pairs: int = 5000  # composites in all, of each kind its share
    varied: bool = False  # other colours for each pair each time, the same for all its pictures
    composite: str = "raw"  # a name in `COMPOSITES`: what is harmonized, for instance the raw composite, or one in the target's colours
    evaluate_every: int = 10_000
    keep: bool = False  # keep both networks at each evaluation, to see what discriminators forget
    precision: str = "no"
    workers: int = 0
    seed: int = 0

    def __post_init__(self):
        """Refuse what would fail later, with one line."""
        named = {"generator": GENERATORS, "composite": COMPOSITES, "embedding": EMBEDDINGS}
        named |= {f"weights.{name}": LOSSES for name, _ in self.weights} | {f"mix.{name}": KINDS for name, _ in self.mix}
        for path, known in named.items():
            value = path.partition(".")[2] or getattr(self, path)
            if value not in known:
                raise ValueError(f"{path.partition('.')[0]}: expected one of {', '.join(known)}, got {value!r}")
        if self.size < _MULTIPLE or self.size % _MULTIPLE:
            raise ValueError(f"size: expected a multiple of {_MULTIPLE} pixels, got {self.size}")
        for name, least in (("batch", 2), ("pictures", self.batch), ("pairs", 1), ("evaluate_every", 1), ("cap", 1), ("critic_steps", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name}: expected at least {least}, got {getattr(self, name)}")


EMBEDDINGS: dict[str, Callable[[], nn.Module]] = {"face": partial(weights.embedder, "loss"), "imagenet": imagenet.embedder}
_MULTIPLE = 32  # pixels: the generators halve their pictures five times
_STAGE = {  # of FSGAN
    "rate": 1e-3,
    "slower": 1.0,
    "momentum": 0.5,
    "decays": True,
    "patches": True,
    "ema_decay": 0.999,
    "alone": 0.5,
    "varied": True,
    "pairs": 12_000,
}
RECIPES = {
    "writeup": HarmonizerConfig(
        recipe="writeup",
        generator="plain",
        weights=(("adversarial", 1.0), ("outside", 10.0), ("everywhere", 10.0), ("moments", 1.0), ("embedding", 1.0)),
        turns=True,
        generator_below=1.2,  # what the other losses come to when it copies, and a discriminator that guesses
        discriminator_below=0.4,
    ),
    "stable": HarmonizerConfig(
        recipe="stable",
        generator="refiner",
        weights=(
            ("reconstruction", 10.0),
            ("gradients", 5.0),
            ("structure", 1.0),
            ("perceptual", 2.0),
            ("identity", 0.5),
            ("adversarial", 0.1),
        ),
        rate=5e-4,
        slower=2.0,
        momentum=0.5,
        decays=True,
        patches=True,
        ema_decay=0.999,
        alone=0.1,
        varied=True,
        mix=(("another", 0.4), ("drawn", 0.2), ("itself", 0.2), ("strangers", 0.2)),
        pairs=30_000,
        composite="matched",
    ),
    "dih": HarmonizerConfig(  # Deep Image Harmonization; without the parsing branch: generator=dih-without-parsing weights.parsing=0
        recipe="dih",
        generator="dih",
        weights=(("squared", 10.0), ("parsing", 0.2)),
        rate=1e-3,
        decays=True,
        ema_decay=0.999,
        alone=1.0,
        varied=True,
        mix=(("transferred", 0.75), ("covered", 0.25)),
        pairs=20_000,
    ),
    "gp-gan": HarmonizerConfig(  # the blending GAN; the Gaussian-Poisson equation has nothing to learn
        recipe="gp-gan",
        generator="blending-gan",
        weights=(("squared", 0.999), ("wasserstein", 0.001)),
        size=64,
        batch=32,
        rate=2e-3,
        slower=0.1,
        momentum=0.5,
        decays=True,
        ema_decay=0.999,
        clip=0.01,
        critic_steps=2,
        varied=True,
        mix=(("another", 0.5), ("itself", 0.5)),
        pairs=15_000,
    ),
    "fsgan-reenactment": HarmonizerConfig(
        recipe="fsgan-reenactment",
        generator="reenactment",
        weights=(("reconstruction", 10.0), ("gradients", 5.0), ("perceptual", 2.0), ("identity", 0.5), ("adversarial", 0.1)),
        mix=(("moment", 0.4), ("turned", 0.6)),
        composite="warped",
        **_STAGE,
    ),
    "fsgan-segmentation": HarmonizerConfig(
        recipe="fsgan-segmentation",
        generator="segmentation",
        weights=(("parsing", 1.0),),
        mix=(("covered", 0.6), ("itself", 0.4)),
        composite="picture",
        **_STAGE | {"alone": 1.0},
    ),
    "fsgan-inpainting": HarmonizerConfig(
        recipe="fsgan-inpainting",
        generator="inpainting",
        weights=(("reconstruction", 10.0), ("gradients", 5.0), ("perceptual", 2.0), ("adversarial", 0.1)),
        mix=(("covered", 0.4), ("itself", 0.6)),
        composite="holes",
        **_STAGE,
    ),
    "fsgan-blending": HarmonizerConfig(  # the Poisson blending loss: the answer is the Poisson blend
        recipe="fsgan-blending",
        generator="blending",
        weights=(("reconstruction", 10.0), ("gradients", 5.0), ("perceptual", 2.0), ("adversarial", 0.1)),
        mix=(("another", 0.3), ("drawn", 0.2), ("strangers", 0.5)),
        composite="beside-target",
        **_STAGE,
    ),
}


def of(recipe: str, tier: str = "full") -> HarmonizerConfig:
    """A recipe at the size of a tier.

    Raises
    ------
    ValueError
        An unknown recipe or tier.
    """
    for name, value, known in (("recipe", recipe, RECIPES), ("tier", tier, TIERS)):
        if value not in known:
            raise ValueError(f"{name}: expected one of {', '.join(known)}, got {value!r}")
    return dataclasses.replace(RECIPES[recipe], **TIERS[tier])


def load(path: Path) -> HarmonizerConfig:
    """A configuration as a run has left it."""
    saved = json.loads(path.read_text(encoding="utf-8"))
    return HarmonizerConfig(**{name: tuple(map(tuple, value)) if isinstance(value, list) else value for name, value in saved.items()})


TIERS = {  # as `facelib.tier` names them
    "smoke": {"pictures": 2_000, "size": 64, "pairs": 200, "evaluate_every": 500},
    "colab": {"pictures": 30_000, "evaluate_every": 2_500, "workers": 2},
    "full": {"pictures": 60_000, "evaluate_every": 5_000, "workers": 4},
}
