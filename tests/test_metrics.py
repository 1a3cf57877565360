import numpy as np
import pytest

from facelib import keypoints, metrics


def test_nme_of_a_known_shift():
    truth = np.stack([keypoints.mean_shape() * 100, keypoints.mean_shape() * 50])
    eyes = np.linalg.norm(truth[:, 36] - truth[:, 45], axis=1)
    np.testing.assert_allclose(metrics.nme(truth + (3, 4), truth), 5 / eyes)


def test_inter_pupil_is_larger_than_inter_ocular():
    truth = keypoints.mean_shape()[None] * 100
    ratio = metrics.nme(truth + 1, truth, "inter-pupil") / metrics.nme(truth + 1, truth, "inter-ocular")
    assert 1.3 < ratio[0] < 1.5  # published: inter-ocular is about 0.71 of inter-pupil


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
