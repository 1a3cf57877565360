"""The results of a blind study: what share of each method's results is accepted, what is wrong with the others, and which are preferred."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np

from facelib import bootstrap
from facelib.evaluation import bradley_terry, raters
from facelib.evaluation.blind_study import Study
from facelib.evaluation.judged import Comparison, Judged, compared, judged
from facelib.evaluation.verdicts import VERDICTS, Answer


def table(study: Study, answers: Sequence[Answer], rounds: int = bootstrap.ROUNDS) -> dict:
    """What raters say of the methods. Trials that were shown again count for `self_agreement` alone.

    Parameters
    ----------
    study : Study
    answers : sequence of Answer
    rounds : int
        How often the strengths' intervals resample.

    Returns
    -------
    dict
        `methods`, a row each, the strongest first: `n` verdicts; `accept`, `flaw` and `fail`, each a `share` from 0 to 1 with its
        `interval_95`; `classes`, how often each class of flaw was named, the most frequent first; `strength`, Bradley and Terry's in
        logits, ties as half wins, with its `strength_interval_95`. `between`, a row for each two: in what share of the `decided`
        comparisons the first was `preferred`, with its interval, and the `ties`. `self_agreement` and `between_raters`: see
        `facelib.evaluation.raters.agreement`. `catch`: see `facelib.evaluation.raters.caught`. `raters`, their names; `pairs`, how
        many; `trials`, how many answers.

        Intervals resample pairs of faces, all raters' answers to one together: they allow for other faces, and not for other raters. With
        fewer than about 20 pairs they are too narrow.

    Raises
    ------
    ValueError
        Only trials that were shown again are answered.
    """
    said, comparisons = judged(study, answers), compared(study, answers)
    if not said:
        raise ValueError("verdicts: expected answers to trials that were shown first, got only repeats; answer more of the trials")
    found = _strengths(study.methods, comparisons, rounds)
    rows = [
        {"method": method, **_shares([one for one in said if one.shown == method]), **found.get(method, {})} for method in study.methods
    ]
    rows.sort(key=lambda row: -row.get("strength", row["accept"]["share"]))
    order = [row["method"] for row in rows]
    between = [_preferred(first, second, comparisons) for first, second in itertools.combinations(order, 2)]
    return {
        "pairs": len({one.pair for one in said}),
        "trials": len(answers),
        "raters": raters.raters(answers),
        "methods": rows,
        "between": between,
        "self_agreement": raters.with_themselves(study, answers),
        "between_raters": raters.with_others(study, answers),
        "catch": raters.caught(study, answers),
    }


def _shares(said: Sequence[Judged]) -> dict:
    pairs = [one.pair for one in said]
    row: dict = {"n": len(said)}
    for verdict in VERDICTS:
        row[verdict] = _mean([one.verdict == verdict for one in said], pairs)
    return row | {"classes": dict(Counter(one.kind for one in said if one.kind).most_common())}


def _mean(values: Sequence[bool], pairs: Sequence[int]) -> dict:
    return {"share": round(float(np.mean(values)), 4), "interval_95": bootstrap.ends(np.array(values, float), pairs, digits=4)}


def _preferred(first: str, second: str, comparisons: Sequence[Comparison]) -> dict:
    both = [one for one in comparisons if {one.first, one.second} == {first, second}]
    decided = [(one.outcome > 0) == (one.first == first) for one in both if one.outcome]
    row = {"method": first, "other": second, "decided": len(decided), "ties": len(both) - len(decided)}
    if not decided:
        return row | {"preferred": {"share": None, "interval_95": None}}
    return row | {"preferred": _mean(decided, [one.pair for one in both if one.outcome])}


def _strengths(methods: Sequence[str], comparisons: Sequence[Comparison], rounds: int) -> dict[str, dict]:
    """The strength of each method with its interval; nothing where a study has one method."""
    if len(methods) < 2:
        return {}
    wins = np.zeros((len(comparisons), len(methods), len(methods)))
    for number, one in enumerate(comparisons):
        first, second = methods.index(one.first), methods.index(one.second)
        wins[number, first, second] = (1 + one.outcome) / 2
        wins[number, second, first] = (1 - one.outcome) / 2
    strength = bradley_terry.strengths(wins.sum(0))
    low, high = bradley_terry.interval(wins, [one.pair for one in comparisons], rounds)
    return {
        name: {"strength": round(float(strength[k]), 4), "strength_interval_95": [round(float(low[k]), 4), round(float(high[k]), 4)]}
        for k, name in enumerate(methods)
    }


def as_text(found: dict) -> str:
    """The tables for a person."""
    lines = [f"{'':<28}{'accepted, %':>17}{'flaw, %':>17}{'fail, %':>17}{'strength, logits':>24}{'of':>6}"]
    for row in found["methods"]:
        shares = "".join(f"{_percent(row[verdict]):>17}" for verdict in VERDICTS)
        lines.append(f"{row['method']:<28}{shares}{_strength(row):>24}{row['n']:>6}")
    lines += ["", "what is wrong:"]
    lines += [f"  {row['method']:<26}{_counts(row['classes'])}" for row in found["methods"]]
    if found["between"]:
        lines += ["", "preferred, of the comparisons that were decided:"]
        lines += [
            f"  {one['method']} to {one['other']}: {_percent(one['preferred'])} % of {one['decided']}, and {one['ties']} ties"
            for one in found["between"]
        ]
    for row in found["self_agreement"]:
        lines.append(f"{row['rater']} the second time: {_agreement(row)}")
    for row in found["between_raters"]:
        lines.append(f"{row['rater']} and {row['other']}: {_agreement(row)}")
    for row in found["catch"]:
        counts = ", ".join(f"{name} {row[name]}" for name in VERDICTS)
        lines.append(f"{row['rater']} on the {row['shown']}, of {row['n']}: {counts} ({_counts(row['classes'])})")
    who = f"{found['trials']} trials of {found['pairs']} pairs, answered by {', '.join(found['raters'])}"
    return "\n".join([*lines, f"{who}; intervals resample pairs"])


def _percent(mean: dict) -> str:
    if mean["share"] is None:
        return "-"
    low, high = mean["interval_95"]
    return f"{100 * mean['share']:.0f} ({100 * low:.0f} to {100 * high:.0f})"


def _strength(row: dict) -> str:
    if "strength" not in row:
        return "-"
    low, high = row["strength_interval_95"]
    return f"{row['strength']:+.2f} ({low:+.2f} to {high:+.2f})"


def _counts(classes: dict) -> str:
    return ", ".join(f"{name} {count}" for name, count in classes.items()) or "nothing"


def _agreement(row: dict) -> str:
    kappa = "-" if row["kappa"] is None else f"{row['kappa']:.2f}"
    order = "-" if row["same_order"] is None else f"{100 * row['same_order']:.0f} %"
    return (
        f"the same verdict on {100 * row['same_verdict']:.0f} % of {row['results']} results, kappa {kappa}; "
        f"the same preference in {order} of {row['comparisons']} decided comparisons"
    )
