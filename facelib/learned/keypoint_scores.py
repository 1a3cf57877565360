"""What `facelib evaluate keypoints` measures: the scores of a network, stage by stage, and those of other seeds beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from facelib.datasets.frame import Frame
from facelib.learned import evaluate_keypoints as evaluation
from facelib.learned import keypoint_study, labeller, weights
from facelib.learned.keypoint_faces import is_put_right


def record(
    folder: Path,
    frames: Sequence[Frame],
    boxes: str = "labels",
    is_ytf68: bool = True,
    also: Sequence[Path] = (),
    report: Callable[[Iterable], Iterable] = iter,
) -> dict:
    """The numbers to print and to save.

    Parameters
    ----------
    folder : Path
        Of the network, as `facelib train keypoints` wrote it.
    frames : sequence of Frame
        With their labels as they are.
    boxes : {"labels", "detected", "given"}
        As for `evaluate_keypoints.answers`.
    is_ytf68 : bool
        Whether the labels are those of ytf68, for which allowances are known (`labeller.stages`).
    also : sequence of Path
        Folders of the same recipe with other seeds.
    report : callable
        Wraps the batches, as tqdm does.

    Returns
    -------
    dict
        `KeypointScores.summary` after the last stage, and before it `model`, `labeller` (None where there is no such stage), `boxes` and
        `people_trained_on`, how many of these people any of the networks knows; `stages`, of `evaluate_keypoints.by_stage`; with `also`,
        `seeds`: the `networks`, and as `stages` what `evaluate_keypoints.over_seeds` gives.

    Raises
    ------
    ValueError
        `also` holds a run that differs in more than its seed, has a seed a second time, or was not given to `facelib train labeller`
        where the first was.
    """
    folders = [folder, *also]
    cards = [weights.card("keypoints", each) for each in folders]
    _check_seeds(folders, cards)
    runs = [_stages(each, frames, boxes, is_ytf68, report) for each in folders]
    for each, stages in zip(folders, runs, strict=True):
        if list(stages) != list(runs[0]):
            raise ValueError(f"{each}: expected the stages {list(runs[0])}, got {list(stages)}; run `facelib train labeller` for it")
    known = {person for card in cards for person in card["people_trained_on"]}
    rows = [evaluation.by_stage(stages) for stages in runs]
    numbers = {
        "model": weights.which("keypoints", folder),
        "labeller": weights.which(weights.LABELLER, folder) if labeller.HABITS in runs[0] else None,
        "boxes": boxes,
        "people_trained_on": len(known & {frame.person for frame in frames}),
        **list(runs[0].values())[-1].summary(),
        "stages": rows[0],
    }
    if also:
        numbers["seeds"] = {"networks": [weights.which("keypoints", each) for each in folders], "stages": evaluation.over_seeds(rows)}
    return numbers


def _stages(folder: Path, frames: Sequence[Frame], boxes: str, is_ytf68: bool, report: Callable) -> dict[str, evaluation.KeypointScores]:
    config, net = weights.card("keypoints", folder)["config"], weights.keypoint_network(folder)
    found = evaluation.answers_of(net, frames, boxes, size=config["size"], report=report)
    fitted = weights.labeller(boxes, folder) if is_ytf68 else None
    return found.score_each(labeller.stages(found.points, found.boxes, is_ytf68 and is_put_right(**config), fitted))


def _check_seeds(folders: Sequence[Path], cards: Sequence[dict]) -> None:
    """Refuse runs that differ in more than their seed, or not in that."""
    recipes = [(keypoint_study.changes(card["config"]), card["pictures_seen"]) for card in cards]
    for folder, recipe in zip(folders, recipes, strict=True):
        if recipe != recipes[0]:
            raise ValueError(f"{folder}: expected a run of the recipe {recipes[0]} with another seed, got {recipe}")
    seeds = [card["seed"] for card in cards]
    if len(set(seeds)) < len(seeds):
        raise ValueError(f"{folders[-1]}: expected runs that differ in their seed, got the seeds {seeds}")
