"""How well faces are parsed: intersection over union of each class, over all pixels that somebody labelled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import cv2
import numpy as np
import torch
from torch import nn

from facelib import bootstrap, keypoints
from facelib.parsing.classes import CLASSES, SIZE, UNKNOWN, crop_matrix
from facelib.parsing.crops import covered, taken, to_input
from facelib.parsing.faces import Faces, Outlined
from facelib.parsing.net import shares

_PASTED_SEED = 5


def plain(face: Outlined, size: int = SIZE) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A face's crop, (size, size, 3) float32 in [0, 1], its labels and the points in it."""
    matrix = crop_matrix(face.points, size)
    crop = cv2.warpAffine(face.picture, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    labels = cv2.warpAffine(face.labels, matrix, (size, size), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=UNKNOWN)
    return crop.astype(np.float32) / 255, labels, keypoints.transform(matrix, face.points)


def with_things(faces: Sequence[Outlined], things: Faces, seed: int = _PASTED_SEED) -> list[tuple[np.ndarray, np.ndarray]]:
    """Each face's crop with something in front, drawn by a seed, and its labels.

    Of a face that nobody outlined all that is not pasted counts as background: that is right where glasses are asked for, of people who
    wear none, and nothing else should be asked.
    """
    found = []
    for index, face in enumerate(faces):
        crop, labels, points = plain(face)
        rng = np.random.default_rng((seed, index))
        if (labels == UNKNOWN).all():
            labels = np.zeros_like(labels)
        crop, labels = covered(crop, labels, points, things, rng)
        found.append((taken(crop, rng, 0.3), labels))
    return found


def counts(net: nn.Module, crops: Sequence[tuple[np.ndarray, np.ndarray]], report: Callable[[Iterable], Iterable] = iter) -> np.ndarray:
    """Of each crop and class: pixels in both, and in either, answer or labels, (N, 9, 2) int64. Pixels that nobody labelled do not count."""
    found = []
    for start in report(range(0, len(crops), 16)):
        part = crops[start : start + 16]
        answers = shares(net, torch.stack([to_input(crop) for crop, _ in part])).argmax(dim=1).numpy()
        for answer, (_, labels) in zip(answers, part, strict=True):
            known = labels != UNKNOWN
            each = [((answer == k) & known, (labels == k) & known) for k in range(len(CLASSES))]
            found.append([((a & b).sum(), (a | b).sum()) for a, b in each])
    return np.array(found, np.int64)


def table(counted: np.ndarray, classes: Sequence[str] = CLASSES) -> dict[str, dict]:
    """By class: `iou` over all pixels, `interval_95` over faces, and `faces`, in how many it is."""
    rows = {}
    for name in classes:
        both, either = counted[:, CLASSES.index(name)].T
        if not either.sum():
            continue
        rng = np.random.default_rng(bootstrap.SEED)
        drawn = rng.integers(0, len(both), (bootstrap.ROUNDS, len(both)))
        again = both[drawn].sum(1) / np.maximum(either[drawn].sum(1), 1)
        low, high = np.quantile(again, [0.025, 0.975])
        rows[name] = {
            "iou": round(float(both.sum() / either.sum()), 4),
            "interval_95": [round(float(low), 4), round(float(high), 4)],
            "faces": int((either > 0).sum()),
        }
    return rows
