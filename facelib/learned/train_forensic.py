"""Training of the forensic network: it learns to tell the package's own swaps from untouched pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import Tensor
from torch.nn import functional

from facelib import records
from facelib.datasets import pair_set
from facelib.learned import checkpoint, engine, forensic_data, harmonizer_faces, moving_average, weights
from facelib.learned.forensic_config import ForensicConfig
from facelib.learned.forensic_net import SIZE, Detective
from facelib.learned.forensic_scores import NAME, measure
from facelib.learned.schedule import one_cycle

_QUICK = 30  # pairs that are looked at while training goes on


class _Task:
    def __init__(self, config: ForensicConfig, **validation: pair_set.PairSet):
        self.config, self.validation = config, validation
        self.plain = Detective(config.widths, config.dropout).to(memory_format=torch.channels_last)

    def prepare(self, accelerator: Accelerator) -> dict:
        optimizer = torch.optim.AdamW(self.plain.parameters(), lr=self.config.peak_rate, weight_decay=self.config.weight_decay, fused=True)
        self.accelerator = accelerator
        self.net, self.optimizer = accelerator.prepare(self.plain, optimizer)
        self.average = moving_average.of(self.plain, self.config.ema_decay)
        return {"net": self.plain, "optimizer": self.optimizer, "average": self.average}

    def step(self, batch: dict[str, Tensor], progress: float) -> dict[str, Tensor]:
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.peak_rate * one_cycle(progress)
        whole, cells = self.net(batch["crop"].to(memory_format=torch.channels_last))
        swapped = functional.binary_cross_entropy_with_logits(whole, batch["swapped"])
        where = functional.binary_cross_entropy_with_logits(cells, batch["where"])
        self.optimizer.zero_grad()
        self.accelerator.backward(swapped + self.config.where * where)
        self.optimizer.step()
        self.average.update_parameters(self.plain)
        rightly = ((whole > 0) == (batch["swapped"] > 0)).float().mean()
        return {"swapped": swapped.detach(), "where": where.detach(), "named_rightly": rightly}

    def evaluate(self) -> dict:
        net = self.average.module.eval()
        found = {name: measure(net, pairs, _QUICK)["caught"].values() for name, pairs in self.validation.items()}
        return {name: round(float(np.mean([of["mean"] for of in each])), 4) for name, each in found.items()}


def run(
    data: str | Path,
    folder: Path,
    config: ForensicConfig,
    bad: str = "refuse",
    warn: Callable[[str], None] = lambda line: None,
    resume: bool = False,
    jobs: int = 1,
    command: str = "",
    stage: Callable[[str, int, int], None] = lambda kind, done, total: None,
    report: Callable[[engine.Row], None] = lambda row: None,
    tick: Callable[[int], None] = lambda pictures: None,
) -> dict:
    """Make the pairs in `folder/pairs`, train on those of people who are not held out; write `forensic.safetensors`, card and history.

    Parameters
    ----------
    data, bad, warn
        As for `facelib.learned.harmonizer_faces.choose`.
    folder : Path
    config : ForensicConfig
    resume : bool
        Go on from the folder's checkpoint.
    jobs : int
        Processes that make pairs.
    command : str
        What was asked for, for the card.
    stage : callable
        Called with the kind of pairs, how many are done, and of how many.
    report, tick : callable
        As for `facelib.learned.engine.fit`.

    Returns
    -------
    dict
        The card.

    Raises
    ------
    facelib.learned.engine.DivergedError
        A loss became infinite or NaN.
    ValueError, FileNotFoundError, FileExistsError
        Faces that are missing or of whom no pairs can be made; a run, or pairs, that were begun otherwise.
    """
    checkpoint.begin(folder, resume)
    faces = harmonizer_faces.choose(data, bad, warn)
    _begin(folder, config, resume)
    ways, sets = forensic_data.every_way(), {}
    for kind, frames, count, sides in (
        ("training", faces.training, config.pairs, forensic_data.LARGER),
        ("validation", faces.validation, config.judged, forensic_data.AS_MEASURED),
        ("photographs", faces.validation, config.photographed, forensic_data.AS_PHOTOGRAPHED),
    ):
        seed, said = 2 * config.seed + (kind != "training"), partial(_say, stage, kind, count)
        forensic_data.build(folder / "pairs" / kind, frames, count, seed, ways, sides, jobs, said)
        sets[kind] = pair_set.read(folder / "pairs" / kind)
    set_seed(config.seed)
    task = _Task(config, auc=sets["validation"], auc_in_photographs=sets["photographs"])
    seen = forensic_data.Traces(sets["training"], config.pictures, config.seed)
    plan = engine.Plan(config.pictures, config.batch, config.evaluate_every, config.precision, config.workers, config.seed)
    history = engine.fit(task, seen, plan, folder, resume, report, tick)
    net = task.average.module.eval().cpu()
    net.load_state_dict({key: value.half().float() if value.is_floating_point() else value for key, value in net.state_dict().items()})
    people = sorted({row[f"{role}_person"] for row in sets["training"].rows for role in ("source", "target")})
    card = {
        "what": f"a logit that the face in a crop of {SIZE} pixels was swapped by this package, and a map of where",
        **records.made_by(command),
        "data": f"{config.pairs} pairs of {len(people)} people, {Path(data).name}, each in {len(ways)} ways",
        "held_out": faces.held_out,
        "people_trained_on": people,
        "ways": [way.name for way in ways],
        "swapped_by": sets["training"].card["weights"],
        "pictures_seen": history[-1]["pictures"],
        "seed": config.seed,
        "config": asdict(config),
        "scores": measure(net, sets["validation"]),
        "scores_in_photographs": measure(net, sets["photographs"]),
        "seconds": round(history[-1]["seconds"]),
        "software": f"torch {torch.__version__}",
        "licence": "MIT, as the package; it knows this package's swaps and no others, and is no proof of anything",
    }
    weights.save(net, NAME, card, folder)
    (folder / f"{NAME}-history.json").write_text(json.dumps(history, indent=1) + "\n")
    return card


def _begin(folder: Path, config: ForensicConfig, resume: bool) -> None:
    """Write the configuration; refuse to go on with a run that had another."""
    file, now = folder / "config.json", json.loads(json.dumps(asdict(config)))
    if resume and file.is_file() and checkpoint.find(folder):
        checkpoint.refuse_changes(file, json.loads(file.read_text(encoding="utf-8")), now, {"workers"})
    (folder / "pairs").mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(now, indent=1) + "\n")


def _say(stage: Callable[[str, int, int], None], kind: str, total: int, done: int) -> None:
    stage(kind, done, total)
