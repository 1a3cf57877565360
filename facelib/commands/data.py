"""facelib fetch and describe, and the options by which other commands choose labelled faces."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from facelib import records
from facelib.commands import outputs, terminal
from facelib.datasets import faults, ibug300w, named, ytf68
from facelib.datasets.frame import Frame


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about these commands; `command(name, run)` makes a parser for each."""
    sub = command("fetch", fetch)
    sub.add_argument("name", choices=list(named.NAMED), help="which: 340 MB, 1.8 GB and 77 MB")
    sub.add_argument(
        "-o", "--out", type=outputs.Folder, metavar="DIR", help="the folder to make; by default in FACELIB_DATA, or in the cache"
    )

    sub = command("describe", describe)
    add_data(sub, "data")
    sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")


def add_data(sub: argparse.ArgumentParser, flag: str = "--data", photographs: bool = False, **more) -> None:
    """The options that `frames` reads; where a command takes photographs without labels too, its help says so."""
    where = "ytf68, ibug300w or people (looked up in FACELIB_DATA, then in the cache), or a folder in the layout of one of them"
    where += "; or a folder of photographs, in which the faces are then found" if photographs else ""
    sub.add_argument(flag, metavar="NAME|DIR", help=where, **more)
    sub.add_argument("--subset", choices=list(ibug300w.SUBSETS), help="of ibug300w: one of the standard sets")
    add_bad(sub)


def add_bad(sub: argparse.ArgumentParser) -> None:
    """What to do with bad rows."""
    sub.add_argument("--bad", choices=faults.CHOICES, default="refuse", help="bad rows: refuse the data set (default), or skip and say so")


def add_people(sub: argparse.ArgumentParser) -> None:
    """Whose frames to keep; `frames` reads it where a command has it."""
    sub.add_argument("--people", type=Path, metavar="FILE", help="of ytf68: only these people, one a line; by default everybody")


def add_jobs(sub: argparse.ArgumentParser) -> None:
    """How many processes to use; `jobs` reads it."""
    sub.add_argument("--jobs", type=int, metavar="J", help="processes (default: one a processor); the result does not depend on it")


def jobs(options: argparse.Namespace) -> int:
    """What --jobs asks for."""
    import joblib  # takes a while to import

    return joblib.cpu_count() if options.jobs is None else options.jobs


def as_given(command: str, options: argparse.Namespace, *more: str) -> str:
    """The command as it stands in a record: with the options that chose the faces, and those named in `more`."""
    given = [f"--{name} {value}" for name in ("data", "subset", "people", *more) if (value := getattr(options, name))]
    return " ".join([command, *given])


def frames(options: argparse.Namespace) -> list[Frame]:
    """The frames that --data, --subset, --people and --bad ask for; what is skipped is said on standard error."""
    file = getattr(options, "people", None)
    people = ytf68.read_people(file) if file else None
    return named.load(options.data, people, options.subset, options.bad, terminal.warn)


def fetch(options: argparse.Namespace) -> None:
    """Download a data set, and say where it is; what was broken off goes on."""
    terminal.say(named.fetch(options.name, options.out))


def describe(options: argparse.Namespace) -> None:
    """Who is in a data set: people, sizes, poses."""
    from facelib.datasets import describe as description

    record = description.record(options.data, frames(options), options.subset)
    print(description.as_text(record))
    records.save(options.json, record)
