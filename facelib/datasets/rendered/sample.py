"""Faces at random. The same seed gives the same face."""

from __future__ import annotations

import numpy as np

from facelib.datasets.rendered.chance import near, within
from facelib.datasets.rendered.moment import Expression, Light, Pose, Scene
from facelib.datasets.rendered.parameters import Face
from facelib.datasets.rendered.people import person
from facelib.datasets.rendered.person import Hair, Identity

_CLOTHES = (
    (0.12, 0.13, 0.16),
    (0.85, 0.85, 0.84),
    (0.2, 0.26, 0.4),
    (0.45, 0.15, 0.15),
    (0.4, 0.42, 0.42),
    (0.28, 0.36, 0.27),
    (0.7, 0.62, 0.5),
)


def expression(rng: np.random.Generator) -> Expression:
    """Often close to neutral or talking, sometimes strong."""
    talking, smiling = rng.random() < 0.5, rng.random() < 0.45
    blink = float(rng.beta(1, 9)) if rng.random() < 0.92 else float(rng.uniform(0.4, 1))
    uneven = rng.normal(0, 0.05, 2)
    return Expression(
        jaw=float(rng.beta(1.2, 4) if talking else rng.beta(1, 12)) if rng.random() < 0.88 else float(rng.uniform(0.4, 1)),
        smile=within(rng.beta(2, 2) if smiling else rng.normal(-0.1, 0.25), -1, 1),
        lips_apart=float(rng.beta(1.5, 1.8)) if talking or rng.random() < 0.3 else float(rng.beta(1, 12)),
        pucker=float(rng.beta(1, 7)),
        smirk=within(rng.normal(0, 0.12), -1, 1),
        blink_right=within(blink + uneven[0]),
        blink_left=within(blink + uneven[1]),
        squint=float(rng.beta(1, 6)),
        brows=within(rng.normal(0.05, 0.35), -1, 1),
        brows_inner=within(rng.normal(-0.05, 0.3), -1, 1),
        gaze_x=within(rng.normal(0, 0.4), -1, 1),
        gaze_y=within(rng.normal(0, 0.3), -1, 1),
    )


def pose(rng: np.random.Generator) -> Pose:
    """Mostly towards the camera; at most about 70 degrees away from it."""
    return Pose(
        yaw=within(rng.normal(0, 24), -72, 72),
        pitch=within(rng.normal(-2, 10), -32, 32),
        roll=within(rng.normal(0, 9), -40, 40),
        scale=float(rng.uniform(0.48, 0.64)),
        x=within(rng.normal(0, 0.03), -0.1, 0.1),
        y=within(rng.normal(0.06, 0.03), -0.05, 0.16),
        near=float(rng.beta(1.5, 3)),
    )


def light(rng: np.random.Generator) -> Light:
    """From flat studio light to a hard lamp from one side."""
    warm = rng.normal(0, 0.07)
    sky = (float(np.clip(0.93 + warm, 0, 1)), 0.93, float(np.clip(0.95 - warm, 0, 1)))
    return Light(
        azimuth=within(rng.normal(0, 55), -150, 150),
        height=within(rng.normal(32, 22), -30, 85),
        strength=float(rng.beta(2.2, 2.2)),
        warmth=within(rng.normal(0.45, 0.2)),
        softness=float(rng.beta(2, 1.5)),
        fill_azimuth=float(rng.uniform(-120, 120)),
        fill=float(rng.beta(1.2, 3)),
        sky=sky,
        ground=near(rng, (0.62, 0.56, 0.52), 0.15),
        exposure=within(rng.normal(0, 0.4), -1.3, 1.0),
    )


def scene(rng: np.random.Generator, male: bool = False) -> Scene:
    """A background, clothes, what the camera does; glasses for one in five, a hand for one in twelve."""
    glasses = rng.random() < 0.2
    hand = rng.random() < 0.08
    side = float(np.sign(rng.normal()))
    return Scene(
        background=float(rng.beta(1.5, 1.5)),
        background_colour=near(rng, (float(rng.uniform(0.12, 0.85)),) * 3, 0.14),
        clothes=near(rng, _CLOTHES[int(rng.integers(len(_CLOTHES)))], 0.15),
        glasses=float(rng.uniform(0.05, 1)) if glasses else 0.0,
        glasses_shape=float(rng.random()),
        glasses_dark=float(rng.uniform(0.5, 1)) if glasses and rng.random() < 0.15 else float(rng.beta(1, 12)),
        glasses_colour=near(rng, ((0.08, 0.08, 0.08), (0.25, 0.15, 0.1), (0.6, 0.55, 0.45))[int(rng.integers(3))], 0.2),
        hand=float(rng.uniform(0.35, 0.7)) if hand else 0.0,
        hand_x=within(side * rng.uniform(0.15, 0.95), -1, 1),
        hand_y=float(rng.uniform(0.25, 1)),
        hand_turn=within(-side * rng.uniform(5, 60), -90, 90),
        hand_tone=within(rng.normal(0, 0.3), -1, 1),
        blur=float(rng.beta(1.3, 2.5)),
        noise=float(rng.beta(1.2, 3.5)),
        grey=float(rng.random() < 0.04),
        seed=int(rng.integers(2**32)),
    )


def face(seed: int | np.random.Generator, somebody: tuple[Identity, Hair] | None = None) -> Face:
    """A face at random; of `somebody`, if given."""
    rng = np.random.default_rng(seed)
    identity, hair = person(rng) if somebody is None else somebody
    return Face(identity, hair, expression(rng), pose(rng), light(rng), scene(rng))
