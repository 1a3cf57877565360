"""Training of the forensic network: it learns to tell the package's own swaps from untouched pictures."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import Tensor, nn
from torch.nn import functional

from facelib import records
from facelib.datasets import pair_set
from facelib.evaluation.caught import caught
from facelib.learned import checkpoint, engine, forensic_data, harmonizer_faces, moving_average, weights
from facelib.learned.forensic_net import SIZE, Detective
from facelib.learned.schedule import one_cycle

NAME = "forensic"
FALSE_ALARMS = 0.05  # the share of untouched faces that the threshold lets through as swaps, on those by whom it is set
_QUICK = 30  # pairs that are looked at while training goes on
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


@torch.inference_mode()
def logits(net: nn.Module, crops: np.ndarray, batch: int = 64) -> np.ndarray:
    """How much each crop (N, 128, 128, 3) uint8 looks swapped: (N,) float32, above 0 more than not."""
    device = next(net.parameters()).device
    parts = [forensic_data.to_input(crops[start : start + batch]).to(device) for start in range(0, len(crops), batch)]
    return np.concatenate([net(part.contiguous(memory_format=torch.channels_last))[0].float().cpu().numpy() for part in parts])


def measure(net: nn.Module, pairs: pair_set.PairSet, count: int | None = None) -> dict:
    """How easily each way is caught.

    Returns
    -------
    dict
        `caught`, each way's area under the ROC curve; `threshold`, a logit that `FALSE_ALARMS` of the targets of every second person
        exceed; and of the other people `false_alarms`, the share of untouched faces above it, and `found`, the share of each way's swaps.
    """
    fields = {name: field[:count] for name, field in pairs.fields.items()}
    people = [row["target_person"] for row in pairs.rows[:count]]
    targets = logits(net, fields["target"])
    results = {name: logits(net, fields[name]) for name in pairs.card["blends"]}
    first = np.isin(people, sorted(set(people))[::2])
    first = first if not first.all() else np.arange(len(people)) % 2 == 0  # one person only
    threshold = float(np.quantile(targets[first], 1 - FALSE_ALARMS))
    return {
        "people": len(set(people)),
        "n": len(people),
        "caught": {name: caught(of, targets, people) for name, of in results.items()},
        "threshold": round(threshold, 4),
        "false_alarms": _share(targets[~first] > threshold),
        "found": {name: _share(of[~first] > threshold) for name, of in results.items()},
    }


def _share(chosen: Sequence[bool]) -> float:
    return round(float(np.mean(chosen)), 4)


def _begin(folder: Path, config: ForensicConfig, resume: bool) -> None:
    """Write the configuration; refuse to go on with a run that had another."""
    file, now = folder / "config.json", json.loads(json.dumps(asdict(config)))
    if resume and file.is_file() and checkpoint.find(folder):
        checkpoint.refuse_changes(file, json.loads(file.read_text(encoding="utf-8")), now, {"workers"})
    (folder / "pairs").mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(now, indent=1) + "\n")


def _say(stage: Callable[[str, int, int], None], kind: str, total: int, done: int) -> None:
    stage(kind, done, total)
