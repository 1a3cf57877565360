"""Runs of the keypoint network side by side, on the validation faces: what each choice bought."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from facelib import bootstrap
from facelib.datasets.frame import Frame
from facelib.learned import weights
from facelib.learned.evaluate_keypoints import KeypointScores, evaluate
from facelib.learned.keypoint_config import recipe

_NME, _FAILURES = "nme_inter_ocular", "failures_above_10"


def compare(folders: Sequence[Path], frames: Sequence[Frame], report: Callable[[Iterable], Iterable] = iter) -> list[dict]:
    """Score runs on faces on which none was trained.

    Parameters
    ----------
    folders : sequence of Path
        What `facelib train keypoints` wrote. Runs that differ in nothing but the seed are one row.
    frames : sequence of Frame
        Labelled.
    report : callable
        Wraps the folders, as tqdm does.

    Returns
    -------
    list of dict
        `name`, the first run's folder; its `command`, `data`, `pictures` seen, `hardware` and `date`; `seeds`; `nme`, the mean over seeds
        of the inter-ocular error in percent, with boxes from labels; `each`, of every seed, and `spread`, their standard deviation (None
        for one); `interval_95` over people; `failures_above_10`; `seconds` of training; `curve`, the
        first run's error after so many pictures; and, from the second row on, `more`: how much
        higher the error is than the first row's, with `more_95`, paired, over people.
    """
    groups: dict[str, list[tuple[Path, dict, KeypointScores]]] = {}
    for folder in report(folders):
        card = weights.card("keypoints", folder)
        scores = evaluate(weights.keypoint_reader(folder), frames, size=card["config"]["size"])
        groups.setdefault(repr(recipe(card)), []).append((folder, card, scores))
    rows, first = [], None
    for runs in groups.values():
        folder, card, scores = runs[0]
        errors = np.mean([each.faces[_NME] for _, _, each in runs], axis=0)
        each = [round(float(one.faces[_NME].mean()), 3) for _, _, one in runs]
        row = {
            "name": folder.name,
            "pictures": card["pictures_seen"],
            "seeds": [made["seed"] for _, made, _ in runs],
            "nme": round(float(errors.mean()), 3),
            "each": each,
            "spread": round(float(np.std(each, ddof=1)), 3) if len(each) > 1 else None,
            "interval_95": bootstrap.ends(errors, scores.people, digits=3),
            "failures_above_10": round(float(np.mean([one.faces[_FAILURES].mean() for _, _, one in runs])), 3),
            "seconds": round(float(np.mean([made["seconds"] for _, made, _ in runs]))),
            "curve": [[point["pictures"], round(point[_NME], 3)] for point in weights.history("keypoints", folder)],
            **{key: card[key] for key in ("command", "data", "hardware", "date")},
        }
        if first is None:
            first = errors
        else:
            more = errors - first
            row |= {"more": round(float(more.mean()), 3), "more_95": bootstrap.ends(more, scores.people, digits=3)}
        rows.append(row)
    return rows


def added(rows: Sequence[dict], new: Sequence[dict]) -> list[dict]:
    """Rows of `compare`, and after them those of another call: a run that is there already stays as it is."""
    there = {row["name"] for row in rows}
    return [*rows, *(row for row in new if row["name"] not in there)]


def as_text(rows: Sequence[dict]) -> str:
    """The rows of `compare` as a table for a person."""
    lines = [f"{'run':<32}{'pictures':>9}{'seeds':>6}{'NME, %':>8}{'+-':>6}{'> 10 %':>8}{'more':>7}"]
    for row in rows:
        spread = f"{row['spread']:.2f}" if row["spread"] is not None else "-"
        more = f"{row['more']:>+7.2f} ({row['more_95'][0]:+.2f} to {row['more_95'][1]:+.2f}, 95 % over people)" if "more" in row else ""
        lines.append(
            f"{row['name']:<32}{row['pictures']:>9,}{len(row['seeds']):>6}{row['nme']:>8.2f}{spread:>6}{row['failures_above_10']:>8.2f}{more}"
        )
    return "\n".join(lines)
