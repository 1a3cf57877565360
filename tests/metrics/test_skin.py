import cv2
import numpy as np
import pytest
from skimage.color import lab2rgb, rgb2lab

from facelib import keypoints, metrics


def test_tone_spread_is_that_of_a_ramp_and_not_of_noise_or_of_what_is_outside():
    ramp = np.linspace(0.2, 0.8, 100, dtype=np.float32)[None, :, None] * np.ones((100, 100, 3), np.float32)
    mask = np.zeros((100, 100), np.float32)
    mask[20:80, 20:80] = 1
    spread = metrics.tone_spread(ramp, mask)
    noisy = ramp + 0.05 * np.random.default_rng(0).standard_normal(ramp.shape, np.float32)
    assert metrics.tone_spread(noisy.clip(0, 1), mask) == pytest.approx(spread, rel=0.05)
    outside = np.where(mask[..., None] > 0, ramp, 0).astype(np.float32)
    assert metrics.tone_spread(outside, mask) == pytest.approx(spread)
    assert metrics.tone_spread((0.5 + 0.5 * (ramp - 0.5)).astype(np.float32), mask) == pytest.approx(spread / 2, rel=0.1)
    assert np.isnan(metrics.tone_spread(ramp, np.zeros((100, 100))))


def head(shape=(97, 121), centre=(47, 62), radius=25):
    """Even skin all over the picture, and the mask of a round face on it."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    return np.full((*shape, 3), (0.7, 0.5, 0.42), np.float32), (np.hypot(y - centre[0], x - centre[1]) <= radius).astype(np.float32)


def tinted(picture, weight, lab):
    """A picture whose colours are moved by so much in Lab where a weight is 1, and by less where it is less."""
    return lab2rgb(rgb2lab(picture) + weight[..., None] * lab).clip(0, 1).astype(np.float32)


def test_skin_is_what_has_the_faces_colour():
    target, mask = head()
    target[:, :30] = (0.2, 0.15, 0.1)  # hair
    target[:, 100:] = (0.5, 0.6, 0.8)  # sky
    target[40:44, 50:60] = 0.05  # an eye, in the face
    expected = np.ones(mask.shape, bool)
    expected[:, :30] = expected[:, 100:] = expected[40:44, 50:60] = False
    np.testing.assert_array_equal(metrics.skin_pixels(target, mask), expected)
    shaded = tinted(target, np.linspace(-1, 1, 97)[:, None] * np.ones(mask.shape), (6, 1, 1))
    np.testing.assert_array_equal(metrics.skin_pixels(shaded.astype(np.float32), mask)[20:75, 40:90], expected[20:75, 40:90])
    assert not metrics.skin_pixels(target, 0 * mask).any()


def test_gradient_excess_of_the_target_is_zero_and_of_a_step_on_even_skin_the_step():
    target, _ = head()
    mask = (np.arange(121) < np.full((97, 1), 60)).astype(np.float32)
    assert metrics.skin_gradient_excess(target, target, mask) == 0
    for step in (1, 4, 12):
        composite = tinted(target, mask, (0.8 * step, 0.6 * step, 0))
        excess = metrics.skin_gradient_excess(composite, target, mask, 8)
        assert excess == pytest.approx(0.954 * step, rel=0.03)  # a blur by half the band's width carries the rest out of it


def test_gradient_excess_sees_a_seam_that_was_smoothed():
    """The write-up's complaint: seam_energy at the pixel's scale is content where the step was spread out, and this is not."""
    target, mask = head()
    target += 0.004 * np.random.default_rng(0).standard_normal(target.shape, np.float32)
    hard, soft = (tinted(target, weight, (8, 6, 0)) for weight in (mask, cv2.GaussianBlur(mask, (0, 0), 3)))
    excess = [metrics.skin_gradient_excess(picture, target, mask) for picture in (hard, soft)]
    assert excess[1] > 0.8 * excess[0] > 5
    assert metrics.seam_energy(soft, target, mask) < 0.25 * metrics.seam_energy(hard, target, mask)


def test_gradient_excess_grows_with_the_tint_on_skin_that_varies():
    target, mask = head()
    waves = np.sin(np.arange(121) / 9) * np.cos(np.arange(97) / 11)[:, None]
    target = tinted(target, waves, (4, 1, 1))
    excess = [metrics.skin_gradient_excess(tinted(target, mask, (tint, 0, 0)), target, mask) for tint in (0, 3, 6, 12, 24)]
    assert abs(excess[0]) < 1e-2
    assert (np.diff(excess) > 0).all()
    flat = cv2.GaussianBlur(target, (0, 0), 15)
    assert metrics.skin_gradient_excess(flat, target, mask) < -0.5  # one constant tone for all skin


def test_gradient_excess_does_not_see_detail_or_light_or_what_is_no_skin():
    target, mask = head()
    target[:, :30] = (0.2, 0.15, 0.1)
    grain = (target + 0.01 * np.random.default_rng(1).standard_normal(target.shape)).astype(np.float32)
    assert abs(metrics.skin_gradient_excess(grain, target, mask)) < 0.6  # the grain itself is of 2.5 Lab units
    everywhere = tinted(target, np.ones(mask.shape), (5, 3, 0))
    assert abs(metrics.skin_gradient_excess(everywhere, target, mask)) < 0.1
    elsewhere = target.copy()
    elsewhere[:, :30] = (0, 1, 0)
    elsewhere[42:52, 57:67] = 0  # the middle of the face is too far from the border
    assert abs(metrics.skin_gradient_excess(elsewhere, target, mask)) < 0.05


def test_where_no_skin_meets_skin_there_is_no_gradient_and_no_gap():
    target, mask = head()
    bald = np.where(mask[..., None] > 0, target, np.float32(0.1))
    for metric in (metrics.skin_gradient_excess, metrics.colour_gap):
        assert np.isnan(metric(target, bald, mask))
        assert np.isnan(metric(target, target, 0 * mask))
        assert np.isnan(metric(target, target, 0 * mask + 1))


def test_colour_gap_of_a_tint_is_the_tint():
    target, mask = head()
    assert metrics.colour_gap(target, target, mask) == pytest.approx(0, abs=1e-3)
    for tint in (1, 4, 12):
        composite = tinted(target, mask, (0.8 * tint, 0, -0.6 * tint))
        assert metrics.colour_gap(composite, target, mask) == pytest.approx(tint, rel=0.03)  # OpenCV's Lab is quick, and so near


def test_colour_gap_of_a_wider_spread_is_the_difference_of_the_spreads():
    target, mask = head((101, 141), (50, 70), 35)
    light = np.random.default_rng(2).choice([-1.0, 1.0], mask.shape)
    target = tinted(target, light, (2, 0, 0))
    for factor in (0.5, 2, 3):
        composite = tinted(target, light * mask, (2 * factor - 2, 0, 0))
        assert metrics.colour_gap(composite, target, mask) == pytest.approx(2 * abs(factor - 1), abs=0.25)  # the means of a random sample


def test_colour_gap_sees_neither_places_nor_the_light_on_everything_nor_what_is_far_or_no_skin():
    target, mask = head()
    target += 0.02 * np.random.default_rng(3).standard_normal(target.shape).astype(np.float32)
    target[:, :30] = (0.2, 0.15, 0.1)
    composite = tinted(target, mask, (5, 0, 3))
    gap = metrics.colour_gap(composite, target, mask)
    elsewhere = composite.copy()
    elsewhere[:, :30] = elsewhere[:, 100:] = (0, 1, 0)  # hair, and skin that is farther away than a sixth of the face's width
    assert metrics.colour_gap(elsewhere, target, mask) == gap
    skin = metrics.skin_pixels(target, mask) & (mask > 0)
    shuffled = composite.copy()
    shuffled[skin] = np.random.default_rng(4).permutation(composite[skin])
    assert metrics.colour_gap(shuffled, target, mask) == pytest.approx(gap)
    assert metrics.colour_gap(tinted(composite, np.ones(mask.shape), (-5, 2, 2)), target, mask) == pytest.approx(gap, rel=0.05)


@pytest.mark.parametrize("metric", [metrics.skin_gradient_excess, metrics.colour_gap])
def test_bad_input_about_skin_is_refused(metric):
    target, mask = head()
    with pytest.raises(ValueError, match=f"{metric.__name__}: expected two pictures and a mask of one size"):
        metric(target, target[1:], mask)
    with pytest.raises(ValueError, match="width: expected at least 1 pixel, got 0"):
        metric(target, target, mask, 0)
    with pytest.raises(ValueError, match="target: expected values in"):
        metric(target, target + 1, mask)
    with pytest.raises(ValueError, match="skin_pixels: expected a picture and a mask of one size"):
        metrics.skin_pixels(target, mask[1:])


@pytest.mark.parametrize(("lightness", "yellow"), [(75, 12), (60, 18), (50, 20), (35, 10)])
def test_typology_angle_is_that_of_the_cheeks_and_of_nothing_else(lightness, yellow):
    points = keypoints.mean_shape() * 80 + 50
    picture = np.zeros((101, 103, 3)) + (80.0, -30.0, -40.0)  # all but the cheeks
    for middle in (points[[41, 31, 4, 48]].mean(axis=0), points[[46, 35, 12, 54]].mean(axis=0)):
        x, y = np.rint(middle).astype(int)
        picture[y - 8 : y + 9, x - 8 : x + 9] = (lightness, 9, yellow)
    angle = metrics.typology_angle(lab2rgb(picture).astype(np.float32), points)
    assert angle == pytest.approx(np.degrees(np.arctan((lightness - 50) / yellow)), abs=1.5)
