import cv2
import numpy as np
import pytest

from facelib import keypoints
from facelib.parsing import rims
from facelib.parsing.classes import OPEN, UNKNOWN, number

SIZE = 240
POINTS = keypoints.mean_shape() * 190 + SIZE / 2
APART = np.linalg.norm(POINTS[42:48].mean(axis=0) - POINTS[36:42].mean(axis=0))
ROUND = rims.Shape(wide=0.4, tall=0.4, power=2, drop=0, wing=0, out=0, down=0, tilt=0)


def labelled(lens, thick=0.05):
    """Labels of a face of light skin with round glasses, whose lenses have that grey."""
    picture = np.full((SIZE, SIZE, 3), 180, np.uint8)
    for rim in ROUND.rims():
        cv2.fillPoly(picture, [keypoints.transform(rims.before(POINTS), rim).round().astype(np.int32)], (lens,) * 3)
    return rims.labels(picture, POINTS, ROUND, thick, np.full((SIZE, SIZE), OPEN, np.uint8))


def test_a_face_of_the_mean_shape_has_glasses_where_the_mean_shape_has():
    left, right = (keypoints.transform(rims.before(POINTS), rim) for rim in ROUND.rims())
    np.testing.assert_allclose(left.mean(axis=0), POINTS[36:42].mean(axis=0), atol=0.1)
    np.testing.assert_allclose(right.mean(axis=0), POINTS[42:48].mean(axis=0), atol=0.1)
    np.testing.assert_allclose(np.ptp(left, axis=0), 0.8 * APART, rtol=0.02)


def test_more_power_is_more_square():
    area = [cv2.contourArea(rims.Shape(0.4, 0.4, power, 0, 0, 0, 0, 0).rims()[0].astype(np.float32)) for power in (2, 6)]
    assert area[0] / area[1] == pytest.approx(np.pi / 4, abs=0.05)


def test_the_left_lens_is_the_rights_mirror_image():
    left, right = rims.Shape(0.4, 0.3, 4, 0.3, 0.2, 0.05, 0.1, 0).rims()
    middle = keypoints.mean_shape()[27:31, 0].mean()
    np.testing.assert_allclose(2 * middle - left[:, 0], right[:, 0], atol=0.01)
    np.testing.assert_allclose(left[:, 1], right[:, 1], atol=0.01)


def test_behind_clear_lenses_the_network_may_say_what_it_sees():
    found = labelled(lens=180)
    eye = POINTS[36:42].mean(axis=0).round().astype(int)
    assert found[eye[1], eye[0]] == UNKNOWN
    rim = round(eye[0] - 0.4 * APART)
    assert found[eye[1], rim] == number("glasses")
    assert OPEN in found[eye[1], rim + 2 : rim + 7]  # close to it nobody knows


def test_dark_lenses_are_glasses():
    found = labelled(lens=20)
    eye = POINTS[36:42].mean(axis=0).round().astype(int)
    assert found[eye[1], eye[0]] == number("glasses")


def test_the_list_has_many_and_each_fits_on_a_face():
    assert len(rims.worn()) > 150
    for shape, thick in rims.worn().values():
        assert 0 < thick < 0.1
        assert np.abs(np.vstack(shape.rims())).max() < 0.7
