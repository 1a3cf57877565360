"""The loop that trains every network of the package, under Hugging Face Accelerate: on a CPU, a GPU, or several by its launcher.

A *task* owns networks and optimizers and takes one step at a time; the loop knows none of them. It counts pictures, not epochs; it goes on
where a killed run stopped, to the same weights on a CPU; and it stops where a loss is no number, with the last good checkpoint kept.

Accelerate and not Lightning: the loop stays a loop that can be read from top to bottom, and two networks that train by turns need no
special case.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from accelerate.utils import DistributedDataParallelKwargs, set_seed
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Subset

from facelib.files import write_whole
from facelib.learned import checkpoint
from facelib.learned.checkpoint import Stateful

_CHECK = 50  # steps between looks at whether losses are numbers: on a GPU each look waits for it
Row = dict[str, float | int | str]


class Task(Protocol):
    """What is trained."""

    def prepare(self, accelerator: Accelerator) -> dict[str, Stateful]:
        """Hand networks and optimizers to Accelerate; return everything that has a state, by name: networks and optimizers too."""

    def step(self, batch, progress: float) -> dict[str, Tensor]:
        """Learn from a batch; `progress` is the share of the run that is done. Returns each loss by its name, detached."""

    def evaluate(self) -> Row:
        """Scores on faces that are not trained on, at each checkpoint."""


@dataclass(frozen=True)
class Plan:
    """How long a run is, and how it is run."""

    pictures: int
    batch: int
    evaluate_every: int  # pictures
    precision: str = "no"  # "bf16" where it is faster: on a GPU, and on some CPUs
    workers: int = 0
    seed: int = 0


class DivergedError(RuntimeError):
    """A loss became infinite or no number."""


def fit(
    task: Task,
    data: Dataset,
    plan: Plan,
    folder: Path | None = None,
    resume: bool = False,
    report: Callable[[Row], None] = lambda row: None,
    tick: Callable[[int], None] = lambda pictures: None,
) -> list[Row]:
    """Train a task.

    Parameters
    ----------
    task : Task
    data : Dataset
        Item i is the i-th picture to be seen, a function of the seed and i alone; at least `plan.pictures` items.
    plan : Plan
    folder : Path, optional
        Gets `history.jsonl`, a row a line, the same for TensorBoard where that is installed, and `checkpoint/`; made where missing.
        Without it nothing is kept.
    resume : bool
        Go on from `folder/checkpoint`, or begin where there is none.
    report : callable
        Called with each new row of the history: pictures, seconds, pictures per second, the share of the time that was spent waiting for
        data, each loss by its name, and the scores.
    tick : callable
        Called after each step with the pictures seen so far.

    Returns
    -------
    list of dict
        The history.

    Raises
    ------
    DivergedError
        A loss is infinite or NaN; the message names it. `folder/checkpoint` is the last good one.
    facelib.learned.checkpoint.CheckpointError
        `folder/checkpoint` is damaged, or of another kind of run.
    """
    set_seed(plan.seed)
    torch.set_flush_denormal(True)  # numbers next to nothing cost a CPU a hundred times as much
    AcceleratorState._reset_state()  # a run before this one, in the same process, may have had another precision
    apart = DistributedDataParallelKwargs(broadcast_buffers=False)  # or a network could not be called twice in a step
    accelerator = Accelerator(mixed_precision=plan.precision, cpu=not torch.cuda.is_available(), kwargs_handlers=[apart])
    progress = _Progress()
    parts = {**task.prepare(accelerator), "progress": progress}
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        if resume and (last := checkpoint.find(folder)):
            checkpoint.load(accelerator, parts, last)

    left = Subset(data, range(progress.pictures, plan.pictures))
    workers = plan.workers if accelerator.device.type == "cuda" else 0  # on a CPU they would take the networks' processors
    own = torch.Generator().manual_seed(plan.seed)  # a loader draws a number when it starts; not out of the networks' chance
    loader = accelerator.prepare(DataLoader(left, plan.batch, drop_last=True, num_workers=workers, generator=own))
    step, clock, losses = plan.batch * accelerator.num_processes, _Clock(), []
    for batch in clock.waiting(loader):
        losses.append(task.step(batch, progress.pictures / plan.pictures))
        before, progress.pictures = progress.pictures, progress.pictures + step
        tick(progress.pictures)
        if len(losses) % _CHECK == 0:
            _check(losses[-_CHECK:], progress.pictures)
        last = progress.pictures + step > plan.pictures
        if last or before // plan.evaluate_every != progress.pictures // plan.evaluate_every:
            _check(losses[-_CHECK:], progress.pictures)
            means = _means(losses)
            seconds, waited = clock.take()
            progress.seconds += seconds
            speed = {"per_second": round(step * len(losses) / seconds, 1), "waiting": round(waited / seconds, 3)}
            row = {"pictures": progress.pictures, "seconds": round(progress.seconds, 1), **speed, **means, **task.evaluate()}
            progress.history.append(row)
            losses.clear()
            if folder is not None:
                checkpoint.save(accelerator, parts, folder)
                if accelerator.is_main_process:
                    _log(progress.history, folder)
            if accelerator.is_main_process:
                report(row)
            clock.take()  # evaluation is not training
    return progress.history


def read_history(folder: Path) -> list[Row]:
    """What a run has left in its folder."""
    return [json.loads(line) for line in (folder / "history.jsonl").read_text(encoding="utf-8").splitlines()]


def _log(history: list[Row], folder: Path) -> None:
    """Anew each time: a run that was killed and goes on leaves no row twice."""
    write_whole({folder / "history.jsonl": "".join(json.dumps(row) + "\n" for row in history).encode()})
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:  # it comes with facelib[train]
        return
    shutil.rmtree(folder / "tensorboard", ignore_errors=True)
    with SummaryWriter(str(folder / "tensorboard")) as writer:
        for row in history:
            for name, value in row.items():
                if name != "pictures" and isinstance(value, int | float):
                    writer.add_scalar(name, value, row["pictures"])


def _check(losses: list[dict[str, Tensor]], pictures: int) -> None:
    """Each step's losses have to be numbers: the first one that is not is named, not those that it spoiled."""
    named = [(name, term) for terms in losses for name, term in terms.items()]
    bad = ~torch.stack([term.float() for _, term in named]).isfinite()
    if bad.any():
        name, term = named[int(bad.nonzero()[0, 0])]
        raise DivergedError(
            f"loss {name}: became {float(term)} before picture {pictures}; the last good checkpoint is kept: lower the learning rate, or "
            "this loss's weight, and go on with --resume"
        )


def _means(losses: list[dict[str, Tensor]]) -> dict[str, float]:
    """The mean of each loss since the last row; a task may leave a loss out of some steps."""
    named: dict[str, list[Tensor]] = {}
    for terms in losses:
        for name, term in terms.items():
            named.setdefault(name, []).append(term.float())
    return {name: round(torch.stack(terms).mean().item(), 5) for name, terms in named.items()}


class _Clock:
    """How long training took, and how much of that it waited for data."""

    def __init__(self):
        self.started, self.waited = time.perf_counter(), 0.0

    def waiting(self, batches):
        """Go through batches, and note how long each took to come."""
        batches = iter(batches)
        while True:
            asked = time.perf_counter()
            batch = next(batches, None)
            self.waited += time.perf_counter() - asked
            if batch is None:
                return
            yield batch

    def take(self) -> tuple[float, float]:
        """Seconds, and seconds waited, since this was last asked."""
        taken = max(time.perf_counter() - self.started, 1e-9), self.waited
        self.started, self.waited = time.perf_counter(), 0.0
        return taken


class _Progress:
    """What a checkpoint needs besides networks, optimizers and random states."""

    def __init__(self):
        self.pictures, self.seconds, self.history = 0, 0.0, []

    def state_dict(self) -> dict:
        return dict(vars(self))

    def load_state_dict(self, state: dict) -> None:
        pictures, seconds, history = (state[name] for name in vars(self))
        if not (type(pictures) is int and pictures > 0 and isinstance(seconds, float) and _are_rows(history)):
            raise ValueError("progress: expected pictures, seconds and a history of rows")
        self.pictures, self.seconds, self.history = pictures, seconds, history


def _are_rows(history: list[Row]) -> bool:
    return bool(history) and all(isinstance(row, dict) and {"pictures", "seconds"} <= set(row) for row in history)
