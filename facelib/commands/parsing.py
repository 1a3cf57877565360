"""facelib evaluate parser and train parser."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from facelib import records
from facelib.commands import outputs, settings, terminal


def add_evaluate(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib evaluate ...`."""
    sub = command("parser", evaluate)
    sub.add_argument("--weights", type=Path, metavar="DIR", help="a folder that `facelib train parser` wrote; by default what ships")
    sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")


def add_train(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib train ...`."""
    sub = command("parser", train)
    sub.add_argument(
        "-o", "--out", type=outputs.Folder, required=True, metavar="DIR", help="a folder for checkpoints, history, weights and card"
    )
    sub.add_argument("--precision", choices=["no", "bf16"], default="no", help="mixed precision; bf16 is faster on a GPU and on some CPUs")
    sub.add_argument("--seed", type=int, default=0)
    settings.add(sub)
    sub.add_argument("--resume", action="store_true", help="go on from the last checkpoint in DIR")


def evaluate(options: argparse.Namespace) -> None:
    """Which parts of faces are found: FASSEG's test part, and things pasted onto it and onto photographs that are not trained on."""
    from facelib.learned import weights
    from facelib.parsing import scores

    folder = options.weights or weights.FOLDER
    found = scores.record(folder, terminal.bar("face"))
    print(scores.as_text(found))
    command = "facelib evaluate parser" + (f" --weights {options.weights.name}" if options.weights else "")
    records.save(options.json, {**records.made_by(command), **found})


def train(options: argparse.Namespace) -> None:
    """Train the face parser on fasseg, rendered faces, people and ibug300w; write weights and their card to OUT."""
    from facelib.parsing import train as training

    config = settings.change(training.ParserConfig(seed=options.seed, precision=options.precision), options.set)
    say = lambda row: print(json.dumps(row), flush=True)  # noqa: E731
    training.run(options.out, config, options.resume, say, terminal.bar("face"))
