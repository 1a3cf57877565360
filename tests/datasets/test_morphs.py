import cv2
import numpy as np

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
    some = [8, 30, 36, 45, 57]
    for mode in keypoints.shape_modes()[:4]:
        shape = 90 * (keypoints.mean_shape() + mode) + 80
        grey = (255 * dotted(points[some], 500)[..., 0]).astype(np.uint8)
        moved, at = morphs.reshaped(grey, points, shape, 160), shape[some].round().astype(int)
        assert (moved[at[:, 1], at[:, 0]] > 150).all()
        assert np.median(moved) < 60


def test_a_mirrored_face_folds():
    assert morphs.has_large_fold(keypoints.mean_shape() * (-100, 100))
    assert not morphs.has_large_fold(keypoints.mean_shape() * 100)


def test_own_shape_gives_the_picture_back():
    points = keypoints.mean_shape() * 100 + 120
    grey = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 256, (240, 240), np.uint8), (0, 0), 3)
    again = morphs.reshaped(grey, points, points, 240)
    assert np.abs(again.astype(int) - grey).max() <= 2
