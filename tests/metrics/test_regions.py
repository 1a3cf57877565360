import numpy as np
import pytest

from facelib import metrics


def disc(shape=(61, 74), centre=(30, 40), radius=15):
    y, x = np.ogrid[: shape[0], : shape[1]]
    return (np.hypot(y - centre[0], x - centre[1]) <= radius).astype(np.float32)


def test_the_band_by_brute_force():
    mask = disc((23, 31), (9, 17), 7)
    inside, outside = np.argwhere(mask > 0.5), np.argwhere(mask <= 0.5)
    for width in (1, 2.5, 4):
        expected = np.zeros(mask.shape, np.float32)
        for here, there in ((inside, outside), (outside, inside)):
            distances = np.linalg.norm(here[:, None] - there[None], axis=2).min(axis=1)
            expected[tuple(here[distances <= width].T)] = 1
        np.testing.assert_array_equal(metrics.seam_band(mask, width), expected)


def test_the_two_sides_make_up_the_band():
    mask = disc()
    inside, outside, both = (metrics.seam_band(mask, 3, side) for side in ("inside", "outside", "both"))
    np.testing.assert_array_equal(inside + outside, both)
    assert (mask[inside > 0] == 1).all()
    assert (mask[outside > 0] == 0).all()


def test_the_default_width_grows_with_the_face():
    for radius in (4, 15, 60):
        mask = disc((200, 215), (100, 100), radius)
        width = max(1, np.sqrt(mask.sum()) / 16)
        np.testing.assert_array_equal(metrics.seam_band(mask), metrics.seam_band(mask, width))


def test_the_edge_of_the_picture_is_no_border():
    mask = np.zeros((20, 33), np.float32)
    mask[:, :12] = 1  # cut off on three sides
    expected = np.zeros((20, 33))
    expected[:, 10:14] = 1
    np.testing.assert_array_equal(metrics.seam_band(mask, 2), expected)


def test_without_a_border_there_is_no_band():
    for value in (0, 1):
        assert not metrics.seam_band(np.full((9, 14), value, np.float32), 3).any()


def test_a_metric_takes_the_band_as_its_mask():
    rng = np.random.default_rng(0)
    answer, mask = rng.random((61, 74, 3), np.float32), disc()
    band = metrics.seam_band(mask, 2)
    far = np.where((band == 0)[..., None], 0, answer)
    assert metrics.psnr(far, answer, band) == float("inf")
    assert metrics.psnr(np.where((band == 1)[..., None], 0, answer), answer, band) < 10


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="side: expected one of both, inside, outside, got 'left'"):
        metrics.seam_band(disc(), 2, "left")
    with pytest.raises(ValueError, match="width: expected at least 1 pixel, got 0"):
        metrics.seam_band(disc(), 0)
    with pytest.raises(ValueError, match=r"seam_band: expected a mask of shape \(H, W\)"):
        metrics.seam_band(np.zeros((5, 6, 3), np.float32))
    with pytest.raises(ValueError, match=r"mask: expected values in \[0, 1\]"):
        metrics.seam_band(disc() * np.nan)
