"""ytf68: labelled frames of the YouTube Faces DB, in the layout of `udacity/P1_Facial_Keypoints`.

A folder holds `training/` and `test/` with pictures, and beside each a CSV: the file's name, then x0, y0, x1, y1, ... x67, y67 in
pixels. Training and test share people, so every split here is *by person*: a person is the part of the name before the frame number.
The landmarks were made by a model, not by hand. The repository's licence is MIT; the frames are stills of other people's videos, so they
are for research, and neither for publishing nor for identifying anybody.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Collection, Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np

from facelib.datasets import download, faults, places
from facelib.datasets.frame import Frame

NAME = "ytf68"
PARTS = ("training", "test")
TABLES = {part: f"{part}_frames_keypoints.csv" for part in PARTS}
ORIGINAL = {"training": 3462, "test": 770}  # labelled frames
ORIGINAL_PEOPLE = 347
TERMS = "frames of YouTube Faces: stills of other people's videos, for research; neither publish them nor identify anybody"
URL = "https://codeload.github.com/udacity/P1_Facial_Keypoints/tar.gz/6e55adc6bd032d9fb1ad41a4c3e68aae847cdf81"
SHA256 = {  # of the tables; GitHub makes its archives anew, so they have no hash that lasts
    "training": "9f3d1213429893d4955e2789076f6ce11e297253fed86337cffb6ca85bd61ec8",
    "test": "348e5e1a5906001f64d3da627e4f61dc3de90771d6d92f5d93628029b3c85e65",
}

VALIDATION_LIST = Path(str(files("facelib.datasets") / "ytf68_validation.txt"))


def video_of(frame: Frame) -> str:
    """Which video a frame is from: `Person_12.jpg` is frame 2 of the person's video 1. Elsewhere each picture is one by itself.

    >>> video_of(Frame(Path("training/Ada_12.jpg"), "Ada", np.zeros((68, 2))))
    'Ada_1'
    """
    named_so = frame.path.parent.name in TABLES and re.fullmatch(re.escape(frame.person) + r"_\d\d", frame.path.stem)
    return frame.path.stem[:-1] if named_so else str(frame.path)


def find(data: str | Path) -> Path:
    """The folder that a name (`ytf68`, looked up in `FACELIB_DATA` and then in the user's cache) or a path stands for.

    Raises
    ------
    FileNotFoundError
        Where there is no such folder, or it lacks the CSV files.
    """
    if str(data) == NAME:
        return places.find(NAME, is_there)
    folder = Path(data)
    if not is_there(folder):
        raise FileNotFoundError(f"{folder}: no {' or '.join(TABLES.values())} in it; expected the ytf68 layout")
    return folder


def is_there(folder: Path) -> bool:
    """Whether a folder holds the data set."""
    return places.holds(folder, TABLES.values())


def fetch(folder: str | Path | None = None) -> Path:
    """Download the data set, 340 MB, and return its folder; does nothing where it is there already.

    Parameters
    ----------
    folder : str or Path, optional
        The folder to make; by default `ytf68` in `FACELIB_DATA`, or in the user's cache.

    Raises
    ------
    OSError
        The network failed (another call goes on), the folder holds something else, or it cannot be written to.
    ValueError
        What came is not the data set.
    """
    return download.fetch_once(NAME, folder, is_there, lambda where: download.fetch(URL, where, _wanted, _check_original))


def load(
    data: str | Path = NAME,
    people: Collection[str] | None = None,
    bad: str = "refuse",
    report: Callable[[str], None] | None = None,
    check: bool = True,
) -> list[Frame]:
    """Every labelled frame, training then test, sorted by file name.

    Parameters
    ----------
    data : str or Path
        The name `ytf68`, or a folder in that layout.
    people : collection of str, optional
        Read only the rows of these people.
    bad : {"refuse", "skip"}
        What happens to a row with the wrong number of columns, a landmark that is no number or is far outside the picture, a picture
        that is missing, damaged or cut off.
    report : callable, optional
        With "skip": takes one line for each bad row; by default it becomes a warning.
    check : bool
        Decode every picture, to find those that were cut off (about 2 s for 3,500 frames, instead of 0.8).

    Returns
    -------
    list of Frame

    Raises
    ------
    FileNotFoundError
        No such data set.
    ValueError
        A bad row, named by file and row as an editor counts lines; people of whom there is no frame; no frame at all.
    """
    folder, fault = find(data), faults.handler(bad, report)
    chosen = None if people is None else set(people)
    frames = [frame for part in PARTS for frame in _read_part(folder, part, chosen, fault, check)]
    missing = sorted((chosen or set()) - {frame.person for frame in frames})
    if missing:
        raise ValueError(f"{folder}: no frame of {len(missing)} of the {len(chosen)} people asked for, such as {missing[0]}")
    if not frames:
        raise ValueError(f"{folder}: no usable frame in it")
    return frames


def unlabelled(data: str | Path = NAME) -> list[Path]:
    """The pictures that no table mentions, sorted: two thirds of the test pictures of the original."""
    folder, found = find(data), []
    for part in PARTS:
        labelled = {name for _, (name, *_) in _rows(folder, part)}
        found += [picture for picture in sorted((folder / part).glob("*.jpg")) if picture.name not in labelled]
    return found


def person_of(name: str) -> str:
    """The person in a file's name.

    >>> person_of("Abdullah_Gul_10.jpg")
    'Abdullah_Gul'
    """
    match = re.fullmatch(r"([^/\\]+)_\d+\.\w+", name)
    if match is None:
        raise ValueError(f"expected a file's name like First_Last_10.jpg, got {name}")
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
    return read_people(VALIDATION_LIST)


def draw_validation_people(frames: list[Frame], count: int, seed: int) -> list[str]:
    """Draw people at random, all their frames with them."""
    everyone = sorted({frame.person for frame in frames})
    return sorted(np.random.default_rng(seed).choice(everyone, count, replace=False).tolist())


def _wanted(member: str) -> str | None:
    """Where a member of GitHub's archive goes: the pictures and tables in `data/`, without the folders above."""
    match = re.fullmatch(r"[^/]+/data/((training|test)/[^/]+\.jpg|(training|test)_frames_keypoints\.csv)", member)
    return match and match.group(1)


def _check_original(folder: Path) -> None:
    """The tables are those of the commit, and every picture that they name is there and can be decoded."""
    for part, table in TABLES.items():
        if not (folder / table).is_file():
            raise ValueError(f"no {table} in the archive")
        download.check_sha256(folder / table, SHA256[part])
        for _, (name, *_) in _rows(folder, part):
            try:
                faults.picture_size(folder / part / name)
            except ValueError as error:
                raise ValueError(f"{part}/{name}: {error}") from None


def _rows(folder: Path, part: str) -> list[tuple[int, list[str]]]:
    """The rows of a table with the number of their line, sorted by the picture's name."""
    table = folder / TABLES[part]
    if not table.is_file():
        return []
    with table.open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        next(reader, None)  # the header; its first cell is empty in the original
        return sorted(((reader.line_num, row) for row in reader if row), key=lambda numbered: numbered[1])


def _read_part(folder: Path, part: str, people: set[str] | None, fault: Callable[[str], None], check: bool) -> Iterator[Frame]:
    for line, (name, *numbers) in _rows(folder, part):
        try:
            person = person_of(name)
            if people is not None and person not in people:
                continue
            if len(numbers) != 136:
                raise ValueError(f"expected 136 numbers, got {len(numbers)}")
            frame = Frame(folder / part / name, person, np.array(numbers, np.float32).reshape(68, 2))
            faults.check(frame, decode=check)
        except ValueError as error:
            fault(f"{folder / TABLES[part]}, row {line}: {name}: {error}")
        else:
            yield frame
