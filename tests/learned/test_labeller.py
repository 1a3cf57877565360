"""A labeller who is made up: what is known of it must be found in its labels."""

import itertools
import json

import numpy as np
import pytest

from facelib import keypoints, metrics
from facelib.datasets import ytf68_offset
from facelib.learned import labeller, weights
from facelib.learned.evaluate_keypoints import by_stage, over_seeds, score


def drawn(count, seed, noise=1.0):
    """Faces about 80 pixels large, answers a little beside them, and labels of one who pulls the jaw of a wide face down and errs as a
    whole, by a shift for each face."""
    rng = np.random.default_rng(seed)
    modes = (rng.normal(size=(count, 10)) @ keypoints.shape_modes().reshape(10, -1)).reshape(-1, 68, 2)
    upright = keypoints.mean_shape() + modes
    wide = np.ptp(upright[..., 0], axis=1)
    labels = upright.copy()
    labels[:, :17, 1] += 0.5 * (wide - wide.mean())[:, None]
    matrices = [keypoints.similarity(keypoints.mean_shape(), placed) for placed in places(rng, count)]
    faces, labels = (np.stack([keypoints.transform(m, s) for m, s in zip(matrices, shapes, strict=True)]) for shapes in (upright, labels))
    labels += rng.normal(0, 2, (count, 1, 2))
    return faces + rng.normal(0, noise, faces.shape), [keypoints.face_box(label) for label in labels], labels


def places(rng, count):
    turns, sizes = rng.uniform(-0.3, 0.3, count), rng.uniform(60, 100, count)
    for turn, size in zip(turns, sizes, strict=True):
        matrix = size * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        yield keypoints.mean_shape() @ matrix.T + rng.uniform(80, 120, 2)


def error(points, labels):
    return 100 * metrics.nme(points, labels).mean()


def test_habits_and_what_a_box_tells_are_found_on_faces_that_were_not_fitted():
    fitted = labeller.fit(*drawn(800, seed=0))
    points, boxes, labels = drawn(200, seed=1)
    made = labeller.stages(points, boxes, put_right=False, labeller=fitted)
    plain, habits, placed, sized = (error(each, labels) for each in made.values())
    assert list(made) == [labeller.AS_ANSWERED, labeller.HABITS, labeller.PLACE, labeller.SIZE]
    assert habits < plain - 0.1
    assert placed < 0.75 * habits  # the shift of a whole label is in its box
    assert fitted.place.weight.abs().max() > 0.5
    assert sized <= placed + 0.01


def test_a_labels_size_is_found_in_the_size_of_its_box():
    def grown(count, seed):
        points, _, labels = drawn(count, seed)
        middles = labels.mean(axis=1, keepdims=True)
        labels = middles + np.random.default_rng(seed).normal(1, 0.05, (count, 1, 1)) * (labels - middles)
        return points, [keypoints.face_box(label) for label in labels], labels

    fitted = labeller.fit(*grown(800, seed=0))
    points, boxes, labels = grown(200, seed=1)
    made = labeller.stages(points, boxes, put_right=False, labeller=fitted)
    assert error(made[labeller.SIZE], labels) < 0.75 * error(made[labeller.PLACE], labels)
    assert fitted.size.weight.abs().max() > 0.25  # where the jaw ends, half a side from the middle


def test_a_box_that_knows_nothing_of_the_label_tells_nothing():
    points, _, labels = drawn(800, seed=0)
    boxes = [keypoints.face_box(shape) + np.r_[np.random.default_rng(i).normal(0, 3, 2), 0, 0] for i, shape in enumerate(points)]
    fitted = labeller.fit(points, boxes, labels)
    points, _, labels = drawn(200, seed=1)
    boxes = [keypoints.face_box(shape) + np.r_[np.random.default_rng(i).normal(0, 3, 2), 0, 0] for i, shape in enumerate(points)]
    (_, habits, _, told) = labeller.stages(points, boxes, put_right=False, labeller=fitted).values()
    assert error(told, labels) == pytest.approx(error(habits, labels), rel=0.01)
    assert fitted.place.weight.abs().max() < 0.2
    assert fitted.size.weight.abs().max() < 0.2


def test_habits_move_with_the_face():
    fitted = labeller.fit(*drawn(300, seed=0))
    points, _, _ = drawn(5, seed=1)
    turned = np.array([[1.2, -0.9, 30.0], [0.9, 1.2, -7.0]])
    moved = fitted.with_habits(keypoints.transform(turned, points))
    np.testing.assert_allclose(moved, keypoints.transform(turned, fitted.with_habits(points)), atol=1e-3)


def test_labels_shift_before_all_else():
    points, boxes, labels = drawn(50, seed=0)
    plain = labeller.stages(points, boxes)
    assert list(plain) == [labeller.AS_ANSWERED, labeller.SHIFTED]
    np.testing.assert_array_equal(plain[labeller.SHIFTED], ytf68_offset.as_labelled(points))
    fitted = labeller.fit(points, boxes, labels)
    made = labeller.stages(points, boxes, labeller=fitted)
    np.testing.assert_array_equal(made[labeller.HABITS], fitted.with_habits(plain[labeller.SHIFTED]))


def test_a_labeller_belongs_to_the_network_whose_answers_it_was_fitted_to(tmp_path):
    points, boxes, labels = drawn(200, seed=0)
    fitted = labeller.fit(points, boxes, labels)
    (tmp_path / "keypoints.json").write_text(json.dumps({"sha256": "one"}))
    assert weights.labeller("labels", tmp_path) is None
    weights.save_labellers({"labels": fitted}, {"what": "of a test"}, tmp_path)
    again = weights.labeller("labels", tmp_path)
    np.testing.assert_allclose(again.in_places(points, boxes), fitted.in_places(points, boxes), atol=0.05)  # half precision
    np.testing.assert_allclose(again.in_sizes(points, boxes), fitted.in_sizes(points, boxes), atol=0.05)
    np.testing.assert_allclose(again.with_habits(points), fitted.with_habits(points), atol=0.05)
    assert weights.labeller("detected", tmp_path) is None
    (tmp_path / "keypoints.json").write_text(json.dumps({"sha256": "another"}))
    with pytest.raises(weights.WeightsError, match=r"keypoints-labeller.*another network.*train labeller"):
        weights.labeller("labels", tmp_path)


def test_stages_are_compared_on_the_same_faces():
    points, boxes, labels = drawn(60, seed=0)
    people = [f"person {i // 3}" for i in range(60)]
    fitted = labeller.fit(points, boxes, labels)
    made = labeller.stages(points, boxes, put_right=False, labeller=fitted)
    rows = by_stage({name: score(each, labels, people) for name, each in made.items()})
    assert [row["name"] for row in rows] == list(made)
    assert "less" not in rows[0]
    for before, row in itertools.pairwise(rows):
        assert row["less"] == pytest.approx(before["nme_inter_ocular"] - row["nme_inter_ocular"], abs=0.002)
        assert row["less_95"][0] <= row["less"] <= row["less_95"][1]
    other = [*rows[:-1], rows[-1] | {"nme_inter_ocular": rows[-1]["nme_inter_ocular"] + 1}]
    seeds = over_seeds([rows, other])
    assert [row["name"] for row in seeds] == list(made)
    assert all(row["spread"] == 0 for row in seeds[:-1])
    assert seeds[-1] == {
        "name": rows[-1]["name"],
        "each": [rows[-1]["nme_inter_ocular"], other[-1]["nme_inter_ocular"]],
        "mean": pytest.approx(rows[-1]["nme_inter_ocular"] + 0.5, abs=0.001),
        "spread": 0.707,
    }
