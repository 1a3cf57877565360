"""What a rendered face consists of: groups of numbers that can be put into another face. They print, save as JSON and come back.

Numbers without a unit are standard deviations of people (0 is the average), or shares from 0 to 1; a group's `RANGE` and
`LIMITS` say which.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import ClassVar

from facelib.datasets.rendered.group import DEVIATIONS, EITHER, SHARE, Colour, Group


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


@dataclass(frozen=True)
class Expression(Group):
    """What the muscles do."""

    LIMITS: ClassVar = dict.fromkeys(("smile", "brows", "brows_inner", "gaze_x", "gaze_y", "smirk"), EITHER)
    jaw: float = 0.0  # 1: wide open
    smile: float = 0.0  # below 0, the corners go down
    lips_apart: float = 0.0
    pucker: float = 0.0
    smirk: float = 0.0  # a smile of one side
    blink_right: float = 0.0  # the person's own right eye, on the left of the picture; 1 is shut
    blink_left: float = 0.0
    squint: float = 0.0
    brows: float = 0.0  # up
    brows_inner: float = 0.0  # up; below 0, a frown
    gaze_x: float = 0.0  # to the right of the picture
    gaze_y: float = 0.0  # down


@dataclass(frozen=True)
class Pose(Group):
    """How the head is held and where the camera is. Angles as in `facelib.pose`."""

    LIMITS: ClassVar = {
        "yaw": (-90, 90),
        "pitch": (-60, 60),
        "roll": (-180, 180),
        "scale": (0.1, 2),
        "x": EITHER,
        "y": EITHER,
        "near": SHARE,
    }
    yaw: float = 0.0  # degrees, to the right of the picture
    pitch: float = 0.0  # degrees, up
    roll: float = 0.0  # degrees, clockwise
    scale: float = 0.56  # the average face's larger side over the picture's
    x: float = 0.0  # of the picture's side, from its middle to the face's
    y: float = 0.06
    near: float = 0.3  # 0: seen from far off, 1: from half a metre


@dataclass(frozen=True)
class Light(Group):
    """A lamp, a second one, and the sky."""

    LIMITS: ClassVar = {"azimuth": (-180, 180), "height": (-90, 90), "fill_azimuth": (-180, 180), "exposure": (-2.0, 2.0)}
    azimuth: float = -35.0  # degrees, from the camera to the right of the picture
    height: float = 35.0  # degrees, up
    strength: float = 0.6  # of the lamp, against the sky
    warmth: float = 0.5
    softness: float = 0.5  # of shadows
    fill_azimuth: float = 60.0
    fill: float = 0.2
    sky: Colour = (0.9, 0.95, 1.0)
    ground: Colour = (0.6, 0.5, 0.45)
    exposure: float = 0.0  # stops


@dataclass(frozen=True)
class Scene(Group):
    """What is round the head and in front of it, and what the camera adds."""

    LIMITS: ClassVar = {"seed": (0, 2**32 - 1), "hand_x": EITHER, "hand_y": EITHER, "hand_turn": (-180, 180), "hand_tone": EITHER}
    background: float = 0.5  # how much happens in it
    background_colour: Colour = (0.5, 0.52, 0.55)
    clothes: Colour = (0.2, 0.25, 0.35)
    glasses: float = 0.0  # 0: none; how strong the frame is
    glasses_shape: float = 0.5  # from round to square
    glasses_dark: float = 0.0  # 1: sunglasses
    glasses_colour: Colour = (0.1, 0.1, 0.1)
    hand: float = 0.0  # 0: none; how large it is, 0.5 for the person's own
    hand_x: float = 0.0  # of the face's half width, from its middle
    hand_y: float = 0.5
    hand_turn: float = 0.0  # degrees, clockwise; 0 points up
    hand_tone: float = 0.0
    blur: float = 0.2
    noise: float = 0.2
    grey: float = 0.0  # 1: without colour
    seed: int = 0


@dataclass(frozen=True)
class Face:
    """All groups of one face."""

    identity: Identity = field(default_factory=Identity)
    hair: Hair = field(default_factory=Hair)
    expression: Expression = field(default_factory=Expression)
    pose: Pose = field(default_factory=Pose)
    light: Light = field(default_factory=Light)
    scene: Scene = field(default_factory=Scene)
    inner: Shape | None = None  # another person's shape for what the jaw and the brows enclose: a full swap
    paint: Skin | None = None  # another person's skin on this head; neck and hand keep their own: any swap

    def replace(self, other: Face, *groups: str) -> Face:
        """This face with some groups of another: "identity", "hair", "expression", "pose", "light", "scene"."""
        for group in groups:
            if group not in GROUPS:
                raise ValueError(f"groups: expected some of {', '.join(GROUPS)}, got {group!r}; give their names")
        return dataclasses.replace(self, **{group: getattr(other, group) for group in groups})

    def to_json(self) -> str:
        """One line of JSON; `from_json` reads it."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Face:
        """The face that `to_json` wrote, value for value."""
        return _read(cls, json.loads(text), "face")


GROUPS = ("identity", "hair", "expression", "pose", "light", "scene")
_NESTED = {
    "identity": Identity, "shape": Shape, "skin": Skin, "hair": Hair, "expression": Expression, "pose": Pose, "light": Light,
    "scene": Scene, "inner": Shape, "paint": Skin,
}  # fmt: skip


def _read(kind: type, values: dict, name: str):
    known = {entry.name for entry in dataclasses.fields(kind)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"{name}: expected {', '.join(sorted(known))}, got {unknown[0]}; leave it out")
    return kind(**{key: _value(key, value) for key, value in values.items()})


def _value(name: str, value):
    if isinstance(value, dict):
        return _read(_NESTED[name], value, name)
    return tuple(value) if isinstance(value, list) else value
