"""What the limits on the expected keypoint error cost and catch: good faces that a swap refuses, and bad ones that it stops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from facelib import bootstrap, detect, keypoints, metrics
from facelib.datasets.frame import Frame

GOOD = 0.08  # of the inter-ocular distance: points that are off by less, on average, are good; bad is what the field calls a failure
LIMITS = {"warned": keypoints.DOUBTFUL, "refused": keypoints.UNSURE}


def evaluate(frames: Sequence[Frame], report: Callable[[Iterable], Iterable] = iter) -> dict:
    """The numbers to save.

    Parameters
    ----------
    frames : sequence of Frame
        Their faces are looked for by `detect.find_faces`; those that are not found do not count.
    report : callable
        Wraps the iterable of frames, as tqdm does.

    Returns
    -------
    dict
        `n`; `good` and `bad`, how many faces have points off by at most `GOOD`, and by more than `metrics.FAILURE`; and for each of
        `LIMITS` its `limit`, and which share of `all`, `good` and `bad` faces is above it, in percent with a 95 % interval over people
        (None where there is no such face).

    Raises
    ------
    ValueError
        No face was found.
    """
    people, true, expected = [], [], []
    for frame in report(frames):
        picture = frame.colour()
        face = detect.nearest(detect.find_faces(picture), keypoints.face_box(frame.points))
        if face is None:
            continue
        points, errors = keypoints.predict_with_errors([picture], [face])
        people.append(frame.person)
        true.append(metrics.nme(points, frame.points[None])[0])
        expected.append(errors.mean())
    if not people:
        raise ValueError(f"no face found in any of {len(frames)} pictures")
    true, expected = np.array(true), np.array(expected)
    groups = {"all": np.isfinite(true), "good": true <= GOOD, "bad": true > metrics.FAILURE}
    limits = {
        name: {"limit": limit, **{group: _share(expected > limit, chosen, people) for group, chosen in groups.items()}}
        for name, limit in LIMITS.items()
    }
    return {"n": len(people), "good": int(groups["good"].sum()), "bad": int(groups["bad"].sum()), "limits": limits}


def as_text(record: dict) -> str:
    """The numbers as a table for a person."""
    lines = [
        f"faces {record['n']}: {record['good']} with points off by at most {GOOD:.0%} of the eyes' distance, {record['bad']} by more than "
        f"{metrics.FAILURE:.0%}",
        "",
        f"{'expected error':<24}{'of all':>8}{'of good':>9}{'of bad':>8}",
    ]
    for name, row in record["limits"].items():
        cells = ["-" if row[group] is None else f"{row[group]['percent']:.1f} %" for group in ("all", "good", "bad")]
        said = f"{name}, above {row['limit']:.0%}"
        lines.append(f"{said:<24}{cells[0]:>8}{cells[1]:>9}{cells[2]:>8}")
    return "\n".join(lines)


def _share(above: np.ndarray, chosen: np.ndarray, people: Sequence[str]) -> dict | None:
    if not chosen.any():
        return None
    whose = [person for person, inside in zip(people, chosen, strict=True) if inside]
    values = 100.0 * above[chosen]
    return {"percent": round(float(values.mean()), 3), "interval_95": bootstrap.ends(values, whose, digits=3)}
