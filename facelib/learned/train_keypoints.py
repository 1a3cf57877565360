"""Training of the keypoint network: one flat loop, counted in pictures seen, under Hugging Face Accelerate."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import nn
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader, Subset

from facelib import records
from facelib.datasets import ytf68, ytf68_offset
from facelib.datasets.frame import Frame
from facelib.learned import checkpoint, crops, keypoint_net, weights
from facelib.learned.confidence import calibrate
from facelib.learned.evaluate_keypoints import evaluate
from facelib.learned.keypoint_data import Augmentation, TrainingCrops
from facelib.learned.keypoint_faces import Faces, RenderedFaces, choose
from facelib.learned.schedule import one_cycle


@dataclass(frozen=True)
class KeypointConfig:
    """Everything that decides how a run comes out; saved beside the weights."""

    network: str = "heatmaps"  # a name in `keypoint_net.NETWORKS`
    size: int = crops.SIZE  # pixels, the crop's side
    pictures: int = 200_000  # seen in all; about 66 times each frame of ytf68
    batch: int = 32
    peak_rate: float = 1e-3
    weight_decay: float = 1e-2
    ema_decay: float = 0.999  # of the averaged weights, a step; what is evaluated and shipped
    weights: tuple[tuple[str, float], ...] = (("distance", 1.0), ("cross_entropy", 1.0))  # of the losses, by name
    photographs: bool = True  # those of ytf68; or rendered faces by themselves
    rendered: RenderedFaces = field(default_factory=RenderedFaces)
    corrected: bool = True  # train on labels that were put right (`facelib.datasets.ytf68_offset`), or on labels as they are
    augmentation: Augmentation = field(default_factory=Augmentation)
    evaluate_every: int = 20_000  # pictures
    precision: str = "no"  # "bf16" where it is faster: on a GPU, and on some CPUs
    workers: int = 0
    seed: int = 0


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
    folder : Path, optional
        Gets `config.json`, `history.json` and `checkpoint/`; made where missing. Without it nothing is kept.
    resume : bool
        Go on from `folder/checkpoint`, or begin where there is none.
    report : callable
        Called with each new row of the history: pictures, seconds, each loss by its name, and the scores on the validation people.

    Returns
    -------
    Module
        The averaged network, in evaluation mode.
    """
    both = {frame.person for frame in training} & {frame.person for frame in validation}
    if both:
        raise ValueError(f"train: {len(both)} people are in both training and validation, such as {min(both)}")
    set_seed(config.seed)
    torch.set_flush_denormal(True)  # the far corners of a heatmap are numbers so small that a CPU takes a hundred times as long for them
    accelerator = Accelerator(mixed_precision=config.precision, cpu=not torch.cuda.is_available())
    seen = TrainingCrops(training, config.pictures, config.seed, config.size, config.augmentation)
    plain = keypoint_net.NETWORKS[config.network](config.size).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(plain.parameters(), lr=config.peak_rate, weight_decay=config.weight_decay, fused=True)
    net, optimizer = accelerator.prepare(plain, optimizer)
    average = AveragedModel(plain, avg_fn=_averaging(config.ema_decay), use_buffers=True)
    progress = _Progress()
    accelerator.register_for_checkpointing(average, progress)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps(asdict(config), indent=1) + "\n")
        if resume and (last := checkpoint.find(folder)):
            accelerator.load_state(str(last))

    left = Subset(seen, range(progress.pictures, config.pictures))
    loader = accelerator.prepare(DataLoader(left, config.batch, drop_last=True, num_workers=config.workers))
    started, step, losses = time.perf_counter() - progress.seconds, config.batch * accelerator.num_processes, []
    for inputs, points in loader:
        for group in optimizer.param_groups:
            group["lr"] = config.peak_rate * one_cycle(progress.pictures / config.pictures)
        terms = plain.losses(net(inputs.to(memory_format=torch.channels_last)), points)
        optimizer.zero_grad()
        accelerator.backward(sum(weight * terms[name] for name, weight in config.weights if name in terms))
        optimizer.step()
        average.update_parameters(plain)
        losses.append({name: term.detach() for name, term in terms.items()})

        before, progress.pictures = progress.pictures, progress.pictures + step
        if before // config.evaluate_every != progress.pictures // config.evaluate_every or progress.pictures + step > config.pictures:
            progress.seconds = time.perf_counter() - started
            scores = evaluate(average.module.eval(), validation, size=config.size).summary()
            row = {"pictures": progress.pictures, "seconds": round(progress.seconds, 1), **_means(losses)}
            row |= {name: scores[name] for name in IN_HISTORY}
            losses.clear()
            progress.history.append(row)
            if folder is not None:
                checkpoint.save(accelerator, folder)
                if accelerator.is_main_process:
                    (folder / "history.json").write_text(json.dumps(progress.history, indent=1) + "\n")
            if accelerator.is_main_process:
                report(row)
    return average.module.eval()


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
    faces = choose(data, config.photographs, config.rendered, config.corrected, bad, warn)
    net = train(config, faces.training, faces.validation, folder, resume, report).cpu()
    shown = ytf68.NAME if config.photographs else "rendered"
    history = json.loads((folder / "history.json").read_text())
    calibration, reliability = calibrate(net, faces.validation, config.size)
    card = {
        "what": f"68 keypoints of a face in a grey crop of {config.size} pixels: {config.network}; moving average of the weights",
        **records.made_by(f"facelib train keypoints --data {shown} --seed {config.seed} --precision {config.precision} --out DIR"),
        "data": faces.source,
        "held_out": faces.held_out,
        "people_trained_on": faces.people,
        "pictures_seen": history[-1]["pictures"],
        "seed": config.seed,
        "config": asdict(config),
        "calibration": asdict(calibration),
        "reliability": reliability,
        "scores": {boxes: _scores(net, faces, boxes, config) for boxes in ("labels", "detected")},
        "seconds": round(history[-1]["seconds"]),
        "software": f"torch {torch.__version__}",
        "licence": "MIT, as the package; not for identifying or watching people",
    }
    weights.save(net, "keypoints", card, folder)
    (folder / "keypoints-history.json").write_text(json.dumps(history, indent=1) + "\n")
    return card


def _scores(net: nn.Module, faces: Faces, boxes: str, config: KeypointConfig) -> dict:
    """Against the labels as they are."""
    as_labelled = {"as_labelled": ytf68_offset.as_labelled} if faces.as_labelled else {}
    scores = evaluate(net, faces.labelled, boxes, size=config.size, **as_labelled)
    return {**scores.summary(), "by_group": scores.by_group}


def _averaging(decay: float) -> Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]:
    """Exponential moving average that forgets faster at first, so that the random beginning does not linger."""

    def average(kept: torch.Tensor, new: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        if not new.is_floating_point():
            return new
        return kept + (1 - min(decay, (1 + float(steps)) / (10 + float(steps)))) * (new - kept)

    return average


def _means(losses: list[dict[str, torch.Tensor]]) -> dict[str, float]:
    return {name: round(torch.stack([terms[name] for terms in losses]).mean().item(), 5) for name in losses[0]}


class _Progress:
    """What a checkpoint needs besides the networks."""

    def __init__(self):
        self.pictures, self.seconds, self.history = 0, 0.0, []

    def state_dict(self) -> dict:
        return vars(self)

    def load_state_dict(self, state: dict) -> None:
        vars(self).update(state)
