"""How the keypoint network is trained."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from facelib.learned import crops
from facelib.learned.keypoint_data import Augmentation

_NOT_THE_RECIPE = ("seed", "precision", "evaluate_every", "workers")  # settings that make no other network, but for chance


@dataclass(frozen=True)
class KeypointConfig:
    """Everything that decides how a run comes out; saved beside the weights."""

    network: str = "heatmaps"  # a name in `keypoint_net.NETWORKS`
    size: int = crops.SIZE  # pixels, the crop's side
    pictures: int = 240_000  # seen in all; 85 times each face of 300-W's training part
    batch: int = 32
    peak_rate: float = 8e-3
    weight_decay: float = 1e-2
    ema_decay: float = 0.999  # of the averaged weights, a step; what is evaluated and shipped
    weights: tuple[tuple[str, float], ...] = (("distance", 1.0), ("cross_entropy", 1.0), ("wing", 0.0))  # of the losses, by name
    augmentation: Augmentation = field(default_factory=partial(Augmentation, nothing=0.04))
    evaluate_every: int = 20_000  # pictures
    precision: str = "no"  # "bf16" where it is faster: on a GPU, and on some CPUs
    workers: int = 0
    seed: int = 0


def recipe(card: dict) -> tuple[str, dict]:
    """What runs have in common that differ in nothing but the seed, of a card: the data and the settings."""
    return card["data"], {name: value for name, value in card["config"].items() if name not in _NOT_THE_RECIPE}
