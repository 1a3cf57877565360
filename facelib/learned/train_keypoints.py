"""Training of the keypoint network: what is learned in a step, and what a run leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import nn

from facelib import records
from facelib.datasets.frame import Frame
from facelib.learned import checkpoint, engine, keypoint_net, moving_average, weights
from facelib.learned.confidence import calibrate
from facelib.learned.evaluate_keypoints import evaluate
from facelib.learned.keypoint_config import KeypointConfig
from facelib.learned.keypoint_data import TrainingCrops
from facelib.learned.keypoint_faces import choose
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


LICENCES = {  # of weights, by whether 300-W's terms bind them
    True: "research only, no commercial use: trained on iBUG 300-W, whose terms say so; not for identifying or watching people",
    False: "MIT, as the package; not for identifying or watching people",
}
IN_HISTORY = ("nme_inter_ocular", "median_inter_ocular", "failures_above_10", "n", "missed", "people")


def run(
    data: Sequence[str | Path],
    folder: Path,
    config: KeypointConfig,
    labels: Path | None = None,
    bad: str = "refuse",
    warn: Callable[[str], None] | None = None,
    resume: bool = False,
    report: Callable[[dict], None] = lambda row: None,
    bar: Callable[[Iterable], Iterable] = iter,
) -> dict:
    """Train without the held-out faces; write `keypoints.safetensors`, its card and its history; return the card.

    Parameters
    ----------
    data, labels, bad, warn
        As for `facelib.learned.keypoint_faces.choose`; `bar` is its `report`.
    folder : Path
        Where the run is kept.
    config : KeypointConfig
    resume, report
        As for `facelib.learned.engine.fit`.
    """
    checkpoint.begin(folder, resume)
    faces = choose(data, labels, bad, warn, bar)
    bound = faces.bound or bool(labels and weights.card("keypoints", labels).get("licence") == LICENCES[True])
    net = train(config, faces.training, faces.validation, folder, resume, report).cpu()
    history = engine.read_history(folder)
    command = f"facelib train keypoints --data {' '.join(Path(each).name for each in data)}" + " --labels RUN" * (labels is not None)
    changed = "".join(f" --set {name}={value}" for name, value in changes(config).items())
    card = {
        "what": f"68 keypoints of a face in a grey crop of {config.size} pixels: {config.network}; moving average of the weights",
        **records.made_by(f"{command} --seed {config.seed} --precision {config.precision}{changed} --out DIR"),
        "data": faces.source,
        "held_out": faces.held_out,
        "people_trained_on": weights.digests(faces.people),
        "pictures_seen": history[-1]["pictures"],
        "seed": config.seed,
        "config": asdict(config),
        "calibration": asdict(calibrate(net, faces.validation, config.size)),
        "scores": {boxes: _scores(net, faces.validation, boxes, config.size) for boxes in ("labels", "detected")},
        "seconds": round(history[-1]["seconds"]),
        "software": f"torch {torch.__version__}",
        "licence": LICENCES[bound],
    }
    weights.save(net, "keypoints", card, folder)
    (folder / "keypoints-history.json").write_text(json.dumps(history, indent=1) + "\n")
    return card


def _scores(net: nn.Module, frames: list[Frame], boxes: str, size: int) -> dict:
    scores = evaluate(net, frames, boxes, size=size)
    return {**scores.summary(), "by_group": scores.by_group}


def changes(config: KeypointConfig) -> dict[str, object]:
    """What a run's settings change of the usual ones, as --set names them; not its seed and precision, which have options of their own."""
    own, usual = (_flat(asdict(each)) for each in (config, KeypointConfig()))
    return {name: value for name, value in own.items() if value != usual[name] and name not in ("seed", "precision")}


def _flat(config: dict) -> dict:
    """Nested settings in one level."""
    inner = {name: value for name, value in config.items() if isinstance(value, dict)} | {"weights": dict(config["weights"])}
    flat = {f"{name}.{key}": value for name, part in inner.items() for key, value in part.items()}
    return {name: value for name, value in (config | flat).items() if name not in inner}
