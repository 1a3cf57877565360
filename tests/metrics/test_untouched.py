import cv2
import numpy as np
import pytest

from facelib import blenders, metrics


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


def target_and_face(shape=(53, 70)):
    """Noise, and a mask that fades out over some pixels."""
    mask = np.zeros(shape, np.float32)
    mask[20:35, 25:45] = 1
    return np.random.default_rng(6).random((*shape, 3), np.float32), cv2.GaussianBlur(mask, (9, 9), 2)


@pytest.mark.parametrize("blend", [name for name in blenders.BLENDERS if not name.startswith("unet")])
def test_background_change_is_zero_for_blenders_that_leave_it_alone(blend):
    target, mask = target_and_face()
    source = np.random.default_rng(7).random(target.shape, np.float32)
    change = metrics.background_change(blenders.get(blend)(source, target, mask), target, mask)
    if blend == "multiband":  # a pyramid reaches over the border
        assert change.largest > 1
    else:
        assert change == (0, 0)


def test_background_change_is_known_and_counts_only_where_no_mask_is_set():
    target, mask = target_and_face()
    target *= np.float32(0.5)
    changed = target.copy()
    changed[mask > 0] = 1  # also where the mask fades out
    assert metrics.background_change(changed, target, mask) == (0, 0)
    changed[2, 3, 1] += np.float32(20 / 255)
    change = metrics.background_change(changed, target, mask)
    assert change.largest == pytest.approx(20, abs=1e-4)
    assert change.mean == pytest.approx(20 / (3 * np.count_nonzero(mask == 0)), rel=1e-4)


def test_background_change_grows_with_noise():
    target, mask = target_and_face()
    rng = np.random.default_rng(8)
    for levels in (1, 2, 8):
        noisy = (0.25 + target / 2 + levels / 255 * rng.standard_normal(target.shape)).astype(np.float32)
        change = metrics.background_change(noisy, 0.25 + target / 2, mask)
        assert change.mean == pytest.approx(levels * np.sqrt(2 / np.pi), rel=0.05)  # of a Gaussian
        assert 3 * levels < change.largest < 6 * levels


def test_without_a_background_there_is_no_change_of_it():
    target, mask = target_and_face()
    assert np.isnan(metrics.background_change(target, target, 0 * mask + 1)).all()
    with pytest.raises(ValueError, match="background_change: expected two pictures and a mask of one size"):
        metrics.background_change(target, target[1:], mask)
    with pytest.raises(ValueError, match=r"mask: expected values in \[0, 1\]"):
        metrics.background_change(target, target, mask * np.nan)
