"""A membrane: the smoothest surface over a region that keeps given values round it; Laplace's equation, by multigrid.

Each pixel of the region is to be the mean of its four neighbours. A sweep that replaces every pixel by that mean settles what is rough
within a few sweeps and what is smooth almost never; on a picture of half the size the smooth part is rougher. So sweep a little, hand what
is left over (the residual) to a picture of half the size, sweep there, and so on down, then add up the corrections on the way back: a
V-cycle (Brandt 1977, "Multi-level adaptive solutions to boundary-value problems"), and a few of them suffice.

The region's border falls between the pixels of a coarse level, and a solver that ignores this converges slowly or not at all. Here every
coarse pixel knows from a distance map how far away the border is in each direction, and is pulled the more by it the nearer it is
(Gibou et al. 2002, "A second-order-accurate symmetric discretization of the Poisson equation on irregular domains").
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

ACCURACY = 0.25 / 255  # a quarter of a grey level
_LEFT = 0.4  # after the first cycle the error is about this share of what the coarser levels changed in it
_CYCLES = 12  # more, at the most; one to three are usual
_COARSEST = 6  # pixels of the shorter side at which halving ends
_NEAREST = 0.2  # of a coarse pixel: the border counts as at least so far away
_MEAN = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4
_ITSELF = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], np.float32)
# Over- and under-relaxed sweeps by turns: Chebyshev's best two for the rough half of the spectrum of a Jacobi sweep, 0.5 to 2.
_WEIGHTS = tuple(float(1 / (1.25 - 0.75 * np.cos(np.pi * angle / 4))) for angle in (1, 3))


class _Level(NamedTuple):
    """One size of the region. The first three are (h, w, 3), so that OpenCV multiplies them onto three channels at once."""

    inside: np.ndarray  # 1 in the region, 0 elsewhere
    gains: list[np.ndarray]  # what a sweep of each weight multiplies by: 0 outside, below 1 beside the border
    border: np.ndarray | None  # how much harder the border pulls than a neighbour would; None on the finest level, where it is one
    pull: np.ndarray | None  # (h, w): how hard the border pulls in all, of the pull of four neighbours
    edge: int  # what lies beyond the picture's edge, half a pixel from the finest level's last one, hardly anything from a coarse one's


def membrane(values: np.ndarray, region: np.ndarray, accuracy: float = ACCURACY) -> np.ndarray:
    """Fill a region with the membrane that its surroundings hold.

    Parameters
    ----------
    values : ndarray of shape (H, W, 3), float32
        Any values; those in the region are not looked at.
    region : ndarray of shape (H, W), bool
        Where to fill. Where it touches the picture's edge, the membrane is free there (it arrives level).
    accuracy : float
        In the units of `values`; the error of the result is about this or less.

    Returns
    -------
    ndarray of shape (H, W, 3), float32
        `values`, with each pixel of the region the mean of its neighbours (up, down, left, right; those beyond the edge do not count).
        Zero in the region where it is the whole picture, since nothing holds it then.

    Examples
    --------
    >>> slope = np.repeat(np.linspace(0, 1, 9, dtype=np.float32), 3).reshape(1, 9, 3)
    >>> gap = np.zeros((1, 9), bool)
    >>> gap[:, 2:7] = True
    >>> bool(np.abs(membrane(np.where(gap[..., None], 0, slope), gap) - slope).max() < 0.001)
    True
    """
    region = region.astype(bool, copy=False)
    if region.all() or not region.any():
        return np.where(region[..., None], np.float32(0), values)
    levels = _make_levels(region)
    forces, rims = _hold(values, region, levels)
    coarsest = _Coarsest(levels[-1])
    surface, change, error = coarsest.solve(forces[-1]), 0.0, 0.0
    for number in range(len(levels) - 2, -1, -1):  # from the coarsest level up: a first guess for each level, and one cycle
        surface += rims[number + 1]
        surface, change = _cycle(levels, number, _to_finer(surface, levels[number]), forces[number], coarsest)
        error = change * _LEFT
    for _ in range(_CYCLES):
        if error <= accuracy:
            break
        surface, now = _cycle(levels, 0, surface, forces[0], coarsest)
        rate = np.clip(now / change, 0.3, 0.9)
        change, error = now, now * rate / (1 - rate)  # what all further cycles would change: a geometric series
    return np.where(region[..., None], surface, values)


def _cycle(levels: list[_Level], number: int, surface: np.ndarray, force: np.ndarray, coarsest: _Coarsest) -> tuple[np.ndarray, float]:
    """One V-cycle from this level down; the surface, and by how much the next coarser level changed it at most."""
    if number == len(levels) - 1:
        return coarsest.solve(force), 0.0
    level, coarser = levels[number], levels[number + 1]
    surface = _sweep(surface, force, level)
    handed_on = _to_coarser(_residual(surface, force, level), coarser)
    cv2.multiply(handed_on, coarser.inside, dst=handed_on, scale=4)  # a coarse pixel is twice as wide: its Laplacian is four times ours
    correction, _ = _cycle(levels, number + 1, np.zeros_like(handed_on), handed_on, coarsest)
    surface += _to_finer(correction, level)
    return _sweep(surface, force, level), float(cv2.norm(correction, cv2.NORM_INF))


def _sweep(surface: np.ndarray, force: np.ndarray, level: _Level) -> np.ndarray:
    """Move every pixel of the region towards what its neighbours, the border and the force make of it, twice."""
    for weight, gain in zip(_WEIGHTS, level.gains, strict=True):
        moved = cv2.filter2D(surface, -1, weight * _MEAN + (1 - weight) * _ITSELF, borderType=level.edge)
        cv2.scaleAdd(force, weight, moved, dst=moved)
        surface = cv2.multiply(moved, gain, dst=moved)
    return surface


def _residual(surface: np.ndarray, force: np.ndarray, level: _Level) -> np.ndarray:
    """By how much the mean of the neighbours, the border's pull and the force miss each pixel of the region."""
    missing = cv2.filter2D(surface, -1, _MEAN - _ITSELF, borderType=level.edge)
    cv2.add(missing, force, dst=missing)
    if level.border is not None:
        missing -= level.border * surface
    return cv2.multiply(missing, level.inside, dst=missing)


def _to_coarser(fine: np.ndarray, level: _Level) -> np.ndarray:
    return cv2.pyrDown(fine, dstsize=level.inside.shape[1::-1])


def _to_finer(coarse: np.ndarray, level: _Level) -> np.ndarray:
    height, width = level.inside.shape[:2]
    return cv2.pyrUp(coarse)[:height, :width] * level.inside


def _make_levels(region: np.ndarray) -> list[_Level]:
    """The region at every size; the distance to its border, negative outside, is what the sizes share."""
    mask = region.view(np.uint8)
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_3)
    distance -= np.maximum(cv2.distanceTransform(1 - mask, cv2.DIST_L2, cv2.DIST_MASK_3) - 1, 0)  # 0 at the pixels that hold the membrane
    count = max(0, int(np.log2(max(min(region.shape) / _COARSEST, 1))))
    free = region[-1].any(), region[:, -1].any()
    finest = _thrice(distance > 0)
    levels = [_Level(finest, [finest] * 2, None, None, cv2.BORDER_REPLICATE)]
    for number in range(1, count + 1):
        rows, columns = (_places(size, 2**number, ends) for size, ends in zip(region.shape, free, strict=True))
        here = distance[rows[:, None], columns]
        inside = here > 0
        pull, crossed = np.zeros(here.shape, np.float32), np.zeros(here.shape, np.float32)
        beside = cv2.copyMakeBorder(here, 1, 1, 1, 1, cv2.BORDER_REFLECT_101)
        for there in (beside[:-2, 1:-1], beside[2:, 1:-1], beside[1:-1, :-2], beside[1:-1, 2:]):
            out = np.nonzero(inside & (there <= 0))
            share = here[out] / (here[out] - there[out])  # of the way to the neighbour, after which the border is crossed
            pull[out] += 0.25 / np.maximum(share, _NEAREST)
            crossed[out] += 0.25
        hidden = np.nonzero(inside & (crossed == 0) & (here < 0.7 * 2**number))  # a border near by, but in no neighbour's direction
        pull[hidden] = 2**number / here[hidden] / 4
        border = pull - crossed
        gains = [_thrice(inside / (1 + weight * border)) for weight in _WEIGHTS]
        levels.append(_Level(_thrice(inside), gains, _thrice(border), pull, cv2.BORDER_REFLECT_101))
    return levels


def _places(size: int, step: int, free: bool) -> np.ndarray:
    """Which pixels of a row a coarse level has: the last one beyond the border, or as near as can be to the edge where that is free."""
    last = round((size - 0.5) / step) if free else -(-(size - 1) // step)
    return np.minimum(np.arange(last + 1) * step, size - 1)


def _hold(values: np.ndarray, region: np.ndarray, levels: list[_Level]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The values round the region, on every level: what they add to the mean of a pixel's neighbours, and they themselves."""
    mask = region.view(np.uint8)
    rim = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))) - mask
    held, weights = np.where(rim[..., None] > 0, values, np.float32(0)), rim.astype(np.float32)
    forces, rims = [cv2.filter2D(held, -1, _MEAN, borderType=cv2.BORDER_REPLICATE) * levels[0].inside], [held]
    for level in levels[1:]:
        held, weights = _to_coarser(held, level), _to_coarser(weights, level)
        mean = held / np.maximum(weights, 1e-9)[..., None]
        forces.append(mean * level.pull[..., None])
        rims.append(mean * (1 - level.inside))
    return forces, rims


def _thrice(plane: np.ndarray) -> np.ndarray:
    return cv2.merge([plane.astype(np.float32)] * 3)


class _Coarsest:
    """The exact solution on the coarsest level: it is small, so a banded Cholesky factor of it costs next to nothing."""

    def __init__(self, level: _Level):
        from scipy.linalg import cholesky_banded  # takes a while to import, and most blends do without

        inside = level.inside[..., 0] > 0
        pull, edge = level.pull, 0.5
        if pull is None:  # a picture so small that its finest level is its coarsest one
            pull, edge = cv2.filter2D(1.0 - inside, -1, _MEAN, borderType=level.edge), 1.0
        self.turn = inside.shape[1] > inside.shape[0]  # the band is as wide as a row of pixels: let the rows be the short side
        if self.turn:
            inside, pull = inside.T, pull.T
        height, width = inside.shape
        # a coarse pixel at the edge is half a pixel
        rows, columns = (np.where(np.arange(size) % max(size - 1, 1), 1, edge) for size in inside.shape)
        # how strongly a pixel and the next one, across or down, hold together
        across, down = np.zeros((2, *inside.shape))
        across[:, :-1] = (inside[:, :-1] & inside[:, 1:]) * rows[:, None] / 4
        down[:-1] = (inside[:-1] & inside[1:]) * columns / 4
        self.share = np.outer(rows, columns) * inside
        own = across + np.roll(across, 1, axis=1) + down + np.roll(down, 1, axis=0) + self.share * pull
        band = np.zeros((width + 1, height * width))
        band[0] = np.where(inside, own + 1e-6, 1).ravel()  # a little more, because a region can lose its whole border on this level
        band[1] -= across.ravel()
        band[width] -= down.ravel()
        self.factor = cholesky_banded(band, lower=True)

    def solve(self, force: np.ndarray) -> np.ndarray:
        from scipy.linalg import cho_solve_banded

        force = force.transpose(1, 0, 2) if self.turn else force
        right = (force * self.share[..., None]).reshape(-1, 3)
        solution = cho_solve_banded((self.factor, True), right, check_finite=False).astype(np.float32).reshape(force.shape)
        return np.ascontiguousarray(solution.transpose(1, 0, 2)) if self.turn else solution
