import cv2
import numpy as np
import pytest

from facelib import keypoints
from facelib.datasets import morphs


def dotted(points, side):
    """A dark square with a bright dot on each point."""
    picture = np.full((side, side, 3), 0.2, np.float32)
    for x, y in points:
        cv2.circle(picture, (round(x), round(y)), 4, (1, 1, 1), -1)
    return picture


def test_labels_move_with_the_picture():
    points = keypoints.mean_shape() * 300 + 250
    some = points[[8, 30, 36, 45, 57]]
    for frame in morphs.make(dotted(some, 500), points, "dots", 8, 0):
        at = frame.points[[8, 30, 36, 45, 57]].round().astype(int)
        assert (frame.grey()[at[:, 1], at[:, 0]] > 150).all()
        assert np.median(frame.grey()) < 60


def test_morphs_differ_and_are_repeatable():
    points = keypoints.mean_shape() * 100 + 120
    picture = np.random.default_rng(0).random((240, 241, 3), dtype=np.float32)
    first, again, other = (morphs.make(picture, points, "noise", 3, seed) for seed in (0, 0, 1))
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.grey(), two.grey())
        np.testing.assert_array_equal(one.points, two.points)
    assert not np.array_equal(first[0].points, first[1].points)
    assert not np.array_equal(first[0].points, other[0].points)
    assert first[0].size() == first[0].grey().shape == (morphs.SIDE, morphs.SIDE)
    assert {frame.person for frame in first} == {"noise"}


@pytest.mark.parametrize("seed", range(5))
def test_no_morph_folds(seed):
    points = keypoints.mean_shape() * 100 + 120
    for frame in morphs.make(np.zeros((240, 240, 3), np.float32), points, "black", 4, seed):
        assert not morphs.has_large_fold(frame.points)


def test_a_mirrored_face_folds():
    assert morphs.has_large_fold(keypoints.mean_shape() * (-100, 100))
    assert not morphs.has_large_fold(keypoints.mean_shape() * 100)


def test_own_shape_gives_the_picture_back():
    points = keypoints.mean_shape() * 100 + 120
    grey = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 256, (240, 240), np.uint8), (0, 0), 3)
    again = morphs.reshaped(grey, points, points, 240)
    assert np.abs(again.astype(int) - grey).max() <= 2
