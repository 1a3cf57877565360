"""Whether labels lie on a lattice, as those that are read off a heatmap cell by cell do, and what it costs whoever is measured by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facelib import bootstrap, metrics

FACE_LENGTHS = np.linspace(24, 42, 361)  # steps to the longer side of a face: within a factor of two, or half a step would fit as well
LEAST_STEP = 1.5  # pixels: whole pixels drown a finer lattice
CLEAR = 0.7  # of a clearness; points at random stay below 0.4
LARGE = 90  # pixels, the longer side of a face: of the smaller ones, several sizes come to one
FROM_MIDDLE = (np.sqrt(2) + np.arcsinh(1)) / 6  # the mean distance of a square's points from its middle, over its side
STEPS, PLACES = np.geomspace(LEAST_STEP, 8, 101), np.linspace(-0.5, 0.5, 21)  # edges of the histograms
_RATIOS = np.linspace(1.1, 1.5, 801)


@dataclass(frozen=True)
class Lattice:
    """A square lattice along a picture's axes."""

    step: float  # pixels
    origin: np.ndarray  # (2,) pixels, x and y of a node: each within half a step of the picture's
    clearness: float  # 1 where all points lie on it but for being rounded to whole pixels, near 0 where they lie anywhere

    @property
    def is_clear(self) -> bool:
        return self.clearness >= CLEAR and self.step >= LEAST_STEP

    def places(self, points: np.ndarray) -> np.ndarray:
        """Where points lie in the cells round the nodes: like `points`, each coordinate in [-0.5, 0.5] steps, 0 at the node."""
        steps = (points - self.origin) / self.step
        return steps - np.round(steps)


def fit(points: np.ndarray) -> Lattice:
    """The lattice on which the points of a face lie best.

    Parameters
    ----------
    points : ndarray of shape (N, 2)
        In whole pixels.

    Notes
    -----
    For each step, a point's place in its cell is an angle; where the points share one, their mean resultant length is near 1 (Mardia and
    Jupp 2000, chapter 2). Rounding to whole pixels shortens it by sinc(1 / step), which is allowed for.
    """
    steps = np.ptp(points, axis=0).max() / FACE_LENGTHS
    means = np.exp(2j * np.pi * points / steps[:, None, None]).mean(axis=1)  # (steps, 2)
    lengths = np.abs(means).mean(axis=1)
    best = lengths.argmax()
    step = float(steps[best])
    return Lattice(step, np.angle(means[best]) / (2 * np.pi) * step, float(lengths[best] / np.sinc(1 / max(step, LEAST_STEP))))


def measure(points: np.ndarray, people: Sequence[str]) -> dict:
    """What lattices the labels of a data set lie on.

    Parameters
    ----------
    points : ndarray of shape (N, 68, 2)
        Labels, in whole pixels.
    people : sequence of N str
        Whose face each is: intervals are over people.

    Returns
    -------
    dict
        `clear`: on how many frames there is a clear lattice. The rest is of these, and left out where there are none: `people`; `error`,
        what a model scores that finds all points to a hair, in per cent of the inter-ocular distance, and its `interval_95`; `share`, the
        median of the step over the square root of the labels' box; `step` and `place`, histograms of the step in pixels and of where
        coordinates lie in their cell, in steps, as `edges` and `count`; `large`, how many faces have at least `LARGE` pixels, and of these
        `ratio`, of neighbouring steps, and `agreement`, the mean resultant length if that is their ratio: 1 where they have no other, and
        far below where steps take any size.
    """
    found = [fit(each) for each in points]
    chosen = np.array([lattice.is_clear for lattice in found])
    if not chosen.any():
        return {"clear": 0}
    clear, points = [lattice for lattice in found if lattice.is_clear], points[chosen]
    people = np.array(people)[chosen].tolist()
    steps = np.array([lattice.step for lattice in clear])
    errors = 100 * FROM_MIDDLE * steps / metrics.face_sizes(points)
    places = np.stack([lattice.places(each) for lattice, each in zip(clear, points, strict=True)])
    large = np.ptp(points, axis=1).max(axis=1) >= LARGE
    return {
        "clear": len(clear),
        "people": len(set(people)),
        "error": round(float(errors.mean()), 2),
        "interval_95": bootstrap.ends(errors, people, digits=2),
        "share": round(float(np.median(steps / metrics.face_sizes(points, "box"))), 4),
        "step": _histogram(steps, STEPS),
        "place": _histogram(places, PLACES),
        "large": int(large.sum()),
        **(_ratio(steps[large]) if large.any() else {}),
    }


def as_text(numbers: dict) -> str:
    """What `measure` gives, for a person to read."""
    if not numbers["clear"]:
        return "no frame's labels lie on a clear lattice"
    low, high = numbers["interval_95"]
    return (
        f"labels on a clear lattice in {numbers['clear']} frames, which by itself costs {numbers['error']:.2f} %  ({low:.2f} to {high:.2f})"
    )


def _ratio(steps: np.ndarray) -> dict:
    agreement = np.abs(np.exp(2j * np.pi * np.log(steps) / np.log(_RATIOS)[:, None]).mean(axis=1))
    best = agreement.argmax()
    return {"ratio": round(float(_RATIOS[best]), 3), "agreement": round(float(agreement[best]), 3)}


def _histogram(values: np.ndarray, edges: np.ndarray) -> dict:
    return {"edges": edges.round(4).tolist(), "count": np.histogram(values, edges)[0].tolist()}
