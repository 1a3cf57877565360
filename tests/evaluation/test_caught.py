"""The area under the ROC curve against a count of pairs, and its interval over people."""

import numpy as np
import pytest

from facelib import verification
from facelib.evaluation.caught import caught

PEOPLE = [f"person {number // 3}" for number in range(21)]


def numbers(shift, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(shift, 1, 21).round(1), rng.normal(0, 1, 21).round(1)  # rounded: there are ties


def test_it_is_the_area_that_ranks_give():
    results, targets = numbers(0.7)
    expected = verification.auc(np.concatenate([results, targets]), np.arange(42) < 21)
    assert caught(results, targets, PEOPLE)["mean"] == pytest.approx(expected, abs=1e-4)


def test_what_is_the_same_is_never_caught():
    targets = numbers(0)[1]
    found = caught(targets, targets, PEOPLE)
    assert found["mean"] == 0.5
    assert found["interval_95"][0] == found["interval_95"][1] == 0.5


def test_the_interval_is_that_of_drawing_people_again():
    results, targets = numbers(0.7)
    rng, people, areas = np.random.default_rng(1), np.array(PEOPLE), []
    for _ in range(500):
        rows = np.concatenate([np.flatnonzero(people == one) for one in rng.choice(np.unique(people), 7)])
        areas.append(verification.auc(np.concatenate([results[rows], targets[rows]]), np.arange(2 * len(rows)) < len(rows)))
    np.testing.assert_allclose(caught(results, targets, PEOPLE)["interval_95"], np.quantile(areas, [0.025, 0.975]), atol=0.03)


def test_more_suspicious_results_are_caught_more():
    areas = [caught(*numbers(shift), PEOPLE)["mean"] for shift in (-1, 0, 1, 9)]
    assert areas == sorted(areas)
    assert areas[-1] == 1.0


def test_of_no_pairs_nothing_is_known():
    assert caught(np.empty(0), np.empty(0), [])["mean"] is None
