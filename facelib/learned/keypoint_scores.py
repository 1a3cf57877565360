"""What `facelib evaluate keypoints` measures: the scores of a network, what its doubts are worth, and other seeds beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from facelib import metrics
from facelib.datasets.frame import Frame
from facelib.learned import confidence, weights
from facelib.learned import evaluate_keypoints as evaluation
from facelib.learned.keypoint_config import recipe

_SCORE = "nme_inter_ocular"


def record(
    folder: Path,
    frames: Sequence[Frame],
    boxes: Sequence[str] = ("labels", "detected"),
    also: Sequence[Path] = (),
    report: Callable[[Iterable], Iterable] = iter,
) -> dict:
    """The numbers to print and to save.

    Parameters
    ----------
    folder : Path
        Of the network, as `facelib train keypoints` wrote it.
    frames : sequence of Frame
        Labelled, and not trained on.
    boxes : sequence of {"labels", "detected", "given"}
        As for `evaluate_keypoints.answers`.
    also : sequence of Path
        Folders of the same recipe with other seeds.
    report : callable
        Wraps the batches, as tqdm does.

    Returns
    -------
    dict
        `model`; `people_trained_on`, how many of these people any of the networks knows; and for each kind of box
        `KeypointScores.summary`, `mean_face`, the error of the mean face laid into the boxes; `shifted`, of `Answers.shifted`;
        `reliability` of the expected errors; and with `also`, `seeds`: the `networks`, the error of `each`, their `mean`, and their
        standard deviation, `spread`, in percent.

    Raises
    ------
    ValueError
        `also` holds a run that differs in more than its seed, or has a seed a second time.
    """
    folders = [folder, *also]
    cards = [weights.card("keypoints", each) for each in folders]
    _check_seeds(folders, cards)
    known = {person for card in cards for person in card["people_trained_on"]}
    numbers = {
        "model": weights.which("keypoints", folder),
        "people_trained_on": len(known & set(weights.digests(frame.person for frame in frames))),
    }
    return numbers | {kind: _of(kind, folders, frames, report) for kind in boxes}


def _of(boxes: str, folders: Sequence[Path], frames: Sequence[Frame], report: Callable) -> dict:
    found = [_answers(each, frames, boxes, report) for each in folders]
    scores, first = [each.score() for each in found], found[0]
    expected = weights.keypoint_calibration(folders[0]).expected_errors(first.reading)
    numbers = {
        **scores[0].summary(),
        "mean_face": first.of_the_mean_face(),
        "shifted": first.shifted(),
        "reliability": confidence.judge(expected, metrics.point_errors(first.reading.points, first.truth)),
    }
    if len(folders) > 1:
        each = [round(float(score.faces[_SCORE].mean()), 3) for score in scores]
        numbers["seeds"] = {
            "networks": [weights.which("keypoints", folder) for folder in folders],
            "each": each,
            "mean": round(float(np.mean(each)), 3),
            "spread": round(float(np.std(each, ddof=1)), 3),
        }
    return numbers


def _answers(folder: Path, frames: Sequence[Frame], boxes: str, report: Callable) -> evaluation.Answers:
    return evaluation.answers_of(weights.keypoint_reader(folder), frames, boxes, size=weights.keypoint_size(folder), report=report)


def _check_seeds(folders: Sequence[Path], cards: Sequence[dict]) -> None:
    """Refuse runs that differ in more than their seed, or not in that."""
    for folder, card in zip(folders, cards, strict=True):
        if recipe(card) != recipe(cards[0]):
            raise ValueError(f"{folder}: expected a run like {folders[0]} with another seed, got another recipe or other data")
    seeds = [card["seed"] for card in cards]
    if len(set(seeds)) < len(seeds):
        raise ValueError(f"{folders[-1]}: expected runs that differ in their seed, got the seeds {seeds}")
