"""Which results are compared blindly: two of one pair each time, in random order. `facelib.evaluation.blind_page` shows them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facelib.datasets.pairs import Pair
from facelib.evaluation.swapped import Way, swapped


@dataclass(frozen=True)
class Shown:
    """One comparison, ready to be seen. Pictures are (S, S, 3) float32 in [0, 1]."""

    source: np.ndarray
    target: np.ndarray
    left: np.ndarray
    right: np.ndarray
    names: tuple[str, str]  # the way on the left, and the one on the right


def order(names: Sequence[str], count: int, seed: int) -> list[tuple[str, str]]:
    """Who is compared in each of `count` comparisons, and who is on the left: at random, but every two as often as any others, and each
    of them as often on the left, as far as the count allows.

    Raises
    ------
    ValueError
        Fewer than two names, or one twice, a count below 1, a seed below 0.

    Examples
    --------
    >>> sorted(order(["a", "b"], 4, 0))
    [('a', 'b'), ('a', 'b'), ('b', 'a'), ('b', 'a')]
    """
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(f"blends: expected two or more different ones, got {', '.join(names) or 'none'}")
    if count < 1:
        raise ValueError(f"n: expected at least 1 comparison, got {count}")
    if seed < 0:
        raise ValueError(f"seed: expected at least 0, got {seed}")
    two = list(itertools.combinations(names, 2))
    rng = np.random.default_rng([seed, 8])
    drawn: list[tuple[str, str]] = []
    while len(drawn) < count:
        first = [pair[:: rng.choice([-1, 1])] for pair in two]
        drawn += [*rng.permutation(first).tolist(), *rng.permutation([pair[::-1] for pair in first]).tolist()]
    return [(left, right) for left, right in rng.permutation(drawn[:count]).tolist()]


def show(pairs: Sequence[Pair], chosen: Sequence[Way], seed: int, size: int) -> list[Shown]:
    """Make the comparisons, one a pair.

    Parameters
    ----------
    pairs : sequence of Pair
    chosen : sequence of Way
        Two or more; of each pair two of them are shown.
    seed : int
        Of the order.
    size : int
        The pictures' side in pixels.
    """
    by_name = {way.name: way for way in chosen}
    found = []
    for pair, names in zip(pairs, order([way.name for way in chosen], len(pairs), seed), strict=True):
        made = swapped(pair, [by_name[name] for name in names], size)
        found.append(Shown(made.source, made.target, *(made.results[name] for name in names), names))
    return found
