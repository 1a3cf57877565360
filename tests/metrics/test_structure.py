import cv2
import numpy as np
import pytest

from facelib import metrics


def test_ssim_of_equal_pictures_is_one_and_falls_with_noise():
    rng = np.random.default_rng(0)
    picture = cv2.GaussianBlur(rng.random((41, 37, 3), np.float32), (0, 0), 2)
    mask = np.zeros((41, 37), np.float32)
    mask[10:30, 8:30] = 1
    assert metrics.ssim(picture, picture, mask) == pytest.approx(1)
    noise = [amount * rng.standard_normal(picture.shape, np.float32) for amount in (0.01, 0.05, 0.3)]
    noisy = [metrics.ssim((picture + each).clip(0, 1), picture, mask) for each in noise]
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


def smooth_noise(shape, seed=2):
    return cv2.GaussianBlur(np.random.default_rng(seed).random((*shape, 3), np.float32), (0, 0), 1.5)


def half_inside(shape):
    mask = np.zeros(shape, np.float32)
    mask[shape[0] // 4 : -shape[0] // 4, shape[1] // 4 : -shape[1] // 4] = 1
    return mask


@pytest.mark.parametrize("shape", [(161, 190), (31, 44), (11, 11)])
def test_ms_ssim_of_equal_pictures_is_one_at_any_size(shape):
    picture = smooth_noise(shape)
    assert metrics.ms_ssim(picture, picture, half_inside(shape)) == pytest.approx(1)


def test_ms_ssim_of_one_scale_is_ssim():
    picture, mask = smooth_noise((61, 74)), half_inside((61, 74))
    noisy = (picture + 0.05 * smooth_noise((61, 74), 3)).clip(0, 1)
    assert metrics.ms_ssim(noisy, picture, mask, scales=1) == pytest.approx(metrics.ssim(noisy, picture, mask), abs=1e-6)


def test_ms_ssim_by_hand_at_one_pixel():
    """Two scales: contrast and structure of the fine windows, times ssim of the halved pictures, as the paper's equation 7 has it."""
    rng = np.random.default_rng(5)
    picture, other = (rng.random((28, 32, 1), np.float32).repeat(3, axis=2) for _ in range(2))
    other = 0.3 * other + 0.7 * picture
    mask = np.zeros((28, 32))
    mask[12:14, 14:16] = 1  # one pixel of the halved picture, (6, 7)
    window = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
    window = np.outer(window, window) / window.sum() ** 2

    def moments(first, second, y, x):
        a, b = (one[y - 5 : y + 6, x - 5 : x + 6, 0].astype(float) for one in (first, second))
        at, there = (window * a).sum(), (window * b).sum()
        both = (window * (a - at) * (b - there)).sum()
        return at, there, (2 * both + 9e-4) / ((window * (a - at) ** 2).sum() + (window * (b - there) ** 2).sum() + 9e-4)

    fine = np.mean([moments(other, picture, y, x)[2] for y in (12, 13) for x in (14, 15)])
    at, there, coarse = moments(*(one.reshape(14, 2, 16, 2, 3).mean((1, 3)) for one in (other, picture)), 6, 7)
    coarse *= (2 * at * there + 1e-4) / (at**2 + there**2 + 1e-4)
    total = 0.0448 + 0.2856
    expected = fine ** (0.0448 / total) * coarse ** (0.2856 / total)
    assert metrics.ms_ssim(other, picture, mask, scales=2) == pytest.approx(expected, abs=1e-5)


def test_ms_ssim_falls_with_noise_and_with_blur():
    picture, mask = smooth_noise((165, 181)), half_inside((165, 181))
    grain = np.random.default_rng(4).standard_normal(picture.shape, np.float32)
    noisy = [metrics.ms_ssim((picture + amount * grain).clip(0, 1), picture, mask) for amount in (0.01, 0.05, 0.3)]
    blurred = [metrics.ms_ssim(cv2.GaussianBlur(picture, (0, 0), sigma), picture, mask) for sigma in (0.5, 2, 8)]
    for scores in (noisy, blurred):
        assert 1 > scores[0] > scores[1] > scores[2] > 0


def test_ms_ssim_forgives_a_shift_by_a_pixel_more_than_ssim_does():
    picture, mask = smooth_noise((165, 181)), half_inside((165, 181))
    shifted = np.roll(picture, 1, axis=1)
    assert 1 - metrics.ms_ssim(shifted, picture, mask) < 0.6 * (1 - metrics.ssim(shifted, picture, mask))


def test_ms_ssim_counts_only_what_is_inside():
    picture, mask = smooth_noise((91, 200)), np.zeros((91, 200), np.float32)
    mask[20:60, 10:50] = 1
    elsewhere = picture.copy()
    elsewhere[:, 140:] = 0  # farther from the mask than the coarsest window of four scales reaches
    assert metrics.ms_ssim(elsewhere, picture, mask) == pytest.approx(1)
    elsewhere[30:40, 30:40] = 0
    assert metrics.ms_ssim(elsewhere, picture, mask) < 0.9
    assert np.isnan(metrics.ms_ssim(picture, picture, 0 * mask))


def test_a_picture_that_is_too_small_for_five_scales_gets_fewer():
    for side, scales in ((11, 1), (20, 1), (21, 2), (41, 3), (80, 3), (81, 4), (160, 4), (161, 5)):
        picture, noisy, mask = smooth_noise((side, 177)), smooth_noise((side, 177), 6), np.ones((side, 177))
        assert metrics.ms_ssim(noisy, picture, mask) == metrics.ms_ssim(noisy, picture, mask, scales)
        if scales < 5:
            with pytest.raises(ValueError, match=f"scales: expected 1 to {scales} for a picture of"):
                metrics.ms_ssim(noisy, picture, mask, scales + 1)
    with pytest.raises(ValueError, match=r"image: expected at least 11 pixels in each direction, got \(10, 177\)"):
        metrics.ms_ssim(picture[:10], picture[:10], mask[:10])
