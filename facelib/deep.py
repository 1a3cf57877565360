"""The second byte of colours of 16 bits, which Pillow skips."""

from __future__ import annotations

import sys

import numpy as np
from PIL import Image

_NATIVE = {"N": "BL"[sys.byteorder == "little"]}
_OTHER = {"B": "L", "L": "B"}


def is_deep(picture: Image.Image) -> bool:
    """Whether an opened picture that is not decoded yet has 16 bits a channel of RGB or RGBA, and `low_bytes` can get at them."""
    return picture.format in ("PNG", "TIFF") and picture.mode in ("RGB", "RGBA") and _swapped(picture) is not None


def low_bytes(picture: Image.Image) -> None:
    """Decode an opened picture into the lower bytes of its values: Pillow keeps one byte of two, and is told that they come in the other
    order."""
    picture.tile = _swapped(picture)
    picture.load()


def values(high: Image.Image, low: Image.Image) -> np.ndarray:
    """Both bytes together: (H, W, C), uint16."""
    both = np.asarray(high).astype(np.uint16)
    both <<= 8
    both |= np.asarray(low)
    return both


def _swapped(picture: Image.Image) -> list | None:
    tiles = []
    for tile in picture.tile:
        arguments = tile[3]
        several = isinstance(arguments, tuple)
        raw = arguments[0] if several else arguments
        if raw not in [f"{mode};16{order}" for mode in ("RGB", "RGBA", "RGBX") for order in "BLN"]:
            return None
        raw = raw[:-1] + _OTHER[_NATIVE.get(raw[-1], raw[-1])]
        changed = (raw, *arguments[1:]) if several else raw
        tiles.append(tile._replace(args=changed) if hasattr(tile, "_replace") else (*tile[:3], changed))  # a plain tuple before Pillow 11
    return tiles or None
