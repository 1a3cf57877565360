"""How far raters of a blind study can be relied on: do they agree with themselves, with one another, and on what is known beforehand?"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

from facelib.evaluation.blind import CATCH
from facelib.evaluation.blind_study import Study
from facelib.evaluation.judged import compared, judged
from facelib.evaluation.verdicts import VERDICTS, Answer


def kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float | None:
    """Cohen's kappa: by how much two agree beyond chance, of what there is beyond chance.

    Parameters
    ----------
    first, second : sequences of the same length
        What each said of each thing.

    Returns
    -------
    float or None
        1 where they always agree, about 0 where they agree as chance would have it; None where both always said one and the same, or
        nothing, which tells nothing.

    Notes
    -----
    Cohen 1960 (doi:10.1177/001316446002000104).

    Examples
    --------
    >>> kappa(["accept", "accept", "fail", "fail"], ["accept", "fail", "fail", "fail"])
    0.5
    """
    count = len(first)
    if not count:
        return None
    ours, theirs = Counter(first), Counter(second)
    chance = sum(ours[one] * theirs[one] for one in ours) / count**2
    agree = sum(one == other for one, other in zip(first, second, strict=True)) / count
    return (agree - chance) / (1 - chance) if chance < 1 else None


def with_themselves(study: Study, answers: Sequence[Answer]) -> list[dict]:
    """A row a rater who judged trials twice: `agreement` of the first time and the second."""
    rows = []
    for rater in raters(answers):
        own = [one for one in answers if one.rater == rater]
        found = agreement(_said(study, own, False), _said(study, own, True))
        rows += [{"rater": rater, **found}] if found["results"] else []
    return rows


def with_others(study: Study, answers: Sequence[Answer]) -> list[dict]:
    """A row for each two raters who judged the same trials: their `agreement`, where a trial was shown first."""
    rows = []
    for rater, other in itertools.combinations(raters(answers), 2):
        said = [_said(study, [one for one in answers if one.rater == name], False) for name in (rater, other)]
        found = agreement(*said)
        rows += [{"rater": rater, "other": other, **found}] if found["results"] else []
    return rows


def agreement(first: tuple[Mapping, Mapping], second: tuple[Mapping, Mapping]) -> dict:
    """How often two sets of answers say the same, of what both speak of.

    Parameters
    ----------
    first, second : pairs of mappings
        Verdicts, and outcomes of comparisons, by what they are of.

    Returns
    -------
    dict
        `results`, how many have two verdicts; `same_verdict`, the share of them that is the same, and its `kappa`; `comparisons`, in how
        many both preferred one of the two; `same_order`, in what share of them the same one.
    """
    verdicts = [(first[0][at], second[0][at]) for at in first[0].keys() & second[0].keys()]
    decided = [(first[1][at], second[1][at]) for at in first[1].keys() & second[1].keys() if first[1][at] and second[1][at]]
    value = kappa(*zip(*verdicts, strict=True)) if verdicts else None
    return {
        "results": len(verdicts),
        "same_verdict": _share(verdicts),
        "kappa": None if value is None else round(value, 4),
        "comparisons": len(decided),
        "same_order": _share(decided),
    }


def caught(study: Study, answers: Sequence[Answer]) -> list[dict]:
    """What each rater said of each kind of catch: a row each, with how often each verdict came, and each class of flaw."""
    rows = []
    said = judged(study, answers)
    for rater, shown in itertools.product(raters(answers), CATCH):
        own = [one for one in said if (one.rater, one.shown) == (rater, shown)]
        counted = Counter(one.verdict for one in own)
        classes = dict(Counter(one.kind for one in own if one.kind).most_common())
        if own:
            rows.append({"rater": rater, "shown": shown, "n": len(own), **{name: counted[name] for name in VERDICTS}, "classes": classes})
    return rows


def raters(answers: Sequence[Answer]) -> list[str]:
    """Who answered, by name."""
    return sorted({one.rater for one in answers})


def _said(study: Study, answers: Sequence[Answer], repeats: bool) -> tuple[dict, dict]:
    """One rater's verdicts and outcomes."""
    verdicts = {(one.pair, one.shown): one.verdict for one in judged(study, answers, repeats)}
    return verdicts, {(one.pair, one.first, one.second): one.outcome for one in compared(study, answers, repeats)}


def _share(both: Sequence[tuple]) -> float | None:
    return round(sum(one == other for one, other in both) / len(both), 4) if both else None
