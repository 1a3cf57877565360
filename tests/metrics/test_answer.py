import numpy as np
import pytest
from skimage.color import lab2rgb

from facelib import metrics


def test_psnr_counts_what_is_inside_the_mask():
    rng = np.random.default_rng(3)
    answer = (0.9 * rng.random((31, 44, 3))).astype(np.float32)
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


def two_halves(left, right):
    """A picture of two even colours, and the mask of its left half."""
    picture = np.empty((13, 22, 3), np.float32)
    picture[:, :11], picture[:, 11:] = left, right
    return picture, np.arange(22) < np.full((13, 1), 11)


def test_fmse_is_in_squared_grey_levels_and_agrees_with_psnr():
    rng = np.random.default_rng(5)
    answer = rng.random((31, 44, 3), np.float32) * 0.8 + 0.1
    mask = rng.random((31, 44)) < 0.4
    errors = []
    for levels in (1, 4, 16):
        noisy = (answer + levels / 255 * rng.standard_normal(answer.shape, np.float32)).clip(0, 1)
        errors.append(metrics.fmse(noisy, answer, mask))
        assert errors[-1] == pytest.approx(levels**2, rel=0.1)
        assert 10 * np.log10(255**2 / errors[-1]) == pytest.approx(metrics.psnr(noisy, answer, mask))
    assert metrics.fmse(answer, answer, mask) == 0


def test_colour_error_knows_the_pairs_of_sharma():
    """Lab and CIEDE2000 as printed in Sharma et al. 2005, table 1, pairs 17 to 24, whose colours an sRGB picture can hold."""
    others = {
        (73.0, 25.0, -18.0): 27.1492,
        (61.0, -5.0, 29.0): 22.8977,
        (56.0, -27.0, -3.0): 31.9030,
        (58.0, 24.0, 15.0): 19.4535,
        (50, 3.1736, 0.5854): 1.0,
        (50, 3.2972, 0): 1.0,
        (50, 1.8634, 0.5757): 1.0,
        (50, 3.2592, 0.3350): 1.0,
    }
    picture, mask = two_halves(lab2rgb((50.0, 2.5, 0.0)), 0.2)
    for other, expected in others.items():
        answer, _ = two_halves(lab2rgb(other), 0.9)
        assert metrics.colour_error(picture, answer, mask) == pytest.approx(expected, abs=1e-3)


def test_colour_error_is_the_mean_inside_the_mask_alone():
    black, left = two_halves(0, 0)
    white, _ = two_halves(1, 0)
    assert metrics.colour_error(white, black, left) == pytest.approx(100)
    assert metrics.colour_error(white, black, ~left) == 0
    assert metrics.colour_error(white, black, np.ones(left.shape)) == pytest.approx(50)


def test_colour_error_sees_the_even_tint_that_ssim_hardly_sees():
    picture = np.linspace(0.3, 0.6, 60, dtype=np.float32)[:, None, None] * np.ones((60, 47, 3), np.float32)
    everywhere = np.ones((60, 47))
    tints = [metrics.colour_error(picture + np.array([tint, 0, -tint], np.float32), picture, everywhere) for tint in (0.0, 0.01, 0.03, 0.1)]
    assert tints[0] == 0
    assert (np.diff(tints) > 0.5).all()


@pytest.mark.parametrize("metric", [metrics.fmse, metrics.colour_error, metrics.ms_ssim])
def test_bad_input_against_an_answer_is_refused(metric):
    picture, mask = np.zeros((21, 34, 3), np.float32), np.zeros((21, 34), np.float32)
    assert np.isnan(metric(picture, picture, mask))
    with pytest.raises(ValueError, match=f"{metric.__name__}: expected two pictures and a mask of one size"):
        metric(picture, picture[:-1], mask)
    with pytest.raises(ValueError, match="expected a mask of shape"):
        metric(picture, picture, mask[..., None])
    with pytest.raises(ValueError, match=r"mask: expected values in \[0, 1\], got \[0, 255\]"):
        metric(picture, picture, mask + np.float32(255) * (np.arange(34) > 20))
    with pytest.raises(TypeError, match="image: expected float32, got uint8"):
        metric(picture.astype(np.uint8), picture, mask)
    with pytest.raises(ValueError, match="answer: expected values in"):
        metric(picture, picture * np.nan, mask)
