"""A recipe with one thing changed at a time: what each loss does, what each remedy for a restless game buys, what the report borrowed.

Each variant is trained from several seeds, small and short, and its generator is judged on self-swaps of people who were not trained on,
beside the composite that it was given.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from joblib import Parallel, delayed
from scipy import stats
from torch import nn

from facelib import images, keypoints, metrics
from facelib.datasets.workers import one_thread
from facelib.evaluation import swaps
from facelib.files import write_whole
from facelib.learned import (
    forgetting,
    harmonizer_data,
    harmonizer_faces,
    harmonizer_plan,
    harmonizer_recipes,
    harmonizer_run,
    judge,
    predict_keypoints,
    weights,
)
from facelib.learned.harmonizer_data import Source
from facelib.learned.harmonizer_recipes import HarmonizerConfig

LEVEL = 0.95
SCORES = ("psnr", "seam_error", "tone_spread", "moved", "identity", "identity_given", "doubt")
_SIZE, _STEPS_A_TURN, _MOMENTS = 64, 60, 6  # the picture's side; at most; at how many both networks are kept
_PAIRS = 5000  # at most
_DONE = "study.json"  # in a run's folder: its numbers


@dataclass(frozen=True)
class Variant:
    """One thing changed."""

    name: str
    changes: dict
    base: str | None  # the variant that it is compared with
    weights: dict = dataclasses.field(default_factory=dict)  # of losses, changed
    recipe: str = "writeup"

    def config(self, pictures: int, seed: int) -> HarmonizerConfig:
        """The recipe at the study's size, with this change."""
        usual = harmonizer_recipes.of(self.recipe)
        losses = tuple((dict(usual.weights) | self.weights).items())
        every = max(pictures // _MOMENTS, 1)
        small = {"size": _SIZE, "pictures": pictures, "evaluate_every": every, "cap": _STEPS_A_TURN, "keep": True, "precision": "bf16"}
        small |= {"pairs": min(usual.pairs, _PAIRS), "seed": seed, "weights": losses}
        return dataclasses.replace(usual, **small | self.changes)


_TURNS, _BOTH = "as the report", "both in each step"
_CALM = {
    "pool of 200 fakes": {"pool": 200},
    "5 past discriminators": {"past": 5, "past_every": 50},
    "DiffAugment": {"augment": True},
    "spectral norm": {"spectral": True},
    "R1": {"r1": 1.0},
    "slower discriminator": {"slower": 0.25},
    "moving average": {"ema_decay": 0.99},
}
_ALL = {name: value for changes in _CALM.values() for name, value in changes.items()}
VARIANTS = [
    Variant(_TURNS, {}, None),
    Variant("no pixel loss in the face", {}, _TURNS, {"everywhere": 0.0}),
    Variant("no pixel loss at all", {}, _TURNS, {"everywhere": 0.0, "outside": 0.0}),
    Variant("no moments", {}, _TURNS, {"moments": 0.0}),
    Variant("no embedding", {}, _TURNS, {"embedding": 0.0}),
    Variant("no discriminator", {}, _TURNS, {"adversarial": 0.0}),
    Variant("by turns, pool of 200 fakes", _CALM["pool of 200 fakes"], _TURNS),
    Variant("by turns, 5 past discriminators", _CALM["5 past discriminators"], _TURNS),
    Variant(_BOTH, {"turns": False}, _TURNS),
    *(Variant(name, {"turns": False, **changes}, _BOTH) for name, changes in _CALM.items()),
    Variant("all seven", {"turns": False, **_ALL}, _BOTH),
]
BORROWED = [  # from the related work, by the report
    Variant(_BOTH, {"turns": False}, None),
    Variant("no mask channel", {"turns": False, "generator": "plain-without-mask", "masked": False}, _BOTH),
    Variant("hidden layers kept, too", {"turns": False}, _BOTH, {"hidden": 1.0}),
]
_DIH = "Deep Image Harmonization"
SEMANTICS = [  # its claim
    Variant(_DIH, {}, None, recipe="dih"),
    Variant("without the parsing branch", {"generator": "dih-without-parsing"}, _DIH, {"parsing": 0.0}, recipe="dih"),
]
STUDIES = {"report": VARIANTS, "borrowed": BORROWED, "semantics": SEMANTICS}


def run(
    data: str | Path,
    folder: Path,
    pictures: int,
    seeds: int,
    jobs: int = 1,
    warn: Callable[[str], None] = lambda line: None,
    report: Callable[[str, int], None] = lambda name, done: None,
    variants: Sequence[Variant] = VARIANTS,
) -> dict:
    """Train and judge every variant from every seed; what is done stays done, so that the same call goes on after a kill.

    Parameters
    ----------
    data : str or Path
        As for `facelib.learned.harmonizer_run.run`.
    folder : Path
        Gets `pairs/`, and a folder for each run.
    pictures : int
        That each run sees.
    seeds : int
        Each variant is trained from 0, 1, ...
    jobs : int
        Runs at a time, each in a process with its share of the threads; how sums are split over threads changes a run's last digits.
    report : callable
        Called with the name of each run that is done, and how many are.

    Returns
    -------
    dict
        `size`, `pictures`, `seeds`, `given`, the scores of the composites themselves, and `rows`, as `table` gives them.
    """
    todo = [(variant, seed) for seed in range(seeds) for variant in variants]
    first = variants[0].config(pictures, 0)
    harmonizer_faces.prepare(harmonizer_faces.choose(data, warn=warn), first, folder / "pairs", jobs, warn)
    made = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_one)(data, folder, variant.config(pictures, seed), f"{variant.name}, seed {seed}") for variant, seed in todo
    )
    found: dict[str, list[dict]] = {}
    for done, ((variant, seed), numbers) in enumerate(zip(todo, made, strict=True), start=1):
        found.setdefault(variant.name, []).append(numbers)
        report(f"{variant.name}, seed {seed}", done)
    return {"size": _SIZE, "pictures": pictures, "seeds": seeds, "given": given(folder / "pairs"), "rows": table(found, variants)}


def table(found: dict[str, list[dict]], variants: Sequence[Variant] = VARIANTS) -> list[dict]:
    """A row a variant: of each number the mean over seeds with its interval, and the change from the variant's base, seed by seed."""
    rows = []
    for variant in variants:
        ours = found[variant.name]
        row = {"variant": variant.name, "base": variant.base, "numbers": {}, "changes": {}}
        for name in ours[0]:
            values = np.array([numbers[name] for numbers in ours], float)
            row["numbers"][name] = _over_seeds(values)
            if variant.base is not None and name in found[variant.base][0]:
                row["changes"][name] = _over_seeds(values - np.array([numbers[name] for numbers in found[variant.base]], float))
        rows.append(row)
    return rows


def as_text(found: dict) -> str:
    """The table for a person: means, and a star where the whole interval of the change from the base is on one side of zero."""
    names = list(found["rows"][0]["numbers"])
    lines = [f"{'':<34}" + "".join(f"{name[:11]:>12}" for name in names)]
    lines.append(f"{'the composites themselves':<34}" + "".join(f"{found['given'].get(name, float('nan')):>12.3f}" for name in names))
    for row in found["rows"]:
        cells = [f"{_number(row['numbers'].get(name)):>11}{'*' if is_sure(row['changes'].get(name)) else ' '}" for name in names]
        lines.append(f"{row['variant']:<34}" + "".join(cells))
    return "\n".join(lines)


def is_sure(change: dict | None) -> bool:
    """Whether a change's whole interval is on one side of zero."""
    return bool(change and change["interval_95"]) and change["interval_95"][0] * change["interval_95"][1] > 0


def judged(net: nn.Module | None, sources: Sequence[Source], composite: str) -> dict[str, float]:
    """A generator on pairs with an answer, or, without one, the composites that it would be given.

    Returns
    -------
    dict
        Means: `psnr` in dB, `seam_error`, `tone_spread`, `moved` and `identity` as in `facelib.evaluation.swaps`; `identity_given`, the
        cosine of the judge's embeddings of result and composite; and `doubt`, the keypoint network's spread over the eyes' distance, in
        per cent, which is large where what it sees is no face.
    """
    finder, size, rows = weights.keypoint_reader(), weights.keypoint_size(), []
    for batch in harmonizer_data.batches(sources, composite):
        given = _bytes(batch["raw"])
        made = given if net is None else images.to_bytes(harmonizer_run.made(net, batch)[0])
        answers, points, masks = _bytes(batch["answer"]), batch["points"].numpy(), batch["mask"][:, 0].numpy() / np.float32(255)
        of_answer, of_given, of_made = (judge.embed(pictures, points) for pictures in (answers, given, made))
        boxes = [keypoints.face_box(shape) for shape in points]
        at, there = (predict_keypoints.read(finder, [_grey(one) for one in pictures], boxes, size=size) for pictures in (made, answers))
        moved = 100 * metrics.nme(at.points, there.points)
        doubt = 100 * at.spread.mean(1) / metrics.face_sizes(points)
        for index, (one, answer, mask) in enumerate(zip(made, answers, masks, strict=True)):
            picture, right = images.to_float(one), images.to_float(answer)
            rows.append(
                (
                    metrics.psnr(picture, right, mask),
                    swaps.seam_errors(picture, right, mask).mean(),
                    metrics.tone_spread(picture, mask) / max(metrics.tone_spread(right, mask), 1e-6),
                    moved[index],
                    of_made[index] @ of_answer[index],
                    of_made[index] @ of_given[index],
                    doubt[index],
                )
            )
    return {name: float(mean) for name, mean in zip(SCORES, np.nanmean(rows, axis=0), strict=True)}


def given(pairs: Path) -> dict[str, float]:
    """The scores of the composites themselves."""
    return {name: round(value, 4) for name, value in judged(None, harmonizer_faces.judged(pairs), "raw").items()}


def _one(data: str | Path, folder: Path, config: HarmonizerConfig, name: str) -> dict[str, float]:
    """A run's numbers: out of its folder where it is done."""
    place = folder / name.replace(", ", "-").replace(" ", "-")
    done = place / _DONE
    if done.is_file() and harmonizer_recipes.load(place / "config.json") == config:
        return json.loads(done.read_text())
    with one_thread():
        card = harmonizer_run.run(data, place, config, resume=True, pairs=folder / "pairs")
        sources = harmonizer_faces.judged(folder / "pairs")
        net = weights.load(harmonizer_plan.new(config), f"harmonizer-{config.recipe}", place)
        numbers = judged(net, sources, config.composite) | _of_the_game(place, card, config, sources)
    write_whole({done: json.dumps(numbers, indent=1).encode()})
    return numbers


def _of_the_game(place: Path, card: dict, config: HarmonizerConfig, sources: Sequence[Source]) -> dict[str, float]:
    """How the two networks fared: losses in the second half of the run, lengths of turns, what was forgotten. Nothing of a generator that
    learned alone."""
    if config.alone >= 1:
        return {}
    rows = weights.history(f"harmonizer-{config.recipe}", place)
    half = rows[len(rows) // 2 :]
    numbers = {}
    for name in ("adversarial", "discriminator", "told_apart"):
        values = [row[name] for row in half if name in row]
        numbers[name] = float(np.mean(values)) if values else float("nan")
    numbers["swings"] = float(np.std([row["adversarial"] for row in half if "adversarial" in row]))
    for who in ("generator", "discriminator"):
        steps = [turn["steps"] for turn in card["turns"] if turn["ended"] == who]
        if steps:
            numbers[f"steps_{who}"] = float(np.median(steps))
    found = forgetting.measure(place, config, sources)
    auc = np.array(found["auc"])
    numbers["auc_at_the_time"] = float(auc.diagonal().mean())
    numbers["forgotten"] = found["forgotten"]
    numbers["forgotten_at_most"] = float(forgetting.lost(auc).max())
    return numbers


def _number(of: dict | None) -> str:
    return "-" if of is None or of["mean"] is None else f"{of['mean']:.3f}"


def _over_seeds(values: np.ndarray) -> dict:
    """Mean and Student's interval; the interval is None for fewer than two seeds or where a number is missing."""
    mean = float(values.mean())
    if len(values) < 2 or not np.isfinite(values).all():
        return {"mean": round(mean, 4) if np.isfinite(mean) else None, "interval_95": None}
    half = float(stats.t.ppf((1 + LEVEL) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return {"mean": round(mean, 4), "interval_95": [round(mean - half, 4), round(mean + half, 4)]}


def _bytes(batch: torch.Tensor) -> np.ndarray:
    return np.ascontiguousarray(batch.permute(0, 2, 3, 1).numpy())


def _grey(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
