"""Faces at random. The same seed gives the same face; what goes together in people goes together here, loosely."""

from __future__ import annotations

import dataclasses

import numpy as np

from facelib.datasets.rendered.parameters import Colour, Expression, Face, Hair, Identity, Light, Pose, Scene, Shape, Skin

_HAIR = ((0.09, 0.075, 0.07), (0.17, 0.12, 0.09), (0.3, 0.2, 0.13), (0.46, 0.32, 0.2), (0.7, 0.55, 0.36), (0.47, 0.24, 0.13))
_IRIS = ((0.21, 0.13, 0.08), (0.33, 0.21, 0.11), (0.36, 0.35, 0.2), (0.35, 0.45, 0.52), (0.45, 0.53, 0.58))
_CLOTHES = (
    (0.12, 0.13, 0.16),
    (0.85, 0.85, 0.84),
    (0.2, 0.26, 0.4),
    (0.45, 0.15, 0.15),
    (0.4, 0.42, 0.42),
    (0.28, 0.36, 0.27),
    (0.7, 0.62, 0.5),
)


def person(seed: int | np.random.Generator) -> tuple[Identity, Hair]:
    """Somebody, and their hair."""
    rng = np.random.default_rng(seed)
    male, age, tone = float(rng.random() < 0.5), float(rng.beta(1.3, 1.8)), float(rng.random())
    shape = _shape(rng, male)
    dark = np.clip(tone * 1.6 + rng.normal(0, 0.15), 0, 1)
    shade = int(rng.choice(len(_HAIR), p=_weights(dark)))
    colour = _near(rng, _HAIR[shade], 0.15)
    iris = _near(rng, _IRIS[int(rng.choice(5, p=(0.5, 0.3, 0.1, 0.06, 0.04) if dark > 0.5 else (0.15, 0.2, 0.2, 0.25, 0.2)))], 0.12)
    bearded = male * (rng.random() < 0.45)
    gray = float(np.clip((age - 0.65) * 2.6 + rng.normal(0, 0.25), 0, 1)) if age > 0.55 else 0.0
    skin = Skin(
        tone=tone,
        undertone=_within(rng.normal(0, 0.5), -1, 1),
        redness=_within(rng.beta(2, 3)),
        freckles=_within(rng.normal(0.1, 0.5)) * (tone < 0.45),
        blotches=_within(rng.beta(2, 3)),
        age=age,
        stubble=male * float(rng.random()) ** 1.5,
        beard=float(bearded * rng.uniform(0.15, 1)),
        beard_colour=_mixed(_near(rng, colour, 0.1), (0.62, 0.62, 0.62), 0.8 * gray),
        lip_red=_within(rng.beta(2, 2.5)),
        makeup=(1 - male) * float(rng.random() < 0.55) * float(rng.random()),
        brow_colour=_mixed(tuple(0.75 * c for c in colour), (0.5, 0.5, 0.5), 0.4 * gray),
        brow_weight=_within(0.45 + 0.2 * male + rng.normal(0, 0.18)),
        iris=iris,
        gloss=float(rng.random()),
        seed=int(rng.integers(2**32)),
    )
    bald = male * (rng.random() < 0.05 + 0.22 * age)
    long = rng.beta(0.8, 4) if male else rng.beta(2.2, 1.6)
    hair = Hair(
        amount=0.0 if bald else _within(1.1 - 0.6 * male * age * rng.random(), 0.3),
        length=float(long),
        volume=float(rng.beta(2, 3)),
        fringe=_within(rng.normal(-0.08, 0.3) - 0.6 * male * age * rng.random() + (0.3 if not male and rng.random() < 0.3 else 0), -1, 1),
        parting=float(rng.uniform(-1, 1)),
        wave=float(rng.beta(1.2, 2.4)),
        colour=colour,
        grey=gray,
        shine=float(rng.beta(2, 3)),
        seed=int(rng.integers(2**32)),
    )
    return Identity(shape, skin), hair


def expression(rng: np.random.Generator) -> Expression:
    """Often close to neutral or talking, sometimes strong."""
    talking, smiling = rng.random() < 0.5, rng.random() < 0.45
    blink = float(rng.beta(1, 9)) if rng.random() < 0.85 else float(rng.uniform(0.4, 1))
    uneven = rng.normal(0, 0.05, 2)
    return Expression(
        jaw=float(rng.beta(1.2, 4) if talking else rng.beta(1, 12)) if rng.random() < 0.88 else float(rng.uniform(0.4, 1)),
        smile=_within(rng.beta(2, 2) if smiling else rng.normal(-0.1, 0.25), -1, 1),
        lips_apart=float(rng.beta(1.5, 1.8)) if talking or rng.random() < 0.3 else float(rng.beta(1, 12)),
        pucker=float(rng.beta(1, 7)),
        smirk=_within(rng.normal(0, 0.12), -1, 1),
        blink_right=_within(blink + uneven[0]),
        blink_left=_within(blink + uneven[1]),
        squint=float(rng.beta(1, 4)),
        brows=_within(rng.normal(0.05, 0.35), -1, 1),
        brows_inner=_within(rng.normal(-0.05, 0.3), -1, 1),
        gaze_x=_within(rng.normal(0, 0.4), -1, 1),
        gaze_y=_within(rng.normal(0, 0.3), -1, 1),
    )


def pose(rng: np.random.Generator) -> Pose:
    """Mostly towards the camera; at most about 70 degrees away from it."""
    return Pose(
        yaw=_within(rng.normal(0, 24), -72, 72),
        pitch=_within(rng.normal(-2, 10), -32, 32),
        roll=_within(rng.normal(0, 9), -40, 40),
        scale=float(rng.uniform(0.48, 0.64)),
        x=_within(rng.normal(0, 0.03), -0.1, 0.1),
        y=_within(rng.normal(0.06, 0.03), -0.05, 0.16),
        near=float(rng.beta(1.5, 3)),
    )


def light(rng: np.random.Generator) -> Light:
    """From flat studio light to a hard lamp from one side."""
    warm = rng.normal(0, 0.07)
    sky = (float(np.clip(0.93 + warm, 0, 1)), 0.93, float(np.clip(0.95 - warm, 0, 1)))
    return Light(
        azimuth=_within(rng.normal(0, 55), -150, 150),
        height=_within(rng.normal(32, 22), -30, 85),
        strength=float(rng.beta(2.2, 2.2)),
        warmth=_within(rng.normal(0.45, 0.2)),
        softness=float(rng.beta(2, 1.5)),
        fill_azimuth=float(rng.uniform(-120, 120)),
        fill=float(rng.beta(1.2, 3)),
        sky=sky,
        ground=_near(rng, (0.62, 0.56, 0.52), 0.15),
        exposure=_within(rng.normal(0, 0.4), -1.3, 1.0),
    )


def scene(rng: np.random.Generator, male: bool = False) -> Scene:
    """A background, clothes, what the camera does; glasses for one in five, a hand for one in twelve."""
    glasses = rng.random() < 0.2
    hand = rng.random() < 0.08
    side = float(np.sign(rng.normal()))
    return Scene(
        background=float(rng.beta(1.5, 1.5)),
        background_colour=_near(rng, (float(rng.uniform(0.12, 0.85)),) * 3, 0.14),
        clothes=_near(rng, _CLOTHES[int(rng.integers(len(_CLOTHES)))], 0.15),
        glasses=float(rng.uniform(0.05, 1)) if glasses else 0.0,
        glasses_shape=float(rng.random()),
        glasses_dark=float(rng.uniform(0.5, 1)) if glasses and rng.random() < 0.15 else float(rng.beta(1, 12)),
        glasses_colour=_near(rng, ((0.08, 0.08, 0.08), (0.25, 0.15, 0.1), (0.6, 0.55, 0.45))[int(rng.integers(3))], 0.2),
        hand=float(rng.uniform(0.35, 0.7)) if hand else 0.0,
        hand_x=_within(side * rng.uniform(0.15, 0.95), -1, 1),
        hand_y=float(rng.uniform(0.25, 1)),
        hand_turn=_within(-side * rng.uniform(5, 60), -90, 90),
        hand_tone=_within(rng.normal(0, 0.3), -1, 1),
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


def _shape(rng: np.random.Generator, male: float) -> Shape:
    values = np.clip(rng.normal(0, 0.9, len(dataclasses.fields(Shape))), -2.4, 2.4)
    drawn = dict(zip((entry.name for entry in dataclasses.fields(Shape)), values.tolist(), strict=True))
    for name, lean in (
        ("jaw_width", 0.7),
        ("brow_ridge", 0.8),
        ("chin_length", 0.4),
        ("chin_width", 0.5),
        ("brow_height", -0.4),
        ("nose_length", 0.3),
    ):
        drawn[name] = _within(drawn[name] + lean * (2 * male - 1), -3, 3)
    for name in ("eye_size", "upper_lip", "lower_lip"):
        drawn[name] = _within(drawn[name] - 0.3 * (2 * male - 1), -3, 3)
    return Shape(**drawn)


def _weights(dark: float) -> np.ndarray:
    fair, deep = np.array([0.08, 0.2, 0.24, 0.2, 0.18, 0.1]), np.array([0.62, 0.3, 0.06, 0.01, 0.01, 0.0])
    weights = fair + dark * (deep - fair)
    return weights / weights.sum()


def _near(rng: np.random.Generator, colour: Colour, spread: float) -> Colour:
    whole, each = rng.normal(0, spread), rng.normal(0, spread / 3, 3)
    return tuple(float(value) for value in np.clip(np.array(colour) * np.exp(whole + each), 0, 1))


def _mixed(first: Colour, second: Colour, share: float) -> Colour:
    return tuple(float(a + share * (b - a)) for a, b in zip(first, second, strict=True))


def _within(value: float, low: float = 0.0, high: float = 1.0) -> float:
    return float(min(max(value, low), high))
