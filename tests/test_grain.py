import cv2
import numpy as np
import pytest

from facelib import grain

SKIN = np.pad(np.ones((80, 80), np.float32), 20)


@pytest.fixture
def sharp():
    """Broad shading with fine texture."""
    rng = np.random.default_rng(1)
    texture = cv2.GaussianBlur(rng.normal(0, 1, (120, 120)).astype(np.float32), (0, 0), 0.6)
    broad = cv2.GaussianBlur(rng.normal(0, 1, (120, 120)).astype(np.float32), (0, 0), 3)
    return np.repeat((0.5 + 0.03 * texture + 0.3 * broad)[..., None], 3, 2).clip(0, 1).astype(np.float32)


def ratio(picture):
    fine, middle = grain.fineness(picture, SKIN)
    return fine / middle


def test_the_sharper_is_blurred_as_far_as_the_target(sharp):
    soft = cv2.GaussianBlur(sharp, (0, 0), 1.2)
    assert ratio(soft) < ratio(sharp) / 1.3
    assert ratio(grain.matched(sharp, soft, SKIN)) == pytest.approx(ratio(soft), rel=0.1)


def test_the_softer_gets_grain(sharp):
    soft = cv2.GaussianBlur(sharp, (0, 0), 1.2)
    grained = grain.matched(soft, sharp, SKIN)
    assert ratio(soft) < ratio(grained) <= 1.1 * ratio(sharp)
    np.testing.assert_allclose(cv2.GaussianBlur(grained, (0, 0), 4), cv2.GaussianBlur(soft, (0, 0), 4), atol=0.01)
    assert np.array_equal(grained, grain.matched(soft, sharp, SKIN))


def test_the_share_makes_strong_detail_as_strong_as_the_targets():
    detail = np.random.default_rng(0).normal(0, 0.02, 5000)
    assert grain.share(detail, 0.25 * detail[::-1]) == pytest.approx(0.25)
    assert grain.share(detail, 0.9 * detail) == grain.share(0.5 * detail, detail) == grain.share(detail, 0 * detail) == 1


def test_alike_stays_as_it_is(sharp):
    assert grain.matched(sharp, sharp[::-1].copy(), SKIN) is sharp
    assert grain.matched(sharp, sharp, np.zeros_like(SKIN)) is sharp
    flat = np.full_like(sharp, 0.5)
    assert grain.matched(sharp, flat, SKIN) is sharp


def test_white_is_not_blurred_beyond_one(sharp):
    half, left = sharp.copy(), np.where(np.arange(120) < 60, SKIN, 0).astype(np.float32)
    half[:, 60:] = 1
    for sigma in np.linspace(0.9, 1.6, 15):  # at some of them, the kernel's rounded weights sum to more than 1
        blurred = grain.matched(half, cv2.GaussianBlur(sharp, (0, 0), sigma), left)
        assert (blurred != half).any()
        assert blurred.max() <= 1
