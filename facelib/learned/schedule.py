"""Learning rates as pure functions of progress, the share of the pictures to be seen that has been seen."""

from __future__ import annotations

import math


def one_cycle(progress: float, warm_up: float = 0.1, first: float = 0.04, last: float = 1e-4) -> float:
    """A factor for the peak learning rate: from `first` up to 1 in the `warm_up` part, then down to `last`, both along a cosine.

    Source: Smith and Topin 2019, in the form with cosine annealing.

    >>> [round(one_cycle(progress), 6) for progress in (0.0, 0.1, 1.0)]
    [0.04, 1.0, 0.0001]
    """
    start, end, part = (first, 1.0, progress / warm_up) if progress < warm_up else (1.0, last, (progress - warm_up) / (1 - warm_up))
    return end + (start - end) * (1 + math.cos(math.pi * min(part, 1.0))) / 2
