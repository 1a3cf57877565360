"""How well faces are found: boxes against the labelled points, in pictures as they are and turned. Chapter 1, the box."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facelib import bootstrap, detect, images, keypoints, pose
from facelib.datasets.frame import Frame

FOUND, ELSEWHERE = 0.4, 0.2  # overlap with the box round the label (intersection over union): from here on found; below that elsewhere
TURNS, SOME = (15, 30, 45, 60, 90, 180, 270), 400  # degrees, clockwise; faces at most that are turned
TURNED = 30  # degrees of yaw from which a head counts as turned away

Finder = Callable[[np.ndarray], Sequence[detect.Face]]  # a picture, (H, W, 3) uint8, to its faces, the largest first


@dataclass(frozen=True)
class DetectionScores:
    """A row for each labelled face."""

    people: list[str]
    best: np.ndarray  # (N,) overlap of the label's box and the box nearest to it, 0 where there is none
    largest: np.ndarray  # (N,) overlap of the label's box and the largest box, the one that a swap takes
    elsewhere: np.ndarray  # (N,) boxes elsewhere: false alarms, or faces without a label
    tilt: np.ndarray  # (N,) degrees, how far the tilt of the nearest box is from that of the labels
    yaw: np.ndarray  # (N,) degrees, of the labels
    seconds: np.ndarray  # (N,)

    def summary(self, before: DetectionScores | None = None) -> dict:
        """Numbers to save; shares in percent, with 95 % intervals over people. `before` are the same faces in pictures as they are."""
        found = self.best >= FOUND
        faces = {
            "found": 100.0 * found,
            "largest_is_right": 100.0 * (self.largest >= FOUND),
            "elsewhere_per_picture": self.elsewhere.astype(float),
        }
        low, high = bootstrap.interval(np.stack(list(faces.values()), axis=1), self.people)
        away = np.abs(self.yaw) >= TURNED
        kept = found[before.best >= FOUND] if before is not None else None
        return {
            "n": len(self.people),
            "people": len(set(self.people)),
            **{name: round(float(values.mean()), 3) for name, values in faces.items()},
            "interval_95": {name: [round(float(end), 3) for end in ends] for name, *ends in zip(faces, low, high, strict=True)},
            "of_those_found_upright": round(100 * float(kept.mean()), 3) if kept is not None and len(kept) else None,
            "mean_overlap": round(float(self.best[found].mean()), 3) if found.any() else None,
            "tilt_off_by_more_than_20": round(100 * float((self.tilt[found] > 20).mean()), 3) if found.any() else None,
            f"found_from_yaw_{TURNED}": round(float(faces["found"][away].mean()), 3) if away.any() else None,
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
        Turn the pictures clockwise first.
    report : callable
        Wraps the iterable of frames, as tqdm does.

    Raises
    ------
    ValueError
        No frame.
    """
    if not len(frames):
        raise ValueError("frames: expected one or more, got none")
    rows = []
    for frame in report(frames):
        picture, matrix = turned(images.to_bytes(frame.colour()), degrees)
        label = detect.moved(keypoints.face_box(frame.points), matrix)
        start = time.perf_counter()
        faces = find(picture)
        seconds = time.perf_counter() - start
        overlaps = np.array([detect.overlap(face.box, label) for face in faces])
        tilt = pose.angles(frame.points[None])[0, 2] + degrees
        off = abs((faces[int(overlaps.argmax())].tilt - tilt + 180) % 360 - 180) if len(faces) else np.nan
        rows.append((overlaps.max(initial=0), overlaps[:1].max(initial=0), (overlaps < ELSEWHERE).sum(), off, seconds))
    best, largest, elsewhere, tilt, seconds = np.array(rows).T
    yaw = pose.yaw(np.stack([frame.points for frame in frames]))
    return DetectionScores([frame.person for frame in frames], best, largest, elsewhere, tilt, yaw, seconds)


def turned(picture: np.ndarray, degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """The picture turned clockwise, on a canvas that holds all of it, and the (2, 3) matrix that says where its pixels went."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1)
    cosine, sine = np.abs(matrix[0, :2])
    size = [int(np.ceil(length - 1e-6)) for length in (width * cosine + height * sine, width * sine + height * cosine)]
    matrix[:, 2] += (np.array(size) - (width, height)) / 2
    return cv2.warpAffine(picture, matrix, size, borderValue=(128, 128, 128)), matrix


def compare(frames: Sequence[Frame], turns: Sequence[float] = TURNS, report: Callable[[Iterable], Iterable] = iter) -> dict:
    """The numbers to save: `detect.find_faces` in all pictures as they are, and in some of them, spread evenly, turned as well."""
    rows = {"0": evaluate(frames, report=report).summary()}
    some = frames[:: -(-len(frames) // SOME)]
    upright = evaluate(some, report=report)
    for degrees in turns:
        rows[f"{degrees:g}"] = evaluate(some, degrees=degrees, report=report).summary(upright)
    return {"turned_by": rows, "bootstrap": {"over": "people", "rounds": bootstrap.ROUNDS, "seed": bootstrap.SEED}}


def as_text(record: dict) -> str:
    """The numbers as a table for a person."""
    first = next(iter(record["turned_by"].values()))
    lines = [
        f"faces (n)  {first['n']} of {first['people']} people; found: overlap of at least {FOUND} with the box round the label",
        "",
        f"{'turned by':<10}{'found':>9}{'95 %, over people':>19}{'of upright':>12}{'largest':>10}{'elsewhere':>11}{'ms':>7}",
    ]
    for name, row in record["turned_by"].items():
        ends = "{:.1f} to {:.1f}".format(*row["interval_95"]["found"])
        kept = "" if row["of_those_found_upright"] is None else f"{row['of_those_found_upright']:.1f} %"
        alarms, median = row["elsewhere_per_picture"], row["median_milliseconds"]
        lines.append(f"{name:<10}{row['found']:7.1f} %{ends:>19}{kept:>12}{row['largest_is_right']:8.1f} %{alarms:>11.3f}{median:>7.0f}")
    return "\n".join(lines)
