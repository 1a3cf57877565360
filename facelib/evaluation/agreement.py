"""Which scores agree with the eye: of two results, does a score prefer the one that a person preferred?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from facelib import bootstrap
from facelib.evaluation.judged import Comparison
from facelib.evaluation.swaps import Scored


def _distance_from_one(values: np.ndarray) -> np.ndarray:
    return -np.abs(np.log(np.maximum(values, 1e-6)))


def _distance_from_zero(values: np.ndarray) -> np.ndarray:
    return -np.abs(values)


GOODNESS: dict[str, Callable[[np.ndarray], np.ndarray]] = {  # of each score that says anything of a result: more is better
    **dict.fromkeys(("psnr", "ssim", "ms_ssim", "seam_psnr", "picture_psnr", "identity", "identity_source", "source_detail"), np.positive),
    **dict.fromkeys(("seam_error", "rim_error", "moved", "fmse", "colour_error", "expression", "pose"), np.negative),
    **dict.fromkeys(("skin_gradient", "colour_gap"), _distance_from_zero),
    **dict.fromkeys(("tone_spread", "sharpness"), _distance_from_one),
}


def table(comparisons: Sequence[Comparison], scored: Scored) -> list[dict]:
    """How often each score sides with the raters.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Of pairs and methods that were scored. Those in which neither result was preferred say nothing, and do not count.
    scored : Scored
        Every pair of the study by every method of it that can be made again.

    Returns
    -------
    list of dict
        A row a score, the most agreeing first: `score`, `agrees`, the share of comparisons in which it prefers what was preferred, from 0
        to 1, where one half is a coin and a score that sees no difference counts as one half; its `interval_95` over pairs, and `n`.

    Raises
    ------
    ValueError
        Nobody preferred anything, or a comparison of a pair or a method that was not scored.
    """
    decided = [one for one in comparisons if one.outcome]
    if not decided:
        raise ValueError(f"verdicts: expected comparisons in which one result was preferred, got none in {len(comparisons)}")
    known = next(iter(scored.scores.values()))
    for one in decided:
        if one.pair >= len(scored.people) or not {one.first, one.second} <= known.keys():
            raise ValueError(f"verdicts: expected pairs and methods that were scored, got pair {one.pair}, {one.first} and {one.second}")
    rows = []
    for score in [score for score in GOODNESS if score in scored.scores]:
        agrees, pairs = [], []
        for one in decided:
            first, second = (float(GOODNESS[score](scored.scores[score][name][one.pair])) for name in (one.first, one.second))
            if not (np.isnan(first) or np.isnan(second)):
                agrees.append((1 + one.outcome * ((first > second) - (first < second))) / 2)
                pairs.append(one.pair)
        if agrees:
            ends = bootstrap.ends(np.array(agrees), pairs, digits=4)
            rows.append({"score": score, "agrees": round(float(np.mean(agrees)), 4), "interval_95": ends, "n": len(agrees)})
    return sorted(rows, key=lambda row: -row["agrees"])


def as_text(rows: Sequence[dict]) -> str:
    """The table for a person."""
    lines = [f"{'':<18}{'agrees':>8}{'95 % interval':>18}{'of':>6}"]
    for row in rows:
        low, high = (f"{100 * end:.0f}" for end in row["interval_95"])
        lines.append(f"{row['score']:<18}{100 * row['agrees']:>6.0f} %{f'{low} to {high} %':>18}{row['n']:>6}")
    return "\n".join(lines)
