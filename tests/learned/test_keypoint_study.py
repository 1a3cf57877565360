"""Runs side by side: the shipped network under several cards, on frames made of the two portraits."""

import dataclasses

import numpy as np
import pytest

from facelib import images
from facelib.datasets.frame import Frame
from facelib.learned import keypoint_net, keypoint_scores, weights
from facelib.learned import keypoint_study as study
from facelib.learned.train_keypoints import KeypointConfig, changes


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
    """A folder as `facelib train keypoints` leaves it, with the weights that ship."""
    shipped = weights.card("keypoints")
    config = shipped["config"] | changed
    net = weights.load(keypoint_net.NETWORKS[config["network"]](config["size"]), "keypoints")
    weights.save(net, "keypoints", shipped | {"config": config, "seed": changed.get("seed", 0)}, place)
    (place / "keypoints-history.json").write_text('[{"pictures": 7, "nme_inter_ocular": 4.0}]')
    return place


def test_a_run_is_named_by_what_it_changes():
    config = KeypointConfig()
    assert changes(dataclasses.replace(config, seed=3, precision="bf16")) == {}
    harder = dataclasses.replace(config, batch=7, augmentation=dataclasses.replace(config.augmentation, hardness=0.25))
    assert changes(harder) == {"batch": 7, "augmentation.hardness": 0.25}
    assert changes(dataclasses.replace(config, weights=(("distance", 0.0), *config.weights[1:]))) == {"weights.distance": 0.0}


def test_seeds_are_one_row_and_choices_are_set_against_the_first(tmp_path, frames):
    rows = study.compare([run(tmp_path / "one"), run(tmp_path / "two", seed=1), run(tmp_path / "small", size=64)], frames)
    recipe, other = rows
    assert (recipe["name"], recipe["seeds"], recipe["spread"]) == ("one", [0, 1], 0)
    assert recipe["each"] == [recipe["nme"]] * 2
    assert "more" not in recipe
    assert recipe["curve"] == [[7, 4.0]]
    assert (other["name"], other["spread"]) == ("small", None)
    assert other["more"] == pytest.approx(other["nme"] - recipe["nme"], abs=0.002)
    low, high = other["more_95"]
    assert low <= other["more"] <= high
    assert f"{other['more']:+.2f}" in study.as_text(rows)


def test_rows_of_runs_that_are_gone_stay():
    old, again, new = [{"name": "a", "nme": 4.0}, {"name": "b", "nme": 5.0}], {"name": "b", "nme": 4.9}, {"name": "c", "nme": 4.5}
    assert study.added(old, [again, new]) == [*old, new]


def test_other_seeds_are_of_the_same_recipe(tmp_path, frames):
    one, two, small = run(tmp_path / "one"), run(tmp_path / "two", seed=1), run(tmp_path / "small", size=64, seed=2)
    seeds = keypoint_scores.record(one, frames, ["labels"], [two])["labels"]["seeds"]
    assert (len(seeds["each"]), seeds["spread"]) == (2, 0)
    with pytest.raises(ValueError, match=r"small: expected a run like .*one with another seed, got another recipe"):
        keypoint_scores.record(one, frames, also=[small])
    with pytest.raises(ValueError, match=r"expected runs that differ in their seed, got the seeds \[0, 0\]"):
        keypoint_scores.record(one, frames, also=[one])


def test_a_constant_shift_of_labels_is_told_from_error(tmp_path, frames):
    place = run(tmp_path / "one")
    right = keypoint_scores.record(place, frames[:1])["labels"]
    moved = dataclasses.replace(frames[0], points=frames[0].points + np.float32([12, 0]))
    beside = keypoint_scores.record(place, [moved])["labels"]
    assert beside["nme_inter_ocular"] > right["nme_inter_ocular"] + 5
    assert beside["shifted"]["nme_inter_ocular"] < right["nme_inter_ocular"] + 0.5
    assert beside["shifted"]["x"] > 5
