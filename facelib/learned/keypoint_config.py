"""How the keypoint network is trained."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from facelib.learned import crops
from facelib.learned.keypoint_data import Augmentation
from facelib.learned.keypoint_faces import RenderedFaces


@dataclass(frozen=True)
class KeypointConfig:
    """Everything that decides how a run comes out; saved beside the weights."""

    network: str = "heatmaps"  # a name in `keypoint_net.NETWORKS`
    size: int = crops.SIZE  # pixels, the crop's side
    pictures: int = 160_000  # seen in all; about 53 times each frame of ytf68
    batch: int = 32
    peak_rate: float = 8e-3
    weight_decay: float = 1e-2
    ema_decay: float = 0.999  # of the averaged weights, a step; what is evaluated and shipped
    weights: tuple[tuple[str, float], ...] = (("distance", 1.0), ("cross_entropy", 1.0), ("wing", 0.0))  # of the losses, by name
    photographs: bool = True  # those of ytf68; or rendered faces by themselves
    rendered: RenderedFaces = field(default_factory=RenderedFaces)
    corrected: bool = True  # train on labels that were put right (`facelib.datasets.ytf68_offset`), or on labels as they are
    augmentation: Augmentation = field(default_factory=partial(Augmentation, nothing=0.04))
    evaluate_every: int = 20_000  # pictures
    precision: str = "no"  # "bf16" where it is faster: on a GPU, and on some CPUs
    workers: int = 0
    seed: int = 0
