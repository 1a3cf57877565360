"""facelib render."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from facelib import records
from facelib.commands import data, outputs, terminal
from facelib.datasets.rendered_sets import COUNT, NAMES


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about this command; `command(name, run)` makes its parser."""
    sub = command("render", render)
    sub.add_argument("--set", required=True, choices=NAMES, dest="name", help=f"which: {COUNT} pairs each, from easy to hard")
    sub.add_argument("--size", type=int, default=128, metavar="S", help="the pictures' side in pixels (default: %(default)s)")
    sub.add_argument("-o", "--out", type=outputs.Folder, required=True, metavar="DIR", help="the folder to make")
    data.add_jobs(sub)


def render(options: argparse.Namespace) -> None:
    """Draw a set of swaps whose right answer is known: source, target, both answers, masks, points."""
    from facelib.datasets.rendered import ladder
    from facelib.datasets.rendered.write import write

    jobs = data.jobs(options)
    about = records.made_by(f"facelib render --set {options.name} --size {options.size}")
    with terminal.counter(" pairs", ladder.COUNT) as report:
        report(0)
        write(options.name, options.out, options.size, about, jobs, report)
    terminal.say(options.out)
