"""Further controls of the head's surface, besides the 68 points: x, y, z in the mean shape's unit, each with its mirror image."""

from __future__ import annotations

from functools import cache

import numpy as np

_MIDDLE = {
    "glabella": (-0.43, -0.075), "forehead": (-0.58, -0.065), "hairline": (-0.76, -0.01), "top front": (-0.93, 0.14),
    "crown": (-1.03, 0.45), "top back": (-0.95, 0.82), "back": (-0.5, 1.12), "nape": (0.05, 0.98), "neck": (0.35, 0.8),
    "throat": (0.43, 0.52), "under chin": (0.465, 0.27), "tip": (-0.055, -0.2), "under tip": (-0.012, -0.145),
    "philtrum": (0.05, -0.078), "sulcus": (0.295, -0.035), "pogonion": (0.385, -0.05), "chin": (0.445, -0.025),
}  # fmt: skip
_SIDES = {
    "bridge side": (0.058, -0.26, -0.022), "nose side": (0.072, -0.16, -0.038), "alar top": (0.078, -0.085, -0.07),
    "wing": (0.102, -0.035, -0.02), "crease": (0.132, -0.035, 0.035), "tip side": (0.04, -0.055, -0.165),
    "under nose": (0.055, 0.025, -0.045), "eye": (0.208, -0.313, 0.03), "under eye": (0.2, -0.25, 0.05),
    "bag": (0.2, -0.2, 0.045), "tear": (0.115, -0.23, 0.03), "lid fold": (0.21, -0.365, 0.036), "inner socket": (0.115, -0.35, -0.012),
    "outer socket": (0.325, -0.31, 0.125), "cheek": (0.2, -0.1, 0.04), "cheekbone": (0.33, -0.16, 0.115),
    "zygoma": (0.43, -0.2, 0.26), "nasolabial": (0.165, 0.05, 0.02), "mouth side": (0.215, 0.15, 0.06), "mid cheek": (0.3, 0.03, 0.105),
    "hollow": (0.39, 0.06, 0.22), "lower cheek": (0.31, 0.2, 0.17), "chin side": (0.1, 0.375, -0.02), "jaw front": (0.21, 0.31, 0.08),
    "side": (0.475, -0.02, 0.36), "forehead side": (0.22, -0.58, -0.015), "forehead edge": (0.37, -0.57, 0.12),
    "temple": (0.45, -0.42, 0.26), "hairline side": (0.24, -0.76, 0.06), "hairline edge": (0.38, -0.74, 0.22),
    "top side": (0.28, -0.95, 0.45),
    "over ear": (0.48, -0.6, 0.5), "high side": (0.43, -0.8, 0.45), "behind ear": (0.47, -0.2, 0.7), "back side": (0.38, -0.45, 0.97),
    "top corner": (0.3, -0.85, 0.82), "nape side": (0.32, 0.1, 0.82), "angle": (0.4, 0.16, 0.55), "throat side": (0.2, 0.39, 0.5),
    "under jaw": (0.2, 0.405, 0.3), "jaw back": (0.3, 0.31, 0.45), "ear": (0.495, -0.12, 0.52),
}  # fmt: skip
NAMES = (*_MIDDLE, *(f"{name} {side}" for side in ("right", "left") for name in _SIDES))


def points() -> np.ndarray:
    """All of them, (N, 3), in the order of `NAMES`."""
    sides = np.array(list(_SIDES.values()))
    return np.concatenate([[(0, y, z) for y, z in _MIDDLE.values()], sides * (-1, 1, 1), sides])


@cache
def numbers(*names: str) -> list[int]:
    """Where controls are among all of the head's, of which the first 68 are the landmarks; a name without a side means both."""
    return [68 + i for i, name in enumerate(NAMES) if name in names or name.rpartition(" ")[0] in names]
