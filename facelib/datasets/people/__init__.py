"""people: photorealistic people who do not exist, who may be shown. 32 portraits and 600 small faces are in the package, others on request.

They are cut from the overview sheets of two public repositories under the MIT licence, whose pictures were made by generative networks:
nobody in them exists. `NOTICES.txt` holds the licences. Points of the portraits were put right by hand; those of all others are a
network's answers, so an error measured on them says how far a model is from that network, and not from the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path

import numpy as np

from facelib import opening
from facelib.datasets import places, pts
from facelib.datasets.frame import Frame, MadeFrame
from facelib.datasets.people.portraits import FILE as GALLERY
from facelib.datasets.people.portraits import Portrait, gallery, portrait, strangers
from facelib.datasets.people.table import AGES, FOLDER, PARTS, Face
from facelib.datasets.people.table import faces as listed

__all__ = [
    "NAME",
    "PARTS",
    "SIDE",
    "TERMS",
    "Portrait",
    "ages",
    "faces",
    "fetch",
    "files",
    "find",
    "gallery",
    "is_there",
    "listed",
    "load",
    "portrait",
    "strangers",
]

NAME = "people"
TERMS = "MIT licence: generated pictures of people who do not exist; adults and natural pictures only are used"
TABLE = "people.json"
SIDE = 128  # pixels, of a small face
MOSAIC = FOLDER / "faces.jpg"
COLUMNS = 25  # of the mosaic


def faces(part: str) -> list[MadeFrame]:
    """Small faces that are in the package: 128 px, colour, one picture of each person.

    Parameters
    ----------
    part : {"training", "validation", "test"}
        420, 90 and 90 faces; two pictures that may show the same invented person are in one part.

    Returns
    -------
    list of MadeFrame
        With the points of a network.

    Raises
    ------
    ValueError
        There is no such part.
    """
    if part not in PARTS:
        raise ValueError(f"part: expected one of {', '.join(PARTS)}, got {part!r}")
    return [frame for frame, its in zip(*_small(), strict=True) if its == part]


def ages() -> dict[str, float]:
    """How old the small faces look: the share of each class of `facelib.datasets.people.table.AGES`."""
    seen = [face.age for face in listed() if face.part in PARTS]
    return {age: seen.count(age) / len(seen) for age in AGES}


@cache
def _small() -> tuple[list[MadeFrame], list[str]]:
    with opening.opened(MOSAIC) as opened:
        mosaic = np.array(opened.convert("RGB"))
    mosaic.setflags(write=False)
    frames, parts = [], []
    for cell, face in enumerate(one for one in listed() if one.part in PARTS):
        top, left = (SIDE * place for place in divmod(cell, COLUMNS))
        x, y, side = face.window
        points = ((face.shape - (x, y)) * (SIDE / side) - 0.5).astype(np.float32)
        picture = mosaic[top : top + SIDE, left : left + SIDE]
        frames.append(MadeFrame(Path(NAME) / f"{face.name}.png", face.name, points, made=picture))
        parts.append(face.part)
    return frames, parts


def files() -> dict[str, bytes]:
    """The gallery as files, by name: NAME.jpg and NAME.pts of each portrait, `gallery.json`, and the licence notices."""
    named = {f"{one.name}.jpg": one.path.read_bytes() for one in gallery()}
    named |= {f"{one.name}{pts.ENDING}": pts.write(one.points).encode() for one in gallery()}
    return named | {file.name: file.read_bytes() for file in (GALLERY, FOLDER / "NOTICES.txt")}


def find(data: str | Path = NAME) -> Path:
    """The folder that the name (looked up in `FACELIB_DATA` and then in the user's cache) or a path stands for.

    Raises
    ------
    FileNotFoundError
        There is no such folder, or no `people.json` in it.
    """
    if str(data) == NAME:
        return places.find(NAME, is_there)
    if not is_there(Path(data)):
        raise FileNotFoundError(f"{data}: no {TABLE} in it; `facelib fetch {NAME} -o {data}` makes such a folder")
    return Path(data)


def is_there(folder: Path) -> bool:
    """Whether a folder holds the data set."""
    return places.holds(folder, [TABLE])


def fetch(folder: str | Path | None = None) -> Path:
    """Download the sheets, 77 MB, cut all 2,142 faces at full size, and return their folder; does nothing where they are already.

    Parameters
    ----------
    folder : str or Path, optional
        The folder to make; by default `people` in `FACELIB_DATA`, or in the user's cache.

    Raises
    ------
    OSError
        The network failed (another call goes on), the folder holds something else, or it cannot be written to.
    ValueError
        A sheet is not the one that the package's list was made from.
    """
    from facelib.datasets import download
    from facelib.datasets.people import sheets

    return download.fetch_once(NAME, folder, is_there, sheets.fetch)


def load(
    data: str | Path = NAME,
    parts: Collection[str | None] | None = None,
    bad: str = "refuse",
    report: Callable[[str], None] | None = None,
) -> list[Frame]:
    """Every natural picture of an adult at the size at which it is there, with a network's points.

    Parameters
    ----------
    data : str or Path
        The name `people`, or a folder that `fetch` made.
    parts : collection, optional
        Only these: "training", "validation", "test"; None is the part of those who are not in the package's mosaic.
    bad : {"refuse", "skip"}
        What happens where a picture is missing or damaged.
    report : callable, optional
        With "skip": takes one line for each such picture; by default it becomes a warning.

    Returns
    -------
    list of Frame
        One of each person.

    Raises
    ------
    FileNotFoundError
        No such data set.
    ValueError
        A picture that is missing or damaged, named.
    """
    from facelib.datasets import faults

    folder, fault = find(data), faults.handler(bad, report)
    frames = []
    for face in listed():
        if face.shape is None or not face.adult or (parts is not None and face.part not in parts):
            continue
        try:
            frames.append(_frame(face, folder))
        except (ValueError, OSError) as error:
            fault(f"{folder}: {face.name}: {error}")
    if not frames:
        raise ValueError(f"{folder}: no usable picture in it; `facelib fetch {NAME}` downloads them")
    return frames


def picture_of(name: str, folder: Path) -> Path:
    """The largest picture of a face that is in a folder.

    Raises
    ------
    ValueError
        There is none.
    """
    may_be = folder / "pictures" / f"{name}.png", folder / "large" / f"{name}.jpg", folder / "pictures" / f"{name}.jpg"
    file = next((file for file in may_be if file.is_file()), None)
    if file is None:
        raise ValueError("its picture is missing")
    return file


def _frame(face: Face, folder: Path) -> Frame:
    file = picture_of(face.name, folder)
    with opening.opened(file) as opened:
        width, height = opened.size
    return Frame(file, face.name, face.points(width, height))
