"""From an expression's numbers to how far each control of the head moves.

The average shape comes from people who talk: its lips are parted. The neutral expression closes them first.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from facelib.datasets.rendered import controls, template
from facelib.datasets.rendered.moment import Expression

_HINGE = np.array([-0.2, 0.45])  # y and z of the jaw's hinge, in front of the ears
_OPEN = np.radians(24)  # what the jaw turns by when it is wide open
_PARTED = 0.06  # how far the average shape's jaw is open
_INNER_UPPER, _INNER_LOWER = [61, 62, 63], [67, 66, 65]
_OUTER_UPPER, _OUTER_LOWER = [49, 50, 51, 52, 53], [59, 58, 57, 56, 55]
_LIDS = {"right": ([37, 38], [41, 40]), "left": ([43, 44], [47, 46])}
_CORNERS = {"right": [48, 60], "left": [54, 64]}


def moves(expression: Expression, rest: np.ndarray) -> np.ndarray:
    """How far each control moves for an expression, (N, 3) float64.

    Parameters
    ----------
    expression : Expression
    rest : ndarray of shape (N, 3)
        Where the person's controls are without any, as `template.control_points` has them.
    """
    points = rest.copy()
    _turn_jaw(points, -_PARTED)
    _close_mouth(points)
    _smile(points, expression)
    _brows(points, expression)
    _turn_jaw(points, expression.jaw)
    for side, sign in (("right", -1), ("left", 1)):
        points[_CORNERS[side], 0] -= sign * 0.02 * expression.jaw
    _lids(points, expression)
    return points - rest


def _close_mouth(points: np.ndarray) -> None:
    """Both inner lips meet, a little nearer to the upper one; what hangs on the lower lip comes along."""
    gap = points[_INNER_LOWER, 1] - points[_INNER_UPPER, 1]
    points[_INNER_UPPER, 1] += 0.3 * gap
    points[_INNER_LOWER, 1] -= 0.68 * gap
    points[_OUTER_LOWER, 1] -= 0.5 * gap.mean() * np.array([0.6, 1, 1, 1, 0.6])
    points[_OUTER_UPPER, 1] += 0.1 * gap.mean() * np.array([0.6, 1, 1, 1, 0.6])
    points[controls.numbers("sulcus"), 1] -= 0.4 * gap.mean()


def _smile(points: np.ndarray, expression: Expression) -> None:
    for side, sign in (("right", -1), ("left", 1)):
        smile = float(np.clip(expression.smile + sign * expression.smirk, -1, 1))
        share = _near_corner(side)[:, None]
        up = np.array([sign * 0.05, -0.05, 0.035]) if smile > 0 else np.array([0, -0.035, 0.0])
        points += share * smile * up
        raised = _cheek(side)[:, None] * max(smile, 0)
        points += raised * np.array([sign * 0.012, -0.03, -0.02])
        lower, upper = _LIDS[side][1], _LIDS[side][0]
        points[lower, 1] -= 0.010 * max(smile, 0)
        points[upper, 1] += 0.004 * max(smile, 0)
    if expression.pucker:
        lips = np.r_[48:68]
        points[lips, 0] *= 1 - 0.35 * expression.pucker
        points[lips, 2] -= 0.04 * expression.pucker * np.exp(-((points[lips, 0] / 0.1) ** 2))
    points[_INNER_UPPER, 1] -= 0.022 * expression.lips_apart
    points[_OUTER_UPPER, 1] -= 0.014 * expression.lips_apart
    points[_INNER_LOWER, 1] += 0.03 * expression.lips_apart
    points[_OUTER_LOWER, 1] += 0.022 * expression.lips_apart
    stretch = max(expression.smile, 0)  # lips get thinner, and more of the upper teeth shows
    points[_OUTER_LOWER, 1] -= 0.010 * stretch
    points[_INNER_UPPER, 1] -= 0.010 * stretch * expression.lips_apart


def _brows(points: np.ndarray, expression: Expression) -> None:
    for brow, order in ((range(17, 22), 1), (range(22, 27), -1)):
        inner = np.linspace(0, 1, 5)[::order]
        lift = 0.045 * expression.brows + 0.04 * expression.brows_inner * inner**1.5
        points[list(brow), 1] -= lift
        points[list(brow), 0] += order * 0.012 * max(-expression.brows_inner, 0) * inner
    points[controls.numbers("forehead", "forehead side"), 1] -= 0.015 * expression.brows
    points[controls.numbers("lid fold"), 1] -= 0.02 * expression.brows
    points[controls.numbers("glabella"), 1] -= 0.02 * (expression.brows + expression.brows_inner)


def _turn_jaw(points: np.ndarray, jaw: float) -> None:
    """What hangs on the jaw turns about its hinge."""
    turn = -_OPEN * jaw * _on_jaw()
    y, z = points[:, 1] - _HINGE[0], points[:, 2] - _HINGE[1]
    points[:, 1] = _HINGE[0] + np.cos(turn) * y + np.sin(turn) * z
    points[:, 2] = _HINGE[1] - np.sin(turn) * y + np.cos(turn) * z


def _lids(points: np.ndarray, expression: Expression) -> None:
    for side, blink in (("right", expression.blink_right), ("left", expression.blink_left)):
        upper, lower = _LIDS[side]
        follow = -0.008 + 0.012 * expression.gaze_y - 0.006 * max(expression.brows, 0)  # lids go along with the gaze, and up with the brows
        points[upper, 1] += follow
        gap = points[lower, 1] - points[upper, 1]
        shut = max(blink, 0.28 * expression.squint)
        points[upper, 1] += 0.84 * shut * gap
        points[lower, 1] -= (0.12 * shut + 0.15 * expression.squint * (1 - shut)) * gap


@cache
def _on_jaw() -> np.ndarray:
    """How far each control turns with the jaw, (N,)."""
    _, y, z = template.control_points().T
    share = np.clip((y - 0.02) / 0.28, 0, 1) * np.clip((0.75 - z) / 0.4, 0, 1)
    share[[48, 54, 60, 64]] = 0.42
    share[[59, 55]], share[[58, 57, 56]], share[[67, 66, 65]] = 0.85, 0.97, 0.97
    share[[49, 50, 51, 52, 53, 61, 62, 63]] = 0.0
    share[27:36] = 0
    share[controls.numbers("philtrum", "under nose", "nasolabial")] = 0.05
    share[controls.numbers("sulcus", "pogonion", "chin", "under chin")] = 1
    share[:17] = np.clip((y[:17] - 0.0) / 0.25, 0, 1)
    return share


@cache
def _near_corner(side: str) -> np.ndarray:
    """How far each control goes along with a corner of the mouth, (N,)."""
    rest = template.control_points()
    corner = rest[_CORNERS[side][0]]
    share = np.exp(-(((rest - corner) / (0.105, 0.1, 0.15)) ** 2).sum(axis=1)) * (rest[:, 1] > 0.03)
    share[:17] *= 0.3
    return share


@cache
def _cheek(side: str) -> np.ndarray:
    rest, sign = template.control_points(), -1 if side == "right" else 1
    share = np.exp(-(((rest - (sign * 0.24, -0.08, 0.06)) / (0.13, 0.11, 0.2)) ** 2).sum(axis=1))
    share[:68] *= 0.25
    return share
