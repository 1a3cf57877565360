"""How well faces are parsed: intersection over union of each class, over all pixels that somebody labelled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from facelib import bootstrap, keypoints
from facelib.learned import weights
from facelib.parsing import faces as known
from facelib.parsing.classes import CLASSES, SIZE, UNKNOWN, crop_matrix
from facelib.parsing.crops import covered, taken, to_input
from facelib.parsing.faces import Faces, Outlined
from facelib.parsing.net import shares
from facelib.parsing.read import network

_PASTED_SEED = 5
_OUTLINED = tuple(name for name in CLASSES if name not in ("glasses", "other"))  # in FASSEG's labels there are none
_PASTED = ("glasses", "other")  # what is asked for on photographs, of which nobody outlined anything else


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
        if (labels >= len(CLASSES)).all():
            labels = np.zeros_like(labels)
        crop, labels = covered(crop, labels, points, things, rng)
        found.append((taken(crop, rng, 0.3), labels))
    return found


def counts(net: nn.Module, crops: Sequence[tuple[np.ndarray, np.ndarray]], report: Callable[[Iterable], Iterable] = iter) -> np.ndarray:
    """Of each crop and class: pixels in both, and in either, answer or labels, (N, 9, 2) int64. Pixels without a label do not count."""
    found = []
    for start in report(range(0, len(crops), 16)):
        part = crops[start : start + 16]
        answers = shares(net, torch.stack([to_input(crop) for crop, _ in part])).argmax(dim=1).numpy()
        for answer, (_, labels) in zip(answers, part, strict=True):
            known = labels < len(CLASSES)
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


def record(folder: Path = weights.FOLDER, report: Callable[[Iterable], Iterable] = iter) -> dict:
    """Three tables: FASSEG's test part, without those photographs that are in its training part, too; the same faces with something in
    front; and photographs of `people` that are not trained on, of whom none wears glasses by name, with something in front."""
    net, things = network(folder), known.things(report)
    outlined = known.of_fasseg("test", report)
    photographs = known.held_out()
    return {
        "weights": weights.which("parser", folder),
        "fasseg": table(counts(net, [plain(face)[:2] for face in outlined], report), _OUTLINED),
        "fasseg_with_things": table(counts(net, with_things(outlined, things), report)),
        "photographs_with_things": table(counts(net, with_things(photographs, things), report), _PASTED),
        "n": {"fasseg": len(outlined), "photographs": len(photographs)},
    }


def as_text(found: dict) -> str:
    """The tables side by side, for a terminal."""
    tables = ("fasseg", "fasseg_with_things", "photographs_with_things")
    rows = [f"{'IoU, %':12}" + "".join(f"{name.replace('_', ' '):>26}" for name in tables)]
    for name in CLASSES:
        cells = [found[each].get(name) for each in tables]
        said = [
            f"{100 * cell['iou']:.1f} ({100 * cell['interval_95'][0]:.1f} to {100 * cell['interval_95'][1]:.1f})" if cell else ""
            for cell in cells
        ]
        rows.append(f"{name:12}" + "".join(f"{text:>26}" for text in said))
    return "\n".join(rows)
