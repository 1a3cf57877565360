"""The gallery: 32 portraits of people who do not exist, each with 68 points that were put right by hand, and with what it shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

import numpy as np

from facelib import keypoints
from facelib.datasets.frame import Frame
from facelib.datasets.people.table import FOLDER, Face, faces

FILE = FOLDER / "gallery.json"
PICTURES = FOLDER / "gallery"


@dataclass(frozen=True, eq=False)
class Portrait(Frame):
    """A labelled face of the gallery: `colour()` is its picture, (H, W, 3) float32 in [0, 1], `points` are (68, 2) in its pixels."""

    name: str = ""
    face: str = ""  # its name in `people.json`, which says of which sheet and tile it is
    mouth: str = "closed"  # or "parted", "teeth", "open"
    glasses: bool = False
    beard: str = "none"  # or "stubble", "moustache", "full"
    fringe: bool = False  # hair that reaches the brows
    age: str = "middle"  # or "younger", "older": as it looks
    light: str = "even"  # or "side", "back", "dim"
    colours: str = "colour"  # or "grey", "sepia"
    yaw: float = 0.0  # degrees, positive where the face looks towards the right of the picture; by `facelib.pose`
    tone: float | None = (
        None  # degrees: the individual typology angle of the cheeks, which light and shadow change too; None without colours
    )
    sharpness: float = 0.0  # grey levels: what a blur of one pixel takes away from the face, at 128 px

    @property
    def origin(self) -> Face:
        """The sheet and the tile that it was cut from."""
        return next(one for one in faces() if one.name == self.face)


@cache
def gallery() -> tuple[Portrait, ...]:
    """All portraits, by name.

    Examples
    --------
    >>> len(gallery())
    32
    """
    rows = json.loads(FILE.read_text(encoding="utf-8"))["portraits"]
    return tuple(_portrait(name, **row) for name, row in sorted(rows.items()))


def portrait(name: str) -> Portrait:
    """One portrait.

    Parameters
    ----------
    name : str

    Raises
    ------
    ValueError
        There is nobody of that name.

    Examples
    --------
    >>> portrait("alex").colour().shape
    (512, 512, 3)
    """
    found = next((one for one in gallery() if one.name == name), None)
    if found is None:
        raise ValueError(f"portrait: expected one of {', '.join(one.name for one in gallery())}, got {name!r}")
    return found


def strangers(count: int = 5, seed: int = 0) -> list[tuple[Portrait, Portrait]]:
    """Pairs of source and target drawn at random, nobody twice.

    Parameters
    ----------
    count : int
        1 to 16; the first pairs of a longer list are those of a shorter one.
    seed : int

    Raises
    ------
    ValueError
        Another count.
    """
    if not 1 <= count <= len(gallery()) // 2:
        raise ValueError(f"count: expected 1 to {len(gallery()) // 2} pairs, got {count}")
    order = np.random.default_rng(seed).permutation(len(gallery()))
    drawn = [gallery()[number] for number in order]
    return list(zip(drawn[: 2 * count : 2], drawn[1 : 2 * count : 2], strict=True))


def _portrait(name: str, points: list, **row) -> Portrait:
    shape = np.array(points, np.float32)
    shape.setflags(write=False)
    return Portrait(PICTURES / f"{name}.jpg", name, shape, keypoints.face_box(shape), name=name, **row)
