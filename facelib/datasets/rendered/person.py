"""Who somebody is: groups of numbers for shape, skin and hair.

Numbers without a unit are standard deviations of people (0 is the average), or shares from 0 to 1; a group's `RANGE` and
`LIMITS` say which.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from facelib.datasets.rendered.group import DEVIATIONS, EITHER, Colour, Group


@dataclass(frozen=True)
class Shape(Group):
    """The skull and the features' forms, in standard deviations."""

    RANGE: ClassVar = DEVIATIONS
    face_width: float = 0.0
    face_length: float = 0.0
    jaw_width: float = 0.0
    chin_length: float = 0.0
    chin_width: float = 0.0
    chin_depth: float = 0.0
    forehead: float = 0.0
    cheekbones: float = 0.0
    cheeks: float = 0.0
    brow_ridge: float = 0.0
    brow_height: float = 0.0
    brow_arch: float = 0.0
    brow_tilt: float = 0.0
    eye_size: float = 0.0
    eye_openness: float = 0.0
    eye_distance: float = 0.0
    eye_height: float = 0.0
    eye_slant: float = 0.0
    nose_length: float = 0.0
    nose_width: float = 0.0
    nose_height: float = 0.0
    nose_bridge: float = 0.0
    nose_tip: float = 0.0
    mouth_width: float = 0.0
    mouth_height: float = 0.0
    upper_lip: float = 0.0
    lower_lip: float = 0.0
    lips_forward: float = 0.0
    lean_jaw: float = 0.0  # the lean_* are to the right of the picture: no face is symmetric
    lean_nose: float = 0.0
    lean_eyes: float = 0.0


@dataclass(frozen=True)
class Skin(Group):
    """What the face is painted with."""

    LIMITS: ClassVar = {"undertone": EITHER, "seed": (0, 2**32 - 1)}
    tone: float = 0.35  # from the palest to the darkest
    undertone: float = 0.0  # from cool to warm
    redness: float = 0.4
    freckles: float = 0.0
    blotches: float = 0.3
    age: float = 0.3
    stubble: float = 0.0
    beard: float = 0.0
    beard_colour: Colour = (0.16, 0.11, 0.08)
    lip_red: float = 0.4
    makeup: float = 0.0
    brow_colour: Colour = (0.16, 0.11, 0.08)
    brow_weight: float = 0.6
    iris: Colour = (0.27, 0.18, 0.1)
    gloss: float = 0.4
    seed: int = 0  # of what has no name: where each freckle is


@dataclass(frozen=True)
class Identity:
    """Who it is."""

    shape: Shape = field(default_factory=Shape)
    skin: Skin = field(default_factory=Skin)


@dataclass(frozen=True)
class Hair(Group):
    """A shell round the skull, cut along a line."""

    LIMITS: ClassVar = {"parting": EITHER, "fringe": (-1.0, 1.0), "seed": (0, 2**32 - 1)}
    amount: float = 1.0  # below 0.1, bald
    length: float = 0.2  # 0.25 ends at the ears, 1 on the shoulders
    volume: float = 0.4
    fringe: float = 0.0  # below 0 the hairline recedes, above 0 hair falls over the forehead, at 1 to the brows
    parting: float = 0.0  # where it is, from one side to the other
    wave: float = 0.3
    colour: Colour = (0.16, 0.11, 0.08)
    grey: float = 0.0
    shine: float = 0.4
    seed: int = 0
