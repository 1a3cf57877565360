"""What can be wrong with a labelled picture, and what happens then: the data set is refused, or the picture is skipped and reported."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from facelib import opening
from facelib.datasets.frame import Frame

CHOICES = ("refuse", "skip")

# How far outside the picture a landmark may lie, as a share of the picture's side. A chin below the lower edge is a good label: 4 of the
# 3,504 frames of ytf68 have one, the furthest at 0.10 of the height. Five times that is no face that was cropped tightly, but a row that
# belongs to another picture.
FURTHEST = 0.5


def handler(bad: str, report: Callable[[str], None] | None = None) -> Callable[[str], None]:
    """What a reader calls with one line about each bad row.

    Parameters
    ----------
    bad : str
        "refuse": the handler raises ValueError. "skip": it reports, and the reader goes on.
    report : callable, optional
        Takes the line; by default it becomes a Python warning.
    """
    if bad not in CHOICES:
        raise ValueError(f"bad: expected one of {', '.join(CHOICES)}, got {bad!r}")

    def refuse(line: str) -> None:
        raise ValueError(f"{line}; bad='skip' (--bad skip) leaves such rows out")

    def skip(line: str) -> None:
        (report or _warn)(f"skipped {line}")

    return refuse if bad == "refuse" else skip


def check(frame: Frame, decode: bool = True) -> None:
    """Refuse a frame whose picture or landmarks cannot be right.

    Parameters
    ----------
    frame : Frame
    decode : bool
        Decode the whole picture, so that one that was cut off is found: half a millisecond for a frame of ytf68, about 10 for a large
        photograph. Otherwise only its first bytes are read.

    Raises
    ------
    ValueError
        The reason, without the file's name: no picture, a damaged one, a landmark that is no number or is far outside.
    """
    bad = np.flatnonzero(~np.isfinite(frame.points).all(axis=1))
    if len(bad):
        raise ValueError(f"landmark {bad[0]} is not a number")
    size = np.array(picture_size(frame.path, decode))
    beyond = np.maximum(-frame.points, frame.points - (size - 1)) / size
    worst = beyond.max(axis=1).argmax()
    if beyond[worst].max() > FURTHEST:
        x, y = frame.points[worst]
        raise ValueError(f"landmark {worst} at ({x:g}, {y:g}) is far outside the picture of {size[0]} x {size[1]} pixels")


def picture_size(path: Path, decode: bool = True) -> tuple[int, int]:
    """Width and height of a picture that is there and, with `decode`, whole; ValueError says why not.

    Pillow reads it, because OpenCV takes a picture that was cut off without a word.
    """
    if not Path(path).exists():
        raise ValueError("there is no such picture")
    try:
        with opening.opened(path) as picture:
            size = opening.upright_size(picture)
            if decode:
                picture.draft("L", (1, 1))  # a JPEG is read to its end, but not worked out in full: half the time
                picture.load()
    except opening.PictureError as error:
        raise ValueError(str(error).removeprefix(f"{path}: ")) from None
    return size


def _warn(line: str) -> None:
    warnings.warn(line, stacklevel=2)
