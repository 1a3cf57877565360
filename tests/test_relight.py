import cv2
import numpy as np
import pytest

from facelib import relight

SHAPE = (121, 150)
SKIN = np.pad(np.ones((101, 130), np.float32), 10)
MASK = np.ones_like(SKIN)  # the rim is far away
WIDTH = 130


def lightness(picture):
    return cv2.cvtColor(picture, cv2.COLOR_RGB2Lab)[..., 0]


@pytest.fixture
def even():
    """Skin of one colour, with fine texture, in even light."""
    grain = np.random.default_rng(0).normal(0, 0.02, (*SHAPE, 1))
    return (np.array([0.7, 0.55, 0.45]) + grain).astype(np.float32)


def from_the_side(picture, strength=0.15):
    """Lighter on the left, darker on the right."""
    return picture * np.linspace(1 + strength, 1 - strength, SHAPE[1], dtype=np.float32)[None, :, None]


def test_light_from_the_side_is_taken_on_and_fine_detail_is_kept(even):
    smooth = np.broadcast_to(even.mean(axis=(0, 1)), even.shape).astype(np.float32)
    lit, target = relight.matched(even, from_the_side(smooth), SKIN, MASK, WIDTH), from_the_side(smooth)
    inside = np.s_[20:-20, 20:-20]
    before, after = (cv2.GaussianBlur(lightness(picture) - lightness(target), (0, 0), 4)[inside] for picture in (even, lit))
    assert np.abs(after).mean() < 0.35 * np.abs(before).mean()
    fine = [picture - cv2.GaussianBlur(picture, (0, 0), 4) for picture in (lightness(even), lightness(lit))]
    assert np.corrcoef(fine[0][inside].ravel(), fine[1][inside].ravel())[0, 1] > 0.99
    assert fine[1][inside].std() == pytest.approx(fine[0][inside].std(), rel=0.1)


def test_the_same_light_changes_nothing(even):
    np.testing.assert_allclose(
        relight.matched(even, even, SKIN, MASK, WIDTH), even, atol=5e-3
    )  # the accuracy of OpenCV's Lab there and back
    assert relight.matched(even, from_the_side(even), np.zeros_like(SKIN), MASK, WIDTH) is even


def test_only_skin_says_what_the_light_is(even):
    skin, source = SKIN.copy(), even.copy()
    skin[50:60, 60:80] = 0
    source[50:60, 60:80] = 0.05  # a brow, in a face that is otherwise lit as the target is
    assert np.abs(relight.matched(source, even, skin, MASK, WIDTH) - source).max() < 0.01
    assert np.abs(relight.matched(source, even, SKIN, MASK, WIDTH) - source).max() > 0.05


def test_no_place_becomes_much_lighter_or_darker():
    dark, light = (np.full((*SHAPE, 3), level, np.float32) for level in (0.1, 0.9))
    for source, target in ((dark, light), (light, dark)):
        gain = (lightness(relight.matched(source, target, SKIN, MASK, WIDTH)) + 10) / (lightness(source) + 10)
        most = np.maximum(gain, 1 / gain)
        np.testing.assert_allclose(most[20:-20, 20:-20], 1.6**0.85, rtol=0.02)
        assert most.max() < 1.65


def test_black_stays_black_in_a_stronger_light(even):
    source = even * 0.5
    source[50:60, 60:80] = 0.02
    skin = SKIN.copy()
    skin[50:60, 60:80] = 0
    lit = lightness(relight.matched(source, even, skin, MASK, WIDTH))
    assert lit[40:45].mean() - lightness(source)[40:45].mean() > 15
    assert lit[53:57, 65:75].max() - lightness(source)[53:57, 65:75].max() < 7


def test_along_the_rim_the_face_has_the_targets_light_and_colour(even):
    mask = np.zeros_like(SKIN)
    mask[20:-20, 20:-20] = 1
    target = np.broadcast_to(np.float32([0.6, 0.55, 0.5]), even.shape).copy()
    made = cv2.cvtColor(relight.matched(even, target, SKIN, mask, WIDTH), cv2.COLOR_RGB2Lab)
    goal, own = (cv2.cvtColor(picture, cv2.COLOR_RGB2Lab) for picture in (target, even))
    rim, middle = np.s_[21:23, 30:-30], np.s_[58:62, 60:80]
    for channel in (1, 2):
        np.testing.assert_allclose(made[rim][..., channel].mean(), goal[rim][..., channel].mean(), atol=1.6)  # of 8 or more
        between = own[middle][..., channel].mean() + 0.6 * (goal - own)[middle][..., channel].mean()
        np.testing.assert_allclose(made[middle][..., channel].mean(), between, atol=0.6)
