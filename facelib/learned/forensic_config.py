"""How the forensic network is trained, and what a run takes."""

from __future__ import annotations

from dataclasses import dataclass

from facelib.learned import forensic_data
from facelib.learned.forensic_net import SIZE, Detective

_SECONDS_A_PICTURE = 0.03  # a guess for the plan, of one thread of a processor
_SECONDS_A_PAIR = 0.17


@dataclass(frozen=True)
class ForensicConfig:
    """Everything that decides how a run comes out; saved beside the weights."""

    widths: tuple[int, ...] = (24, 48, 96, 128)
    dropout: float = 0.2
    pairs: int = 1750  # of people to learn from
    judged: int = 400  # of people held out
    photographed: int = 100  # of those too, swapped at the size that they have in their photographs
    pictures: int = 24_000
    batch: int = 32
    where: float = 0.5  # the weight of the loss that asks where the swap is
    peak_rate: float = 2e-3
    weight_decay: float = 2e-2
    ema_decay: float = 0.995
    evaluate_every: int = 6_000
    precision: str = "no"
    workers: int = 0
    seed: int = 0


def plan(config: ForensicConfig) -> dict:
    """What a run would do, without doing it: parameters, disk, steps, time."""
    pictures, pairs = len(forensic_data.every_way()) + 2, config.pairs + config.judged + config.photographed
    return {
        "parameters": sum(p.numel() for p in Detective(config.widths).parameters()),
        "pairs": pairs,
        "pairs_on_disk_mb": round(pairs * (3 * pictures + 1) * SIZE**2 / 1e6),
        "pictures": config.pictures,
        "steps": config.pictures // config.batch,
        "minutes": round((config.pictures * _SECONDS_A_PICTURE + pairs * _SECONDS_A_PAIR) / 60),
    }
