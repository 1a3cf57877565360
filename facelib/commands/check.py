"""facelib check."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from facelib import images, records
from facelib.commands import outputs, terminal


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about this command; `command(name, run)` makes its parser."""
    sub = command("check", check)
    sub.add_argument("pictures", type=Path, nargs="+", metavar="PICTURE")
    sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")


def check(options: argparse.Namespace) -> None:
    """Say of each face in PICTURE how much it looks like one of facelib's swaps, and of the file whether it is marked as one.

    The network behind it knows the swaps of this package and of no other; it errs, at rates that every line states for
    swaps of crops, finds fewer in whole photographs, and proves nothing.
    """
    terminal.progress("loading the models")
    from facelib.learned import forensic, weights

    rates, found = forensic.rates(), []
    for file in options.pictures:
        terminal.progress(f"looking at {file}")
        with terminal.quiet_decoders():
            picture, marked = images.load(file), images.is_marked(file)
        suspects = forensic.suspects(picture)
        terminal.progress(None)
        mark = "the file is marked as a composite by facelib" if marked else "the file has no mark of facelib"
        print(*_lines(file, suspects, rates, mark), sep="\n")
        faces = [
            {
                "box": suspect.box.round(1).tolist(),
                "score": round(suspect.score, 4),
                "swapped": suspect.score > rates.threshold,
                "unsure": suspect.unsure,
            }
            for suspect in suspects
        ]
        found.append({"file": str(file), "marked": marked, "faces": faces})
    command = f"facelib check {' '.join(str(file) for file in options.pictures)}"
    records.save(options.json, {**records.made_by(command), "forensic": weights.which("forensic"), **asdict(rates), "pictures": found})


def _lines(file: Path, suspects: list, rates, mark: str) -> list[str]:
    if not suspects:
        return [f"{file}: no face found; {mark}"]
    lines = []
    known = f"threshold {rates.threshold:+.2f}, which {rates.false_alarms:.0%} of untouched faces exceed and {rates.found:.0%} of swaps"
    for number, suspect in enumerate(suspects, start=1):
        box = ",".join(f"{value:.0f}" for value in suspect.box)
        looks = "swapped" if suspect.score > rates.threshold else "untouched"
        line = f"{file}, face {number} at {box}: looks {looks}, score {suspect.score:+.2f} ({known}); {mark}"
        lines.append(line + "; perhaps no face: its keypoints are unsure" * suspect.unsure)
    return lines
