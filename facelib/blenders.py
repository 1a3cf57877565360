"""The one list of ways to blend. Swap, command line, widgets and evaluation offer whatever stands here."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from facelib import blend, composite, poisson

Blender = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]  # (source_warped, target, mask) -> picture

BLENDERS: dict[str, Blender] = {
    "multiband": blend.multiband,
    "feather": blend.feather,
    "poisson": poisson.poisson,
    "seamless-clone": poisson.seamless_clone,
    "none": composite.paste,
}
DEFAULT = "multiband"


def get(name: str) -> Blender:
    """The blender of that name.

    Raises
    ------
    ValueError
        An unknown name; the message lists those that there are.
    """
    if name not in BLENDERS:
        raise ValueError(f"blend: expected one of {', '.join(BLENDERS)}, got {name}")
    return BLENDERS[name]
