"""One run of a harmonizer's training: its plan, its faces, its logs, and what it leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from accelerate import PartialState
from accelerate.utils import set_seed
from torch import nn
from torch.utils.data import default_collate

from facelib import images, metrics, records
from facelib.learned import checkpoint, engine, forgetting, harmonizer_data, harmonizer_faces, weights
from facelib.learned import harmonizer_recipes as recipes
from facelib.learned.harmonizer_data import Composites, Source, to_unit
from facelib.learned.harmonizer_recipes import HarmonizerConfig
from facelib.learned.train_harmonizer import Harmonizing

_GRIDS = "grids"
_FREE = ("workers", "keep")  # what a resumed run may have otherwise
_SHOWN = 6  # pairs in a grid


def run(
    data: str | Path,
    folder: Path,
    config: HarmonizerConfig,
    *,
    bad: str = "refuse",
    warn: Callable[[str], None] = lambda line: None,
    resume: bool = False,
    jobs: int = 1,
    pairs: Path | None = None,
    command: str = "",
    stage: Callable[[str, int, int], None] = lambda kind, done, total: None,
    report: Callable[[engine.Row], None] = lambda row: None,
    tick: Callable[[int], None] = lambda pictures: None,
) -> dict:
    """Train a harmonizer; write the generator's weights, its card, its history and the turns into a folder.

    Parameters
    ----------
    data : str or Path
        "ytf68" or its folder, "rendered", or a folder of photographs.
    folder : Path
        Gets `config.json`, `pairs/`, `checkpoint/`, `history.jsonl`, `grids/`, and at the end `harmonizer-RECIPE.safetensors` and `.json`.
    config : HarmonizerConfig
    bad, warn
        As for `facelib.learned.harmonizer_faces.choose`.
    resume : bool
        Go on from the folder's checkpoint.
    jobs : int
        Processes that make pairs.
    pairs : Path, optional
        Where the pairs are, or are made, instead of in `folder`: for runs that learn from the same.
    command : str
        What was asked for, for the card.
    stage : callable
        Called with the kind of pairs, how many are done, and of how many.
    report, tick : callable
        As for `facelib.learned.engine.fit`.

    Returns
    -------
    dict
        The card; empty in all processes but the main one.

    Raises
    ------
    facelib.learned.engine.DivergedError
        A loss became infinite or NaN.
    ValueError, FileNotFoundError
        Faces that are missing or of whom no pairs can be made; a run that was begun otherwise.
    """
    checkpoint.begin(folder, resume)
    faces, process = harmonizer_faces.choose(data, bad, warn), PartialState()
    with process.main_process_first():  # the others find what it made
        if process.is_main_process:
            _begin(folder, config, resume)
        training, validation = harmonizer_faces.prepare(faces, config, pairs or folder / "pairs", jobs, warn, stage)
    judged = Composites(validation, config.pictures, config.seed, config.composite)

    def judge(net: nn.Module) -> engine.Row:
        if not process.is_main_process:
            return {}
        picture = grid(net, [judged[number] for number in range(_SHOWN)])
        images.save(picture, folder / _GRIDS / f"{task.pictures:08d}.png")
        if config.keep:
            forgetting.keep(folder, task.pictures, task.plain, task.critic)
        return score(net, validation, config.composite)

    set_seed(config.seed)
    task = Harmonizing(config, recipes.EMBEDDINGS[config.embedding](), judge)
    parsed = dict(config.weights).get("parsing", 0) > 0
    seen = Composites(training, config.pictures, config.seed, config.composite, config.varied, parsed)
    plan = engine.Plan(config.pictures, config.batch, config.evaluate_every, config.precision, config.workers, config.seed)
    history = engine.fit(task, seen, plan, folder, resume, report, tick)
    if not process.is_main_process:
        return {}
    card = {
        "what": f"generator of the recipe {config.recipe}, for composites of {config.size} pixels",
        **records.made_by(command),
        "data": {kind.pairs.folder.name: len(kind.pairs) for kind in training},
        "held_out": faces.held_out,
        "people_trained_on": sorted({frame.person for frame in faces.training}),
        "pictures_seen": history[-1]["pictures"],
        "seed": config.seed,
        "config": asdict(config),
        "scores": {name: history[-1][name] for name in SCORES if name in history[-1]},
        "turns": task.turns.switches,
        "seconds": round(history[-1]["seconds"]),
        "software": f"torch {torch.__version__}",
        "licence": "MIT, as the package; not for deceiving, identifying or watching people",
    }
    name = f"harmonizer-{config.recipe}"
    weights.save(task.best().cpu(), name, card, folder)
    (folder / f"{name}-history.json").write_text(json.dumps(history, indent=1) + "\n")
    return card


def _begin(folder: Path, config: HarmonizerConfig, resume: bool) -> None:
    """Write the configuration; refuse to go on with a run that had another."""
    file = folder / "config.json"
    if resume and file.is_file() and checkpoint.find(folder):
        checkpoint.refuse_changes(file, asdict(recipes.load(file)), asdict(config), _FREE)
    (folder / _GRIDS).mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(config), indent=1) + "\n")


@contextmanager
def _judged(net: nn.Module) -> Iterator[None]:
    """In evaluation mode, and afterwards in the mode that it was in."""
    was = net.training
    net.eval()
    try:
        yield
    finally:
        net.train(was)


def score(net: nn.Module, sources: Sequence[Source], composite: str) -> engine.Row:
    """Every pair of some sources, against the right answer: PSNR inside the mask and the seam's energy, and both for what the network
    started from; and the mean absolute difference, `l1`."""
    rows = []
    with _judged(net):
        for batch in harmonizer_data.batches(sources, composite):
            pictures = (*made(net, batch), _pictures(batch["answer"]), batch["mask"][:, 0].numpy() / 255)
            rows += [_scores(*one) for one in zip(*pictures, strict=True)]
    columns = (values[np.isfinite(values)] for values in np.array(rows).T)  # what is as it should be has no PSNR, and no seam none
    return {name: round(float(values.mean()), 4) for name, values in zip(SCORES, columns, strict=True) if len(values)}


SCORES = ("psnr", "psnr_before", "seam", "seam_before", "l1")


def _scores(made: np.ndarray, before: np.ndarray, answer: np.ndarray, mask: np.ndarray) -> list[float]:
    both = [score(one, answer, mask) for score in (metrics.psnr, metrics.seam_energy) for one in (made, before)]
    return [*both, float(np.abs(made - answer)[mask > 0.5].mean())]


def grid(net: nn.Module, items: Sequence[dict]) -> np.ndarray:
    """A column a pair: composite, what the network starts from, what it makes of it, and the right answer."""
    batch = default_collate(list(items))
    with _judged(net):
        after, before = made(net, batch)
    rows = (_pictures(batch["raw"]), before, after, _pictures(batch["answer"]))
    return np.concatenate([np.concatenate(list(row), axis=1) for row in rows])


@torch.inference_mode()
def made(net: nn.Module, batch: dict) -> tuple[np.ndarray, np.ndarray]:
    """What a network, in evaluation mode, makes of a batch, and what it starts from: (B, S, S, 3) in [0, 1]."""
    device = next(net.parameters()).device
    raw = to_unit(batch["raw"])
    start = to_unit(batch["start"]) if "start" in batch else raw
    before = to_unit(batch["before"]) if "before" in batch else start
    out = net(*(part.to(device) for part in (raw, start, batch["mask"].float() / 255))).float().cpu()
    return tuple(((x + 1) / 2).clamp(0, 1).permute(0, 2, 3, 1).numpy() for x in (out, before))


def _pictures(batch: torch.Tensor) -> np.ndarray:
    return images.to_float(np.ascontiguousarray(batch.permute(0, 2, 3, 1).numpy()))
