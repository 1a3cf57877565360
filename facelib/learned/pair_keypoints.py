"""Joining two trained keypoint networks into one that ships: a finder, and a refiner that takes over from its answer."""

from __future__ import annotations

import json
from pathlib import Path

from facelib import records
from facelib.learned import checkpoint, weights
from facelib.learned.keypoint_faces import RenderedFaces, choose
from facelib.learned.keypoint_net import PAIR, Heatmaps, Pair
from facelib.learned.keypoint_study import changes
from facelib.learned.train_keypoints import LICENCE, judged

_ALIKE = ("photographs", "corrected", "size", "seed", "people_trained_on")


def run(data: str | Path, finder: Path, refiner: Path, folder: Path) -> dict:
    """Write `keypoints.safetensors` with both, its card and its history into a folder; return the card.

    The doubts are calibrated, and the pair is judged, on ytf68's validation people.

    Parameters
    ----------
    data : str or Path
        ytf68, or a folder in its layout.
    finder, refiner : Path
        Folders that `facelib train keypoints` wrote, of networks of heatmaps with one seed, trained on the same people.
    folder : Path

    Raises
    ------
    ValueError
        The two do not go together.
    FileExistsError
        The folder holds a network, or a run, already.
    """
    checkpoint.refuse_run(folder)
    places = {"finder": finder, "refiner": refiner}
    cards = {part: weights.card("keypoints", place) for part, place in places.items()}
    _check(places, cards)
    first = cards["finder"]
    config = first["config"]
    faces = choose(data, config["photographs"], RenderedFaces(), config["corrected"], "refuse", None)
    pair = Pair(*(weights.load(Heatmaps(), "keypoints", place) for place in places.values())).eval()
    card = {
        "what": f"68 keypoints of a face in a grey crop of {config['size']} pixels: a finder and a refiner, both heatmaps; moving averages",
        **records.made_by("facelib train pair FINDER REFINER --data ytf68 --out DIR"),
        **{key: first[key] for key in ("data", "held_out", "people_trained_on")},
        "pictures_seen": sum(made["pictures_seen"] for made in cards.values()),
        "seed": first["seed"],
        "config": {**config, "network": PAIR, "refiner": changes(cards["refiner"]["config"])},
        "parts": {part: {key: made[key] for key in ("command", "date", "hardware", "seconds", "sha256")} for part, made in cards.items()},
        **judged(pair, faces, config["size"]),
        "seconds": sum(made["seconds"] for made in cards.values()),
        "software": first["software"],
        "licence": LICENCE,
    }
    weights.save(pair, "keypoints", card, folder)
    rows = [{"part": part, **row} for part, place in places.items() for row in weights.history("keypoints", place)]
    (folder / "keypoints-history.json").write_text(json.dumps(rows, indent=1) + "\n")
    return card


def _check(places: dict[str, Path], cards: dict[str, dict]) -> None:
    for part, made in cards.items():
        if made["config"]["network"] != "heatmaps":
            raise ValueError(f"{places[part]}: expected a network of heatmaps as the {part}, got {made['config']['network']!r}")
    of = {part: {**made["config"], **made} for part, made in cards.items()}
    for key in _ALIKE:
        if of["finder"][key] != of["refiner"][key]:
            said = "other people" if key == "people_trained_on" else f"{key} {of['finder'][key]} and {of['refiner'][key]}"
            raise ValueError(f"{places['refiner']}: expected a run like {places['finder']} but for its augmentation, got {said}")
