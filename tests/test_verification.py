import numpy as np
import pytest

from facelib import verification


def test_frames_of_one_video_are_no_pair():
    i, j, same = verification.pairs(["ann", "ann", "ann", "bob"], ["a1", "a1", "a2", "b1"])
    assert list(zip(i, j, same, strict=True)) == [(0, 2, True), (0, 3, False), (1, 2, True), (1, 3, False), (2, 3, False)]


def test_guessing_gets_half():
    rng = np.random.default_rng(0)
    scores, same = rng.random(20_000), rng.random(20_000) < 0.1
    assert verification.auc(scores, same) == pytest.approx(0.5, abs=0.02)
    assert verification.equal_error_rate(scores, same) == pytest.approx(0.5, abs=0.02)


def test_known_overlap():
    """Two normal distributions, two deviations apart: AUC is Phi(sqrt 2), the equal error rate is Phi(-1)."""
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.normal(2, 1, 50_000), rng.normal(0, 1, 50_000)])
    same = np.arange(100_000) < 50_000
    assert verification.auc(scores, same) == pytest.approx(0.9214, abs=0.003)
    assert verification.equal_error_rate(scores, same) == pytest.approx(0.1587, abs=0.003)


def test_ties_count_half():
    assert verification.auc(np.ones(10), np.arange(10) < 5) == 0.5


@pytest.mark.parametrize("same", [[True, False], [False, True]])
def test_equal_scores_tell_nothing_in_whatever_order_they_come(same):
    assert verification.equal_error_rate(np.array([0.5, 0.5]), np.array(same)) == 0.5
