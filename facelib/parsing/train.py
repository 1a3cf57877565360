"""Training of the parser: from outlined and rendered faces, from things pasted onto photographs, and from its own sure answers there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import Tensor, nn

from facelib import records
from facelib.learned import checkpoint, engine, moving_average, weights
from facelib.learned.schedule import one_cycle
from facelib.parsing import faces as known
from facelib.parsing import net as nets
from facelib.parsing import scores
from facelib.parsing.classes import UNKNOWN, number
from facelib.parsing.crops import Mixture, TrainingCrops

LICENCE = (
    "research only, no commercial use: trained on photographs of iBUG 300-W, whose terms say so; not for identifying or watching people"
)


@dataclass(frozen=True)
class ParserConfig:
    """Everything that decides how a run comes out; saved beside the weights."""

    pictures: int = 30_000
    batch: int = 24
    peak_rate: float = 4e-3
    weight_decay: float = 1e-2
    ema_decay: float = 0.998
    sure: float = 0.9  # of the averaged network's answer on the crop as it was: where nobody outlined anything, that is the label
    sure_from: float = 0.25  # of the run: until then photographs teach what is pasted onto them, and nothing else
    mixture: Mixture = field(default_factory=Mixture)
    evaluate_every: int = 6_000
    precision: str = "no"
    seed: int = 0


class _Task:
    def __init__(self, config: ParserConfig, judged: list):
        self.config, self.judged = config, judged
        self.plain = nets.Parser().to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(self.plain.parameters(), lr=config.peak_rate, weight_decay=config.weight_decay, fused=True)

    def prepare(self, accelerator: Accelerator) -> dict:
        self.accelerator = accelerator
        self.net, self.optimizer = accelerator.prepare(self.plain, self.optimizer)
        self.average = moving_average.of(self.plain, self.config.ema_decay)
        self.average.module.eval()
        return {"net": self.plain, "optimizer": self.optimizer, "average": self.average}

    def step(self, batch: tuple[Tensor, Tensor, Tensor], progress: float) -> dict[str, Tensor]:
        plain, seen, labels = batch
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.peak_rate * one_cycle(progress)
        if progress > self.config.sure_from:
            labels = self._with_own(plain, labels)
        terms = nets.losses(self.net(seen.to(memory_format=torch.channels_last)), labels)
        self.optimizer.zero_grad()
        self.accelerator.backward(sum(terms.values()))
        self.optimizer.step()
        self.average.update_parameters(self.plain)
        return {name: term.detach() for name, term in terms.items()}

    @torch.no_grad()
    def _with_own(self, plain: Tensor, labels: Tensor) -> Tensor:
        """The averaged network's sure answers where nobody outlined anything. What glasses and other
        things are only those teach that were pasted."""
        unknown = (labels == UNKNOWN).flatten(1).any(dim=1)
        if not unknown.any():
            return labels
        with self.accelerator.autocast():
            odds = self.average.module(plain[unknown].to(memory_format=torch.channels_last))
        odds = nn.functional.interpolate(odds.float(), size=labels.shape[1:], mode="bilinear", align_corners=False)
        share, answer = odds.softmax(dim=1).max(dim=1)
        pasted = (answer == number("glasses")) | (answer == number("other"))
        own = torch.where((share > self.config.sure) & ~pasted, answer, UNKNOWN).to(labels.dtype)
        labels = labels.clone()
        labels[unknown] = torch.where(labels[unknown] == UNKNOWN, own, labels[unknown])
        return labels

    def evaluate(self) -> dict:
        found = scores.table(scores.counts(self.average.module.eval(), self.judged))
        return {f"iou_{name}": row["iou"] for name, row in found.items()}


def train(
    config: ParserConfig, training: known.Faces, judged: list, folder: Path, resume: bool = False, report: Callable[[dict], None] = print
) -> nn.Module:
    """Train, and keep a checkpoint from which the run can go on; the averaged network, in evaluation mode.

    `judged` are crops and labels as `scores.with_things` makes them, of faces that are not trained on.
    """
    checkpoint.begin(folder, resume)
    set_seed(config.seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(asdict(config), indent=1) + "\n")
    seen = TrainingCrops(training, config.pictures, config.seed, config.mixture)
    plan = engine.Plan(config.pictures, config.batch, config.evaluate_every, config.precision, 0, config.seed)
    task = _Task(config, judged)
    engine.fit(task, seen, plan, folder, resume, report)
    return task.average.module.eval()


def run(folder: Path, config: ParserConfig, resume: bool = False, report: Callable[[dict], None] = print, bar: Callable = iter) -> dict:
    """Train; write `parser.safetensors` and its card to `folder`; return the card."""
    training = known.training(bar)
    judged = known.held_out()
    net = train(config, training, scores.with_things(judged, training), folder, resume, report).cpu()
    history = engine.read_history(folder)
    card = {
        "what": f"parts of a face in a crop of {scores.SIZE} pixels; moving average of the weights",
        **records.made_by(f"facelib train parser --seed {config.seed} --precision {config.precision} --out DIR"),
        "data": training.source,
        "held_out": "the parts validation and test of people; the test part of fasseg; 300-W's test part and one photograph in ten",
        "pictures_seen": history[-1]["pictures"],
        "seed": config.seed,
        "config": asdict(config),
        "scores": {f"iou_{name}": history[-1][f"iou_{name}"] for name in ("glasses", "other")},  # pasted onto people held out
        "seconds": round(history[-1]["seconds"]),
        "software": f"torch {torch.__version__}",
        "licence": LICENCE,
    }
    weights.save(net, "parser", card, folder)
    return card
