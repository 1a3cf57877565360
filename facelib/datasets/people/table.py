"""What is known of each face of `people`: the sheet and tile that it is cut from, its points, and the part of the data that it belongs to.

`data/people.json` says it, in lines of one face each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

FOLDER = Path(str(files("facelib.datasets.people") / "data"))
FILE = FOLDER / "people.json"
PARTS = ("training", "validation", "test")
AGES = ("younger", "middle", "older")  # to 35, to 59, and beyond
UNITS = 10_000  # of a tile's side: what points and windows are whole numbers of


@dataclass(frozen=True)
class Sheet:
    """An overview picture of a public repository, of which faces are cut."""

    repository: str
    commit: str
    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, eq=False)
class Face:
    """One face of one sheet."""

    name: str
    sheet: Sheet
    tile: tuple[int, int, int, int]  # x, y, width, height in the sheet, pixels
    adult: bool  # a natural picture of an adult, as far as looking at each of them tells; only these are shown, loaded and trained on
    age: str | None = None  # of `AGES`, as it looks
    part: str | None = None  # of `PARTS`, for the faces in the package's own mosaic
    window: tuple[float, float, float] | None = None  # x, y and side of the mosaic's crop, in shares of the tile's side
    shape: np.ndarray | None = None  # (68, 2) float64, the points in shares of the tile's width and height, where there are any
    doubt: float | None = (
        None  # how far two networks' answers are apart, the mean over the points, a share of the distance of the outer eye corners
    )

    def points(self, width: float, height: float) -> np.ndarray:
        """The points in a picture of the whole tile: (68, 2) float32, (x, y) in its pixels."""
        return (self.shape * (width, height) - 0.5).astype(np.float32)


@cache
def faces() -> tuple[Face, ...]:
    """Every face of the sheets, in the file's order; those of the mosaic stand first, in its order."""
    record = _record()
    known = sheets()
    return tuple(
        Face(
            name=row["name"],
            sheet=known[row["sheet"]],
            tile=tuple(row["tile"]),
            adult=row["adult"],
            age=row.get("age"),
            part=row.get("part"),
            window=tuple(value / UNITS for value in row["window"]) if "window" in row else None,
            shape=np.array(row["points"], float).reshape(68, 2) / UNITS if "points" in row else None,
            doubt=row.get("doubt"),
        )
        for row in record["faces"]
    )


@cache
def sheets() -> tuple[Sheet, ...]:
    """The sheets, in the file's order."""
    return tuple(Sheet(**row) for row in _record()["sheets"])


@cache
def _record() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))
