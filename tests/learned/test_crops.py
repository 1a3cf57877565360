import numpy as np
import pytest

from facelib.learned import crops


def test_units_and_pixels_are_inverse():
    points = np.random.default_rng(0).uniform(-5, 100, (3, 68, 2))
    np.testing.assert_allclose(crops.to_pixels(crops.to_units(points, 63), 63), points)


def test_units_do_not_depend_on_the_size():
    """The same place of the same face, in crops of different sizes: pixel edges, not centres, are the ends."""
    assert crops.to_units(np.array([-0.5]), 10) == crops.to_units(np.array([-0.5]), 77) == -1
    assert crops.to_units(np.array([9.5]), 10) == crops.to_units(np.array([76.5]), 77) == 1


def test_canonical_crop_shows_the_face_in_the_middle():
    shape = crops.to_pixels(crops.canonical_shape(), 128)
    np.testing.assert_allclose((shape.min(axis=0) + shape.max(axis=0)) / 2, 63.5, atol=0.1)
    assert np.ptp(shape, axis=0).max() == pytest.approx(crops.FILL * 128, rel=1e-3)


@pytest.mark.parametrize("scale", [0.2, 0.45, 1.0, 3.0])
def test_crop_puts_the_picture_where_the_matrix_says(scale):
    """A white dot on black is found again at the place to which the matrix sends it, also where the crop shrinks."""
    grey = np.zeros((401, 523), np.float32)
    grey[198:205, 258:265] = 1  # middle 261, 201
    matrix = np.array([[scale, 0, 64 - scale * 261], [0, scale, 60 - scale * 201]])
    crop = crops.crop(grey, matrix, 128)
    y, x = np.indices(crop.shape)
    middle = (crop * x).sum() / crop.sum(), (crop * y).sum() / crop.sum()
    np.testing.assert_allclose(middle, (64, 60), atol=0.2)


def test_input_is_the_same_from_bytes_and_floats():
    grey = np.random.default_rng(0).integers(0, 256, (2, 9, 9), np.uint8)
    np.testing.assert_allclose(crops.to_input(grey), crops.to_input(grey.astype(np.float32) / 255), atol=1e-6)
    assert crops.to_input(grey).shape == (2, 1, 9, 9)
