"""Fitting a `Labeller` to a keypoint network's answers, on the people that the network was trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import torch

from facelib import records
from facelib.datasets import ytf68
from facelib.learned import labeller, weights
from facelib.learned.evaluate_keypoints import answers_of, by_stage
from facelib.learned.keypoint_faces import is_put_right

KINDS = ("labels", "detected")  # of boxes, each with its own labeller: what labels tell of themselves, a detector does not know


def run(data: str | Path, folder: Path = weights.FOLDER, report: Callable[[Iterable], Iterable] = iter) -> Path:
    """Write `keypoints-labeller.safetensors` and its card beside the weights of a network; return the file.

    Parameters
    ----------
    data : str or Path
        ytf68, or a folder in its layout.
    folder : Path
        Of the network, as `facelib train keypoints` wrote it.
    report : callable
        Wraps the batches, as tqdm does.

    Raises
    ------
    ValueError
        The network was trained on no photographs.
    """
    card, net = weights.card("keypoints", folder), weights.keypoint_network(folder)
    if not card["people_trained_on"]:
        raise ValueError(f"{folder}: its network was trained on no people of ytf68, so there is nobody to fit a labeller on")
    config, right = card["config"], is_put_right(**card["config"])
    frames = ytf68.load(data, card["people_trained_on"])
    made, scores = {}, {}
    for kind in KINDS:
        found = answers_of(net, frames, kind, size=config["size"], report=report)
        points = list(labeller.stages(found.points, found.boxes, right).values())[-1]
        made[kind] = labeller.fit(points, found.boxes, found.truth)
        scores[kind] = by_stage(found.score_each(labeller.stages(found.points, found.boxes, right, made[kind])))
    record = {
        "what": "how ytf68 would have labelled the answers of the keypoint network, for scores: linear, for each kind of box",
        **records.made_by("facelib train labeller --data ytf68"),
        "data": f"{len(frames)} frames of {len(card['people_trained_on'])} people, {ytf68.NAME}",
        "held_out": card["held_out"],
        "people_trained_on": card["people_trained_on"],
        "seed": card["seed"],
        "config": {"strength": labeller.STRENGTH},
        "scores": {"of": "the people trained on", **scores},
        "software": f"torch {torch.__version__}",
        "licence": card["licence"],
    }
    return weights.save_labellers(made, record, folder)
