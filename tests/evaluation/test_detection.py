import json
from dataclasses import dataclass

import cv2
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

    def colour(self):
        return images.to_float(self.picture if self.picture.ndim == 3 else cv2.cvtColor(self.picture, cv2.COLOR_GRAY2RGB))


def faces_at(*boxes, tilt=0):
    down = np.array([-np.sin(np.radians(tilt)), np.cos(np.radians(tilt))])
    points = np.array([[0, 0], [0, 0], down / 2, down, down])
    return [detect.Face(np.array(box, float), 0.9, points) for box in boxes]


@pytest.fixture
def frames():
    flat = np.full((140, 171), 90, np.uint8)
    return [Drawn(flat, keypoints.mean_shape() * 60 + (80 + i, 70), f"person {i // 2}") for i in range(8)]


def test_right_boxes_and_boxes_elsewhere_are_told_apart(frames):
    boxes = iter([keypoints.face_box(frame.points) for frame in frames])
    scores = detection.evaluate(frames, lambda picture: faces_at((0, 0, 200, 20), next(boxes)))
    record = scores.summary()
    assert (record["n"], record["people"]) == (8, 4)
    assert (record["found"], record["largest_is_right"]) == (100, 0)
    assert record["elsewhere_per_picture"] == 1
    assert record["mean_overlap"] == 1
    json.dumps(record)


def test_half_a_box_to_the_side_is_not_found(frames):
    """Two equal boxes half a width apart overlap by a third."""
    boxes = iter([keypoints.face_box(frame.points) for frame in frames])

    def find(picture):
        box = next(boxes)
        return faces_at(box + (box[2] / 2, 0, 0, 0))

    scores = detection.evaluate(frames, find)
    np.testing.assert_allclose(scores.best, 1 / 3)
    assert scores.summary()["found"] == 0
    assert scores.summary()["elsewhere_per_picture"] == 0


def test_nothing_found(frames):
    record = detection.evaluate(frames, lambda picture: []).summary()
    assert (record["found"], record["elsewhere_per_picture"], record["mean_overlap"]) == (0, 0, None)
    json.dumps(record)


def test_the_right_box_turns_with_the_picture():
    """A detector that cannot fail: a white ellipse, found by its brightness."""
    picture = np.zeros((140, 171), np.uint8)
    points = keypoints.mean_shape() * 40 + (100, 60)
    x, y, width, height = np.round(keypoints.face_box(points)).astype(int)
    cv2.ellipse(picture, ((float(x + width / 2), float(y + height / 2)), (float(width), float(height)), 0.0), 255, -1)

    def find(turned):
        rows, columns = np.nonzero(turned[..., 0] > 250)
        left, top = columns.min(), rows.min()
        return faces_at((left, top, columns.max() + 1 - left, rows.max() + 1 - top), tilt=degrees)

    for degrees in (30, 90, -120):
        scores = detection.evaluate([Drawn(picture, points, "one")], find, degrees=degrees)
        assert scores.best[0] > 0.9
        assert scores.tilt[0] < 1


def test_turning_keeps_every_pixel_in_view():
    picture = np.random.default_rng(0).integers(0, 255, (41, 70, 3), np.uint8)
    same, matrix = detection.turned(picture, 0)
    np.testing.assert_array_equal(same, picture)
    np.testing.assert_array_equal(matrix, np.eye(2, 3))
    quarter, matrix = detection.turned(picture, 90)
    np.testing.assert_array_equal(quarter[:70, :41], np.rot90(picture, -1))
    for degrees in (-33, 20, 120):
        turned, matrix = detection.turned(picture, degrees)
        corners = np.array([[0, 0], [69, 0], [0, 40], [69, 40]]) @ matrix[:, :2].T + matrix[:, 2]
        assert (corners >= -0.51).all()
        assert (corners <= np.array(turned.shape[1::-1]) - 0.49).all()


def test_comparison_is_told(collins):
    face = detect.find_faces(collins)[0]
    frame = Drawn(images.to_bytes(collins), keypoints.shape_in_box(face), "Eileen Collins")
    record = detection.compare([frame], turns=(180,))
    assert [record["turned_by"][turn]["found"] for turn in ("0", "180")] == [100, 100]
    assert record["turned_by"]["180"]["of_those_found_upright"] == 100
    assert "\n180 " in detection.as_text(record)
    with pytest.raises(ValueError, match="one or more"):
        detection.evaluate([])
