"""facelib evaluate keypoints, train keypoints and train mean-shape."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from facelib import records
from facelib.commands import data, outputs, settings, terminal


def add_evaluate(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib evaluate ...`."""
    sub = command("keypoints", evaluate)
    data.add_data(sub, default="ibug300w")
    data.add_people(sub)
    sub.add_argument(
        "--boxes",
        nargs="+",
        choices=["labels", "detected", "given"],
        default=["labels", "detected"],
        help="the face's box: round the labelled points, detected (by default the two), or as the data set gives it",
    )
    sub.add_argument(
        "--weights", type=Path, metavar="DIR|free", help="a folder that `facelib train keypoints` wrote, or free; by default what is used"
    )
    sub.add_argument("--also", type=Path, nargs="+", metavar="DIR", help="the same recipe with other seeds, for the spread")
    sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")


def add_compare(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib compare ...`."""
    sub = command("keypoints", compare)
    sub.add_argument("runs", nargs="+", type=Path, metavar="DIR", help="folders that `facelib train keypoints` wrote")
    sub.add_argument("--data", default="ibug300w", metavar="NAME|DIR", help="whose validation part to compare on (default: ibug300w)")
    data.add_bad(sub)
    sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")
    sub.add_argument("--add", action="store_true", help="keep the rows that are in FILE already: of runs that are not here any more")


def add_train(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib train ...`."""
    sub = command("keypoints", train)
    sub.add_argument(
        "--data",
        nargs="+",
        default=["ibug300w"],
        metavar="NAME|DIR",
        help="one or several of ibug300w, ytf68, people (looked up in FACELIB_DATA, then in the cache), folders in the layout of one of "
        "them, or rendered: drawn faces, which need no download; the first one's validation part is judged on",
    )
    sub.add_argument(
        "--labels", type=Path, metavar="DIR", help="an earlier run: its answers are the labels of ytf68 and people, which no person made"
    )
    data.add_bad(sub)
    sub.add_argument(
        "-o", "--out", type=outputs.Folder, required=True, metavar="DIR", help="a folder for checkpoints, history, weights and card"
    )
    sub.add_argument("--precision", choices=["no", "bf16"], default="no", help="mixed precision; bf16 is faster on a GPU and on some CPUs")
    sub.add_argument("--seed", type=int, default=0)
    settings.add(sub)
    sub.add_argument("--resume", action="store_true", help="go on from the last checkpoint in DIR")
    sub = command("mean-shape", train_mean_shape)
    sub.add_argument("--data", default="ibug300w", metavar="NAME|DIR")
    sub.add_argument("-o", "--out", type=outputs.File, required=True, metavar="FILE")


def evaluate(options: argparse.Namespace) -> None:
    """The error of a keypoint model on labelled faces, the way the field measures it, and what its doubts are worth."""
    from facelib.learned import evaluate_keypoints, keypoint_scores, weights

    frames, also = data.frames(options), options.also or []
    numbers = keypoint_scores.record(weights.keypoint_place(options.weights), frames, options.boxes, also, terminal.bar("batch"))
    command = data.as_given("facelib evaluate keypoints", options)
    command += f" --boxes {' '.join(options.boxes)}" + (f" --weights {options.weights.name}" if options.weights else "")
    command += f" --also {' '.join(run.name for run in also)}" if also else ""
    record = {**records.made_by(command), **numbers}
    print("\n\n".join(evaluate_keypoints.as_text(record, boxes) for boxes in options.boxes))
    records.save(options.json, record)


def compare(options: argparse.Namespace) -> None:
    """Runs of `facelib train keypoints` side by side, on the faces that no run is trained on and no table is made of."""
    from facelib.learned import keypoint_faces, weights
    from facelib.learned import keypoint_study as study

    before = _rows(options.json) if options.add else []
    for run in options.runs:
        weights.card("keypoints", run)
    frames = keypoint_faces.choose([options.data], bad=options.bad, warn=terminal.warn).validation
    made = records.made_by(f"facelib compare keypoints {' '.join(run.name for run in options.runs)}{' --add' * options.add}")
    rows = study.added(before, study.compare(options.runs, frames, terminal.bar("run")))
    print(study.as_text(rows))
    records.save(options.json, {**made, "data": options.data, "faces": len(frames), "rows": rows})


def _rows(path: Path | None) -> list[dict]:
    if path is None or not path.is_file():
        raise ValueError(f"--add: expected --json FILE with rows to keep, got {path}")
    return json.loads(path.read_text(encoding="utf-8"))["rows"]


def train(options: argparse.Namespace) -> None:
    """Train the keypoint model without the held-out faces; write weights and their card to OUT."""
    from facelib.learned import train_keypoints as training

    config = settings.change(training.KeypointConfig(seed=options.seed, precision=options.precision), options.set)
    say = lambda row: print(json.dumps(row), flush=True)  # noqa: E731
    bar = terminal.bar("batch")
    card = training.run(options.data, options.out, config, options.labels, options.bad, terminal.warn, options.resume, report=say, bar=bar)
    print(json.dumps(card["scores"]))


def train_mean_shape(options: argparse.Namespace) -> None:
    """Compute the mean shape of 300-W's training part, and how shapes vary round it."""
    from facelib import keypoints
    from facelib.datasets import ibug300w

    shapes = [frame.points for frame in ibug300w.load(options.data, subset="training")]
    records.save(options.out, keypoints.mean_shape_record(shapes, source="ibug300w, its training part"))
    terminal.say(options.out)
