import numpy as np
import pytest

from facelib import keypoints, metrics
from facelib.learned import confidence
from facelib.learned.predict_keypoints import Reading


def readings(count, power, seed=0):
    """Faces whose points are off by a distance that grows with a power of their spread."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(keypoints.mean_shape()[None] * 100, count, axis=0)
    eyes = metrics.face_sizes(truth)[:, None]
    spread = rng.uniform(0.05, 0.4, (count, 68))
    off = spread**power * rng.gamma(4, 0.25, spread.shape) * eyes  # mean 1
    angle = rng.uniform(0, 2 * np.pi, spread.shape)
    points = truth + off[..., None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    points[:, [36, 45]] = truth[:, [36, 45]]  # the eyes' distance is known
    return Reading(points, spread * eyes), truth


@pytest.mark.parametrize("power", [1.0, 2.0])
def test_fit_finds_the_power(power):
    found = confidence.fit(*readings(400, power))
    assert found.power == pytest.approx(power, abs=0.1)
    np.testing.assert_allclose(np.delete(found.factors, [36, 45]), 1, atol=0.15)


def test_expected_errors_are_right_on_average_and_in_every_bin():
    calibration = confidence.fit(*readings(400, 1.5))
    reading, truth = readings(400, 1.5, seed=1)
    expected, true = calibration.expected_errors(reading), metrics.point_errors(reading.points, truth)
    keep = np.delete(np.arange(68), [36, 45])
    for row in confidence.reliability(expected[:, keep], true[:, keep]):
        assert row["expected"] == pytest.approx(row["true"], rel=0.05)


def test_bins_hold_everything_in_order():
    rows = confidence.reliability(np.arange(25.0), 2 * np.arange(25.0), bins=4)
    assert sum(row["n"] for row in rows) == 25
    assert [row["expected"] for row in rows] == sorted(row["expected"] for row in rows)
    assert all(row["true"] == 2 * row["expected"] for row in rows)


def test_no_expected_error_is_above_the_distance_of_the_eyes():
    calibration = confidence.Calibration(2.0, [0.3] * 68)
    gathered = Reading(keypoints.mean_shape()[None], np.full((1, 68), 9.0))  # a small face, and far-flung maps
    np.testing.assert_array_equal(calibration.expected_errors(gathered), np.ones((1, 68), np.float32))


def test_what_expected_errors_are_worth():
    rng = np.random.default_rng(0)
    expected = rng.uniform(0.01, 0.1, (50, 68))
    right, blind = confidence.judge(expected, 2 * expected), confidence.judge(expected, rng.uniform(0.01, 0.1, (50, 68)))
    assert right["points"]["rank_correlation"] == right["faces"]["rank_correlation"] == 1
    assert abs(blind["points"]["rank_correlation"]) < 0.1
    assert sum(row["n"] for row in right["faces"]["bins"]) == 50
