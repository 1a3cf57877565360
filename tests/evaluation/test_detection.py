import json
from dataclasses import dataclass

import numpy as np
import pytest

from facelib import detect, images, keypoints
from facelib.evaluation import detection


@dataclass
class Drawn:
    """A frame that needs no file."""

    picture: np.ndarray
    points: np.ndarray
    person: str

    def grey(self):
        return self.picture


@pytest.fixture
def frames():
    flat = np.full((140, 171), 90, np.uint8)
    return [Drawn(flat, keypoints.mean_shape() * 60 + (80 + i, 70), f"person {i // 2}") for i in range(8)]


def test_right_boxes_and_boxes_elsewhere_are_told_apart(frames):
    boxes = iter([keypoints.face_box(frame.points) for frame in frames])
    scores = detection.evaluate(frames, lambda grey: np.stack([(0, 0, 200, 20), next(boxes)]))
    record = scores.summary()
    assert (record["n"], record["people"]) == (8, 4)
    assert (record["correct"], record["nearly_correct"], record["largest_is_correct"]) == (100, 100, 0)
    assert record["elsewhere_per_picture"] == 1
    assert record["mean_overlap"] == 1
    json.dumps(record)


def test_half_a_box_to_the_side_is_not_correct(frames):
    """Two equal squares half a side apart overlap by a third."""
    boxes = iter([keypoints.face_box(frame.points) for frame in frames])

    def find(grey):
        box = next(boxes)
        return (box + (box[2] / 2, 0, 0, 0))[None]

    scores = detection.evaluate(frames, find)
    np.testing.assert_allclose(scores.best, 1 / 3)
    assert scores.summary()["correct"] == 0
    assert scores.summary()["elsewhere_per_picture"] == 0


def test_nothing_found(frames):
    record = detection.evaluate(frames, lambda grey: np.empty((0, 4))).summary()
    assert (record["correct"], record["elsewhere_per_picture"], record["mean_overlap"]) == (0, 0, None)
    json.dumps(record)


def test_the_right_box_turns_with_the_picture():
    """A detector that cannot fail: a white square, found by its brightness."""
    picture = np.zeros((140, 171), np.uint8)
    points = keypoints.mean_shape() * 40 + (100, 60)
    x, y, width, height = np.round(keypoints.face_box(points)).astype(int)
    picture[y : y + height, x : x + width] = 255

    def find(grey):
        rows, columns = np.nonzero(grey == 255)
        middle = np.array([columns.min() + columns.max() + 1, rows.min() + rows.max() + 1]) / 2
        return np.array([[*(middle - width / 2), width, height]])

    scores = detection.evaluate([Drawn(picture, points, "one")] * 2, find, degrees=30)
    assert (scores.best > 0.9).all()


def test_comparison_is_told(collins):
    box = detect.find_faces(collins)[0]
    frame = Drawn(images.to_bytes(images.to_grey(collins)), keypoints.shape_in_box(box), "Eileen Collins")
    record = detection.compare([frame])
    assert record["turned_by"]["0"]["correct"] == 100
    said = detection.as_text(record)
    assert all(name in said for name in detection.CASCADES)
    with pytest.raises(ValueError, match="one or more"):
        detection.evaluate([])
