"""The faces of `people` at full size: the public sheets are downloaded, checked, and cut as the package's list says."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote

from facelib import opening
from facelib.datasets import download
from facelib.datasets.people import table
from facelib.datasets.people.table import Face, Sheet

ADDRESS = "https://raw.githubusercontent.com/{repository}/{commit}/{path}"


def fetch(
    folder: Path, address: str = ADDRESS, faces: Iterable[Face] | None = None, report: Callable[[Iterable], Iterable] | None = None
) -> None:
    """Download every sheet that faces are cut from, check it, cut them, and put the folder in place in one move.

    Sheets that are here already, from a call that broke off, are not downloaded again.

    Parameters
    ----------
    folder : Path
        Is made; must not exist, or be empty. Gets `pictures/NAME.png`, pixel by pixel as in the sheets, and `people.json`.
    address : str
        Where sheets are, with places for repository, commit and path.
    faces : iterable of Face, optional
        By default all of the list.
    report : callable, optional
        Wraps the iterable of sheets, as tqdm does, which is the default.

    Raises
    ------
    FileExistsError
        There is something in the folder.
    ConnectionError
        The network failed; another call goes on where this one stopped.
    ValueError
        A sheet has another sha256 than the list says; it is not kept.
    """
    download.refuse_full(folder)
    sheets = folder.with_name(f".{folder.name}.sheets")
    sheets.mkdir(exist_ok=True)
    of_sheet: dict[Sheet, list[Face]] = defaultdict(list)
    for face in table.faces() if faces is None else faces:
        of_sheet[face.sheet].append(face)
    with download.appearing(folder) as partial:
        (partial / "pictures").mkdir()
        for sheet in (report or _bar)(of_sheet):
            cut(download_sheet(sheet, sheets, address), of_sheet[sheet], partial / "pictures")
        for file in (table.FILE, table.FOLDER / "NOTICES.txt"):
            shutil.copy(file, partial)
    shutil.rmtree(sheets)


def download_sheet(sheet: Sheet, folder: Path, address: str = ADDRESS) -> Path:
    """A sheet's file in a folder, downloaded where it is not there yet, and checked."""
    file = folder / f"{sheet.sha256[:16]}.jpg"
    download.download(address.format(repository=sheet.repository, commit=sheet.commit, path=quote(sheet.path)), file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if digest != sheet.sha256:
        os.remove(file)
        raise ValueError(f"{sheet.path} of {sheet.repository}: expected sha256 {sheet.sha256}, got {digest}; nothing of it was kept")
    return file


def cut(sheet: Path, faces: Iterable[Face], folder: Path) -> None:
    """Cut the tiles of some faces out of a sheet and write them as PNG, which keeps every pixel as the sheet shows it."""
    with opening.opened(sheet) as opened:
        picture = opened.convert("RGB")
    for face in faces:
        x, y, width, height = face.tile
        if x < 0 or y < 0 or x + width > picture.width or y + height > picture.height:
            size = f"{picture.width} x {picture.height}"
            raise ValueError(f"{face.name}: its tile {face.tile} is outside the sheet, which is {size} pixels")
        picture.crop((x, y, x + width, y + height)).save(folder / f"{face.name}.png")


def _bar(sheets: Iterable) -> Iterable:
    from tqdm import tqdm

    return tqdm(sheets, unit="sheet", disable=None)
