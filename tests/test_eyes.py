import cv2
import numpy as np
import pytest

from facelib import eyes, keypoints

SHAPE = (200, 200)
POINTS = keypoints.mean_shape() * 160 + 100
EYES = [POINTS[36:42], POINTS[42:48]]
NO_COVER = np.zeros(SHAPE, np.float32)


def face(skin, pupil, white):
    """A face of three greys, by L*: eyes are white outside, and half of each is pupil."""
    light = np.full((*SHAPE, 3), (skin, 0, 0), np.float32)
    for eye in EYES:
        cv2.fillPoly(light, [np.round(eye).astype(np.int32)], (white, 0, 0))
        left, right = np.round([eye[:, 0].mean() - 4, eye[:, 0].mean() + 4]).astype(int)
        iris = np.zeros(SHAPE, bool)
        iris[:, left:right] = True
        filled = np.zeros(SHAPE, np.uint8)
        cv2.fillPoly(filled, [np.round(eye).astype(np.int32)], 1)
        light[iris & (filled > 0)] = (pupil, 0, 0)
    return np.clip(cv2.cvtColor(light, cv2.COLOR_Lab2RGB), 0, 1)


def lightness(picture):
    return cv2.cvtColor(picture, cv2.COLOR_RGB2Lab)[..., 0]


def pupil_and_white(picture, eye=0):
    light, (x, y) = lightness(picture), EYES[eye].mean(axis=0).round().astype(int)
    return light[y, x], light[y, round(EYES[eye][0, 0] + 0.2 * np.ptp(EYES[eye][:, 0]))]


def test_eyes_are_as_dark_and_as_light_as_the_targets():
    own, target = face(30, 5, 75), face(75, 12, 65)
    hazy = face(75, 45, 95)  # what skin's colours make of them
    pupil, white = pupil_and_white(eyes.lit(hazy, own, target, POINTS, NO_COVER))
    assert pupil == pytest.approx(12, abs=4)
    assert white == pytest.approx(65, abs=4)


def test_nothing_else_changes():
    own, target, hazy = face(30, 5, 75), face(75, 12, 65), face(75, 45, 95)
    made = eyes.lit(hazy, own, target, POINTS, NO_COVER)
    far = np.ones(SHAPE, np.uint8)
    for eye in EYES:
        cv2.fillPoly(far, [np.round(eye).astype(np.int32)], 0)
    far = cv2.erode(far, np.ones((9, 9), np.uint8), borderValue=1) > 0
    np.testing.assert_allclose(made[far], hazy[far], atol=5e-3)


def test_a_flat_eye_of_the_target_leaves_some_contrast():
    pupil, white = pupil_and_white(eyes.lit(face(75, 45, 95), face(30, 5, 75), face(75, 40, 40), POINTS, NO_COVER))
    assert white - pupil > 0.5 * 70


def test_closed_and_covered_eyes_say_nothing():
    own, target, hazy = face(30, 5, 75), face(75, 12, 65), face(75, 45, 95)
    np.testing.assert_array_equal(eyes.lit(hazy, own, target, POINTS, NO_COVER + 1), hazy)
    closed = POINTS.copy()
    closed[36:48, 1] = closed[36:48, 1].mean()
    np.testing.assert_array_equal(eyes.lit(hazy, own, target, closed, NO_COVER), hazy)
