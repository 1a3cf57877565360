import cv2
import numpy as np
import pytest
from scipy.integrate import trapezoid

from facelib import keypoints, metrics


def test_nme_of_a_known_shift():
    truth = np.stack([keypoints.mean_shape() * 100, keypoints.mean_shape() * 50])
    eyes = np.linalg.norm(truth[:, 36] - truth[:, 45], axis=1)
    np.testing.assert_allclose(metrics.nme(truth + (3, 4), truth), 5 / eyes)


def test_inter_pupil_is_larger_than_inter_ocular():
    truth = keypoints.mean_shape()[None] * 100
    ratio = metrics.nme(truth + 1, truth, "inter-pupil") / metrics.nme(truth + 1, truth, "inter-ocular")
    assert 1.3 < ratio[0] < 1.5  # published: inter-ocular is about 0.71 of inter-pupil


def test_box_is_the_geometric_mean_of_the_sides():
    truth = np.random.default_rng(0).normal(50, 20, (7, 68, 2))
    sides = [(face[:, 0].max() - face[:, 0].min(), face[:, 1].max() - face[:, 1].min()) for face in truth]
    expected = [5 / np.sqrt(width * height) for width, height in sides]
    np.testing.assert_allclose(metrics.nme(truth + (3, 4), truth, "box"), expected)


@pytest.mark.parametrize("by", metrics.NORMALISATIONS)
def test_nme_does_not_change_with_the_unit_or_the_place(by):
    generator = np.random.default_rng(1)
    truth = keypoints.mean_shape() * 80 + generator.normal(0, 3, (9, 68, 2))
    guess = truth + generator.normal(0, 2, truth.shape)
    np.testing.assert_allclose(metrics.nme(guess * 3 + 7, truth * 3 + 7, by), metrics.nme(guess, truth, by))


def test_ced_by_counting():
    errors = np.random.default_rng(2).exponential(0.05, 137)
    errors[5] = limit = 0.03  # an error at the limit is within it
    limits = np.array([0, 0.01, limit, 0.08, 9])
    expected = [sum(error <= limit for error in errors) / 137 for limit in limits]
    np.testing.assert_allclose(metrics.ced(errors, limits), expected)


def test_auc_is_the_area_under_the_ced():
    errors = np.random.default_rng(3).exponential(0.05, 200)
    at = np.linspace(0, 0.08, 200_001)
    assert metrics.area_under_ced(errors, 0.08).mean() == pytest.approx(trapezoid(metrics.ced(errors, at), at) / 0.08, abs=1e-5)


def test_failures_are_what_the_ced_leaves():
    errors = np.random.default_rng(4).exponential(0.08, 101)
    assert metrics.failures(errors, 0.1).mean() == pytest.approx(1 - metrics.ced(errors, np.array([0.1]))[0])
    assert metrics.failures(np.array([0.08, 0.081]), 0.08).tolist() == [False, True]


def test_nme_refuses_what_does_not_fit():
    truth = keypoints.mean_shape()[None]
    with pytest.raises(ValueError, match="68"):
        metrics.nme(truth[:, :5], truth)
    with pytest.raises(ValueError, match="inter-nasal"):
        metrics.nme(truth, truth, "inter-nasal")


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


def test_psnr_counts_what_is_inside_the_mask():
    rng = np.random.default_rng(3)
    answer = rng.random((31, 44, 3)).astype(np.float32)
    mask = np.zeros((31, 44), np.float32)
    mask[5:20, 7:30] = 1
    worse = answer.copy()
    worse[mask == 0] = 0
    assert metrics.psnr(worse, answer, mask) == float("inf")
    worse[mask > 0] += 0.01
    np.testing.assert_allclose(metrics.psnr(worse, answer, mask), 40, atol=1e-3)
    np.testing.assert_allclose(metrics.psnr(worse, answer, mask > 0), 40, atol=1e-3)
    assert np.isnan(metrics.psnr(worse, answer, 0 * mask))


def test_psnr_of_pictures_of_two_sizes_is_refused():
    small, large = np.zeros((4, 5, 3), np.float32), np.zeros((4, 6, 3), np.float32)
    with pytest.raises(ValueError, match="psnr: expected two pictures and a mask of one size"):
        metrics.psnr(small, large, np.ones((4, 5)))
    with pytest.raises(ValueError, match="psnr: expected two pictures and a mask of one size"):
        metrics.psnr(large, large, np.ones((4, 5)))


def test_ssim_of_equal_pictures_is_one_and_falls_with_noise():
    rng = np.random.default_rng(0)
    picture = cv2.GaussianBlur(rng.random((41, 37, 3), np.float32), (0, 0), 2)
    mask = np.zeros((41, 37), np.float32)
    mask[10:30, 8:30] = 1
    assert metrics.ssim(picture, picture, mask) == pytest.approx(1)
    noisy = [metrics.ssim(picture + amount * rng.standard_normal(picture.shape, np.float32), picture, mask) for amount in (0.01, 0.05, 0.3)]
    assert 1 > noisy[0] > noisy[1] > noisy[2] > -1


def test_ssim_counts_only_what_is_inside():
    rng = np.random.default_rng(1)
    picture = rng.random((40, 50, 3), np.float32)
    mask = np.zeros((40, 50), np.float32)
    mask[15:25, 15:25] = 1
    elsewhere = picture.copy()
    elsewhere[:, 36:] = 0  # farther from the mask than a window reaches
    assert metrics.ssim(elsewhere, picture, mask) == pytest.approx(1)
    assert np.isnan(metrics.ssim(picture, picture, np.zeros((40, 50))))
    with pytest.raises(ValueError, match="ssim: expected two pictures and a mask of one size"):
        metrics.ssim(picture, picture[:-1], mask)


def test_ssim_hardly_sees_even_colours():
    """It is what its docstring warns of."""
    picture = np.linspace(0.3, 0.6, 60, dtype=np.float32)[:, None, None] * np.ones((60, 60, 3), np.float32)
    assert metrics.ssim(picture + 0.05, picture, np.ones((60, 60))) > 0.95
    assert metrics.psnr(picture + np.float32(0.05), picture, np.ones((60, 60))) == pytest.approx(26.02, abs=0.01)


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
