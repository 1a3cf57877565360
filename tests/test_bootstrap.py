import numpy as np
import pytest

from facelib import bootstrap


def draw(generator, people=40, frames=12, between=1.0, within=0.3):
    """Measurements around 0 whose people differ more than their frames."""
    who = np.repeat(np.arange(people), generator.integers(frames // 2, 2 * frames, people))
    return generator.normal(0, between, people)[who] + generator.normal(0, within, len(who)), who


def test_agrees_with_drawing_people_one_by_one():
    values, who = draw(np.random.default_rng(0), people=15)
    generator = np.random.default_rng(1)
    means = []
    for _ in range(4000):
        means.append(np.concatenate([values[who == person] for person in generator.choice(15, 15)]).mean())
    np.testing.assert_allclose(bootstrap.interval(values, who, rounds=4000), np.quantile(means, [0.025, 0.975]), atol=0.04)


def test_covers_the_truth_where_the_naive_interval_does_not():
    generator = np.random.default_rng(2)
    clustered, naive, widths = 0, 0, []
    for _ in range(150):
        values, who = draw(generator)
        low, high = bootstrap.interval(values, who, rounds=300)
        each_low, each_high = bootstrap.interval(values, np.arange(len(values)), rounds=300)
        clustered += low <= 0 <= high
        naive += each_low <= 0 <= each_high
        widths.append((high - low) / (each_high - each_low))
    assert 0.88 <= clustered / 150 <= 0.99  # aims at 0.95
    assert naive / 150 < 0.7
    assert min(widths) > 1.5


def test_columns_are_measured_together():
    values, who = draw(np.random.default_rng(3))
    low, high = bootstrap.interval(np.stack([values, 2 * values + 1], axis=1), who)
    assert low.shape == high.shape == (2,)
    np.testing.assert_allclose([low[1], high[1]], [2 * low[0] + 1, 2 * high[0] + 1])
    np.testing.assert_allclose([low[0], high[0]], bootstrap.interval(values, who))


def test_same_seed_same_interval():
    values, who = draw(np.random.default_rng(4))
    assert bootstrap.interval(values, who, seed=5) == bootstrap.interval(values, who, seed=5)
    assert bootstrap.interval(values, who, seed=5) != bootstrap.interval(values, who, seed=6)


def test_a_constant_has_no_width_and_one_person_says_nothing():
    assert bootstrap.interval(np.full(9, 0.5), list("aabbccddd")) == (0.5, 0.5)
    assert bootstrap.interval(np.arange(3.0), ["ann"] * 3) == (1.0, 1.0)


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match="3 values and 2 clusters"):
        bootstrap.interval(np.zeros(3), ["ann", "bob"])
    with pytest.raises(ValueError, match="one or more"):
        bootstrap.interval(np.zeros(0), [])
