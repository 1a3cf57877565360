import json
from dataclasses import dataclass

import numpy as np
import pytest

from facelib import keypoints, metrics
from facelib.learned import evaluate_keypoints as evaluation
from facelib.learned.predict_keypoints import Reading


@dataclass
class Drawn:
    """A frame that needs no file: grey noise, and the mean shape somewhere in it."""

    points: np.ndarray
    person: str
    path: str = "drawn.png"
    box: np.ndarray | None = None

    def grey(self):
        return np.random.default_rng(0).integers(0, 255, (121, 150), np.uint8)

    def colour(self):
        return np.repeat(self.grey()[..., None] / np.float32(255), 3, axis=2)


@pytest.fixture
def frames():
    shifts = np.random.default_rng(0).uniform(-20, 20, (10, 2))
    return [Drawn(keypoints.mean_shape() * 70 + (70, 60) + shift, f"person {i // 3}") for i, shift in enumerate(shifts)]


def faces(count, noise, seed=0):
    generator = np.random.default_rng(seed)
    truth = keypoints.mean_shape() * 90 + generator.normal(0, 2, (count, 68, 2))
    return truth + generator.normal(0, noise, truth.shape), truth


def test_perfect_points():
    _, truth = faces(7, 1)
    record = evaluation.score(truth, truth, list("aabbccd")).summary()
    assert (record["n"], record["people"], record["missed"]) == (7, 4, 0)
    assert (record["nme_inter_ocular"], record["nme_box"], record["failures_above_8"], record["auc_8"]) == (0, 0, 0, 100)
    assert record["ced"]["share"][0] == 1
    assert set(record["by_region"].values()) == {0}


def test_summary_is_the_mean_over_faces():
    guess, truth = faces(60, 5)
    record = evaluation.score(guess, truth, [str(i // 4) for i in range(60)], missed=3).summary()
    ocular = 100 * metrics.nme(guess, truth)
    assert record["n"] == 63
    assert record["nme_inter_ocular"] == pytest.approx(ocular.mean(), abs=1e-3)
    assert record["median_inter_ocular"] == pytest.approx(np.median(ocular), abs=1e-3)
    assert record["auc_10"] == pytest.approx(100 * np.mean([max(0, 1 - error / 10) for error in ocular]), abs=1e-3)
    assert record["failures_above_10"] == pytest.approx(100 * np.mean(ocular > 10), abs=1e-3)
    for name, (low, high) in record["interval_95"].items():
        assert low <= record[name] <= high
    json.dumps(record)


def test_regions_are_the_groups_that_they_hold():
    guess, truth = faces(20, 3)
    guess[:, 48:] += 4  # the mouth
    scores = evaluation.score(guess, truth, ["one"] * 20)
    record = scores.summary()
    assert max(record["by_region"], key=record["by_region"].get) == "mouth"
    assert record["by_region"]["jaw"] == scores.by_group["jaw"]
    assert sorted(group for groups in evaluation.REGIONS.values() for group in groups) == sorted(keypoints.GROUPS)


def test_every_face_is_in_one_yaw_bin():
    guess, truth = faces(50, 3)
    record = evaluation.score(guess, truth, ["one"] * 50).summary()
    assert sum(part["n"] for part in record["by_yaw"].values()) == 50
    assert record["by_yaw"]["0-15"]["n"] == 50  # all look at the camera
    assert record["by_yaw"]["45+"]["nme_inter_ocular"] is None


def test_boxes_of_labels_or_as_given_reach_the_predictor(frames):
    seen = []

    def predict(greys, boxes):
        seen.extend(boxes)
        return Reading(np.stack([keypoints.shape_in_box(box) for box in boxes]), np.zeros((len(boxes), 68)))

    found = evaluation.answers(predict, frames, batch=4)
    scores = found.score()
    assert found.of_the_mean_face() == 0
    np.testing.assert_allclose(seen, [keypoints.face_box(frame.points) for frame in frames])
    assert scores.summary()["nme_inter_ocular"] < 1e-6
    for frame in frames:
        frame.box = np.array([1, 2, 30, 40])
    seen.clear()
    evaluation.answers(predict, frames, boxes="given", batch=4)
    np.testing.assert_array_equal(seen, [(1, 2, 30, 40)] * len(frames))


def test_boxes_that_are_not_there_are_refused(frames):
    with pytest.raises(ValueError, match=r"drawn.png.*no box"):
        evaluation.answers(None, frames, boxes="given")
    with pytest.raises(ValueError, match="no box in any of 10 frames"):  # noise has no face
        evaluation.answers(None, frames, boxes="detected")
    with pytest.raises(ValueError, match="guessed"):
        evaluation.answers(None, frames, boxes="guessed")
    with pytest.raises(ValueError, match="2 names for 7 faces"):
        evaluation.score(*faces(7, 1), ["ann", "bob"])


def test_text_holds_every_number():
    guess, truth = faces(30, 4)
    summary = evaluation.score(guess, truth, [str(i // 3) for i in range(30)]).summary()
    more = {"mean_face": 7.65, "shifted": {"nme_inter_ocular": 4.32}, "seeds": {"each": [3.1, 3.3], "mean": 3.2, "spread": 0.14}}
    said = evaluation.as_text({"people_trained_on": 0, "labels": summary | more}, "labels")
    numbers = [summary[name] for name in summary["interval_95"]] + [*summary["by_region"].values(), 7.65, 4.32, 3.2, 0.14, 3.1, 3.3]
    assert all(f"{number:.2f}" in said for number in numbers)
    assert "2 seeds" in said
    assert "30 of 10 people" in said
    assert max(map(len, said.splitlines())) <= 80
