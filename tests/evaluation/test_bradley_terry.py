"""Bradley and Terry's model: known answers, and what cannot be answered."""

import numpy as np
import pytest

from facelib.evaluation.bradley_terry import strengths

# American League baseball, 1987: games won by row over column. Agresti, Categorical Data Analysis (1990), table 10.10.
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
GAMES = np.array(
    [
        [0, 7, 9, 7, 7, 9, 11],
        [6, 0, 7, 5, 11, 9, 9],
        [4, 6, 0, 7, 7, 8, 12],
        [6, 8, 6, 0, 6, 7, 10],
        [6, 2, 6, 7, 0, 7, 12],
        [4, 4, 5, 6, 6, 0, 6],
        [2, 4, 1, 3, 1, 7, 0],
    ]
)
PUBLISHED = (1.581, 1.436, 1.294, 1.248, 1.107, 0.684, 0.0)  # Turner and Firth 2012, doi:10.18637/jss.v048.i09, Baltimore at 0


def test_the_published_example_comes_out():
    found = strengths(GAMES, prior=0)
    np.testing.assert_allclose(found - found[-1], PUBLISHED, atol=1e-3)


def test_wins_as_the_model_expects_them_give_its_strengths_back():
    true = np.random.default_rng(0).normal(0, 1, 5)
    true -= true.mean()
    np.testing.assert_allclose(strengths(100 / (1 + np.exp(true - true[:, None])), prior=0), true, atol=1e-4)


def test_two_have_the_log_odds_of_their_wins():
    assert np.ptp(strengths(np.array([[0, 12], [4, 0]]), prior=0)) == pytest.approx(np.log(3), abs=1e-5)
    assert np.ptp(strengths(np.array([[0, 10], [0, 0]]))) == pytest.approx(np.log(10.5 / 0.5), abs=1e-5)


def test_nobody_is_stronger_among_equals():
    np.testing.assert_allclose(strengths(np.full((4, 4), 2.5)), 0, atol=1e-6)


def test_order_does_not_matter():
    order = np.random.default_rng(1).permutation(len(GAMES))
    np.testing.assert_allclose(strengths(GAMES[np.ix_(order, order)]), strengths(GAMES)[order], atol=1e-4)


def test_what_has_no_answer_is_refused():
    apart = np.kron(np.eye(2), [[0, 1], [1, 0]])
    with pytest.raises(ValueError, match="got 2 groups; compare some of each"):
        strengths(apart)
    with pytest.raises(ValueError, match="give a prior"):
        strengths(np.array([[0, 3], [0, 0]]), prior=0)
    with pytest.raises(ValueError, match="expected a square"):
        strengths(np.ones((2, 3)))
