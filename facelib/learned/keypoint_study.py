"""Runs of the keypoint network side by side, on the same faces: what each choice bought, and what each way of reading a face does.

Differences are between errors on the same people, so they are sharper than the errors themselves.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from facelib import bootstrap, keypoints, metrics
from facelib.datasets import ytf68_offset
from facelib.datasets.frame import Frame
from facelib.learned import predict_keypoints, weights
from facelib.learned.evaluate_keypoints import KeypointScores, evaluate
from facelib.learned.keypoint_config import KeypointConfig
from facelib.learned.keypoint_data import Augmentation, TrainingCrops, box_beside
from facelib.learned.keypoint_faces import is_put_right

RECIPE = "as shipped"  # the name of runs that change nothing
READINGS = {  # name: how often to look at most, and whether later looks, or the only one, are mirrored too
    "one look": (1, False),
    "one look, and mirrored": (1, True),
    "two looks": (2, False),
    "two looks, the second mirrored too": (2, True),
    "a third where points still move": (3, True),  # as shipped
}
_OF_A_RUN = ("seed", "pictures", "precision", "evaluate_every", "workers")  # how long, and on what; not the recipe
_HARDEST, _TIMES, _SEED = Augmentation(hardness=1, stretch=0, morph=0), 2, 5
_AT_ONCE = 64
_BESIDE = 7  # seed of the boxes beside faces
_NME, _FAILURES = "nme_inter_ocular", "failures_above_10"


class _Run(NamedTuple):
    card: dict
    scores: KeypointScores
    hard: float
    warned_of: dict[str, float]


def changes(config: dict) -> str:
    """What a run's settings change of the recipe, as --set names them: "network resnet18, batch 16"; or `RECIPE`."""
    usual = _flat(dataclasses.asdict(KeypointConfig()))
    changed = {name: value for name, value in _flat(config).items() if name not in _OF_A_RUN and value != usual.get(name)}
    return ", ".join(f"{name} {value}" for name, value in changed.items()) or RECIPE


def compare(folders: Sequence[Path], frames: Sequence[Frame], report: Callable[[Iterable], Iterable] = iter) -> list[dict]:
    """Score runs on frames of people on whom none was trained.

    Parameters
    ----------
    folders : sequence of Path
        What `facelib train keypoints` wrote. Runs that differ in nothing but the seed are one row.
    frames : sequence of Frame
        With their labels as they are.
    report : callable
        Wraps the folders, as tqdm does.

    Returns
    -------
    list of dict
        `name`, of what was changed; `pictures` seen; `rendered` faces to draw from; `seeds`; `nme`, the mean over seeds of the inter-ocular
        error in percent; `each`, of every seed, and `spread`, their standard deviation (None for one); `interval_95` over people;
        `failures_above_10`; `hard`, the error of a single look at damaged and misplaced crops; `warned_of`, in percent, `faces` (each a
        false alarm) and `nothing` (boxes beside the faces, `nothing_n` of them); and, where the recipe itself was run for as
        many pictures, `more`: how much higher the error is than the recipe's, with `more_95`, paired, over people.
    """
    groups: dict[tuple[str, int], list[_Run]] = {}
    for folder in report(folders):
        card = weights.card("keypoints", folder)
        run = _Run(card, _scores(card, folder, frames), _hard(card, folder, frames), warned_of(folder, frames))
        groups.setdefault((changes(card["config"]), card["pictures_seen"]), []).append(run)
    faces = {key: np.mean([run.scores.faces[_NME] for run in runs], axis=0) for key, runs in groups.items()}
    rows = []
    for (name, pictures), runs in groups.items():
        first, people, errors = runs[0].card, runs[0].scores.people, faces[name, pictures]
        each = [float(run.scores.faces[_NME].mean()) for run in runs]
        row = {
            "name": name,
            "pictures": pictures,
            "rendered": first["config"].get("rendered", {}).get("count", 0),
            "seeds": [run.card["seed"] for run in runs],
            "nme": round(float(errors.mean()), 3),
            "each": [round(error, 3) for error in each],
            "spread": round(float(np.std(each, ddof=1)), 3) if len(each) > 1 else None,
            "interval_95": bootstrap.ends(errors, people, digits=3),
            "failures_above_10": round(float(np.mean([run.scores.faces[_FAILURES].mean() for run in runs])), 3),
            "hard": round(float(np.mean([run.hard for run in runs])), 2),
            "warned_of": {kind: round(float(np.mean([run.warned_of[kind] for run in runs])), 2) for kind in runs[0].warned_of},
            "seconds": round(float(np.mean([run.card["seconds"] for run in runs]))),
            **{key: first[key] for key in ("hardware", "date")},
        }
        if name != RECIPE and (RECIPE, pictures) in faces:
            more = errors - faces[RECIPE, pictures]
            row |= {"more": round(float(more.mean()), 3), "more_95": bootstrap.ends(more, people, digits=3)}
        rows.append(row)
    return rows


def added(rows: Sequence[dict], new: Sequence[dict]) -> list[dict]:
    """Rows of `compare`, and after them those of another call: a run of as many pictures that is there already stays as it is."""
    there = {(row["name"], row["pictures"]) for row in rows}
    return [*rows, *(row for row in new if (row["name"], row["pictures"]) not in there)]


def readings(folder: Path, frames: Sequence[Frame], report: Callable[[Iterable], Iterable] = iter) -> list[dict]:
    """How a network's error and its time depend on how often it looks at a face: `name`, `labels`, `detected`, `milliseconds`.

    Errors are inter-ocular, in percent, with boxes round the labels and with detected ones; milliseconds are of a face by itself, in
    torch, and as `milliseconds_onnx` through ONNX Runtime (None where that is not installed).
    """
    card = weights.card("keypoints", folder)
    nets = {"milliseconds": weights.keypoint_network(folder), "milliseconds_onnx": weights.keypoint_reader(folder)}
    size, rows = card["config"]["size"], []
    greys = [frame.grey() for frame in frames[:100]]
    at = [keypoints.face_box(frame.points) for frame in frames[:100]]
    ways = {name: {"passes": passes, "size": size, "mirrored": mirrored} for name, (passes, mirrored) in READINGS.items()}
    times = {name: {kind: _milliseconds(net, greys, at, how) for kind, net in nets.items()} for name, how in ways.items()}
    for name, how in report(ways.items()):  # after the clock: a process that has worked for minutes is slower
        errors = {boxes: _scores(card, folder, frames, boxes, **how).faces[_NME].mean() for boxes in ("labels", "detected")}
        errors = {boxes: round(float(error), 3) for boxes, error in errors.items()}
        if nets["milliseconds_onnx"] is nets["milliseconds"]:
            times[name]["milliseconds_onnx"] = None
        rows.append({"name": name, **errors, **times[name]})
    return rows


def as_text(rows: Sequence[dict]) -> str:
    """The rows of `compare` as a table for a person."""
    errors = f"{'NME, %':>8}{'+-':>6}{'> 10 %':>8}{'hard':>6}"
    lines = [f"{'run':<44}{'pictures':>9}{'seeds':>6}{errors}{'warned of faces':>17}{'no face':>9}{'more':>7}"]
    for row in rows:
        spread = f"{row['spread']:.2f}" if row["spread"] is not None else "-"
        errors = f"{row['nme']:>8.2f}{spread:>6}{row['failures_above_10']:>8.2f}{row['hard']:>6.1f}"
        warned = f"{row['warned_of']['faces']:>15.2f} %{row['warned_of']['nothing']:>7.1f} %"
        more = f"{row['more']:>+7.2f} ({row['more_95'][0]:+.2f} to {row['more_95'][1]:+.2f}, 95 % over people)" if "more" in row else ""
        lines.append(f"{row['name']:<44}{row['pictures']:>9,}{len(row['seeds']):>6}{errors}{warned}{more}")
    return "\n".join(lines)


def _milliseconds(net: predict_keypoints.Net, greys: Sequence[np.ndarray], at: Sequence[np.ndarray], how: dict) -> float:
    """The median time for a face by itself."""
    times = []
    for grey, box in zip(greys, at, strict=True):
        started = time.perf_counter()
        predict_keypoints.read(net, [grey], [box], **how)
        times.append(1000 * (time.perf_counter() - started))
    return round(float(np.median(times)), 1)


def _scores(card: dict, folder: Path, frames: Sequence[Frame], boxes: str = "labels", **how) -> KeypointScores:
    """Against the labels as they are."""
    shifted = {"as_labelled": ytf68_offset.as_labelled} if is_put_right(**card["config"]) else {}
    return evaluate(weights.keypoint_network(folder), frames, boxes, **{"size": card["config"]["size"], **how}, **shifted)


@torch.inference_mode()
def _hard(card: dict, folder: Path, frames: Sequence[Frame]) -> float:
    """The inter-ocular error in percent of one look at each frame, in a crop as the hardest augmentation makes it."""
    put_right = ytf68_offset.put_right(frames) if is_put_right(**card["config"]) else frames
    made = TrainingCrops(list(put_right), _TIMES * len(frames), _SEED, card["config"]["size"], _HARDEST)
    inputs, truth = (torch.stack(part) for part in zip(*(made[number] for number in range(len(made))), strict=True))
    net = weights.keypoint_network(folder)
    net = getattr(net, "finder", net)
    found = torch.cat([net.read(net(part.to(memory_format=torch.channels_last))) for part in inputs.split(_AT_ONCE)])
    return 100 * float(metrics.nme(found.numpy(), truth.numpy()).mean())


def warned_of(folder: Path, frames: Sequence[Frame]) -> dict[str, float]:
    """Percent of the `faces`, and of boxes beside them (`nothing`), of which a swap would warn; `nothing_n` counts the latter."""
    net, calibration = weights.keypoint_network(folder), weights.keypoint_calibration(folder)
    size = weights.card("keypoints", folder)["config"]["size"]
    rng, faces, nothing = np.random.default_rng(_BESIDE), [], []
    for frame in frames:
        grey, face = frame.grey(), keypoints.face_box(frame.points)
        beside = box_beside(grey.shape, face, rng)
        for box, errors in ((face, faces), (beside, nothing)):
            if box is not None:
                errors.append(calibration.expected_errors(predict_keypoints.read(net, [grey], [box], size=size)).mean())
    shares = {kind: 100 * float((np.array(errors) > keypoints.UNSURE).mean()) for kind, errors in (("faces", faces), ("nothing", nothing))}
    return {**shares, "nothing_n": len(nothing)}


def _flat(config: dict) -> dict:
    """Nested settings in one level, as --set names them; tuples as the lists that a file gives back."""
    config = json.loads(json.dumps(config))
    inner = {name: value for name, value in config.items() if isinstance(value, dict)} | {"weights": dict(config["weights"])}
    flat = {f"{name}.{key}": value for name, part in inner.items() for key, value in part.items()}
    return {name: value for name, value in (config | flat).items() if name not in inner}
