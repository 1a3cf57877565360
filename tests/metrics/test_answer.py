import cv2
import numpy as np
import pytest

from facelib import metrics


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
