"""ytf68: labelled frames of the YouTube Faces DB, in the layout of `udacity/P1_Facial_Keypoints`.

A folder holds `training/` and `test/` with pictures, and beside each a CSV: the file's name, then x0, y0, x1, y1, ... x67, y67 in
pixels. Training and test share people, so every split here is *by person*: a person is the part of the name before the frame number.
The landmarks were made by a model, not by hand.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np

NAME = "ytf68"
PARTS = ("training", "test")


@dataclass(frozen=True)
class Frame:
    """One labelled picture; `facelib.images.load(frame.path)` reads it."""

    path: Path
    person: str
    points: np.ndarray  # (68, 2) float32, (x, y) in pixels

    def grey(self) -> np.ndarray:
        """The picture as (H, W) uint8, the quick way."""
        grey = cv2.imread(str(self.path), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            raise FileNotFoundError(f"{self.path}: missing or damaged")
        return grey


def find(data: str | Path) -> Path:
    """The folder that a name (`ytf68`, looked up in `FACELIB_DATA`) or a path stands for.

    Raises
    ------
    FileNotFoundError
        Where there is no such folder, or it lacks the CSV files.
    """
    folder = Path(data)
    if str(data) == NAME:
        root = os.environ.get("FACELIB_DATA")
        if not root:
            raise FileNotFoundError(f"data set {NAME}: FACELIB_DATA is not set; set it to the folder that holds {NAME}/, or give a folder")
        folder = Path(root) / NAME
    if not any((folder / f"{part}_frames_keypoints.csv").is_file() for part in PARTS):
        raise FileNotFoundError(f"{folder}: no training_frames_keypoints.csv or test_frames_keypoints.csv in it; expected the ytf68 layout")
    return folder


def load(data: str | Path = NAME, people: Collection[str] | None = None) -> list[Frame]:
    """Every labelled frame, training then test, sorted by file name.

    Parameters
    ----------
    data : str or Path
        The name `ytf68`, or a folder in that layout.
    people : collection of str, optional
        Keep only these people.

    Returns
    -------
    list of Frame

    Raises
    ------
    FileNotFoundError
        No such data set.
    ValueError
        A row that does not hold 136 numbers, or people of whom there is no frame.
    """
    folder = find(data)
    frames = [frame for part in PARTS for frame in _read_part(folder, part)]
    if people is not None:
        frames = [frame for frame in frames if frame.person in people]
        missing = sorted(set(people) - {frame.person for frame in frames})
        if missing:
            raise ValueError(f"{folder}: no frame of {len(missing)} of the {len(set(people))} people asked for, such as {missing[0]}")
    return frames


def person_of(name: str) -> str:
    """The person in a file's name.

    >>> person_of("Abdullah_Gul_10.jpg")
    'Abdullah_Gul'
    """
    match = re.fullmatch(r"(.+)_\d+\.\w+", name)
    if match is None:
        raise ValueError(f"{name}: expected a name like First_Last_10.jpg")
    return match.group(1)


def read_people(path: str | Path) -> list[str]:
    """A list of people: one a line; blank lines and lines that start with # do not count."""
    lines = (line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines())
    people = [line for line in lines if line and not line.startswith("#")]
    if not people:
        raise ValueError(f"{path}: expected a person a line, found none")
    return people


def validation_people() -> list[str]:
    """The people whom no shipped model was trained on, drawn once by `draw_validation_people`."""
    return read_people(str(files("facelib.datasets") / "ytf68_validation.txt"))


def draw_validation_people(frames: list[Frame], count: int, seed: int) -> list[str]:
    """Draw people at random, all their frames with them."""
    everyone = sorted({frame.person for frame in frames})
    return sorted(np.random.default_rng(seed).choice(everyone, count, replace=False).tolist())


def _read_part(folder: Path, part: str) -> Iterator[Frame]:
    table = folder / f"{part}_frames_keypoints.csv"
    if not table.is_file():
        return
    with table.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows, None)  # the header; its first cell is empty in the original
        for name, *numbers in sorted(row for row in rows if row):
            if len(numbers) != 136:
                raise ValueError(f"{table}: {name}: expected 136 numbers, got {len(numbers)}")
            try:
                points = np.array(numbers, np.float32).reshape(68, 2)
            except ValueError as error:
                raise ValueError(f"{table}: {name}: {error}") from None
            yield Frame(folder / part / name, person_of(name), points)
