"""The one list of ways to blend. Swap, command line, widgets and evaluation offer whatever stands here."""

from __future__ import annotations

from functools import partial

from facelib import blend, colour, composite, lazy, place, poisson

Blender = composite.Method


_network = partial(lazy.function, "facelib.learned.harmonize")  # torch takes seconds to import
CLASSICAL: dict[str, Blender] = {
    "multiband": blend.multiband,
    "feather": blend.feather,
    "poisson": poisson.poisson,
    "seamless-clone": poisson.seamless_clone,
    "classic": poisson.classic,
    "none": composite.paste,
}
LEARNED: dict[str, Blender] = {
    "unet": _network("unet", "A U-Net mends the Poisson blend in the target's colours (chapter 4)."),
    "unet-writeup": _network("unet_writeup", "The report's GAN: a U-Net draws the face anew, and what is round it about as it was."),
    "dih": _network("dih", "Deep Image Harmonization: a network that knows a face's parts gives it the picture's colours (chapter 5)."),
    "gp-gan": _network("gp_gan", "GP-GAN: a network paints the blend small, and an equation gives it the photographs' detail."),
    "fsgan": _network("fsgan", "FSGAN: networks reenact, segment and inpaint the face, and one blends it as Poisson does."),
}
BLENDERS = CLASSICAL | LEARNED
DEFAULT = "multiband"
_OWN_COLOURS = ("none", "classic", "unet-writeup", "dih", "gp-gan", "fsgan")  # these are given the source's own
_PLACING = {"classic": "no-mouth", "fsgan": "reenact+segment+inpaint"}  # these bring the face into place in their own way


def get(name: str) -> Blender:
    """The blender of that name; see `composite.method_of`."""
    return composite.method_of(name, BLENDERS, "blend")


def colours_for(name: str) -> str:
    """The colours in which a blender is given the source unless somebody chooses: a name in `facelib.colour.COLOURS`."""
    return "none" if name in _OWN_COLOURS else colour.DEFAULT


def placing_for(name: str) -> str:
    """The way in which the source's face is brought into place for a blender unless somebody chooses: a name for `facelib.place.get`."""
    return _PLACING.get(name, place.TRIANGLES)
