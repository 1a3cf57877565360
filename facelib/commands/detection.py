"""facelib evaluate detection."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from facelib import records
from facelib.commands import data, terminal


def add_evaluate(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib evaluate ...`."""
    sub = command("detection", evaluate)
    data.add_data(sub, default="ytf68")
    sub.add_argument("--people", type=Path, metavar="FILE", help="of ytf68: only these people, one a line; by default everybody")
    sub.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")


def evaluate(options: argparse.Namespace) -> None:
    """How well the face detector finds labelled faces, in pictures as they are and turned."""
    from facelib import evaluate_detection as evaluation
    from facelib.datasets import ytf68

    records.check_place(options.json)
    frames = data.frames(options, ytf68.read_people(options.people) if options.people else None)
    given = [f"--{name} {value}" for name in ("data", "subset", "people") if (value := getattr(options, name))]
    numbers = evaluation.compare(frames, report=terminal.bar("frame"))
    record = {**records.made_by(" ".join(["facelib evaluate detection", *given])), "data": options.data, **numbers}
    print(evaluation.as_text(record))
    records.save(options.json, record)
