"""Where the labels of ytf68 lie beside the faces, and how to put them right.

The labels are shifted: about a pixel to the right and, as the eyes and lips of the mean picture say, as much down. A mirror shows it. A
network that is trained on each picture and its mirror image cannot learn a shift to one side, so it places points where they belong, and
what remains between its answers and the labels of people whom it never saw, averaged over many faces, is the labels' own doing. That
measures what changes its side in a mirror: the shift across, and a slight turn. A shift along the face has no such witness; it is taken to
be the same, as it is whether a labeller counts pixels from one or reads its heatmaps beside their cells' middle.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from facelib import keypoints, metrics
from facelib.datasets.frame import Frame


def corrected(points: np.ndarray) -> np.ndarray:
    """Points where they belong on the faces, from points as ytf68 labels them: (N, 68, 2), in pixels."""
    return (points - _offset(points)).astype(points.dtype)


def as_labelled(points: np.ndarray) -> np.ndarray:
    """Points as ytf68 would label them, from points where they belong: what to compare with its labels. (N, 68, 2), in pixels."""
    return (points + _offset(points)).astype(points.dtype)


def fit(predicted: np.ndarray, labels: np.ndarray) -> dict:
    """Measure the offset on predictions of a network that was trained on mirrored pictures as well as on plain ones.

    Parameters
    ----------
    predicted, labels : ndarray of shape (N, 68, 2)
        (x, y) in pixels.

    Returns
    -------
    dict
        Both ways the same: `pixels`, for all faces, and `share`, of the face's size (the square root of its box's area); and `turn`, in
        radians, clockwise on the screen, about the middle of the points.
    """
    sizes, away = metrics.face_sizes(labels, "box"), (labels - predicted).astype(float)
    share, pixels = np.polyfit(sizes, away[..., 0].mean(axis=1), 1)
    across = (predicted - predicted.mean(axis=1, keepdims=True))[..., 0].astype(float)
    down = away[..., 1] - away[..., 1].mean(axis=1, keepdims=True)
    sided = (down - down[:, keypoints.MIRROR]) / 2  # what changes its side in a mirror
    turn = (across * sided).sum() / (across**2).sum()
    return {"pixels": round(float(pixels), 4), "share": round(float(share), 5), "turn": round(float(turn), 5)}


def put_right(frames: Sequence[Frame]) -> list[Frame]:
    """Frames with their labels corrected."""
    return [Frame(frame.path, frame.person, corrected(frame.points[None])[0], frame.box) for frame in frames]


def _offset(points: np.ndarray) -> np.ndarray:
    offset, sizes = record(), metrics.face_sizes(points, "box")[:, None, None]
    around = points - points.mean(axis=1, keepdims=True)
    return offset["pixels"] + offset["share"] * sizes + offset["turn"] * around[..., ::-1] * (-1, 1)


@cache
def record() -> dict:
    """The measured offset, as `fit` gives it, with the command and the day; written by `facelib train label-offset`."""
    return json.loads((files("facelib.datasets") / "ytf68_offset.json").read_text(encoding="utf-8"))
