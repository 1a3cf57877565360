"""facelib evaluate variety."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from facelib import records
from facelib.commands import data, outputs, terminal


def add_evaluate(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib evaluate ...`."""
    sub = command("variety", evaluate)
    sub.add_argument("--n", type=int, default=2000, metavar="N", help="rendered faces, four of each person (default: %(default)s)")
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--weights", type=Path, metavar="DIR|free", help="a folder that `facelib train keypoints` wrote, or free")
    data.add_jobs(sub)
    sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")


def evaluate(options: argparse.Namespace) -> None:
    """Whether rendered faces serve everybody: clipped skin and the keypoint model's error by skin tone, age and what else varies."""
    from facelib.evaluation import variety as evaluation
    from facelib.learned import predict_keypoints, weights

    folder, jobs = weights.keypoint_place(options.weights), data.jobs(options)
    net, size = weights.keypoint_network(folder), weights.keypoint_size(folder)

    def predict(greys, boxes):
        return predict_keypoints.predict(net, greys, boxes, size=size)

    numbers = evaluation.measure(predict, options.n, options.seed, jobs, report=terminal.bar("batch"))
    command = f"facelib evaluate variety --n {options.n} --seed {options.seed}" + f" --weights {options.weights}" * bool(options.weights)
    record = {**records.made_by(command), "model": weights.which("keypoints", folder), "data": "rendered", **numbers}
    print(evaluation.as_text(record))
    records.save(options.json, record)
