"""Training of the keypoint network: one flat loop, counted in pictures seen, under Hugging Face Accelerate."""

from __future__ import annotations

import datetime
import json
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, Subset

from facelib.datasets import ytf68
from facelib.datasets.ytf68 import Frame
from facelib.learned import keypoint_net, weights
from facelib.learned.evaluate_keypoints import evaluate
from facelib.learned.keypoint_data import TrainingCrops
from facelib.learned.schedule import one_cycle


@dataclass(frozen=True)
class KeypointConfig:
    """Everything that decides how a stage comes out; saved beside the weights."""

    pictures: int = 300_000  # seen in all; about 100 times each frame
    batch: int = 32
    peak_rate: float = 1e-3
    spatial: bool = False  # the head: see `keypoint_net.build`
    hardness: float = 1.0  # of the augmentation: scales how often a crop is badly placed, dark, blurred, noisy or covered
    weight_decay: float = 1e-2
    smooth_l1_beta: float = 0.02  # in half crops: 1.3 pixels of 128, below which the loss is quadratic
    ema_decay: float = 0.999  # of the averaged weights, a step; what is evaluated and shipped
    sizes: tuple[tuple[float, int], ...] = ((0.0, 64), (0.3, 96), (0.7, 128))  # the crop's side from that progress on
    evaluate_every: int = 15_000  # pictures
    precision: str = "no"  # "bf16" where it is faster: on a GPU, and on some CPUs
    workers: int = 0
    seed: int = 0

    def size_at(self, picture: int) -> int:
        """The crop's side for the i-th picture; the pictures of one batch share it."""
        progress = picture // self.batch * self.batch / self.pictures
        return [size for start, size in self.sizes if progress >= start][-1]


# The shipped weights went through all three. The first stage ends at 128 pixels, more than there is to see (the faces of ytf68 are 74
# pixels wide in the median), and its training error was as large as its validation error; so the second goes back to 96 and trains on
# easier crops, until it begins to overfit. The third gives the last layer the places of the features, and hard crops again.
STAGES = (
    KeypointConfig(),
    KeypointConfig(pictures=90_000, peak_rate=5e-4, hardness=0.5, sizes=((0.0, keypoint_net.SIZE),)),
    KeypointConfig(pictures=60_000, peak_rate=5e-4, spatial=True, sizes=((0.0, keypoint_net.SIZE),)),
)


def train(
    config: KeypointConfig,
    training: list[Frame],
    validation: list[Frame],
    folder: Path,
    start: nn.Module | None = None,
    resume: bool = False,
    report: Callable[[dict], None] = lambda row: None,
) -> nn.Module:
    """Train, evaluate on people not trained on, and keep a checkpoint from which the run can go on.

    Parameters
    ----------
    config : KeypointConfig
    training, validation : list of Frame
        No person may be in both.
    folder : Path
        Gets `config.json`, `history.json` and `checkpoint/`; made where missing.
    start : Module, optional
        Begin with this network's weights instead of random ones.
    resume : bool
        Go on from `folder/checkpoint`.
    report : callable
        Called with each new row of the history: pictures, seconds, loss, and NME in percent on the validation people.

    Returns
    -------
    Module
        The averaged network, in evaluation mode.
    """
    both = {frame.person for frame in training} & {frame.person for frame in validation}
    if both:
        raise ValueError(f"train: {len(both)} people are in both training and validation, such as {min(both)}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(asdict(config), indent=1) + "\n")

    set_seed(config.seed)
    accelerator = Accelerator(mixed_precision=config.precision, cpu=not torch.cuda.is_available())
    net = keypoint_net.build(config.spatial).to(memory_format=torch.channels_last)
    if start is not None:
        state = start.state_dict()
        widen = state["fc.weight"].shape != net.fc.weight.shape
        net.load_state_dict(keypoint_net.with_places(state) if widen else state)
    optimizer = torch.optim.AdamW(net.parameters(), lr=config.peak_rate, weight_decay=config.weight_decay, fused=True)
    net, optimizer = accelerator.prepare(net, optimizer)
    average = AveragedModel(accelerator.unwrap_model(net), multi_avg_fn=get_ema_multi_avg_fn(config.ema_decay), use_buffers=True)
    progress = _Progress()
    accelerator.register_for_checkpointing(average, progress)
    if resume:
        accelerator.load_state(str(folder / "checkpoint"))

    crops = TrainingCrops(training, config.pictures, config.seed, config.size_at, config.hardness)
    left = Subset(crops, range(progress.pictures, config.pictures))
    loader = accelerator.prepare(DataLoader(left, config.batch, drop_last=True, num_workers=config.workers))
    started = time.perf_counter() - progress.seconds
    losses: list[torch.Tensor] = []
    for inputs, targets in loader:
        rate = config.peak_rate * one_cycle(progress.pictures / config.pictures)
        for group in optimizer.param_groups:
            group["lr"] = rate
        outputs = net(inputs.to(memory_format=torch.channels_last))
        loss = nn.functional.smooth_l1_loss(outputs.float(), targets, beta=config.smooth_l1_beta)
        optimizer.zero_grad()
        accelerator.backward(loss)
        optimizer.step()
        average.update_parameters(accelerator.unwrap_model(net))
        losses.append(loss.detach())

        before, progress.pictures = progress.pictures, progress.pictures + config.batch * accelerator.num_processes
        last = progress.pictures + config.batch * accelerator.num_processes > config.pictures
        if before // config.evaluate_every != progress.pictures // config.evaluate_every or last:
            progress.seconds = time.perf_counter() - started
            scores = evaluate(average.module.eval(), validation, size=config.size_at(before))
            mean_loss = torch.stack(losses).mean().item()
            losses.clear()
            row = {"pictures": progress.pictures, "seconds": round(progress.seconds, 1), "loss": round(mean_loss, 5), **scores.summary()}
            progress.history.append(row)
            accelerator.save_state(str(folder / "checkpoint"))
            if accelerator.is_main_process:
                (folder / "history.json").write_text(json.dumps(progress.history, indent=1) + "\n")
                report(row)
    return average.module.eval()


def run(data: str | Path, folder: Path, seed: int = 0, precision: str = "no", resume: bool = False, report=lambda row: None) -> dict:
    """Train on ytf68 without its validation people, stage after stage; write `keypoints.safetensors` and its card, and return the card.

    With `resume`, stages that had ended are read and the one that was stopped goes on.
    """
    held_out = set(ytf68.validation_people())
    frames = ytf68.load(data)
    training = [frame for frame in frames if frame.person not in held_out]
    validation = [frame for frame in frames if frame.person in held_out]
    net, histories, stages = None, [], [replace(stage, seed=seed, precision=precision) for stage in STAGES]
    for number, config in enumerate(stages, start=1):
        place = folder / f"stage-{number}"
        go_on = resume and (place / "checkpoint").is_dir()
        net = train(config, training, validation, place, net, go_on, lambda row, number=number: report({"stage": number, **row})).cpu()
        histories.append(json.loads((place / "history.json").read_text()))
    card = {
        "what": f"68 keypoints of a face in a grey crop of {keypoint_net.SIZE} pixels: torchvision ResNet-18, 1 channel, 136 outputs; EMA",
        "command": f"facelib train keypoints --data {ytf68.NAME} --seed {seed} --precision {precision} --out DIR",
        "data": f"{ytf68.NAME}: {len(training)} frames of {len({frame.person for frame in training})} people, labels made by a model",
        "held_out": "facelib/datasets/ytf68_validation.txt",
        "people_trained_on": sorted({frame.person for frame in training}),
        "pictures_seen": sum(stage.pictures for stage in stages),
        "seed": seed,
        "config": [asdict(stage) for stage in stages],
        "scores": {boxes: _scores(net, validation, boxes) for boxes in ("labels", "detected")},
        "seconds": round(sum(history[-1]["seconds"] for history in histories)),
        "hardware": hardware(),
        "software": f"torch {torch.__version__}",
        "date": datetime.date.today().isoformat(),
        "licence": "MIT, as the package; not for identifying or watching people",
    }
    weights.save(net, "keypoints", card, folder)
    (folder / "keypoints-history.json").write_text(json.dumps(histories, indent=1) + "\n")
    return card


def _scores(net: nn.Module, frames: list[Frame], boxes: str) -> dict:
    scores = evaluate(net, frames, boxes)
    return {**scores.summary(), "by_group": scores.by_group}


def hardware() -> str:
    """What the run was made on, for its card."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return f"CPU, {torch.get_num_threads()} threads, {platform.machine()}"


class _Progress:
    """What a checkpoint needs besides the networks."""

    def __init__(self):
        self.pictures, self.seconds, self.history = 0, 0.0, []

    def state_dict(self) -> dict:
        return vars(self)

    def load_state_dict(self, state: dict) -> None:
        vars(self).update(state)
