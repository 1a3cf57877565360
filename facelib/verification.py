"""How well embeddings tell people apart: pairs of faces, one person's or two people's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def pairs(people: Sequence[str], videos: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All pairs of faces that say something: i, j, and whether they show one person, (P,) each.

    Two frames of one video are left out: light, pose and clothes would give them away.
    """
    i, j = np.triu_indices(len(people), 1)
    people, videos = np.asarray(people), np.asarray(videos)
    kept = (people[i] != people[j]) | (videos[i] != videos[j])
    i, j = i[kept], j[kept]
    return i, j, people[i] == people[j]


def auc(scores: np.ndarray, same: np.ndarray) -> float:
    """The chance that a pair of one person scores above a pair of two: 1 is perfect, 0.5 is guessing.

    >>> auc(np.array([0.9, 0.8, 0.1]), np.array([True, False, False]))
    1.0
    """
    from scipy.stats import rankdata

    ranks, count = rankdata(scores), int(same.sum())
    return float((ranks[same].sum() - count * (count + 1) / 2) / (count * (len(same) - count)))


def equal_error_rate(scores: np.ndarray, same: np.ndarray) -> float:
    """The error at the threshold at which as large a share of one person's pairs is rejected as of two people's is accepted.

    >>> equal_error_rate(np.array([0.9, 0.8, 0.1]), np.array([True, False, False]))
    0.0
    """
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.diff(scores[order]) != 0, True)  # no threshold lies between equal scores
    accepted = np.concatenate([[0], np.cumsum(same[order])[ends]]) / same.sum()
    mistaken = np.concatenate([[0], np.cumsum(~same[order])[ends]]) / (~same).sum()
    at = np.argmin(np.abs(1 - accepted - mistaken))
    return float((1 - accepted[at] + mistaken[at]) / 2)
