"""What lies in the openings of the skin: an eye between its lids, and the mouth's inside between the lips.

Each is a small surface of its own between two curves on the skin, so that it keeps its resolution when it opens and vanishes when it
closes. Its picture is drawn later, pixel by pixel, from where it is: an iris stays round and teeth stay long, however far it is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from facelib.datasets.rendered import template

_ACROSS, _BEYOND = 48, 0.12  # samples along a curve; how far a patch goes on under the skin, of its height
_LINES = {  # landmarks along the upper and the lower edge, from the left of the picture
    "right eye": ((36, 37, 38, 39), (36, 41, 40, 39)),
    "left eye": ((42, 43, 44, 45), (42, 47, 46, 45)),
    "mouth": ((60, 61, 62, 63, 64), (60, 67, 66, 65, 64)),
}
NAMES = tuple(_LINES)
_DOWN = {"right eye": 20, "left eye": 20, "mouth": 60}  # samples from edge to edge
_BEHIND = {"right eye": 0.006, "left eye": 0.006, "mouth": 0.012}  # how far behind the skin's edge


@dataclass(frozen=True)
class Patch:
    """One opening, as samples."""

    name: str
    points: np.ndarray  # (K, M, 3) float32, in the head's frame
    across: np.ndarray  # (K, M) in [0, 1], from the left of the picture
    share: np.ndarray  # (K, M), 0 on the upper edge, 1 on the lower
    height: np.ndarray  # (K, M), from the upper to the lower edge, in the mean shape's unit
    ends: np.ndarray  # (2, 3), its corners


def of(skin: np.ndarray) -> list[Patch]:
    """The three openings of a head whose skin is (ROWS, COLUMNS, 3)."""
    return [_patch(name, skin) for name in NAMES]


@cache
def openings() -> np.ndarray:
    """Which texels are skin and not an opening: (ROWS * FINER, COLUMNS * FINER) bool."""
    closed = np.ones((template.ROWS * template.FINER, template.COLUMNS * template.FINER), bool)
    for name in NAMES:
        closed &= template.region(outline(name)) < 0.5
    return closed


@cache
def outline(name: str) -> np.ndarray:
    """The edge of an opening on the average head, a closed line, (N, 3)."""
    upper, lower = (_curve(numbers) for numbers in _LINES[name])
    return np.concatenate([upper, lower[::-1]])


@cache
def edge(name: str, lower: bool) -> np.ndarray:
    """One edge of an opening on the average head, from the left of the picture, (N, 3)."""
    return _curve(_LINES[name][lower])


def _patch(name: str, skin: np.ndarray) -> Patch:
    upper, lower = (places.on(skin) for places in _edges(name))
    share = np.linspace(-_BEYOND, 1 + _BEYOND, _DOWN[name], dtype=np.float32)[:, None, None]
    points = upper + share * (lower - upper)
    height = np.maximum(np.linalg.norm(lower - upper, axis=1), 1e-6)
    points[..., 2] += _BEHIND[name]
    across = np.linspace(0, 1, _ACROSS, dtype=np.float32)
    if name == "mouth":
        points[..., 2] += 0.05 * np.clip(height / 0.08, 0, 1) * np.sin(np.pi * np.clip(share[..., 0], 0, 1))
    shape = points.shape[:2]
    wide = (np.broadcast_to(values, shape) for values in (across, share[..., 0], height))
    return Patch(name, points, *wide, np.stack([upper[0], upper[-1]]))


@cache
def _edges(name: str) -> tuple[template.Places, template.Places]:
    return tuple(template.places(edge(name, lower)) for lower in (False, True))


def _curve(numbers: tuple[int, ...]) -> np.ndarray:
    """A smooth line through landmarks of the average head, (_ACROSS, 3)."""
    from scipy.interpolate import PchipInterpolator

    points = template.landmarks().on(template.surface())[list(numbers)].astype(float)
    x = np.linspace(points[0, 0], points[-1, 0], _ACROSS)
    lifted = np.stack([PchipInterpolator(points[:, 0], points[:, k])(x) for k in (1, 2)], axis=1)
    return np.column_stack([x, lifted])
