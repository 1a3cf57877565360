"""The one list of ways to blend. Swap, command line, widgets and evaluation offer whatever stands here."""

from __future__ import annotations

from facelib import blend, composite, poisson

Blender = composite.Method

BLENDERS: dict[str, Blender] = {
    "multiband": blend.multiband,
    "feather": blend.feather,
    "poisson": poisson.poisson,
    "seamless-clone": poisson.seamless_clone,
    "none": composite.paste,
}
DEFAULT = "multiband"


def get(name: str) -> Blender:
    """The blender of that name; see `composite.method_of`."""
    return composite.method_of(name, BLENDERS, "blend")
