import cv2
import numpy as np
import pytest

from facelib import contrast

SHAPE, WIDTH = (144, 160), 140
SKIN = np.pad(np.ones((112, 128), np.float32), 16)
Y, X = np.indices(SHAPE)


def wavy(strength, length):
    """Skin with light and dark stripes, so many pixels wide."""
    return (np.float32([0.6, 0.45, 0.38]) * (1 + strength * np.sin(2 * np.pi * X / length))[..., None]).astype(np.float32)


def spread(picture):
    return cv2.cvtColor(picture, cv2.COLOR_RGB2Lab)[24:-24, 24:-24, 0].std()


@pytest.mark.parametrize("length", [6, 24])
def test_contrasts_become_about_as_strong_as_the_targets(length):
    hard, soft = wavy(0.3, length), wavy(0.18, length)
    assert spread(contrast.softened(hard, soft, SKIN, SKIN, WIDTH)) == pytest.approx(1.15 * spread(soft), rel=0.1)


def test_weak_contrasts_stay_as_they_are():
    weak, strong = wavy(0.05, 12), wavy(0.3, 12)
    np.testing.assert_allclose(contrast.softened(weak, strong, SKIN, SKIN, WIDTH), weak, atol=5e-3)


def test_something_is_always_kept():
    assert spread(contrast.softened(wavy(0.3, 12), wavy(0.0, 12), SKIN, SKIN, WIDTH)) > 0.4 * spread(wavy(0.3, 12))


def test_what_is_no_skin_keeps_its_contrast():
    where = SKIN.copy()
    where[60:90, 50:110] = 0
    hard = wavy(0.3, 6)
    made = contrast.softened(hard, wavy(0.1, 6), where, where, WIDTH)
    np.testing.assert_allclose(made[70:80, 70:90], hard[70:80, 70:90], atol=0.03)


def test_too_little_skin_says_nothing():
    hard, few = wavy(0.3, 6), np.zeros_like(SKIN)
    few[50:55, 50:55] = 1
    assert contrast.softened(hard, wavy(0.1, 6), few, few, WIDTH) is hard
