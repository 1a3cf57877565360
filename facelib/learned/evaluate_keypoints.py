"""How far a keypoint network is from the labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from torch import nn

from facelib import detect, keypoints, metrics
from facelib.datasets.ytf68 import Frame
from facelib.learned import keypoint_net


@dataclass(frozen=True)
class KeypointScores:
    """Errors of every frame in which there was a box."""

    people: int
    frames: int
    missed: int  # frames in which the detector saw no face where the label has one
    inter_ocular: np.ndarray  # (frames - missed,), a fraction of the eyes' distance
    inter_pupil: np.ndarray
    by_group: dict[str, float]  # inter-ocular error of the points of each group, percent

    def summary(self) -> dict[str, float | int]:
        """Numbers to print: errors in percent, failures as a share of the frames with a box."""
        ocular = self.inter_ocular
        return {
            "people": self.people,
            "n": self.frames,
            "missed": self.missed,
            "nme_inter_ocular": round(100 * float(ocular.mean()), 3),
            "nme_inter_pupil": round(100 * float(self.inter_pupil.mean()), 3),
            "median_inter_ocular": round(100 * float(np.median(ocular)), 3),
            "failures_above_10": round(100 * float((ocular > metrics.FAILURE).mean()), 3),
        }


def as_text(record: dict) -> str:
    """The summary as lines for a person."""
    return "\n".join(
        [
            f"boxes                   {record['boxes']}",
            f"frames (n)              {record['n']} of {record['people']} people, {record['people_trained_on']} of them seen in training",
            f"no box found in         {record['missed']}",
            f"NME inter-ocular        {record['nme_inter_ocular']:.2f} %",
            f"NME inter-pupil         {record['nme_inter_pupil']:.2f} %",
            f"median inter-ocular     {record['median_inter_ocular']:.2f} %",
            f"failures (above 10 %)   {record['failures_above_10']:.2f} %",
        ]
    )


def evaluate(
    net: nn.Module,
    frames: list[Frame],
    boxes: str = "labels",
    passes: int = keypoint_net.PASSES,
    size: int = keypoint_net.SIZE,
    batch: int = 64,
    report: Callable[[Iterable], Iterable] = iter,
) -> KeypointScores:
    """Predict the keypoints of each frame and compare them with the labels.

    Parameters
    ----------
    net : Module
        As `keypoint_net.build` makes it, in evaluation mode.
    frames : list of Frame
    boxes : {"labels", "detected"}
        The box from the labelled points, or the detected box that overlaps it most. A frame with no such box counts as missed and
        has no part in the errors.
    passes, size, batch : int
        See `keypoint_net.predict`; faces a batch.
    report : callable
        Wraps the iterable of batches, as tqdm does.
    """
    if boxes not in ("labels", "detected"):
        raise ValueError(f"boxes: expected 'labels' or 'detected', got {boxes!r}")
    found, predicted = [], []
    for start in report(range(0, len(frames), batch)):
        part, greys, at = [], [], []
        for frame in frames[start : start + batch]:
            grey = frame.grey()
            box = keypoints.face_box(frame.points)
            if boxes == "detected":
                box = detect.nearest(detect.find_faces(grey), box)
            if box is not None:
                part.append(frame), greys.append(grey), at.append(box)
        if part:
            predicted.append(keypoint_net.predict(net, greys, at, passes, size))
            found += part
    if not found:
        raise ValueError(f"no box in any of {len(frames)} frames")
    truth, guess = np.stack([frame.points for frame in found]), np.concatenate(predicted)
    return KeypointScores(
        people=len({frame.person for frame in frames}),
        frames=len(frames),
        missed=len(frames) - len(found),
        inter_ocular=metrics.nme(guess, truth, "inter-ocular"),
        inter_pupil=metrics.nme(guess, truth, "inter-pupil"),
        by_group=_by_group(guess, truth),
    )


def _by_group(guess: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    errors = metrics.point_errors(guess, truth)
    return {group: round(100 * float(errors[:, list(rows)].mean()), 2) for group, rows in keypoints.GROUPS.items()}
