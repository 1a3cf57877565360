"""How well labels agree with one another: how much of a model's error is theirs.

Two frames of a video may show nearly the same picture. Whatever a model answers, it answers both alike; where their labels differ all the
same, the labels are off, and the difference says by how much.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np

from facelib import bootstrap, keypoints
from facelib.datasets.frame import Frame
from facelib.learned import crops

LIKENESS = (0.8, 0.9, 0.95, 0.97, 1.0)  # edges of the bins: the correlation of two crops' middles
_MIDDLE = np.s_[12:-12, 12:-12]  # of a crop: the face


def disagreement(frames: Sequence[Frame], points: np.ndarray) -> dict:
    """How far labels are off, from pairs of like frames of one person.

    Parameters
    ----------
    frames : sequence of N Frame
    points : ndarray of shape (N, 68, 2)
        A model's answers, (x, y) in pixels: they carry the labels of one frame over to the other, whose face lies a little elsewhere.

    Returns
    -------
    dict
        `bins`: for each range of likeness `from`, `to`, `pairs`, `people`, `error` and `interval_95`: the mean distance between a label and
        where it should be, in per cent of the inter-ocular distance of the mean shape; the difference of two labels over the square
        root of 2, as for independent errors. Pairs of different people are not compared. Bins without pairs are left out.

    Notes
    -----
    Frames that follow one another may share an error of whatever made their labels, so the truth is rather larger. A model that answers two
    like frames differently makes it look larger.
    """
    corners = crops.to_pixels(crops.canonical_shape())[list(keypoints.OUTER_EYE_CORNERS)]
    eyes = np.linalg.norm(corners[0] - corners[1])
    faces, residuals, of_person = [], [], defaultdict(list)
    for number, (frame, found) in enumerate(zip(frames, points, strict=True)):
        matrix = crops.crop_matrix(found)
        face = crops.crop(frame.grey(), matrix)[_MIDDLE].astype(float)
        faces.append((face - face.mean()) / max(face.std(), 1e-6))
        residuals.append(keypoints.transform(matrix, frame.points) - keypoints.transform(matrix, found))
        of_person[frame.person].append(number)
    likeness, errors, people = [], [], []
    for person, numbers in of_person.items():
        for one, other in combinations(numbers, 2):
            likeness.append((faces[one] * faces[other]).mean())
            errors.append(100 * np.linalg.norm(residuals[one] - residuals[other], axis=1).mean() / eyes / np.sqrt(2))
            people.append(person)
    likeness, errors, people = map(np.array, (likeness, errors, people))
    bins = []
    for low, high in pairwise(LIKENESS):
        inside = (likeness >= low) & ((likeness < high) | (high == LIKENESS[-1]))
        if inside.any():
            bins.append(
                {
                    "from": low,
                    "to": high,
                    "pairs": int(inside.sum()),
                    "people": len(set(people[inside])),
                    "error": round(float(errors[inside].mean()), 2),
                    "interval_95": bootstrap.ends(errors[inside], people[inside], digits=2),
                }
            )
    return {"frames": len(frames), "bins": bins}


def as_text(record: dict) -> str:
    """A record for a person to read."""
    lines = ["likeness     pairs  people  labels off by, % of the eyes' distance"]
    for row in record["bins"]:
        low, high = row["interval_95"]
        lines.append(f"{row['from']:.2f}-{row['to']:.2f}{row['pairs']:>9}{row['people']:>8}{row['error']:>8.2f}  ({low:.2f} to {high:.2f})")
    return "\n".join(lines)
