"""How far a network expects to be off: the spread of its answers, made into an error by people whom it never saw.

A point with a spread s, over the inter-ocular distance, is on average c s^b away from its label; b is the same for all points, c is the
point's own. Both are fitted once (`fit`), and kept in the card of the weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import spearmanr
from torch import nn

from facelib import metrics
from facelib.datasets.frame import Frame
from facelib.learned.predict_keypoints import Reading, read_frames


@dataclass(frozen=True)
class Calibration:
    """The numbers of the fit."""

    power: float
    factors: list[float]  # 68

    def expected_errors(self, reading: Reading) -> np.ndarray:
        """The error to expect of each point, (B, 68) float32, as a share of the inter-ocular distance: at most 1, which says that nothing
        is known (a reading of no face gathers its points in the middle, and all distances are large beside such a face)."""
        return np.minimum(_relative(reading) ** self.power * np.array(self.factors), 1).astype(np.float32)


def fit(reading: Reading, truth: np.ndarray) -> Calibration:
    """Least squares of the true errors; the mean expected error of each point is its mean true one.

    Parameters
    ----------
    reading : Reading
        Of faces of people whom the network was not trained on.
    truth : ndarray of shape (B, 68, 2)
    """
    spread, errors = _relative(reading), metrics.point_errors(reading.points, truth)

    def factors(power: float) -> np.ndarray:
        return errors.mean(axis=0) / (spread**power).mean(axis=0)

    power = minimize_scalar(lambda power: ((spread**power * factors(power) - errors) ** 2).sum(), bounds=(0, 6), method="bounded").x
    return Calibration(round(float(power), 3), [round(float(factor), 5) for factor in factors(power)])


def calibrate(net: nn.Module, frames: list[Frame], size: int) -> tuple[Calibration, dict]:
    """Fit on every second person, and see on the others what the fit is worth.

    Parameters
    ----------
    net : Module
        As `predict_keypoints.read` takes it.
    frames : list of Frame
        Of people whom the network was not trained on.
    size : int
        The crop's side in pixels.

    Returns
    -------
    Calibration
    dict
        `points` and `faces`: `reliability` of each, and `rank_correlation` (Spearman) of expected with true errors; `people` and `n`.
    """
    reading = read_frames(net, frames, size)
    points, spread = reading.points, reading.spread
    truth = np.stack([frame.points for frame in frames])
    fitted_on = sorted({frame.person for frame in frames})[::2]
    fitted = np.array([frame.person in fitted_on for frame in frames])
    calibration = fit(Reading(points[fitted], spread[fitted]), truth[fitted])
    expected = calibration.expected_errors(Reading(points[~fitted], spread[~fitted]))
    true = metrics.point_errors(points[~fitted], truth[~fitted])
    record = {"people": len({frame.person for frame in frames}) - len(fitted_on), "n": int((~fitted).sum())}
    for name, values in {"points": (expected, true), "faces": (expected.mean(axis=1), true.mean(axis=1))}.items():
        rank = spearmanr(values[0].ravel(), values[1].ravel()).statistic
        record[name] = {"rank_correlation": round(float(rank), 3), "bins": reliability(*values)}
    return calibration, record


def reliability(expected: np.ndarray, errors: np.ndarray, bins: int = 10) -> list[dict[str, float]]:
    """Expected against true error in bins of equally many values, the least expected first; all in the units that come in."""
    order = np.argsort(expected.ravel(), kind="stable")
    parts = zip(*(np.array_split(values.ravel()[order], bins) for values in (expected, errors)), strict=True)
    return [{"n": len(said), "expected": round(float(said.mean()), 5), "true": round(float(true.mean()), 5)} for said, true in parts]


def _relative(reading: Reading) -> np.ndarray:
    return reading.spread / metrics.face_sizes(reading.points)[:, None]
