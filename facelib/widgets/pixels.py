"""What losses want, seen without a network: the pixels of one small picture are moved by Adam until the weighted losses are low."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np
import torch
from torch import Tensor

from facelib import composite
from facelib.datasets import portraits
from facelib.datasets.recolour import Recolour
from facelib.learned import square, weights
from facelib.learned.embedding_net import aligned
from facelib.learned.harmonizer_losses import BY_VERDICT, LOSSES, Seen
from facelib.learned.harmonizer_recipes import RECIPES
from facelib.swap import swap
from facelib.widgets import faces

SIDE = 64  # pixels
STEPS, EVERY = 90, 15
_RATE = 0.12
_OTHER = (*BY_VERDICT, "parsing")  # these ask a discriminator, or the generator itself
TERMS = [name for name in LOSSES if name not in _OTHER]
ANSWERED = ("squared", "reconstruction", "gradients", "structure", "perceptual")  # nothing without a right answer
RECIPES_TO_TRY = ("writeup", "stable", "dih")
STARTS = ("noise", "composite")
_COLD = Recolour(gain=(0.78, 0.84, 0.88), gamma=(1.1, 1.0, 0.95), shift=(0.0, 0.0, 0.03))


@dataclass(frozen=True, eq=False)
class Task:
    """One composite, as pictures of `SIDE` pixels."""

    raw: np.ndarray  # (S, S, 3) float32 in [0, 1]
    mask: np.ndarray  # (S, S) float32
    answer: np.ndarray  # the right answer; the target where there is none
    answered: bool
    points: np.ndarray  # (68, 2)


@dataclass(frozen=True)
class Told:
    """What is asked for."""

    weights: Mapping[str, float] = field(default_factory=dict)  # of names in `TERMS`
    task: str = "recoloured"  # a name in `TASKS`
    start: str = "noise"  # a name in `STARTS`


@dataclass(frozen=True, eq=False)
class Step:
    """How far it has come."""

    count: int
    picture: np.ndarray  # (S, S, 3) float32 in [0, 1]
    values: Mapping[str, float]  # of every term, weighted or not, without its weight
    first: Mapping[str, float]  # the same before the first step
    shares: Mapping[str, float]  # of the pull: the norm of each weighted term's gradient over the sum of all


def recipe(name: str) -> dict[str, float]:
    """The weights of a recipe, as far as its terms stand in `TERMS`; what its network cannot do, spoil the surroundings, is told here."""
    chosen = {term: weight for term, weight in RECIPES[name].weights if term in TERMS}
    return chosen if "outside" in chosen or "squared" in chosen else {"outside": 10.0} | chosen


def optimise(told: Told, steps: int = STEPS, every: int = EVERY) -> Iterator[Step]:
    """Move the pixels, and say now and then how far that has come; the last of it after `steps`.

    Raises
    ------
    ValueError
        An unknown term, task or start, or a weight below 0.
    """
    for name, weight in told.weights.items():
        if name not in TERMS:
            raise ValueError(f"weights: expected {', '.join(TERMS)}, got {name!r}")
        if not weight >= 0:
            raise ValueError(f"weights: expected at least 0 for {name}, got {weight}")
    if told.start not in STARTS:
        raise ValueError(f"start: expected one of {', '.join(STARTS)}, got {told.start!r}")
    task = task_of(told.task)
    see = _seer(task)
    heavy = {name: float(weight) for name, weight in told.weights.items() if weight > 0}
    pixels = _first(task, told.start).requires_grad_()
    optimizer = torch.optim.Adam([pixels], _RATE)
    first = _values(see(pixels))
    for count in range(1, steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = _RATE * (1 - 0.95 * (count - 1) / steps)
        if heavy:
            seen = see(pixels)
            optimizer.zero_grad()
            sum(weight * LOSSES[name](seen) for name, weight in heavy.items()).backward()
            optimizer.step()
            with torch.no_grad():
                pixels.clamp_(-1, 1)
        if count == steps or (count % every == 0 and heavy):
            yield Step(count, square.picture(pixels.detach()).clip(0, 1), _values(see(pixels)), first, _shares(see(pixels), pixels, heavy))


@cache
def task_of(name: str) -> Task:
    """One of `TASKS`, made once."""
    if name not in TASKS:
        raise ValueError(f"task: expected one of {', '.join(TASKS)}, got {name!r}")
    return TASKS[name]()


def _recoloured() -> Task:
    """Collins's own face in colder colours: the answer is her portrait."""
    collins = portraits.eileen_collins()
    cut, points = faces.close_up(collins, faces.points_of(collins), 4 * SIDE, 1.7)
    return _task(_COLD.apply(cut), cut, composite.hull_mask(points, cut.shape[:2]), points, True)


def _strangers() -> Task:
    """Hopper's face on Collins: no picture shows what is right."""
    made = swap(portraits.grace_hopper(), portraits.eileen_collins(), blend="none", colours="none")
    cut, points = faces.close_up(made.target, made.target_points, 4 * SIDE, 1.7)
    warped, _ = faces.close_up(made.warped, made.target_points, 4 * SIDE, 1.7)
    return _task(warped, cut, composite.hull_mask(points, cut.shape[:2]), points, False)


TASKS: dict[str, Callable[[], Task]] = {"recoloured": _recoloured, "strangers": _strangers}


def _task(source: np.ndarray, target: np.ndarray, mask: np.ndarray, points: np.ndarray, answered: bool) -> Task:
    small = [cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for part in (source, target, mask)]
    source, target, mask = small[0], small[1], (small[2] > 0.5).astype(np.float32)
    return Task(composite.paste(source, target, mask), mask, target, answered, (points + 0.5) / 4 - 0.5)


def _first(task: Task, start: str) -> Tensor:
    if start == "composite":
        return square.tensor(task.raw)
    return 0.5 * torch.randn((1, 3, SIDE, SIDE), generator=torch.Generator().manual_seed(0)).clamp(-2, 2)


def _seer(task: Task) -> Callable[[Tensor], Seen]:
    """What the losses see of some pixels; what never changes is looked at by the embedding network once."""
    raw, answer = square.tensor(task.raw), square.tensor(task.answer)
    mask = torch.from_numpy(task.mask)[None, None]
    where, answered = torch.from_numpy(task.points)[None].float(), torch.full((1,), float(task.answered))
    network = weights.embedder("loss")
    known: list[tuple[Tensor, list[Tensor]]] = []

    def features(pictures: Tensor) -> list[Tensor]:
        if pictures.requires_grad:
            return network.features(aligned(pictures, where))
        for picture, found in known:
            if torch.equal(picture, pictures):
                return found
        known.append((pictures, network.features(aligned(pictures, where))))
        return known[-1][1] if len(known) <= 2 else known.pop()[1]

    return lambda pixels: Seen(raw, mask, answer, answered, pixels, None, features)


def _values(seen: Seen) -> dict[str, float]:
    with torch.no_grad():
        return {name: float(LOSSES[name](seen)) for name in TERMS}


def _shares(seen: Seen, pixels: Tensor, heavy: Mapping[str, float]) -> dict[str, float]:
    norms = {}
    for name, weight in heavy.items():
        (slope,) = torch.autograd.grad(weight * LOSSES[name](seen), pixels, retain_graph=True, allow_unused=True)
        norms[name] = 0.0 if slope is None else float(slope.norm())
    total = sum(norms.values())
    return {name: norm / total if total else 0.0 for name, norm in norms.items()}
