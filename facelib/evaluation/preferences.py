"""What people said who compared results blindly: the files that the page of `facelib.evaluation.blind` saves, and the table of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facelib import bootstrap
from facelib.evaluation.bradley_terry import strengths

KIND = "facelib preferences 1"  # how a file says what it is; the number changes with its form
CHOICES = {"left": (1.0, 0.0), "equal": (0.5, 0.5), "right": (0.0, 1.0)}  # the wins of the left one and of the right one


@dataclass(frozen=True)
class Comparison:
    """What one rater said of two results of one pair."""

    study: str  # which page it was
    rater: str  # a name, or a number that the page drew
    number: int  # of the page's comparisons
    left: str  # the way that was on the left
    right: str
    choice: str  # one of CHOICES


def read(files: Sequence[str | Path]) -> list[Comparison]:
    """All comparisons of some files. Where a rater saved a page's choices several times, each comparison counts as it was saved last.

    Raises
    ------
    FileNotFoundError
        No such file.
    ValueError
        A file that the page did not save, or nothing in any of them.
    """
    found: dict[tuple, Comparison] = {}
    for _, rater, comparisons in sorted((_read(Path(file)) for file in files), key=lambda one: one[0]):
        found |= {(one.study, rater, one.number): one for one in comparisons}
    if not found:
        raise ValueError(f"preferences: expected choices, got none in {len(files)} files; save a page after some are made")
    return list(found.values())


def _read(file: Path) -> tuple[str, str, list[Comparison]]:
    """When a file was saved, by whom, and what it holds. People are told apart by what the page drew; a name joins their pages."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        if record["kind"] != KIND:
            raise ValueError
        study, drawn = str(record["study"]["id"]), str(record["rater"]["id"])
        rater = str(record["rater"]["name"]) or drawn
        found = [Comparison(study, rater, int(one["number"]), one["left"], one["right"], one["choice"]) for one in record["choices"]]
        if any(one.choice not in CHOICES or not {type(one.left), type(one.right)} <= {str} or one.left == one.right for one in found):
            raise ValueError
        return str(record["saved"]), drawn, found
    except FileNotFoundError:
        raise FileNotFoundError(f"{file}: no such file") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(f"{file}: expected choices as a page of `facelib evaluate blind` saves them; save it again") from None


def wins(comparisons: Iterable[Comparison], ways: Sequence[str]) -> np.ndarray:
    """How often each way won over each other, (K, K) float64: the row over the column, ties as half wins."""
    counted = np.zeros((len(ways), len(ways)))
    for one in comparisons:
        left, right = ways.index(one.left), ways.index(one.right)
        counted[left, right] += CHOICES[one.choice][0]
        counted[right, left] += CHOICES[one.choice][1]
    return counted


def table(comparisons: Sequence[Comparison], rounds: int = bootstrap.ROUNDS, seed: int = bootstrap.SEED) -> dict:
    """Who is preferred to whom.

    Parameters
    ----------
    comparisons : sequence of Comparison
    rounds : int
        How often to resample.
    seed : int

    Returns
    -------
    dict
        `ways`, a row each, the strongest first: `strength` in logits with its `interval_95`, and `wins` of `n` comparisons, ties as
        halves. `between`, a row for each two that were compared. `n`, `ties`, `raters`, `on_the_left`, the wins of the left one, which a
        fair page has near one half; and `resampled`, what the intervals draw again with replacement: raters where there are several,
        which allows for their differing in taste, otherwise comparisons. With fewer than about 20 raters such intervals are too narrow.

    Raises
    ------
    ValueError
        Ways that no comparisons connect; see `facelib.evaluation.bradley_terry.strengths`.
    """
    ways = sorted({way for one in comparisons for way in (one.left, one.right)})
    each = np.stack([wins([one], ways) for one in comparisons])
    total, found = each.sum(0), strengths(each.sum(0))
    raters = [one.rater for one in comparisons]
    resampled = "raters" if len(set(raters)) > 1 else "comparisons"
    clusters = np.unique(raters, return_inverse=True)[1] if resampled == "raters" else np.arange(len(comparisons))
    low, high = _interval(each, clusters, rounds, seed)
    order = np.argsort(-found, kind="stable")
    rows = [
        {
            "way": ways[k],
            "strength": round(float(found[k]), 4),
            "interval_95": [round(float(low[k]), 4), round(float(high[k]), 4)],
            "wins": float(total[k].sum()),
            "n": int((total + total.T)[k].sum()),
        }
        for k in order
    ]
    between = [
        {"way": ways[i], "other": ways[j], "wins": float(total[i, j]), "losses": float(total[j, i]), "n": int(total[i, j] + total[j, i])}
        for place, i in enumerate(order)
        for j in order[place + 1 :]
        if total[i, j] + total[j, i]
    ]
    counted = Counter(one.choice for one in comparisons)
    return {
        "n": len(comparisons),
        "ties": counted["equal"],
        "raters": len(set(raters)),
        "on_the_left": counted["left"] + counted["equal"] / 2,
        "resampled": resampled,
        "ways": rows,
        "between": between,
    }


def _interval(each: np.ndarray, clusters: np.ndarray, rounds: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The ends of the strengths' intervals, by the cluster bootstrap. Of a resample that leaves somebody unconnected nothing is known, and
    it does not count."""
    sums = np.zeros((clusters.max() + 1, *each.shape[1:]))
    np.add.at(sums, clusters, each)
    drawn = bootstrap.resamples(len(sums), rounds, seed)
    totals, which = np.unique(np.tensordot(drawn, sums, 1), axis=0, return_inverse=True)
    found = [_or_none(total) for total in totals]
    kept = [found[k] for k in which.ravel() if found[k] is not None] or [strengths(each.sum(0))]
    share = (1 - bootstrap.LEVEL) / 2
    low, high = np.quantile(kept, [share, 1 - share], axis=0)
    return low, high


def _or_none(total: np.ndarray) -> np.ndarray | None:
    try:
        return strengths(total)
    except ValueError:
        return None


def as_text(found: dict) -> str:
    """The table for a person."""
    lines = [f"{'':<28}{'strength':>10}{'95 % interval':>20}{'wins':>8}{'of':>6}"]
    for row in found["ways"]:
        low, high = row["interval_95"]
        lines.append(f"{row['way']:<28}{row['strength']:>10.2f}{f'{low:.2f} to {high:.2f}':>20}{row['wins']:>8g}{row['n']:>6}")
    lines += [f"{one['way']} over {one['other']}: {one['wins']:g} of {one['n']}" for one in found["between"]]
    last = f"{found['n']} comparisons by {found['raters']} raters, {found['ties']} of them equal; the left one won {found['on_the_left']:g}"
    return "\n".join([*lines, f"{last}; intervals resample {found['resampled']}"])
