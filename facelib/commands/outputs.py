"""What a command writes: said where its options are declared, and checked before it runs, so that no command can forget to."""

from __future__ import annotations

import argparse
from pathlib import Path

from facelib.datasets import named, places
from facelib.files import check_folders, check_outputs


class File(type(Path())):
    """The type of an option that names a file to write."""


class Folder(type(Path())):
    """The type of an option that names a folder to write into; it is made where it is missing."""


def check(options: argparse.Namespace) -> None:
    """Refuse places that cannot be written to, and those where an input would be lost: any path that was given and is no output, files of
    a data set included.

    Raises
    ------
    facelib.files.OutputError
        There is one.
    """
    given = [one for value in vars(options).values() for one in (value if isinstance(value, list) else [value])]
    inputs = [one for one in given if isinstance(one, Path) and not isinstance(one, File | Folder)]
    data = getattr(options, "data", None) or []
    inputs += [place for one in (data if isinstance(data, list) else [data]) for place in _places(one)]
    check_outputs([one for one in given if isinstance(one, File)], inputs)
    check_folders([one for one in given if isinstance(one, Folder)], inputs)


def _places(data: str) -> list[Path]:
    """Where the files of a data set are; of a table, what lies beside it."""
    if data in named.NAMED:
        return places.places(data)
    path = Path(data)
    return [path, path.parent] if path.is_file() else [path]
