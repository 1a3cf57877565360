"""How easily results are told from untouched pictures, by somebody who gives each picture a number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facelib import bootstrap


def caught(results: np.ndarray, targets: np.ndarray, people: Sequence[str]) -> dict:
    """The area under the ROC curve: the chance that a result has a larger number than an untouched target, ties as halves.

    Parameters
    ----------
    results, targets : ndarray of shape (N,)
        The numbers of each pair's result and of its target, more for what looks swapped.
    people : sequence of str
        Whose face each target shows; the interval comes from drawing people again, with replacement.

    Returns
    -------
    dict
        `mean`, the area: 1 where every result is caught, 0.5 where none is; and `interval_95`. Both None where there is no pair.

    Notes
    -----
    Each result is compared with every target, its own among them. The interval is that of `facelib.bootstrap`: whole people are drawn.

    Examples
    --------
    >>> caught(np.array([2.0, 3.0]), np.array([1.0, 0.0]), ["ann", "bob"])
    {'mean': 1.0, 'interval_95': [1.0, 1.0]}
    """
    if not len(results):
        return {"mean": None, "interval_95": None}
    names, person = np.unique(np.asarray(people), return_inverse=True)
    above = (results[:, None] > targets).astype(float) + 0.5 * (results[:, None] == targets)
    member = np.eye(len(names))[person]
    won = member.T @ above @ member  # (P, P): of one person's results over another's targets
    drawn = bootstrap.resamples(len(names))
    areas = ((drawn @ won) * drawn).sum(1) / (drawn @ member.sum(0)) ** 2
    ends = np.quantile(areas, [(1 - bootstrap.LEVEL) / 2, (1 + bootstrap.LEVEL) / 2])
    return {"mean": round(float(above.mean()), 4), "interval_95": [round(float(end), 4) for end in ends]}
