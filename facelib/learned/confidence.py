"""How far a network expects to be off: the spread of its answers, made into an error by faces that it never saw.

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
        Of faces on which the network was not trained.
    truth : ndarray of shape (B, 68, 2)
    """
    spread, errors = _relative(reading), metrics.point_errors(reading.points, truth)

    def factors(power: float) -> np.ndarray:
        return errors.mean(axis=0) / (spread**power).mean(axis=0)

    power = minimize_scalar(lambda power: ((spread**power * factors(power) - errors) ** 2).sum(), bounds=(0, 6), method="bounded").x
    return Calibration(round(float(power), 3), [round(float(factor), 5) for factor in factors(power)])


def calibrate(net: nn.Module, frames: list[Frame], size: int) -> Calibration:
    """Fit to faces on which the network, as `predict_keypoints.read` takes it, was not trained; `size` is the crop's side in pixels."""
    return fit(read_frames(net, frames, size), np.stack([frame.points for frame in frames]))


def judge(expected: np.ndarray, errors: np.ndarray) -> dict:
    """What expected errors are worth, beside true ones.

    Parameters
    ----------
    expected, errors : ndarray of shape (N, 68)
        Of faces that the calibration was not fitted to, as shares of the inter-ocular distance.

    Returns
    -------
    dict
        `points` and `faces` (the means of their points): `rank_correlation` (Spearman) of expected with true errors, and `bins`, of
        `reliability`.
    """
    record = {}
    for name, values in {"points": (expected, errors), "faces": (expected.mean(axis=1), errors.mean(axis=1))}.items():
        rank = spearmanr(values[0].ravel(), values[1].ravel()).statistic if len(values[0]) > 1 else np.nan
        record[name] = {"rank_correlation": None if np.isnan(rank) else round(float(rank), 3), "bins": reliability(*values)}
    return record


def reliability(expected: np.ndarray, errors: np.ndarray, bins: int = 10) -> list[dict[str, float]]:
    """Expected against true error in bins of equally many values, the least expected first; all in the units that come in."""
    order = np.argsort(expected.ravel(), kind="stable")
    bins = min(bins, len(order))
    parts = zip(*(np.array_split(values.ravel()[order], bins) for values in (expected, errors)), strict=True)
    return [{"n": len(said), "expected": round(float(said.mean()), 5), "true": round(float(true.mean()), 5)} for said, true in parts]


def _relative(reading: Reading) -> np.ndarray:
    return reading.spread / metrics.face_sizes(reading.points)[:, None]
