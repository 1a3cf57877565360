"""facelib evaluate detection, and refusal."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from facelib import records
from facelib.commands import data, outputs, terminal


def add_evaluate(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib evaluate ...`."""
    for name, run in (("detection", evaluate), ("refusal", refusal)):
        sub = command(name, run)
        data.add_data(sub, default="ytf68")
        data.add_people(sub)
        sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")


def evaluate(options: argparse.Namespace) -> None:
    """How well the face detector finds labelled faces, in pictures as they are and turned."""
    from facelib.evaluation import detection as evaluation

    numbers = evaluation.compare(data.frames(options), report=terminal.bar("frame"))
    record = {**records.made_by(data.as_given("facelib evaluate detection", options)), "data": options.data, **numbers}
    print(evaluation.as_text(record))
    records.save(options.json, record)


def refusal(options: argparse.Namespace) -> None:
    """Of faces whose keypoints are off by at most 8 percent of the eyes' distance, and by more than 10: how many a swap refuses."""
    from facelib.evaluation import refusal as evaluation

    numbers = evaluation.evaluate(data.frames(options), report=terminal.bar("frame"))
    record = {**records.made_by(data.as_given("facelib evaluate refusal", options)), "data": options.data, **numbers}
    print(evaluation.as_text(record))
    records.save(options.json, record)
