"""The forensic view: how much a face looks swapped to the network that knows this package's swaps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facelib import detect, images, keypoints
from facelib.datasets import pairs
from facelib.datasets.frame import MadeFrame
from facelib.learned import forensic_scores, weights
from facelib.learned.forensic_net import SIZE


def suspicion(crops: np.ndarray) -> np.ndarray:
    """A number for each face, more for what looks swapped.

    Parameters
    ----------
    crops : ndarray of shape (N, S, S, 3), uint8
        RGB, cut out as `facelib.datasets.pairs.face` does. The network sees 128 pixels; other sizes are brought to that first.

    Returns
    -------
    ndarray of shape (N,), float32
        Logits; the card of the weights has a threshold and how often it errs.

    Raises
    ------
    facelib.learned.weights.WeightsError
        There are no such weights.
    """
    return forensic_scores.logits(weights.detective(), np.stack([pairs.resized(crop, SIZE) for crop in crops]))


@dataclass(frozen=True)
class Suspect:
    """A face that was found, and how much it looks swapped."""

    box: np.ndarray  # (4,): x, y, width, height in pixels
    score: float  # a logit
    unsure: bool  # whether the keypoint network does not trust its own points: there may be no face at all


def suspects(picture: np.ndarray) -> list[Suspect]:
    """Every face that the package's own detection finds in a picture, the largest first.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3), float32 in [0, 1]
        RGB.
    """
    faces = detect.find_faces(picture)
    if not faces:
        return []
    points, errors = keypoints.predict_with_errors([picture] * len(faces), faces)
    whole = images.to_bytes(picture)
    crops = [pairs.face(MadeFrame(Path("face"), "", shape, made=whole), SIZE).target for shape in points]
    unsure = ~(errors.mean(axis=1) <= keypoints.UNSURE)
    boxes = [face.box for face in faces]
    return [Suspect(*one) for one in zip(boxes, suspicion(np.stack(crops)).tolist(), unsure.tolist(), strict=True)]


@dataclass(frozen=True)
class Rates:
    """How often the threshold errs on swaps in photographs of people whom the network never saw; from the card of its weights.

    The card's swaps are of crops. In whole photographs, with faces that were detected, fewer are found: of 114 pairs of strangers 93 % of
    raw composites, but 30 % of multiband's, at 4 % of false alarms.
    """

    threshold: float  # a logit
    false_alarms: float  # the share of untouched faces above it
    found: float  # the share of this package's swaps above it, every way counting the same


def rates() -> Rates:
    """Of the weights that ship."""
    scores = weights.card(forensic_scores.NAME)["scores_in_photographs"]
    return Rates(scores["threshold"], scores["false_alarms"], float(np.mean(list(scores["found"].values()))))
