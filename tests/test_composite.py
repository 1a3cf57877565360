import cv2
import numpy as np
import pytest

from facelib import keypoints
from facelib.composite import hull_mask, paste

SIZE = (101, 87)


def noise(seed=0):
    return np.random.default_rng(seed).random((*SIZE, 3), dtype=np.float32)


def face_mask():
    return hull_mask(keypoints.mean_shape() * 60 + (43, 50), SIZE)


def test_hull_holds_the_points_and_has_the_hulls_area():
    points = keypoints.mean_shape() * 60 + (43, 50)
    mask = hull_mask(points, SIZE)
    assert set(np.unique(mask)) == {0, 1}
    inner = (points - points.mean(axis=0)) * 0.95 + points.mean(axis=0)
    assert all(mask[round(y), round(x)] == 1 for x, y in inner)
    area = cv2.contourArea(cv2.convexHull(points.astype(np.float32)))
    assert mask.sum() == pytest.approx(area, rel=0.05)


def test_paste_takes_the_source_inside_and_the_target_outside():
    source, target, mask = noise(1), noise(2), face_mask()
    result = paste(source, target, mask)
    np.testing.assert_allclose(result[mask == 1], source[mask == 1], atol=1e-6)
    np.testing.assert_array_equal(result[mask == 0], target[mask == 0])


def test_sizes_must_agree():
    with pytest.raises(ValueError, match="mask"):
        paste(noise(), noise(), np.zeros((4, 4), np.float32))
    with pytest.raises(ValueError, match="source_warped"):
        paste(noise()[:50], noise(), face_mask())
