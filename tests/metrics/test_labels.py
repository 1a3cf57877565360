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
