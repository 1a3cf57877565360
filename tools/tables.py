"""Remake the tables of swaps in `book/results`, each by the command that it records: `make tables`.

With --check they stay as they are: it says where numbers came out otherwise than they stand there, and then ends with 1. How long each
took is in `tables.json`, and with --check how many numbers differ.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from facelib.__main__ import main as facelib
from facelib.commands.data import jobs
from facelib.files import check_outputs
from facelib.records import made_by, save

RESULTS = Path(__file__).parents[1] / "book" / "results"
COMMAND = "facelib evaluate swaps "
LAST = 1e-4  # the records' last digit
FREE = {"date", "hardware", "seconds"}  # what may differ between two runs


def main() -> int:
    """Remake them, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="records without .json (default: all tables of swaps)")
    parser.add_argument("--check", action="store_true", help="compare with what is there, and change nothing")
    parser.add_argument("--jobs", type=int, help="processes (default: one a processor)")
    options = parser.parse_args()
    check_outputs([RESULTS / "tables.json"])
    took: dict[str, dict] = {}
    for name, command in records(options.names):
        before = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / f"{name}.json" if options.check else RESULTS / f"{name}.json"
            if facelib([*shlex.split(command)[1:], "--jobs", str(jobs(options)), "--json", str(made)]):
                return 1
            took[name] = {"seconds": round(time.monotonic() - before)}
            print(f"{name}: {took[name]['seconds']} s", file=sys.stderr)
            if options.check:
                pairs = (json.loads(path.read_text(encoding="utf-8")) for path in (RESULTS / f"{name}.json", made))
                found = list(changes(*pairs))
                took[name]["differ"] = len(found)
                print(f"{name}: {len(found)} numbers differ", *found[:5], sep="\n    ", file=sys.stderr)
    command = " ".join(["python tools/tables.py", *["--check"] * options.check, *options.names])
    whole = {"processes": jobs(options), "seconds": sum(one["seconds"] for one in took.values())}
    save(RESULTS / "tables.json", {**made_by(command), **whole, "tables": took})
    print(f"{whole['seconds']} s in all", file=sys.stderr)
    return int(any(one.get("differ") for one in took.values()))


def records(names: list[str]) -> list[tuple[str, str]]:
    """The tables by name, and the command of each."""
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))}
    commands = {name: record["command"] for name, record in found.items() if record.get("command", "").startswith(COMMAND)}
    unknown = [name for name in names if name not in commands]
    if unknown:
        sys.exit(f"{unknown[0]}: expected one of {', '.join(commands)}")
    return [(name, commands[name]) for name in names or commands]


def changes(before: object, after: object, at: str = "") -> Iterator[str]:
    """Where two records differ, in words, apart from what may."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted((before.keys() | after.keys()) - FREE):
            yield from changes(before.get(key), after.get(key), f"{at}/{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from changes(one, other, f"{at}/{number}")
    elif before != after and not _close(before, after):
        yield f"{at}: {before}, now {after}"


def _close(before: object, after: object) -> bool:
    """Whether two numbers are the same but for the rounding of their last digit: sums of floats depend on how they are vectorised."""
    return isinstance(before, float) and isinstance(after, float) and abs(before - after) < 1.5 * LAST * max(1, abs(before))


if __name__ == "__main__":
    sys.exit(main())
