from pathlib import Path

import numpy as np
import pytest

from facelib import images, keypoints, metrics
from facelib.datasets.frame import MadeFrame
from facelib.learned import crops
from facelib.learned.keypoint_data import Augmentation, TrainingCrops, augmented_crop, crop_of_nothing


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
        crop, moved = augmented_crop(grey, points, size, np.random.default_rng(seed), Augmentation(hardness=0.7))
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
    mean = crops.to_pixels(crops.canonical_shape(), 128)
    for seed in range(10):
        _, moved = augmented_crop(grey, points, 128, np.random.default_rng(seed), Augmentation(stretch=0))
        matrix = keypoints.similarity(moved, mean)
        np.testing.assert_allclose(keypoints.transform(matrix, moved), mean, atol=0.01)


def test_no_augmentation_leaves_the_crop_as_it_is_but_for_a_small_jitter():
    points = keypoints.mean_shape() * 100 + 120
    grey = np.random.default_rng(0).integers(0, 256, (240, 241), np.uint8)
    crop, moved = augmented_crop(grey, points, crops.SIZE, np.random.default_rng(0), Augmentation(0, 0, 0))
    assert crop.std() > 30
    assert metrics.nme(moved[None], crops.to_pixels(crops.canonical_shape())[None])[0] < 0.2


def test_a_morph_goes_towards_the_other_shape():
    own, other = keypoints.mean_shape() * 100 + 120, keypoints.mean_shape() * (110, 90)  # a wider face
    grey = np.random.default_rng(0).integers(0, 256, (240, 241), np.uint8)
    wider = []
    for seed in range(20):
        _, moved = augmented_crop(grey, own, 96, np.random.default_rng(seed), Augmentation(0, 0, 1), other)
        matrix = keypoints.similarity(moved, keypoints.mean_shape())
        wider.append(np.divide(*np.ptp(keypoints.transform(matrix, moved), axis=0)) / np.divide(*np.ptp(keypoints.mean_shape(), axis=0)))
    assert min(wider) > 1.02
    assert max(wider) < 110 / 90


def test_every_frame_comes_once_an_epoch():
    points = keypoints.mean_shape() * 100 + 120
    frames = [MadeFrame(Path(f"{shade}"), "grey", points, made=np.full((240, 240), 25 * shade, np.uint8)) for shade in range(5)]
    seen = TrainingCrops(frames, 10, seed=0, size=32, how=Augmentation(0, 0, 0))
    shades = [round(float(seen[i][0].mean()), 2) for i in range(10)]
    assert sorted(shades[:5]) == sorted(shades[5:])
    assert len(set(shades[:5])) == 5
    assert seen[0][0].shape == (1, 32, 32)
    assert seen[0][1].shape == (68, 2)
    assert abs(seen[0][1]).max() < 1.5  # crop units


def test_a_crop_of_nothing_shows_no_upright_face():
    """The face is bright below its middle and dark above: upright it is so in no crop of nothing."""
    points = keypoints.mean_shape() * 100 + (150, 140)
    grey = np.full((300, 320), 128, np.uint8)
    middle = int(points[:, 1].mean())
    grey[middle - 70 : middle, 90:210], grey[middle : middle + 70, 90:210] = 0, 255
    turned = 0
    for seed in range(40):
        crop = crop_of_nothing(grey, points, 96, np.random.default_rng(seed))
        assert crop.shape == (96, 96)
        inner = crop[20:76, 20:76].astype(float)
        assert inner[28:].mean() - inner[:28].mean() < 100  # upright: 255
        turned += inner[:28].mean() - inner[28:].mean() > 100
    assert 5 < turned < 35


def test_some_crops_show_nothing_and_have_no_points():
    points = keypoints.mean_shape() * 100 + 120
    frames = [MadeFrame(Path("grey"), "grey", points, made=np.full((240, 240), 99, np.uint8))]
    seen = TrainingCrops(frames, 200, seed=0, size=32, how=Augmentation(0, 0, 0, nothing=0.2))
    empty = [bool(seen[i][1].isnan().all()) for i in range(200)]
    assert 20 < sum(empty) < 60
    assert all(bool(seen[i][1].isfinite().all()) for i in range(200) if not empty[i])
