"""People at random: what goes together in people goes together here, loosely."""

from __future__ import annotations

import dataclasses

import numpy as np

from facelib.datasets.rendered.chance import mixed, near, one_of, within
from facelib.datasets.rendered.person import Hair, Identity, Shape, Skin

# Each with the share of fair and of dark people who have it.
_HAIR = (
    ((0.09, 0.075, 0.07), 0.08, 0.8), ((0.17, 0.12, 0.09), 0.2, 0.18), ((0.3, 0.2, 0.13), 0.24, 0.02),
    ((0.46, 0.32, 0.2), 0.2, 0.0), ((0.7, 0.55, 0.36), 0.18, 0.0), ((0.47, 0.24, 0.13), 0.1, 0.0),
)  # fmt: skip
_IRIS = (
    ((0.21, 0.13, 0.08), 0.12, 0.8), ((0.33, 0.21, 0.11), 0.2, 0.19), ((0.36, 0.35, 0.2), 0.2, 0.01),
    ((0.35, 0.45, 0.52), 0.28, 0.0), ((0.45, 0.53, 0.58), 0.2, 0.0),
)  # fmt: skip


def person(seed: int | np.random.Generator) -> tuple[Identity, Hair]:
    """Somebody, and their hair."""
    rng = np.random.default_rng(seed)
    male, age, tone = float(rng.random() < 0.5), float(rng.beta(1.3, 1.8)), float(rng.random())
    shape = _shape(rng, male)
    dark = float(np.clip((tone - 0.2) / 0.35 + rng.normal(0, 0.15), 0, 1))  # dark eyes and hair go with dark skin
    colour = near(rng, one_of(rng, _HAIR, dark), 0.15)
    iris = near(rng, one_of(rng, _IRIS, dark), 0.12)
    bearded = male * (rng.random() < 0.45)
    gray = float(np.clip((age - 0.65) * 2.6 + rng.normal(0, 0.25), 0, 1)) if age > 0.55 else 0.0
    skin = Skin(
        tone=tone,
        undertone=within(rng.normal(0, 0.5), -1, 1),
        redness=within(rng.beta(2, 3)),
        freckles=within(rng.normal(0.1, 0.5)) * (tone < 0.45),
        blotches=within(rng.beta(2, 3)),
        age=age,
        stubble=male * float(rng.random()) ** 1.5,
        beard=float(bearded * rng.uniform(0.15, 1)),
        beard_colour=mixed(near(rng, colour, 0.1), (0.62, 0.62, 0.62), 0.8 * gray),
        lip_red=within(rng.beta(2, 2.5)),
        makeup=(1 - male) * float(rng.random() < 0.55) * float(rng.random()),
        brow_colour=mixed(tuple(0.75 * c for c in colour), (0.5, 0.5, 0.5), 0.4 * gray),
        brow_weight=within(0.38 + 0.27 * male + rng.normal(0, 0.16)),
        iris=iris,
        gloss=float(rng.random()),
        seed=int(rng.integers(2**32)),
    )
    bald = male * (rng.random() < 0.05 + 0.22 * age)
    long = rng.beta(0.8, 4) if male else rng.beta(2.2, 1.6)
    hair = Hair(
        amount=0.0 if bald else within(1.1 - 0.6 * male * age * rng.random(), 0.3),
        length=float(long),
        volume=float(rng.beta(2, 3)),
        fringe=within(rng.normal(-0.08, 0.3) - 0.6 * male * age * rng.random() + (0.3 if not male and rng.random() < 0.3 else 0), -1, 1),
        parting=float(rng.uniform(-1, 1)),
        wave=float(rng.beta(1.2, 2.4)),
        colour=colour,
        grey=gray,
        shine=float(rng.beta(2, 3)),
        seed=int(rng.integers(2**32)),
    )
    return Identity(shape, skin), hair


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
        drawn[name] = within(drawn[name] + lean * (2 * male - 1), -3, 3)
    for name in ("eye_size", "upper_lip", "lower_lip"):
        drawn[name] = within(drawn[name] - 0.3 * (2 * male - 1), -3, 3)
    return Shape(**drawn)
