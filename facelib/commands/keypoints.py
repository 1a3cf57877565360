"""facelib evaluate keypoints, train keypoints and train mean-shape."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from facelib import records
from facelib.commands import data, outputs, settings, terminal


def add_evaluate(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib evaluate ...`."""
    sub = command("keypoints", evaluate)
    data.add_data(sub, default="ytf68")
    data.add_people(sub)
    sub.add_argument(
        "--boxes",
        choices=["labels", "detected", "given"],
        default="labels",
        help="the face's box: round the labelled points (the default), detected, or as the data set gives it",
    )
    sub.add_argument("--weights", type=Path, metavar="DIR", help="a folder that `facelib train keypoints` wrote; by default what ships")
    sub.add_argument("--also", type=Path, nargs="+", metavar="DIR", help="the same recipe with other seeds, for the spread")
    sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")
    sub = command("labels", evaluate_labels)
    data.add_data(sub, default="ytf68")
    data.add_people(sub)
    sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")


def add_compare(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib compare ...`."""
    sub = command("keypoints", compare)
    sub.add_argument("runs", nargs="+", type=Path, metavar="DIR", help="folders that `facelib train keypoints` wrote")
    sub.add_argument(
        "--data", default="ytf68", metavar="NAME|DIR", help="ytf68 (looked up in FACELIB_DATA, then in the cache) or its folder"
    )
    sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")
    sub.add_argument("--add", action="store_true", help="keep the rows that are in FILE already: of runs that are not here any more")


def add_train(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib train ...`."""
    sub = command("keypoints", train)
    sub.add_argument(
        "--data",
        default="ytf68",
        metavar="NAME|DIR",
        help="ytf68 (looked up in FACELIB_DATA, then in the cache) or its folder; or rendered: drawn faces only, which need no download",
    )
    data.add_bad(sub)
    sub.add_argument(
        "-o", "--out", type=outputs.Folder, required=True, metavar="DIR", help="a folder for checkpoints, history, weights and card"
    )
    sub.add_argument("--precision", choices=["no", "bf16"], default="no", help="mixed precision; bf16 is faster on a GPU and on some CPUs")
    sub.add_argument("--seed", type=int, default=0)
    settings.add(sub)
    sub.add_argument("--resume", action="store_true", help="go on from the last checkpoint in DIR")
    sub = command("pair", train_pair)
    sub.add_argument("finder", type=Path, metavar="FINDER", help="of `facelib train keypoints`: looks first, and doubts where no face is")
    sub.add_argument("refiner", type=Path, metavar="REFINER", help="likewise, of little augmentation and no crops without a face")
    sub.add_argument("--data", default="ytf68", metavar="NAME|DIR")
    sub.add_argument("-o", "--out", type=outputs.Folder, required=True, metavar="DIR")
    sub = command("label-offset", train_label_offset)
    sub.add_argument("--data", default="ytf68", metavar="NAME|DIR")
    sub.add_argument("--weights", type=Path, required=True, metavar="DIR", help="of `facelib train keypoints --set corrected=false`")
    sub.add_argument("-o", "--out", type=outputs.File, required=True, metavar="FILE")
    sub = command("labeller", train_labeller)
    sub.add_argument("--data", default="ytf68", metavar="NAME|DIR")
    sub.add_argument("--weights", type=Path, metavar="DIR", help="of `facelib train keypoints`, gets the file too; by default what ships")
    sub = command("mean-shape", train_mean_shape)
    sub.add_argument("--data", default="ytf68", metavar="NAME|DIR")
    sub.add_argument("-o", "--out", type=outputs.File, required=True, metavar="FILE")


def evaluate_labels(options: argparse.Namespace) -> None:
    """How far the labels themselves are off, from frames that show nearly the same picture, and from the lattice on which they lie."""
    from facelib.evaluation import labels as evaluation
    from facelib.evaluation import lattice
    from facelib.learned import predict_keypoints, weights

    frames = data.frames(options)
    reading = predict_keypoints.read_frames(weights.keypoint_network(), frames)
    numbers = evaluation.disagreement(frames, reading.points)
    numbers["lattice"] = lattice.measure(np.stack([frame.points for frame in frames]), [frame.person for frame in frames])
    record = {**records.made_by(data.as_given("facelib evaluate labels", options)), "data": options.data, **numbers}
    print(evaluation.as_text(record), lattice.as_text(record["lattice"]), sep="\n")
    records.save(options.json, record)


def evaluate(options: argparse.Namespace) -> None:
    """The error of a keypoint model on labelled frames, the way the field measures it. Against ytf68's labels it is the last of the stages
    that are printed: with `--boxes labels`, and what `facelib train labeller` fitted, that one reads the label's box."""
    from facelib.datasets import named, ytf68
    from facelib.learned import evaluate_keypoints, keypoint_scores, weights

    frames, also = data.frames(options), options.also or []
    is_ytf68 = named.name_of(options.data) == ytf68.NAME
    numbers = keypoint_scores.record(options.weights or weights.FOLDER, frames, options.boxes, is_ytf68, also, terminal.bar("batch"))
    command = data.as_given("facelib evaluate keypoints", options, "boxes", "weights")
    command += f" --also {' '.join(run.name for run in also)}" if also else ""
    record = {**records.made_by(command), **numbers}
    print(evaluate_keypoints.as_text(record))
    records.save(options.json, record)


def compare(options: argparse.Namespace) -> None:
    """Runs of `facelib train keypoints` side by side, on the validation people; and ways of reading, by the network that ships."""
    from facelib.datasets import ytf68
    from facelib.learned import keypoint_study as study
    from facelib.learned import weights

    before = _rows(options.json) if options.add else []
    frames = ytf68.load(options.data, ytf68.validation_people())
    made = records.made_by(f"facelib compare keypoints {' '.join(run.name for run in options.runs)}{' --add' * options.add}")
    readings = study.readings(weights.FOLDER, frames, terminal.bar("reading"))  # first, for the clock's sake
    rows = study.added(before, [{**row, "compared": made["command"]} for row in study.compare(options.runs, frames, terminal.bar("run"))])
    print(study.as_text(rows))
    for row in readings:
        times = "".join(f"{row[name]:>7.1f} ms" for name in ("milliseconds", "milliseconds_onnx") if row[name])
        print(f"{row['name']:<44}{row['labels']:>7.2f} %{row['detected']:>7.2f} % detected{times}")
    records.save(options.json, {**made, "rows": rows, "readings": readings, "warned_of": study.warned_of(weights.FOLDER, frames)})


def _rows(path: Path | None) -> list[dict]:
    if path is None or not path.is_file():
        raise ValueError(f"--add: expected --json FILE with rows to keep, got {path}")
    return json.loads(path.read_text(encoding="utf-8"))["rows"]


def train(options: argparse.Namespace) -> None:
    """Train the keypoint model on the people who are not in the validation list; write weights and their card to OUT."""
    from facelib.learned import train_keypoints as training
    from facelib.learned.keypoint_faces import RenderedFaces

    config = training.KeypointConfig(seed=options.seed, precision=options.precision)
    if options.data == "rendered":
        options.data, config = "ytf68", dataclasses.replace(config, photographs=False, rendered=RenderedFaces(8000))
    config = settings.change(config, options.set)
    say = lambda row: print(json.dumps(row), flush=True)  # noqa: E731
    card = training.run(options.data, options.out, config, options.bad, terminal.warn, options.resume, say)
    print(json.dumps(card["scores"]))


def train_mean_shape(options: argparse.Namespace) -> None:
    """Compute the mean shape, and how shapes vary round it, of the people who are not in the validation list."""
    from facelib import keypoints
    from facelib.datasets import ytf68

    held_out = set(ytf68.validation_people())
    frames = [frame for frame in ytf68.load(options.data) if frame.person not in held_out]
    records.save(options.out, keypoints.mean_shape_record([frame.points for frame in frames], source="ytf68 without its validation people"))
    terminal.say(options.out)


def train_label_offset(options: argparse.Namespace) -> None:
    """Measure how far the labels of ytf68 lie beside the faces, on the validation people: a network knows the others' labels by heart."""
    from facelib.datasets import ytf68, ytf68_offset
    from facelib.learned import predict_keypoints, weights

    frames = ytf68.load(options.data, ytf68.validation_people())
    reading = predict_keypoints.read_frames(weights.keypoint_network(options.weights), frames)
    found = ytf68_offset.fit(reading.points, np.stack([frame.points for frame in frames]))
    record = {**records.made_by("facelib train label-offset --data ytf68 --weights DIR -o FILE"), "frames": len(frames), **found}
    records.save(options.out, record)
    terminal.say(options.out)


def train_pair(options: argparse.Namespace) -> None:
    """Join two trained keypoint networks into one that looks with the first and then with the second."""
    from facelib.learned import pair_keypoints

    card = pair_keypoints.run(options.data, options.finder, options.refiner, options.out)
    print(json.dumps(card["scores"]))


def train_labeller(options: argparse.Namespace) -> None:
    """Learn what the labeller of ytf68 makes of a network's answers, on the people that it was trained on; written beside its weights."""
    from facelib.learned import train_labeller as training
    from facelib.learned import weights

    terminal.say(training.run(options.data, options.weights or weights.FOLDER, terminal.bar("batch")))
