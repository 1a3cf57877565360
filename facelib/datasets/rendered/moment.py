"""What differs from picture to picture of somebody: groups of numbers for expression, pose, light and scene.

Numbers without a unit are shares from 0 to 1; a group's `RANGE` and
`LIMITS` say which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from facelib.datasets.rendered.group import EITHER, SHARE, Colour, Group


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
