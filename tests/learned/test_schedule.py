import numpy as np

from facelib.learned.schedule import one_cycle


def test_rate_rises_to_one_then_falls():
    rates = np.array([one_cycle(progress) for progress in np.linspace(0, 1, 101)])
    assert rates.max() == 1
    assert rates.argmax() == 10
    assert (np.diff(rates[:11]) > 0).all()
    assert (np.diff(rates[10:]) < 0).all()
    assert rates[-1] < 1e-3
