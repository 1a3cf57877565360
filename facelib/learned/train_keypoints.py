"""Training of the keypoint network: what is learned in a step, and what a run leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import nn

from facelib import records
from facelib.datasets import ytf68, ytf68_offset
from facelib.datasets.frame import Frame
from facelib.learned import checkpoint, engine, keypoint_net, moving_average, weights
from facelib.learned.confidence import calibrate
from facelib.learned.evaluate_keypoints import evaluate
from facelib.learned.keypoint_config import KeypointConfig
from facelib.learned.keypoint_data import TrainingCrops
from facelib.learned.keypoint_faces import Faces, choose
from facelib.learned.schedule import one_cycle


class _Task:
    """A keypoint network that learns from crops; what is evaluated, and shipped, is the moving average of its weights."""

    def __init__(self, config: KeypointConfig, validation: list[Frame]):
        self.config, self.validation = config, validation
        self.weights = {name: weight for name, weight in config.weights if weight}
        self.plain = keypoint_net.NETWORKS[config.network](config.size).to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(self.plain.parameters(), lr=config.peak_rate, weight_decay=config.weight_decay, fused=True)

    def prepare(self, accelerator: Accelerator) -> dict:
        self.accelerator = accelerator
        self.net, self.optimizer = accelerator.prepare(self.plain, self.optimizer)
        self.average = moving_average.of(self.plain, self.config.ema_decay)
        return {"net": self.plain, "optimizer": self.optimizer, "average": self.average}

    def step(self, batch: tuple[torch.Tensor, torch.Tensor], progress: float) -> dict[str, torch.Tensor]:
        inputs, points = batch
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.peak_rate * one_cycle(progress)
        terms = self.plain.losses(self.net(inputs.to(memory_format=torch.channels_last)), points)
        terms = {name: term for name, term in terms.items() if name in self.weights}
        if not terms:
            raise ValueError(f"weights: expected one above zero that {self.config.network} has a loss for, got {self.config.weights}")
        self.optimizer.zero_grad()
        self.accelerator.backward(sum(self.weights[name] * term for name, term in terms.items()))
        self.optimizer.step()
        self.average.update_parameters(self.plain)
        return {name: term.detach() for name, term in terms.items()}

    def evaluate(self) -> dict:
        scores = evaluate(self.average.module.eval(), self.validation, size=self.config.size).summary()
        return {name: scores[name] for name in IN_HISTORY}


def train(
    config: KeypointConfig,
    training: list[Frame],
    validation: list[Frame],
    folder: Path | None = None,
    resume: bool = False,
    report: Callable[[dict], None] = lambda row: None,
) -> nn.Module:
    """Train, evaluate on people not trained on, and keep a checkpoint from which the run can go on.

    Parameters
    ----------
    config : KeypointConfig
    training, validation : list of Frame
        No person may be in both.
    folder, resume, report
        As for `facelib.learned.engine.fit`; the folder also gets `config.json`.

    Returns
    -------
    Module
        The averaged network, in evaluation mode.
    """
    both = {frame.person for frame in training} & {frame.person for frame in validation}
    if both:
        raise ValueError(f"train: {len(both)} people are in both training and validation, such as {min(both)}")
    if folder is not None:
        checkpoint.begin(folder, resume)
    set_seed(config.seed)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps(asdict(config), indent=1) + "\n")
    seen = TrainingCrops(training, config.pictures, config.seed, config.size, config.augmentation)
    plan = engine.Plan(config.pictures, config.batch, config.evaluate_every, config.precision, config.workers, config.seed)
    task = _Task(config, validation)
    engine.fit(task, seen, plan, folder, resume, report)
    return task.average.module.eval()


LICENCE = "MIT, as the package; not for identifying or watching people"
IN_HISTORY = ("nme_inter_ocular", "median_inter_ocular", "failures_above_10", "n", "missed", "people")


def run(
    data: str | Path,
    folder: Path,
    config: KeypointConfig,
    bad: str = "refuse",
    warn: Callable[[str], None] | None = None,
    resume: bool = False,
    report: Callable[[dict], None] = lambda row: None,
) -> dict:
    """Train without the people of ytf68's validation list; write `keypoints.safetensors`, its card and its history; return the card."""
    checkpoint.begin(folder, resume)
    faces = choose(data, config.photographs, config.rendered, config.corrected, bad, warn)
    net = train(config, faces.training, faces.validation, folder, resume, report).cpu()
    shown = ytf68.NAME if config.photographs else "rendered"
    history = engine.read_history(folder)
    card = {
        "what": f"68 keypoints of a face in a grey crop of {config.size} pixels: {config.network}; moving average of the weights",
        **records.made_by(f"facelib train keypoints --data {shown} --seed {config.seed} --precision {config.precision} --out DIR"),
        "data": faces.source,
        "held_out": faces.held_out,
        "people_trained_on": faces.people,
        "pictures_seen": history[-1]["pictures"],
        "seed": config.seed,
        "config": asdict(config),
        **judged(net, faces, config.size),
        "seconds": round(history[-1]["seconds"]),
        "software": f"torch {torch.__version__}",
        "licence": LICENCE,
    }
    weights.save(net, "keypoints", card, folder)
    (folder / "keypoints-history.json").write_text(json.dumps(history, indent=1) + "\n")
    return card


def judged(net: nn.Module, faces: Faces, size: int) -> dict:
    """What a card says of how good a network is: `calibration` and `reliability` of its doubts, and `scores` against labels as they are."""
    calibration, reliability = calibrate(net, faces.validation, size)
    return {
        "calibration": asdict(calibration),
        "reliability": reliability,
        "scores": {boxes: _scores(net, faces, boxes, size) for boxes in ("labels", "detected")},
    }


def _scores(net: nn.Module, faces: Faces, boxes: str, size: int) -> dict:
    as_labelled = {"as_labelled": ytf68_offset.as_labelled} if faces.as_labelled else {}
    scores = evaluate(net, faces.labelled, boxes, size=size, **as_labelled)
    return {**scores.summary(), "by_group": scores.by_group}
