import cv2
import numpy as np
import pytest

from facelib import keypoints
from facelib.composite import hull_mask, match_colours, paste

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


def test_matched_colours_have_the_targets_mean():
    source, target, mask = 0.3 + 0.3 * noise(1), 0.4 + 0.25 * noise(2), face_mask()
    lab = [cv2.cvtColor(image, cv2.COLOR_RGB2Lab)[mask == 1] for image in (match_colours(source, target, mask), target)]
    np.testing.assert_allclose(lab[0].mean(axis=0), lab[1].mean(axis=0), atol=0.5)


def test_matching_a_picture_with_itself_changes_nothing():
    image = noise()
    np.testing.assert_allclose(match_colours(image, image, face_mask()), image, atol=5e-3)  # the accuracy of OpenCV's Lab


def test_matching_does_not_blow_up_a_flat_picture():
    flat = np.full((*SIZE, 3), 0.5, np.float32)
    flat[40:60, 40:60] += 0.01
    matched = match_colours(flat, noise(), face_mask())
    assert np.ptp(matched, axis=(0, 1)).max() < 0.03


def test_matching_is_exact_on_large_faces_too():
    """Sums over millions of pixels drift in float32."""
    rng = np.random.default_rng(0)
    source, target = (np.float32(level) + 0.02 * rng.random((1500, 1400, 3), dtype=np.float32) for level in (0.8, 0.3))
    matched = match_colours(source, target, np.ones((1500, 1400), np.float32))
    assert abs(matched.mean(dtype=np.float64) - target.mean(dtype=np.float64)) < 2e-3


def test_an_empty_mask_matches_nothing():
    image = noise()
    np.testing.assert_array_equal(match_colours(image, noise(2), np.zeros(SIZE, np.float32)), image)


def test_sizes_must_agree():
    with pytest.raises(ValueError, match="mask"):
        paste(noise(), noise(), np.zeros((4, 4), np.float32))
    with pytest.raises(ValueError, match="source_warped"):
        paste(noise()[:50], noise(), face_mask())
