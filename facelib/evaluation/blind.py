"""The trials of a blind study: which results of a pair are shown together, in which order, which trials come again, and which hold a catch.

A trial shows one pair in every method, so any two methods meet equally often, and in turn each method stands in each place. A catch is a
result more whose right verdict is known: the untouched target, which is nobody's swap, or the raw composite, whose seams are seen.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LETTERS = string.ascii_uppercase  # how raters call the results
UNTOUCHED, RAW = "untouched target", "raw composite"
CATCH = (UNTOUCHED, RAW)


@dataclass(frozen=True)
class Trial:
    """One pair, as it is shown once."""

    number: int  # from 1, in the order in which they are shown
    pair: int  # from 0
    results: tuple[str, ...]  # the method, or the catch, behind each letter
    repeats: int | None = None  # the number of the trial that is shown here a second time

    def behind(self) -> dict[str, str]:
        """The method or the catch, by its letter."""
        return dict(zip(LETTERS, self.results, strict=False))


def trials(methods: Sequence[str], pairs: int, repeats: int = 0, catch: int = 0, seed: int = 0) -> list[Trial]:
    """The trials of a study.

    Parameters
    ----------
    methods : sequence of str
        All are shown in each trial; in each run of as many trials every one of them stands once in each place.
    pairs : int
    repeats : int
        How many trials of the first half come again among the second half, in another order. None of them holds a catch.
    catch : int
        How many trials show a result more. The two kinds take turns; where the raw composite is a method itself, only the other is used.
    seed : int

    Raises
    ------
    ValueError
        No methods, one twice, one with the name of a catch, or more than letters; counts that do not fit; a seed below 0.

    Examples
    --------
    >>> [trial.results for trial in trials(["multiband", "poisson"], 2)]
    [('poisson', 'multiband'), ('multiband', 'poisson')]
    """
    if not methods or len(set(methods)) < len(methods) or set(methods) & set(CATCH):
        raise ValueError(
            f"methods: expected one or more different ones, none called {' or '.join(CATCH)}, got {', '.join(methods) or 'none'}"
        )
    if len(methods) >= len(LETTERS):
        raise ValueError(f"methods: expected at most {len(LETTERS) - 1}, a letter each, got {len(methods)}")
    if pairs < 1:
        raise ValueError(f"n: expected at least 1 pair, got {pairs}")
    half = (pairs + 1) // 2
    if not 0 <= repeats <= half:
        raise ValueError(f"repeats: expected 0 to {half}, half of the pairs, got {repeats}")
    if not 0 <= catch <= pairs - repeats:
        raise ValueError(f"catch: expected 0 to {pairs - repeats}, the pairs that do not come again, got {catch}")
    if seed < 0:
        raise ValueError(f"seed: expected at least 0, got {seed}")
    rng = np.random.default_rng([seed, 8])
    orders = _orders(methods, pairs, rng)
    again = rng.permutation(half)[:repeats].tolist()
    others = [pair for pair in range(pairs) if pair not in again]
    for turn, pair in enumerate(rng.permutation(others)[:catch].tolist()):
        kinds = CATCH if "none" not in methods else CATCH[:1]
        orders[pair].insert(int(rng.integers(len(methods) + 1)), kinds[turn % len(kinds)])
    shown = [(pair, False) for pair in range(pairs)]
    for pair in again:
        shown.insert(int(rng.integers(half, len(shown) + 1)), (pair, True))
    found: list[Trial] = []
    for number, (pair, second) in enumerate(shown, start=1):
        first = next((one for one in found if one.pair == pair), None) if second else None
        results = _another(first.results, rng) if first else tuple(orders[pair])
        found.append(Trial(number, pair, results, first.number if first else None))
    return found


def _orders(methods: Sequence[str], count: int, rng: np.random.Generator) -> list[list[str]]:
    """Random Latin squares, one below the other, cut off at `count` rows."""
    rows: list[list[str]] = []
    size = len(methods)
    while len(rows) < count:
        names, places = rng.permutation(methods).tolist(), rng.permutation(size)
        rows += [[names[(place + shift) % size] for place in places] for shift in rng.permutation(size)]
    return rows[:count]


def _another(order: tuple[str, ...], rng: np.random.Generator) -> tuple[str, ...]:
    """The same results in another order, where there is one."""
    mixed = order
    while mixed == order and len(order) > 1:
        mixed = tuple(rng.permutation(order).tolist())
    return mixed
