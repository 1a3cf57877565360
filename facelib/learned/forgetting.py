"""Does a discriminator forget? Each one that a run kept is shown the fakes of every generator that it kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from facelib import verification
from facelib.learned import harmonizer_data, weights
from facelib.learned.generators import GENERATORS
from facelib.learned.harmonizer_data import Source, to_unit
from facelib.learned.harmonizer_net import Discriminator
from facelib.learned.harmonizer_recipes import HarmonizerConfig

KEPT = "kept"  # the folder of a run that has its networks as they were


def keep(folder: Path, pictures: int, generator: nn.Module, discriminator: nn.Module) -> None:
    """Keep both networks as they are."""
    for role, net in (("generator", generator), ("discriminator", discriminator)):
        weights.save(net, f"{pictures:08d}-{role}", {"pictures": pictures}, folder / KEPT)


def measure(folder: Path, config: HarmonizerConfig, sources: Sequence[Source]) -> dict:
    """How well each kept discriminator tells the fakes of each kept generator from real pictures.

    Parameters
    ----------
    folder : Path
        Of a run with `kept/` in it.
    config : HarmonizerConfig
        The run's.
    sources : sequence of Source
        Pairs of people who were not trained on; their right answers are the real pictures.

    Returns
    -------
    dict
        `pictures`: when the networks were kept, K numbers; `auc`: K rows, a discriminator each, of K numbers, a generator each, 0.5
        where a fake cannot be told and 1 where all can; `forgotten`: by how much, in the mean, discriminators are worse at the fakes of
        earlier generators than those of that time were. NaN with fewer than two.

    Raises
    ------
    FileNotFoundError
        Nothing was kept.
    """
    moments = sorted(int(path.name[:8]) for path in (folder / KEPT).glob("*-generator.safetensors"))
    if not moments:
        raise FileNotFoundError(f"{folder / KEPT}: no networks in it; train with --set keep=true")
    batches = list(harmonizer_data.batches(sources, config.composite))
    fakes = [_fakes(_load(GENERATORS[config.generator](), moment, "generator", folder), batches) for moment in moments]
    auc = np.zeros((len(moments), len(moments)))
    for row, moment in enumerate(moments):
        net = _load(Discriminator(config.spectral, config.patches, config.masked), moment, "discriminator", folder)
        real = _verdicts(net, [(to_unit(batch["answer"]), batch["mask"].float() / 255) for batch in batches])
        for column, made in enumerate(fakes):
            logits = np.concatenate([real, _verdicts(net, made)])
            auc[row, column] = verification.auc(logits, np.arange(len(logits)) < len(real))
    return {"pictures": moments, "auc": auc.round(4).tolist(), "forgotten": round(forgotten(auc), 4)}


def forgotten(auc: np.ndarray) -> float:
    """The mean of what was lost: over all pairs of a discriminator and an earlier generator, the AUC of that time less that of now.

    >>> forgotten(np.array([[0.9, 0.5], [0.6, 0.8]]))  # the second discriminator has lost 0.3 on the first generator
    0.3
    """
    every = lost(auc)
    return round(float(every.mean()), 10) if len(every) else float("nan")


def lost(auc: np.ndarray) -> np.ndarray:
    """What was lost, for each pair of a discriminator and an earlier generator: the AUC of that time less that of now."""
    now, then = np.tril_indices(len(auc), -1)
    return auc[then, then] - auc[now, then]


def _load(net: nn.Module, moment: int, role: str, folder: Path) -> nn.Module:
    return weights.load(net, f"{moment:08d}-{role}", folder / KEPT)


@torch.inference_mode()
def _fakes(net: nn.Module, batches: Sequence[dict]) -> list[tuple[torch.Tensor, torch.Tensor]]:
    made = []
    for batch in batches:
        raw, mask = to_unit(batch["raw"]), batch["mask"].float() / 255
        made.append((net(raw, to_unit(batch["start"]) if "start" in batch else raw, mask), mask))
    return made


@torch.inference_mode()
def _verdicts(net: nn.Module, pictures: Sequence[tuple[torch.Tensor, torch.Tensor]]) -> np.ndarray:
    """As in training: a batch of one kind, normalised by its own statistics."""
    net.train()
    return np.concatenate([net(*pair).numpy() for pair in pictures])
