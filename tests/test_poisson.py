"""Beyond what holds for every blender: the gradients are the source's, the place is kept."""

import cv2
import numpy as np
import pytest

import facelib
from facelib import blenders, colour, place
from facelib.poisson import classic, poisson, seamless_clone
from facelib.swap import swap_points


def noise(shape, seed=0):
    return np.random.default_rng(seed).random((*shape, 3), dtype=np.float32)


def disc(shape, radius=0.3):
    y, x = np.mgrid[: shape[0], : shape[1]]
    return (np.hypot((y + 0.5) / shape[0] - 0.5, (x + 0.5) / shape[1] - 0.5) < radius).astype(np.float32)


def test_gradients_inside_are_the_sources():
    """The Laplacian of the blend is the source's at every pixel of the mask, up to what is left of the solver's error."""
    shape = (90, 77)
    source, target, mask = 0.4 + 0.2 * noise(shape, 1), 0.3 + 0.2 * noise(shape, 2), disc(shape)
    blended = poisson(source, target, mask, margin=0)
    deep = cv2.erode(mask, np.ones((3, 3))) > 0
    np.testing.assert_allclose(cv2.Laplacian(blended, -1)[deep], cv2.Laplacian(source, -1)[deep], rtol=0, atol=8 * 0.25 / 255)


def test_a_change_of_light_is_undone():
    """A source that differs from the target by a linear ramp of light, which is harmonic: the blend is the target."""
    shape = (120, 131)
    target = 0.3 + 0.4 * noise(shape)
    ramp = np.linspace(-0.2, 0.2, shape[1], dtype=np.float32)[None, :, None]
    np.testing.assert_allclose(poisson(target + ramp, target, disc(shape), margin=0), target, rtol=0, atol=0.5 / 255)
    smooth = cv2.GaussianBlur(target, (0, 0), 3)
    np.testing.assert_allclose(seamless_clone(smooth + ramp, smooth, disc(shape)), smooth, rtol=0, atol=6 / 255)


def test_a_margin_of_the_target_stays_but_not_at_the_pictures_edge():
    source, target = noise((60, 70), 1), noise((60, 70), 2)
    mask = np.zeros((60, 70), np.float32)
    mask[10:50, :40] = 1
    result = poisson(source, target, mask, margin=5)
    changed = (result != target).any(axis=2)
    assert changed[15:45, :35].mean() > 0.99
    changed[15:45, :35] = False
    assert not changed.any()


def test_less_of_what_crosses_the_border_is_drawn_in():
    """Grey skin, and a black strand of hair across the border on one side, in the target."""
    target = np.full((120, 110, 3), 0.6, np.float32)
    source, mask = target.copy(), disc((120, 110), 0.35)
    target[40:60, :20] = 0
    drawn_in = [np.abs(poisson(source, target, mask, margin) - source)[35:65, 35:60].mean() for margin in (0, None)]
    assert drawn_in[0] > 0.02
    assert drawn_in[1] < 0.5 * drawn_in[0]


def test_a_negative_margin_is_refused():
    with pytest.raises(ValueError, match="margin: expected at least 0 pixels, got -1"):
        poisson(noise((9, 9)), noise((9, 9)), disc((9, 9)), margin=-1)


def test_a_soft_mask_mixes():
    shape = (64, 61)
    source, target, mask = noise(shape, 1), noise(shape, 2), disc(shape)
    whole, half = poisson(source, target, mask, margin=0), poisson(source, target, mask / 2, margin=0)
    inside = (whole > 0).all(axis=2) & (whole < 1).all(axis=2) & (mask > 0)
    np.testing.assert_allclose(half[inside], (whole + target)[inside] / 2, rtol=0, atol=1e-5)


def test_opencvs_clone_keeps_its_place():
    """Odd and even boxes, far from the middle: a shift by a pixel would show in noise."""
    image = noise((120, 133))
    for height, width in ((30, 20), (31, 21), (31, 22)):
        mask = np.zeros(image.shape[:2], np.float32)
        mask[71 : 71 + height, 90 : 90 + width] = 1
        np.testing.assert_allclose(seamless_clone(image, image, mask), image, rtol=0, atol=1.001 / 255)


def test_the_two_agree_on_smooth_pictures():
    shape = (150, 141)
    source, target = (cv2.GaussianBlur(noise(shape, seed), (0, 0), 9) for seed in (1, 2))
    mask = disc(shape)
    apart = np.abs(poisson(source, target, mask, margin=3) - seamless_clone(source, target, mask))
    assert apart.mean() < 2 / 255


def test_classic_is_the_plain_program(collins, hopper, collins_on_hopper):
    """The mouth left out of the mesh, an eroded mask, the source's own colours, OpenCV's clone: one after the other as by its name."""
    points = collins_on_hopper.source_points, collins_on_hopper.target_points
    swapped = facelib.swap(collins, hopper, blend="classic", source_points=points[0], target_points=points[1])
    by_parts = swap_points(collins, hopper, *points, seamless_clone, colour.keep, place.get("no-mouth"))
    np.testing.assert_array_equal(swapped.blended, by_parts.blended)
    assert blenders.get("classic") is classic
    other = facelib.swap(collins, hopper, blend="classic", placing="triangles", source_points=points[0], target_points=points[1])
    lips = collins_on_hopper.target_points[48:60]
    (left, top), (right, bottom) = lips.min(axis=0).astype(int), lips.max(axis=0).astype(int)
    assert np.abs(swapped.blended - other.blended)[top:bottom, left:right].mean() > 0.02  # another mouth
