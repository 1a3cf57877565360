"""Runs side by side: the shipped network under several cards, on frames made of the two portraits."""

import dataclasses

import numpy as np
import pytest

from facelib import images
from facelib.datasets.frame import Frame
from facelib.learned import keypoint_net, onnx_net, weights
from facelib.learned import keypoint_study as study
from facelib.learned.train_keypoints import KeypointConfig

USUAL = dataclasses.asdict(KeypointConfig())


@pytest.fixture(scope="module")
def frames(tmp_path_factory, collins, hopper, collins_on_hopper):
    folder, made = tmp_path_factory.mktemp("frames"), []
    for person, picture, points in (
        ("Eileen_Collins", collins, collins_on_hopper.source_points),
        ("Grace_Hopper", hopper, collins_on_hopper.target_points),
    ):
        for number in range(3):
            file = folder / f"{person}_{number}.png"
            images.save(picture, file)
            made.append(Frame(file, person, (points + (2 * number, 0)).astype(np.float32)))
    return made


def run(place, **changed):
    """A folder as `facelib train keypoints` leaves it, with the weights of the finder that ships."""
    card = weights.card("keypoints") | {"config": USUAL | changed, "seed": changed.get("seed", 0), "pictures_seen": 1000}
    shipped = weights.load(keypoint_net.build(keypoint_net.PAIR, USUAL["size"]), "keypoints")
    weights.save(shipped.finder, "keypoints", card, place)
    return place


def test_a_run_is_named_by_what_it_changes():
    assert study.changes(USUAL) == study.RECIPE
    assert study.changes(USUAL | {"seed": 3, "pictures": 7, "precision": "bf16"}) == study.RECIPE
    changed = dataclasses.asdict(KeypointConfig(batch=7, augmentation=dataclasses.replace(KeypointConfig().augmentation, hardness=0.25)))
    assert study.changes(USUAL | {"weights": [["distance", 1.0], ["cross_entropy", 0.0]]}) == "weights.cross_entropy 0.0"
    assert study.changes(changed) == "batch 7, augmentation.hardness 0.25"


def test_seeds_are_one_row_and_choices_are_set_against_the_recipe(tmp_path, frames):
    shifted = run(tmp_path / "as_labelled", corrected=False)
    rows = study.compare([run(tmp_path / "one"), run(tmp_path / "two", seed=1), shifted], frames)
    recipe, other = rows
    assert (recipe["name"], recipe["seeds"]) == (study.RECIPE, [0, 1])
    assert recipe["spread"] == 0
    assert recipe["each"] == [recipe["nme"]] * 2
    assert "more" not in recipe
    assert (other["name"], other["spread"]) == ("corrected False", None)
    assert other["more"] == pytest.approx(other["nme"] - recipe["nme"], abs=0.002)
    low, high = other["more_95"]
    assert low <= other["more"] <= high
    assert abs(other["more"]) > 0.02  # the labels' shift is added to one and not to the other
    assert recipe["hard"] > recipe["nme"]
    assert recipe["warned_of"] == {"faces": 0, "nothing": 100, "nothing_n": len(frames)}
    text = study.as_text(rows)
    assert study.RECIPE in text
    assert f"{other['more']:+.2f}" in text


def test_rows_of_runs_that_are_gone_stay():
    old = [{"name": "a", "pictures": 1, "nme": 4.0}, {"name": "b", "pictures": 1, "nme": 5.0}]
    again, longer = {"name": "b", "pictures": 1, "nme": 4.9}, {"name": "b", "pictures": 2, "nme": 4.5}
    assert study.added(old, [again, longer]) == [*old, longer]


def test_more_looks_take_longer(tmp_path, frames):
    rows = {row["name"]: row for row in study.readings(run(tmp_path / "one"), frames)}
    assert list(rows) == list(study.READINGS)
    assert rows["two looks, the second mirrored too"]["milliseconds"] > rows["one look"]["milliseconds"] > 0
    assert all(row["labels"] > 0 and row["detected"] > 0 for row in rows.values())
    assert all((row["milliseconds_onnx"] is None) != onnx_net.is_here() for row in rows.values())
