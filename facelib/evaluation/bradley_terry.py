"""Bradley and Terry's model: from who won over whom to one number each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.sparse.csgraph import connected_components
from scipy.special import expit

from facelib import bootstrap

PRIOR = 0.5  # wins, either way, that each compared two are given: without them who never lost would be infinitely strong


def strengths(wins: np.ndarray, prior: float = PRIOR) -> np.ndarray:
    """The log strengths under which the wins are likeliest: i wins over j with probability `expit(strength[i] - strength[j])`.

    Parameters
    ----------
    wins : ndarray of shape (K, K)
        How often each row won over each column; a tie is half a win for both.
    prior : float
        Wins to add both ways to every two that were compared; 0 is plain maximum likelihood, which needs everybody to win and lose.

    Returns
    -------
    ndarray of shape (K,), float64
        In logits, with mean 0. Of two, with a prior, their difference is the logarithm of (wins + prior) / (losses + prior).

    Raises
    ------
    ValueError
        Not a square of numbers from 0, or some who cannot be put on one scale, since no comparisons lead from them to the others.

    Notes
    -----
    Bradley and Terry 1952 (doi:10.2307/2334029). With a prior of one half the two-way case is Haldane's and Anscombe's estimate of log
    odds, whose bias is of second order.

    Examples
    --------
    >>> strengths(np.array([[0, 3], [1, 0]]), prior=0).round(3)  # half of log 3
    array([ 0.549, -0.549])
    """
    wins = np.asarray(wins, float)
    if wins.ndim != 2 or len(set(wins.shape)) != 1 or not (wins >= 0).all():
        raise ValueError(f"wins: expected a square of numbers from 0, got shape {wins.shape}, least {wins.min(initial=0):g}")
    played = wins + wins.T
    np.fill_diagonal(played, 0)
    parts = connected_components(played > 0, directed=False)[0]
    if parts > 1:
        raise ValueError(f"wins: expected comparisons that connect all {len(wins)}, got {parts} groups; compare some of each")
    won = wins + prior * (played > 0)
    np.fill_diagonal(won, 0)
    if connected_components(won > 0, connection="strong")[0] > 1:
        raise ValueError("wins: expected everybody to win and to lose, directly or through others, got some who do not; give a prior")

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        apart = values[:, None] - values
        surprise = won * expit(-apart)
        return float((won * np.logaddexp(0, -apart)).sum()), surprise.sum(0) - surprise.sum(1)

    found = minimize(loss, np.zeros(len(wins)), jac=True, method="BFGS", options={"gtol": 1e-9 * max(1.0, won.sum())}).x
    return found - found.mean()


def interval(
    wins: np.ndarray, clusters: Sequence, rounds: int = bootstrap.ROUNDS, seed: int = bootstrap.SEED
) -> tuple[np.ndarray, np.ndarray]:
    """The intervals in which the strengths lie, by the cluster bootstrap.

    Parameters
    ----------
    wins : ndarray of shape (N, K, K)
        Of each measurement, as for `strengths`; their sum connects all K.
    clusters : sequence of length N
        To which cluster each measurement belongs: a pair of faces, whose comparisons resemble one another.
    rounds, seed : int
        See `facelib.bootstrap.interval`.

    Returns
    -------
    tuple of two ndarrays of shape (K,)
        The lower and the upper ends. A resample that leaves somebody unconnected says nothing, and does not count.
    """
    number = np.unique(np.asarray(clusters), return_inverse=True)[1]
    sums = np.zeros((number.max() + 1, *wins.shape[1:]))
    np.add.at(sums, number, wins)
    drawn = bootstrap.resamples(len(sums), rounds, seed)
    totals, which = np.unique(np.tensordot(drawn, sums, 1), axis=0, return_inverse=True)
    found = [_or_none(total) for total in totals]
    kept = [found[k] for k in which.ravel() if found[k] is not None] or [strengths(wins.sum(0))]
    share = (1 - bootstrap.LEVEL) / 2
    low, high = np.quantile(kept, [share, 1 - share], axis=0)
    return low, high


def _or_none(wins: np.ndarray) -> np.ndarray | None:
    try:
        return strengths(wins)
    except ValueError:
        return None
