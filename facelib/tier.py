"""How much time there is: FACELIB_TIER, the one switch of the book."""

from __future__ import annotations

import os

TIERS = ("smoke", "colab", "full")  # minutes on a CPU; about ten minutes a chapter on a GPU; what was published
_VARIABLE = "FACELIB_TIER"


def current(default: str = TIERS[0]) -> str:
    """The tier that FACELIB_TIER names.

    Raises
    ------
    ValueError
        It names none.

    Examples
    --------
    >>> current() in TIERS
    True
    """
    tier = os.environ.get(_VARIABLE) or default
    if tier not in TIERS:
        raise ValueError(f"{_VARIABLE}: expected one of {', '.join(TIERS)}, got {tier!r}")
    return tier
