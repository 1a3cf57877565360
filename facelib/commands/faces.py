"""facelib faces."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from facelib import detect, figures, images, keypoints
from facelib.commands import outputs, terminal
from facelib.files import write_all


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about this command; `command(name, run)` makes its parser."""
    sub = command("faces", faces)
    sub.add_argument("pictures", type=Path, nargs="+", metavar="PICTURE")
    sub.add_argument("--small", action="store_true", help="look for faces down to 24 pixels, whatever the picture's size")
    sub.add_argument("--draw", type=outputs.File, metavar="OUT", help="write the picture there, with boxes and numbers; for one PICTURE")
    sub.add_argument(
        "--json",
        action="store_true",
        help="print JSON instead: a list of pictures, each with its faces; box is x, y, width, height in pixels, tilt in degrees "
        "clockwise, error a share of the eyes' distance",
    )
    sub.add_argument("--page", type=int, metavar="N", help="which picture of a file with several, from 1; otherwise the first")


def faces(options: argparse.Namespace) -> None:
    """Every face in PICTURE, the largest first: number, box, tilt, score, and how far off its keypoints may be.

    The number is the one that --source-face and --target-face of `facelib swap` take; tilt is in degrees, clockwise; the score is the
    detector's, at most 1; the expected error is the keypoint network's own, as a share of the eyes' distance: above 10 % a swap is refused.
    """
    if options.draw is not None:
        images.check_ending(options.draw)
        if len(options.pictures) > 1:
            raise ValueError(f"--draw {options.draw}: draws one picture, got {len(options.pictures)}; give them one by one")
    listed, unread = [], 0
    for file in options.pictures:
        try:
            picture = terminal.read(file, options.page).pixels
        except images.PictureError as error:
            if len(options.pictures) == 1:
                raise
            terminal.warn(f"error: {error}")
            unread += 1
            continue
        terminal.progress(f"looking at {file}")
        found = detect.find_faces(picture, options.small)
        errors = keypoints.predict_with_errors([picture] * len(found), found)[1].mean(axis=1).tolist() if found else []
        terminal.progress(None)
        rows = [_row(number, *one) for number, one in enumerate(zip(found, errors, strict=True), start=1)]
        listed.append({"path": str(file), "faces": rows})
        if not options.json:
            print(*([_line(file, row) for row in rows] or [f"{file}: no face found"]), sep="\n")
    if options.json:
        print(json.dumps(listed, indent=1))
    if options.draw is not None:
        drawn = figures.draw_faces(images.to_float(picture), [face.box for face in found])
        write_all({options.draw: images.encode(drawn, options.draw, marked=False)})
    if unread:
        raise images.PictureError(f"{unread} of {len(options.pictures)} pictures could not be read")


def _row(number: int, face: detect.Face, error: float) -> dict:
    box = [round(value, 1) for value in face.box.tolist()]
    return {"number": number, "box": box, "score": round(face.score, 3), "tilt": round(face.tilt, 1), "error": round(error, 4)}


def _line(file: Path, row: dict) -> str:
    x, y, width, height = (round(value) for value in row["box"])
    return (
        f"{file}, face {row['number']}: {width} x {height} pixels at {x},{y}; tilt {row['tilt']:.0f} degrees, score {row['score']:.2f}, "
        f"expected keypoint error {row['error']:.0%}"
    )
