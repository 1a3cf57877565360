"""Training of the face embeddings: one for a loss of chapter 4, and another, trained apart, that judges and is never used in a loss."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import Tensor, nn

from facelib import records, verification
from facelib.datasets import rendered, ytf68
from facelib.datasets.frame import Frame
from facelib.datasets.rendered import labelled as rendered_faces
from facelib.learned import checkpoint, embedding_data, engine, finder, moving_average, weights
from facelib.learned.embedding_data import TrainingFaces
from facelib.learned.embedding_net import LENGTH, SIZE, Embedder, Margin
from facelib.learned.embeddings import embed
from facelib.learned.schedule import one_cycle


@dataclass(frozen=True)
class EmbeddingConfig:
    """Everything that decides how a run comes out; saved beside the weights."""

    widths: tuple[int, ...] = (32, 64, 128, 192, 256)
    dropout: float = 0.3
    pictures: int = 40_000
    drawn: int = 0  # rendered people besides those of the photographs
    share: float = 0.4  # of the pictures, that show those
    batch: int = 64
    peak_rate: float = 2e-3
    weight_decay: float = 5e-2
    ema_decay: float = 0.998
    evaluate_every: int = 20_000
    precision: str = "no"
    workers: int = 0
    seed: int = 0


# What the package ships: name, and how it differs. The judge has another form and another seed; the people are the same.
ROLES = {"loss": EmbeddingConfig(pictures=80_000), "judge": EmbeddingConfig(widths=(48, 64, 96, 160, 320), seed=1)}


_SEED, _SIDE = 31, 160  # of rendered people: nobody else uses these seeds; pixels
USES = {"loss": "a term of the harmonizer's loss", "judge": "judges identity, and is in no loss"}


class _Task:
    def __init__(self, config: EmbeddingConfig, people: int, validation: Sequence[Frame]):
        self.config, self.validation = config, validation
        self.plain = Embedder(config.widths, config.dropout).to(memory_format=torch.channels_last)
        self.margin = Margin(people)

    def prepare(self, accelerator: Accelerator) -> dict:
        parameters = [*self.plain.parameters(), *self.margin.parameters()]
        optimizer = torch.optim.AdamW(parameters, lr=self.config.peak_rate, weight_decay=self.config.weight_decay, fused=True)
        self.accelerator, margin = accelerator, self.margin
        self.net, self.margin, self.optimizer = accelerator.prepare(self.plain, self.margin, optimizer)
        self.average = moving_average.of(self.plain, self.config.ema_decay)
        return {"net": self.plain, "margin": margin, "optimizer": self.optimizer, "average": self.average}

    def step(self, batch: tuple[Tensor, Tensor], progress: float) -> dict[str, Tensor]:
        faces, who = batch
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.peak_rate * one_cycle(progress)
        loss, named = self.margin(self.net(faces.to(memory_format=torch.channels_last)), who)
        self.optimizer.zero_grad()
        self.accelerator.backward(loss)
        self.optimizer.step()
        self.average.update_parameters(self.plain)
        return {"margin": loss.detach(), "named_rightly": named.detach()}

    def evaluate(self) -> dict:
        scores = verify(self.average.module.eval(), self.validation)
        return {name: scores[name] for name in ("auc", "equal_error_rate", "pairs_of_one", "pairs_of_two")}


def run(
    data: str | Path,
    folder: Path,
    role: str,
    config: EmbeddingConfig,
    bad: str = "refuse",
    warn: Callable[[str], None] | None = None,
    resume: bool = False,
    command: str = "",
    report: Callable[[engine.Row], None] = lambda row: None,
) -> dict:
    """Train without the people of ytf68's validation list; write `embedding-ROLE.safetensors`, card and history; return the card."""
    checkpoint.begin(folder, resume)
    held_out = set(ytf68.validation_people())
    frames = finder.labelled(ytf68.load(data, bad=bad, report=warn))
    training, validation = ([frame for frame in frames if (frame.person in held_out) == kept] for kept in (False, True))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(asdict(config), indent=1) + "\n")
    set_seed(config.seed)
    people = len({frame.person for frame in training})
    drawn = rendered.frames(rendered_faces.FRAMES_EACH * config.drawn, _SEED + config.seed, _SIDE) if config.drawn else []
    seen = TrainingFaces(training, config.pictures, config.seed, drawn, config.share)
    task = _Task(config, len(seen.people), validation)
    plan = engine.Plan(config.pictures, config.batch, config.evaluate_every, config.precision, config.workers, config.seed)
    history = engine.fit(task, seen, plan, folder, resume, report)
    net = task.average.module.eval().cpu()
    card = {
        "what": f"{LENGTH} numbers of length 1 for a face in an aligned colour crop of {SIZE} pixels; " + USES[role],
        **records.made_by(command),
        "data": f"{len(training)} frames of {people} people, {ytf68.NAME}; {len(drawn)} of {config.drawn}, rendered",
        "held_out": "facelib/datasets/ytf68_validation.txt",
        "people_trained_on": sorted({frame.person for frame in training}),
        "pictures_seen": history[-1]["pictures"],
        "seed": config.seed,
        "config": asdict(config),
        "scores": verify(net, validation),
        "seconds": round(history[-1]["seconds"]),
        "software": f"torch {torch.__version__}",
        "licence": "MIT, as the package; for measuring swaps, not for identifying people",
    }
    weights.save(net, f"embedding-{role}", card, folder)
    (folder / f"embedding-{role}-history.json").write_text(json.dumps(history, indent=1) + "\n")
    return card


def verify(net: nn.Module, frames: Sequence[Frame]) -> dict:
    """Area under the ROC curve and equal error rate over all pairs of frames that are not from one video."""
    embedded = embed(net, np.stack([embedding_data.aligned(frame) for frame in frames]))
    people = [frame.person for frame in frames]
    i, j, same = verification.pairs(people, [ytf68.video_of(frame) for frame in frames])
    scores = (embedded[i] * embedded[j]).sum(1)
    return {
        "people": len(set(people)),
        "n": len(frames),
        "pairs_of_one": int(same.sum()),
        "pairs_of_two": int((~same).sum()),
        "auc": round(verification.auc(scores, same), 4),
        "equal_error_rate": round(verification.equal_error_rate(scores, same), 4),
    }
