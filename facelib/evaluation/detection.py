"""How well faces are found: boxes against the labelled points, in pictures as they are and turned."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from facelib import bootstrap, detect, keypoints, pose
from facelib.datasets.frame import Frame

CORRECT, NEARLY, ELSEWHERE = 0.5, 0.4, 0.2  # overlaps, intersection over union: from here on right; less than the last, somewhere else
TURNS = (0, 15, 30, 45)  # degrees
TURNED = 30  # degrees of yaw from which a head counts as turned away
CASCADES = ("frontalface_default", "frontalface_alt", "frontalface_alt2", "frontalface_alt_tree", "profileface")

Finder = Callable[[np.ndarray], np.ndarray]  # a grey picture, (H, W) uint8, to boxes (N, 4), the largest first


@dataclass(frozen=True)
class DetectionScores:
    """A row for each frame."""

    people: list[str]
    best: np.ndarray  # (N,) overlap of the label's box and the box nearest to it, 0 where there is none
    largest: np.ndarray  # (N,) overlap of the label's box and the largest box, the one that a swap takes
    alarms: np.ndarray  # (N,) boxes elsewhere: false alarms, or faces without a label
    yaw: np.ndarray  # (N,) degrees, of the labels
    seconds: np.ndarray  # (N,)

    def summary(self) -> dict:
        """Numbers to save; shares in percent, with 95 % intervals over people."""
        faces = {
            "correct": 100.0 * (self.best >= CORRECT),
            "nearly_correct": 100.0 * (self.best >= NEARLY),
            "largest_is_correct": 100.0 * (self.largest >= CORRECT),
            "elsewhere_per_picture": self.alarms.astype(float),
        }
        low, high = bootstrap.interval(np.stack(list(faces.values()), axis=1), self.people)
        found, away = self.best >= ELSEWHERE, np.abs(self.yaw) >= TURNED
        return {
            "n": len(self.people),
            "people": len(set(self.people)),
            **{name: round(float(values.mean()), 3) for name, values in faces.items()},
            "interval_95": {name: [round(float(end), 3) for end in ends] for name, *ends in zip(faces, low, high, strict=True)},
            "mean_overlap": round(float(self.best[found].mean()), 3) if found.any() else None,
            f"correct_from_yaw_{TURNED}": round(float(faces["correct"][away].mean()), 3) if away.any() else None,
            f"n_from_yaw_{TURNED}": int(away.sum()),
            "median_milliseconds": round(1000 * float(np.median(self.seconds)), 1),
        }


def evaluate(
    frames: Sequence[Frame], find: Finder = detect.find_faces, degrees: float = 0, report: Callable[[Iterable], Iterable] = iter
) -> DetectionScores:
    """Look for the labelled face of each frame.

    Parameters
    ----------
    frames : sequence of Frame
    find : callable
        The detector.
    degrees : float
        Turn the pictures first, every other one to the other side. The right box is then an upright one round the face's middle.
    report : callable
        Wraps the iterable of frames, as tqdm does.
    """
    if not len(frames):
        raise ValueError("frames: expected one or more, got none")
    rows = []
    for number, frame in enumerate(report(frames)):
        grey, matrix = detect.turn(frame.grey(), degrees if number % 2 else -degrees)
        truth = keypoints.face_box(frame.points)
        truth[:2] = keypoints.transform(matrix, truth[:2] + truth[2:] / 2) - truth[2:] / 2
        start = time.perf_counter()
        boxes = find(grey)
        seconds = time.perf_counter() - start
        overlaps = np.array([detect.overlap(box, truth) for box in boxes])
        rows.append((overlaps.max(initial=0), overlaps[:1].max(initial=0), (overlaps < ELSEWHERE).sum(), seconds))
    best, largest, alarms, seconds = np.array(rows).T
    yaw = pose.yaw(np.stack([frame.points for frame in frames]))
    return DetectionScores([frame.person for frame in frames], best, largest, alarms, yaw, seconds)


def compare(frames: Sequence[Frame], report: Callable[[Iterable], Iterable] = iter) -> dict:
    """The numbers to save: `detect.find_faces` in pictures as they are and turned, and one look by each of OpenCV's cascades beside it."""
    turned = {str(degrees): evaluate(frames, degrees=degrees, report=report).summary() for degrees in TURNS}
    cascades = {name: evaluate(frames, partial(detect.look, cascade=name), report=report).summary() for name in CASCADES}
    return {"turned_by": turned, "cascades": cascades, "bootstrap": {"over": "people", "rounds": bootstrap.ROUNDS, "seed": bootstrap.SEED}}


def as_text(record: dict) -> str:
    """The numbers as a table for a person."""
    rows = {f"find_faces, turned by {degrees}": row for degrees, row in record["turned_by"].items()} | record["cascades"]
    first = next(iter(rows.values()))
    lines = [
        f"frames (n)  {first['n']} of {first['people']} people; correct: overlap of at least {CORRECT}",
        "",
        f"{'':<26}{'correct':>9}{'95 %, over people':>19}{'largest':>9}{'elsewhere':>11}{'ms':>6}",
    ]
    for name, row in rows.items():
        ends = "{:.1f} to {:.1f}".format(*row["interval_95"]["correct"])
        alarms, median = row["elsewhere_per_picture"], row["median_milliseconds"]
        lines.append(f"{name:<26}{row['correct']:7.1f} %{ends:>19}{row['largest_is_correct']:7.1f} %{alarms:>11.3f}{median:>6.0f}")
    return "\n".join(lines)
