import numpy as np
import pytest

from facelib import metrics


def test_tone_spread_is_that_of_a_ramp_and_not_of_noise_or_of_what_is_outside():
    ramp = np.linspace(0.2, 0.8, 100, dtype=np.float32)[None, :, None] * np.ones((100, 100, 3), np.float32)
    mask = np.zeros((100, 100), np.float32)
    mask[20:80, 20:80] = 1
    spread = metrics.tone_spread(ramp, mask)
    noisy = ramp + 0.05 * np.random.default_rng(0).standard_normal(ramp.shape, np.float32)
    assert metrics.tone_spread(noisy.clip(0, 1), mask) == pytest.approx(spread, rel=0.05)
    outside = np.where(mask[..., None] > 0, ramp, 0).astype(np.float32)
    assert metrics.tone_spread(outside, mask) == pytest.approx(spread)
    assert metrics.tone_spread((0.5 + 0.5 * (ramp - 0.5)).astype(np.float32), mask) == pytest.approx(spread / 2, rel=0.1)
    assert np.isnan(metrics.tone_spread(ramp, np.zeros((100, 100))))
