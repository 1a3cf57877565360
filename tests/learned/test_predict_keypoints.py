import cv2
import numpy as np
import pytest
import torch

from facelib import detect, images, keypoints
from facelib.learned import crops, predict_keypoints, weights


class AlwaysTheMean(torch.nn.Module):
    """A network that answers the mean shape, whatever it sees, with a known spread."""

    def __init__(self, spread=0.1):
        super().__init__()
        self.weight, self.width = torch.nn.Parameter(torch.zeros(1)), spread

    def forward(self, inputs):
        return inputs

    def read(self, output):
        return torch.from_numpy(crops.canonical_shape()).float().expand(len(output), -1, -1)

    def spread(self, output):
        return torch.full((len(output), 68), self.width)


BOX = np.array([40.0, 30.0, 90.0, 90.0])


def test_prediction_is_mapped_back_to_the_picture():
    points = predict_keypoints.predict(AlwaysTheMean(), [np.zeros((200, 220), np.float32)], [BOX], passes=3)
    np.testing.assert_allclose(points[0], keypoints.shape_in_box(BOX), atol=0.01)
    assert points.dtype == np.float32
    assert points.shape == (1, 68, 2)


def test_points_that_fall_together_in_a_later_look_are_not_believed():
    class Shrinks(AlwaysTheMean):
        def read(self, output):
            return 0.2 * super().read(output)

    once, often = (predict_keypoints.read(Shrinks(), [np.zeros((200, 220), np.float32)], [BOX], passes=n) for n in (1, 3))
    np.testing.assert_allclose(often.points, once.points)
    np.testing.assert_allclose(often.spread, once.spread)


class Counts(AlwaysTheMean):
    """Answers the mean shape, moved by a share of the crop's half that gets smaller with each look; counts the faces that it saw."""

    def __init__(self, steps, spread=0.1):
        super().__init__(spread)
        self.steps, self.faces = steps, []

    def read(self, output):
        self.faces.append(len(output))
        return super().read(output) + self.steps[len(self.faces) - 1]


GREY = np.zeros((200, 220), np.float32)


def test_a_face_is_looked_at_until_its_crop_stays():
    still, moves = Counts([0.3, 0.005]), Counts([0.3, 0.1, 0.005])
    for net, looks in ((still, 2), (moves, 3)):
        predict_keypoints.read(net, [GREY], [BOX], passes=5)
        assert net.faces == [1] * looks
    once = Counts([0.3])
    predict_keypoints.read(once, [GREY], [BOX], passes=1)
    assert once.faces == [1]
    mirrored = Counts([0.3, 0.005])
    predict_keypoints.read(mirrored, [GREY], [BOX], mirrored=True)
    assert mirrored.faces == [1, 2]


def test_faces_that_stay_wait_for_those_that_move(collins, hopper, collins_on_hopper):
    """Each has the answer that it has by itself, however long another takes."""
    greys = [images.to_grey(picture) for picture in (collins, hopper)]
    x, y, side, _ = collins_on_hopper.target_box
    boxes = [collins_on_hopper.source_box, np.array([x + 0.25 * side, y, side, side])]
    net = weights.keypoint_network()
    both = predict_keypoints.read(net, greys, boxes)
    for number, (grey, box) in enumerate(zip(greys, boxes, strict=True)):
        alone = predict_keypoints.read(net, [grey], [box])
        # pixels; a batch rounds otherwise. A look more or less would move them by .3 and 1.9.
        np.testing.assert_allclose(both.points[number], alone.points[0], atol=0.05)
        np.testing.assert_allclose(both.spread[number], alone.spread[0], atol=0.01)


def test_the_first_look_keeps_a_say_in_the_doubts():
    """Two looks that disagree are a doubt, however sure each is."""
    steady, restless = (predict_keypoints.read(Counts([0.0, move], spread=0.1), [GREY], [BOX], passes=2).spread for move in (0.0, 0.5))
    assert restless.mean() > 1.5 * steady.mean()


def test_spread_is_in_the_pictures_pixels():
    """Twice the face, twice the spread; what the two readings differ by comes on top."""
    grey = np.zeros((400, 420), np.uint8)
    small, large = (predict_keypoints.read(AlwaysTheMean(), [grey], [scale * BOX]).spread for scale in (1, 2))
    np.testing.assert_allclose(large, 2 * small, rtol=1e-3)
    crop_pixel = np.ptp(keypoints.shape_in_box(BOX), axis=0).max() / (crops.FILL * crops.SIZE)
    assert (small >= 0.1 * crops.SIZE / 2 * crop_pixel - 1e-3).all()
    sure = predict_keypoints.read(AlwaysTheMean(0.0), [grey], [BOX]).spread
    np.testing.assert_allclose(small**2 - sure**2, (0.1 * crops.SIZE / 2 * crop_pixel) ** 2, rtol=1e-3)


def test_pictures_of_different_sizes_go_together(collins, hopper, collins_on_hopper):
    greys = [images.to_grey(picture) for picture in (collins, hopper)]
    faces = [detect.find_faces(picture)[0] for picture in (collins, hopper)]
    both = predict_keypoints.predict(weights.keypoint_network(), greys, faces)
    np.testing.assert_allclose(both[0], collins_on_hopper.source_points, atol=0.05)
    np.testing.assert_allclose(both[1], collins_on_hopper.target_points, atol=0.05)


def test_the_mirrored_picture_has_the_mirrored_points(collins, collins_on_hopper):
    """The readings come in mirrored pairs, so this holds but for the box, which differs by rounding."""
    width = collins.shape[1]
    x, y, side, _ = collins_on_hopper.source_box
    points = keypoints.predict([collins], [[x, y, side, side]])[0]
    mirrored = keypoints.predict([collins[:, ::-1].copy()], [[width - x - side, y, side, side]])[0]
    eyes = np.linalg.norm(points[36] - points[45])
    assert np.linalg.norm(keypoints.mirror(mirrored, width) - points, axis=1).mean() < 0.03 * eyes


def test_expected_errors_grow_where_there_is_no_face(collins, collins_on_hopper):
    box = collins_on_hopper.source_box
    _, there = keypoints.predict_with_errors([collins], [box])
    _, elsewhere = keypoints.predict_with_errors([collins], [[10, 330, 95, 95]])  # the flag and a sleeve
    assert there.shape == (1, 68)
    assert there.mean() < keypoints.UNSURE < elsewhere.mean()


@pytest.mark.parametrize("degrees", [75, 180])
def test_a_face_on_its_side_is_doubted(hopper, collins_on_hopper, degrees):
    points = collins_on_hopper.target_points
    turn = cv2.getRotationMatrix2D(tuple(map(float, points.mean(axis=0))), degrees, 1)
    turned = cv2.warpAffine(hopper, turn, hopper.shape[1::-1])
    _, errors = keypoints.predict_with_errors([turned], [collins_on_hopper.target_box])
    assert errors.mean() > keypoints.UNSURE
