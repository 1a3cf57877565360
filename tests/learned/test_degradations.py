"""What makes a crop worse leaves its middle grey, its size and its type alone, and is repeatable."""

import numpy as np
import pytest

from facelib.learned import degradations
from facelib.learned.degradations import covered, degraded, from_one_side

CROP = np.random.default_rng(0).integers(0, 256, (64, 64)).astype(np.uint8)
THINGS = [np.full((50, 70), value, np.uint8) for value in (0, 255)]


def test_without_hardness_nothing_changes():
    np.testing.assert_array_equal(degraded(CROP, np.random.default_rng(1), 0, THINGS), CROP)


def test_the_same_seed_gives_the_same_crop():
    one, two, other = (degraded(CROP, np.random.default_rng(seed), 1, THINGS) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()
    assert (one.shape, one.dtype) == (CROP.shape, CROP.dtype)


def test_harder_is_further_from_the_crop():
    def away(hardness):
        made = [degraded(CROP, np.random.default_rng(seed), hardness, THINGS) for seed in range(60)]
        return np.mean([np.abs(each.astype(float) - CROP).mean() for each in made])

    assert away(0.2) < away(0.6) < away(1)


def test_what_is_in_front_is_cut_from_other_pictures(monkeypatch):
    monkeypatch.setattr(degradations, "_PASTED", 1)
    grey = np.full((64, 64), 0.5, np.float32)
    black = [covered(grey, np.random.default_rng(seed), THINGS[:1]) for seed in range(20)]
    assert all(made.min() == pytest.approx(0, abs=1e-6) and made.max() == 0.5 for made in black)
    share = np.mean([(made < 0.25).mean() for made in black])
    assert 0.03 < share < 0.3


def test_light_from_one_side_leaves_the_middle_alone():
    light = from_one_side(65, np.random.default_rng(3))
    assert light[32, 32] == pytest.approx(1)
    np.testing.assert_allclose(light * light[::-1, ::-1], 1, rtol=1e-5)
