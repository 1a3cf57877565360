import numpy as np
import pytest

from facelib import images, keypoints
from facelib.learned import keypoint_net
from facelib.learned.keypoint_data import augmented_crop


@pytest.mark.parametrize("size", [64, 96, 128])
def test_points_stay_on_the_picture(size):
    """Paint a bright dot on every point; after the augmentation the dots are found at the points."""
    points = keypoints.mean_shape() * 150 + (160, 150)
    grey = np.full((300, 320), 60, np.uint8)
    dots = points[::4]
    for x, y in dots.round().astype(int):
        grey[y - 3 : y + 4, x - 3 : x + 4] = 255
    checked = 0
    for seed in range(12):
        crop, moved = augmented_crop(grey, points, size, np.random.default_rng(seed))
        assert crop.shape == (size, size)
        assert crop.dtype == np.uint8
        shuffled = np.random.default_rng(seed).uniform(0, size, (68, 2))
        on, off = (np.mean([crop[int(y), int(x)] for x, y in places if 0 <= x < size and 0 <= y < size]) for places in (moved, shuffled))
        checked += on > off + 5
    assert checked >= 10  # a dark or covered crop may hide them


def test_an_item_depends_on_its_seed_alone():
    points = keypoints.mean_shape() * 100 + 120
    grey = np.random.default_rng(0).integers(0, 256, (240, 241), np.uint8)
    first, second = (augmented_crop(grey, points, 64, np.random.default_rng((7, 1, 5))) for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])


def test_half_of_the_crops_are_mirrored():
    points = keypoints.mean_shape() * 100 + 120
    grey = np.tile(np.linspace(0, 255, 241).astype(np.uint8), (240, 1))
    brighter_right = 0
    for seed in range(60):
        crop, _ = augmented_crop(grey, points, 64, np.random.default_rng(seed))
        brighter_right += crop[:, 40:].mean() > crop[:, :24].mean()
    assert 18 <= brighter_right <= 42


def test_shapes_stay_faces_after_mirroring():
    points = keypoints.mean_shape() * 100 + 120
    grey = images.to_bytes(np.random.default_rng(0).random((240, 240), dtype=np.float32))
    for seed in range(10):
        _, moved = augmented_crop(grey, points, 128, np.random.default_rng(seed))
        matrix = keypoints.similarity(moved, keypoint_net.canonical_shape(128))
        np.testing.assert_allclose(keypoints.transform(matrix, moved), keypoint_net.canonical_shape(128), atol=0.01)
