"""A labelled data set by its name, its folder or its file, for whoever lets a user choose one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from facelib.datasets import ibug300w, ytf68
from facelib.datasets import people as invented
from facelib.datasets.frame import Frame

NAMED = {ytf68.NAME: ytf68, ibug300w.NAME: ibug300w, invented.NAME: invented}


def load(
    data: str | Path,
    people: Collection[str] | None = None,
    subset: str | None = None,
    bad: str = "refuse",
    report: Callable[[str], None] | None = None,
    check: bool = True,
) -> list[Frame]:
    """The frames of whichever data set `data` is; see their `load`.

    Raises
    ------
    ValueError
        People of a data set that names nobody, or a subset of one that has none; and what their `load` raises.
    """
    name = name_of(data)
    if people is not None and name != ytf68.NAME:
        raise ValueError(f"people: {name} names nobody; leave them out, or choose a subset")
    if subset is not None and name != ibug300w.NAME:
        raise ValueError(f"subset: {name} has none; leave it out, or choose people")
    if name == ibug300w.NAME:
        return ibug300w.load(data, subset=subset, bad=bad, report=report, check=check)
    if name == invented.NAME:
        return invented.load(data, bad=bad, report=report)
    return ytf68.load(data, people, bad=bad, report=report, check=check)


def is_labelled(data: str | Path) -> bool:
    """Whether `data` names a labelled data set, or is a folder or file in the layout of one."""
    path = Path(data)
    return str(data) in NAMED or path.suffix == ".xml" or any(module.is_there(path) for module in NAMED.values())


def name_of(data: str | Path) -> str:
    """Whose layout a name, folder or file has: that of ytf68 if nothing says otherwise."""
    if str(data) in NAMED:
        return str(data)
    if Path(data).suffix == ".xml":
        return ibug300w.NAME
    return next((name for name, module in NAMED.items() if module.is_there(Path(data))), ytf68.NAME)


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
