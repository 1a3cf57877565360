"""What faces at random are drawn with: numbers within limits, colours near others, one of several."""

from __future__ import annotations

import numpy as np

from facelib.datasets.rendered.group import Colour


def within(value: float, low: float = 0.0, high: float = 1.0) -> float:
    """A number, or the limit that it is beyond."""
    return float(min(max(value, low), high))


def near(rng: np.random.Generator, colour: Colour, spread: float) -> Colour:
    """A colour like another: brighter or darker, and a little of another hue."""
    whole, each = rng.normal(0, spread), rng.normal(0, spread / 3, 3)
    return tuple(float(value) for value in np.clip(np.array(colour) * np.exp(whole + each), 0, 1))


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """A share of the way from one colour to another."""
    return tuple(float(a + share * (b - a)) for a, b in zip(first, second, strict=True))


def one_of(rng: np.random.Generator, colours: tuple[tuple[Colour, float, float], ...], dark: float) -> Colour:
    """One of some colours, each with how often fair and dark people have it."""
    fair, deep = np.array([often for _, *often in colours]).T
    return colours[int(rng.choice(len(colours), p=fair + dark * (deep - fair)))][0]
