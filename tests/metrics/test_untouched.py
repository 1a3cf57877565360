import cv2
import numpy as np
import pytest

from facelib import metrics


def test_seam_energy_of_the_target_is_one_and_grows_with_the_step():
    target = np.random.default_rng(0).random((50, 41, 3), dtype=np.float32) * 0.1 + 0.4
    mask = np.zeros((50, 41), np.float32)
    mask[10:30, 9:30] = 1
    assert metrics.seam_energy(target, target, mask) == pytest.approx(1)
    steps = [metrics.seam_energy(target + step * mask[..., None], target, mask) for step in (0.1, 0.2, 0.4)]
    assert 1 < steps[0] < steps[1] < steps[2]


def test_seam_energy_without_a_border_is_nan():
    target = np.zeros((5, 5, 3), np.float32)
    assert np.isnan(metrics.seam_energy(target, target, np.zeros((5, 5), np.float32)))


def test_a_seam_that_was_moved_inside_is_seen_at_its_own_scale():
    rng = np.random.default_rng(0)
    target = cv2.GaussianBlur(rng.random((90, 90, 3), np.float32), (0, 0), 4)
    mask = np.zeros((90, 90), np.float32)
    mask[20:70, 20:70] = 1
    moved = target.copy()
    moved[23:67, 23:67] += 0.2  # three pixels inside
    assert metrics.seam_energy(moved, target, mask) == 1
    assert metrics.seam_energy(moved, target, mask, scale=3) > 1.5
    assert metrics.seam_energy(target, target, mask, scale=3) == 1
