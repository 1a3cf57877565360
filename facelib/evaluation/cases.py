"""Which pairs to look at, of many that were measured: the best, the median and the worst of each way, and their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facelib.datasets.pairs import Pair
from facelib.evaluation.swapped import Swapped, Way, swapped
from facelib.evaluation.swaps import Scored


@dataclass(frozen=True)
class Case:
    """A pair that says something of a way."""

    way: str
    rank: str  # best, median or worst
    value: float  # its score
    made: Swapped


def pick(values: np.ndarray) -> dict[str, int]:
    """The places of the best, the median and the worst value; of fewer than three different ones, fewer. More is better, and what is not
    a finite number is not looked at.

    Parameters
    ----------
    values : ndarray of shape (N,)

    Examples
    --------
    >>> pick(np.array([3.0, 9.0, 1.0, np.inf, 5.0, 7.0]))
    {'best': 1, 'median': 4, 'worst': 2}
    """
    order = np.argsort(-values, kind="stable")
    order = order[np.isfinite(values[order])].tolist()
    found: dict[str, int] = {}
    if order:
        for rank, at in (("best", order[0]), ("worst", order[-1]), ("median", order[len(order) // 2])):
            if at not in found.values():
                found[rank] = at
    return {rank: found[rank] for rank in ("best", "median", "worst") if rank in found}


def cases(scored: Scored, pairs: Sequence[Pair], chosen: Sequence[Way], size: int, score: str = "psnr") -> list[Case]:
    """The cases of each way, in the order of the ways; only they are made again.

    Parameters
    ----------
    scored : Scored
        What was measured of the pairs.
    pairs : sequence of Pair
    chosen : sequence of Way
    size : int
        The pictures' side in pixels.
    score : str
        By which to rank; more of it is better.
    """
    return [
        Case(way.name, rank, float(scored.scores[score][way.name][number]), swapped(pairs[number], [way], size))
        for way in chosen
        for rank, number in pick(scored.scores[score][way.name]).items()
    ]
