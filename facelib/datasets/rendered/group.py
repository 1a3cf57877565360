"""A group of numbers that is checked by name when it is made."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

DEVIATIONS, SHARE, EITHER = (-3.0, 3.0), (0.0, 1.0), (-1.0, 1.0)
Colour = tuple[float, float, float]  # RGB as a screen shows it, in [0, 1]


class Group:
    """The base of all groups; a number that is none, that is NaN or that is out of its range is refused."""

    RANGE: ClassVar[tuple[float, float]] = SHARE
    LIMITS: ClassVar[dict[str, tuple[float, float]]] = {}  # of numbers whose range is another

    def __post_init__(self) -> None:
        group = type(self).__name__.lower()
        for entry in dataclasses.fields(self):
            value = getattr(self, entry.name)
            low, high = self.LIMITS.get(entry.name, self.RANGE)
            for number in value if isinstance(value, tuple) else (value,):
                if isinstance(number, bool) or not isinstance(number, (int, float)):
                    raise TypeError(f"{group}.{entry.name}: expected a number, got {number!r}; give one from {low:g} to {high:g}")
                if not low <= number <= high:  # written so that NaN fails too
                    raise ValueError(f"{group}.{entry.name}: expected {low:g} to {high:g}, got {number}; give a value in that range")
