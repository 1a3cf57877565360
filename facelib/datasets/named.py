"""A labelled data set by its name, its folder or its file, for whoever lets a user choose one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from facelib.datasets import ibug300w, ytf68
from facelib.datasets.frame import Frame

NAMED = {ytf68.NAME: ytf68, ibug300w.NAME: ibug300w}


def load(
    data: str | Path,
    people: Collection[str] | None = None,
    subset: str | None = None,
    bad: str = "refuse",
    report: Callable[[str], None] | None = None,
    check: bool = True,
) -> list[Frame]:
    """The frames of ytf68 or of ibug300w, whichever `data` is; see their `load`.

    Raises
    ------
    ValueError
        People of ibug300w, which names nobody, or a subset of ytf68, which has none; and what their `load` raises.
    """
    is_ibug300w = name_of(data) == ibug300w.NAME
    if is_ibug300w and people is not None:
        raise ValueError(f"people: {ibug300w.NAME} names nobody; leave them out, or choose a subset")
    if not is_ibug300w and subset is not None:
        raise ValueError(f"subset: {ytf68.NAME} has none; leave it out, or choose people")
    if is_ibug300w:
        return ibug300w.load(data, subset=subset, bad=bad, report=report, check=check)
    return ytf68.load(data, people, bad=bad, report=report, check=check)


def is_labelled(data: str | Path) -> bool:
    """Whether `data` names a labelled data set, or is a folder or file in the layout of one."""
    path = Path(data)
    return str(data) in NAMED or path.suffix == ".xml" or any(module.is_there(path) for module in NAMED.values())


def name_of(data: str | Path) -> str:
    """Whose layout a name, folder or file has: that of ibug300w if anything says so, otherwise that of ytf68."""
    is_ibug300w = str(data) == ibug300w.NAME or Path(data).suffix == ".xml" or ibug300w.is_there(Path(data))
    return ibug300w.NAME if is_ibug300w else ytf68.NAME


def fetch(name: str, folder: str | Path | None = None) -> Path:
    """Download a data set and return its folder; does nothing where it is there already.

    Raises
    ------
    ValueError
        No data set of that name can be downloaded, or what came is not the data set.
    OSError
        The network or the disk failed.
    """
    if name not in NAMED:
        raise ValueError(f"data set: expected one of {', '.join(NAMED)}, got {name!r}")
    return NAMED[name].fetch(folder)
