"""How sure a measured mean is, where measurements come in clusters: frames of one person resemble one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LEVEL, ROUNDS, SEED = 0.95, 2000, 0


def interval(
    values: np.ndarray, clusters: Sequence, level: float = LEVEL, rounds: int = ROUNDS, seed: int = SEED
) -> tuple[np.ndarray, np.ndarray]:
    """The interval in which a mean lies, by the cluster bootstrap: clusters are drawn again with replacement, whole.

    Parameters
    ----------
    values : ndarray of shape (N,) or (N, K)
        One measurement a row; K of them are resampled together.
    clusters : sequence of length N
        To which cluster each row belongs: a person's name.
    level : float
        The share of the resampled means that lie inside.
    rounds : int
        How often to resample.
    seed : int

    Returns
    -------
    tuple of two ndarrays of shape () or (K,)
        The lower and the upper end, by percentiles. Both are the mean itself where there is one cluster only: it says nothing of others.

    Raises
    ------
    ValueError
        No values, or not one cluster a value.

    Notes
    -----
    After Field and Welsh 2007 (doi:10.1111/j.1467-9868.2007.00593.x), whose random-cluster bootstrap this is. With fewer than about 20
    clusters percentile intervals come out too narrow.

    Examples
    --------
    >>> low, high = interval(np.array([0.0, 0.0, 1.0, 1.0]), ["ann", "ann", "bob", "bob"])
    >>> float(low), float(high)
    (0.0, 1.0)
    """
    values = np.asarray(values, float)
    if not len(values) or len(values) != len(clusters):
        raise ValueError(f"values: expected one or more, each with its cluster, got {len(values)} values and {len(clusters)} clusters")
    names, cluster = np.unique(np.asarray(clusters), return_inverse=True)
    sums = np.zeros((len(names), *values.shape[1:]))
    np.add.at(sums, cluster, values)
    drawn = resamples(len(names), rounds, seed)  # so that all means are one product
    means = ((drawn @ sums).T / (drawn @ np.bincount(cluster))).T
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return low, high


def ends(values: np.ndarray, clusters: Sequence, digits: int) -> list[float]:
    """The two ends of the `interval` of one mean, rounded, as records hold them.

    >>> ends(np.array([0.0, 0.0, 1.0, 1.0]), ["ann", "ann", "bob", "bob"], digits=2)
    [0.0, 1.0]
    """
    return [round(float(end), digits) for end in interval(values, clusters)]


def resamples(clusters: int, rounds: int = ROUNDS, seed: int = SEED) -> np.ndarray:
    """How often each cluster is drawn in each resample: (rounds, clusters) int64, with rows that sum to `clusters`."""
    return np.random.default_rng(seed).multinomial(clusters, np.full(clusters, 1 / clusters), size=rounds)
