"""Where data sets lie on this machine: in the folder that `FACELIB_DATA` names, then in the user's cache."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path


def places(name: str) -> list[Path]:
    """The folders in which a data set is looked for, in order; a download goes into the first."""
    root = os.environ.get("FACELIB_DATA")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "facelib"
    return [place / name for place in ([Path(root)] if root else []) + [cache]]


def holds(folder: Path, tables: Iterable[str]) -> bool:
    """Whether one of a data set's tables is in a folder."""
    return any((folder / table).is_file() for table in tables)


def find(name: str, is_there: Callable[[Path], bool]) -> Path:
    """The first of a data set's places that holds it.

    Raises
    ------
    FileNotFoundError
        None does.
    """
    for folder in places(name):
        if is_there(folder):
            return folder
    looked = " nor in ".join(map(str, places(name)))
    raise FileNotFoundError(
        f"data set {name}: not in {looked}; `facelib fetch {name}` downloads it, or set FACELIB_DATA to the folder that holds {name}/"
    )
