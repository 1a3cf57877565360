"""Raters' answers with the methods behind the letters: one verdict of one result, and one comparison of two."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from facelib.evaluation.blind_study import Study
from facelib.evaluation.verdicts import Answer


@dataclass(frozen=True)
class Judged:
    """What a rater said of one result."""

    rater: str
    pair: int
    shown: str  # the method or the catch
    verdict: str
    kind: str | None  # the class of flaw


@dataclass(frozen=True)
class Comparison:
    """How a rater ranked two methods' results of one pair."""

    rater: str
    pair: int
    first: str  # the names in alphabetical order
    second: str
    outcome: int  # 1 where the first is better, -1 where the second is, 0 where they share a place


def judged(study: Study, answers: Sequence[Answer], repeats: bool = False) -> list[Judged]:
    """Every verdict of the trials as they were shown first, or with `repeats` of those that were shown again; catches included."""
    return [
        Judged(answer.rater, trial.pair, shown, verdict, kind)
        for answer, trial in _of(study, answers, repeats)
        for shown, verdict, kind in zip(trial.results, answer.verdicts, answer.classes, strict=True)
    ]


def compared(study: Study, answers: Sequence[Answer], repeats: bool = False) -> list[Comparison]:
    """Every two methods that were ranked in one trial; catches are not compared. Which trials count, as for `judged`."""
    found = []
    for answer, trial in _of(study, answers, repeats):
        places = sorted((shown, place) for shown, place in zip(trial.results, answer.ranking, strict=True) if shown in study.methods)
        for (first, its), (second, other) in itertools.combinations(places, 2):
            found.append(Comparison(answer.rater, trial.pair, first, second, (its < other) - (its > other)))
    return found


def _of(study: Study, answers: Sequence[Answer], repeats: bool) -> list[tuple]:
    both = [(answer, study.trial(answer.trial)) for answer in answers]
    return [(answer, trial) for answer, trial in both if (trial.repeats is not None) == repeats]
