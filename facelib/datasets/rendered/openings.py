"""The colours of eyes and of the mouth's inside, pixel by pixel, from where on the head each pixel is."""

from __future__ import annotations

import numpy as np

from facelib.blend import rise
from facelib.datasets.rendered import noise
from facelib.datasets.rendered.moment import Expression
from facelib.datasets.rendered.paint import linear, tone
from facelib.datasets.rendered.person import Skin

IRIS = 0.042  # radius; people's are 0.038
_WIDTH = 0.16  # of an average eye, from corner to corner
_BALL = 0.085  # radius of the eyeball, for its shading
_TRAVEL = np.array([0.036, 0.016])  # how far the iris goes with the gaze


def eyes(
    points: np.ndarray, share: np.ndarray, height: np.ndarray, ends: np.ndarray, expression: Expression, skin: Skin, lamp: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What eyes look like; all of them at once, along the first axis.

    Parameters
    ----------
    points : ndarray of shape (E, N, 3)
        In the head's frame.
    share, height : ndarray of shape (E, N)
        How far down between the lids, and how far these are apart.
    ends : ndarray of shape (E, 2, 3)
        The eyes' corners.
    expression, skin : Expression, Skin
    lamp : ndarray of shape (3,)
        Towards the lamp, in the head's frame.

    Returns
    -------
    colour : ndarray of shape (E, N, 3)
        Without light, but with the lamp's mirror image; linear.
    normal : ndarray of shape (E, N, 3)
        In the head's frame.
    """
    x, y = np.moveaxis(points[..., :2] - ends.mean(axis=1)[:, None, :2] + np.float32([0, 0.004]), -1, 0)
    size = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=-1)[:, None] / _WIDTH
    gaze = (_TRAVEL * (expression.gaze_x, expression.gaze_y)).tolist()
    radius = IRIS * (1 + 0.35 * (size - 1))
    out = np.hypot(x - gaze[0], y - gaze[1]) / radius
    turn = np.arctan2(x - gaze[0], y - gaze[1])
    rays = noise.smooth(2.0)[5, ((turn + np.pi) * 30).astype(int)]
    iris = linear(skin.iris) * (1 + 0.3 * _ramp(out, 0.75, 0.4) + 0.15 * rays)[..., None]
    iris = iris * (1 - 0.75 * _ramp(out, 0.72, 0.98))[..., None]  # the limbal ring
    iris = iris * (1 - 0.94 * _ramp(out, 0.45, 0.34))[..., None]
    white = linear((0.86, 0.83, 0.81)) * (0.93 + 0.07 * (1 - skin.age)) * (1 - 0.2 * skin.tone)
    corner = np.clip(np.abs(x) / 0.085, 0, 1)[..., None] ** 3
    white = white * (1 - corner * np.float32([0.22, 0.5, 0.48]))
    colour = white + _ramp(out, 1.06, 0.9)[..., None] * (iris - white)
    below = share * height
    lid = 0.5 + 0.5 * _ramp(below, -0.002, 0.016)
    lid = lid * (0.75 + 0.25 * _ramp((1 - share) * height, -0.002, 0.008))
    wet = _ramp((1 - share) * height, 0.006, 0.001)[..., None]
    colour = colour + 0.45 * wet * (tone(skin) * np.float32([0.9, 0.55, 0.55]) - colour)
    right, down = lamp[:2].tolist() if lamp[2] < 0 else (0.3, -0.5)
    spot = np.hypot(x - gaze[0] - 0.45 * radius * right, y - gaze[1] - 0.45 * radius * down)
    normal = np.stack([x / _BALL, y / _BALL, -np.sqrt(np.clip(1 - (x**2 + y**2) / _BALL**2, 0.1, 1))], axis=-1)
    highlight = 0.8 * _ramp(spot, 0.010, 0.005) * (below > 0.002)
    return colour * lid[..., None] + highlight[..., None], normal


def mouth(points: np.ndarray, share: np.ndarray, height: np.ndarray, lip_line: float, skin: Skin) -> np.ndarray:
    """What is between the lips: teeth that hang on the skull, teeth on the jaw, a tongue, the dark; (N, 3), without light, linear."""
    x, y = points[:, 0], points[:, 1]
    dark = np.float32([0.045, 0.012, 0.012]) * (1 - 0.5 * np.abs(share - 0.5)[:, None])
    tongue = _ramp(share, 0.45, 0.9)[:, None] * _ramp(np.abs(x), 0.13, 0.05)[:, None] * np.clip((height - 0.07) / 0.1, 0, 1)[:, None]
    colour = dark + 0.7 * tongue * (np.float32([0.30, 0.085, 0.085]) - dark)
    enamel = np.float32([0.56, 0.52, 0.44]) * (1 - 0.25 * skin.age)
    gaps = 1 - 0.22 * np.exp(-(((np.abs(np.abs(x) % 0.05 - 0.025) - 0.025) / 0.004) ** 2))
    round_ = _ramp(np.abs(x), 0.2, 0.04)[:, None] * 0.75 + 0.25  # the row bends away, into the dark
    upper = _ramp(y, lip_line + 0.034 - 1.1 * x**2, lip_line + 0.026 - 1.1 * x**2)
    under_lip = 0.45 + 0.55 * _ramp(share * height, 0.0, 0.028)
    colour = colour + upper[:, None] * (enamel * round_ * (gaps * under_lip)[:, None] - colour)
    lower = _ramp((1 - share) * height, 0.016, 0.008) * np.clip((height - 0.05) / 0.05, 0, 1) * (1 - upper)
    colour = colour + 0.75 * lower[:, None] * (0.62 * enamel * round_ * gaps[:, None] - colour)
    return colour * (0.15 + 0.85 * _ramp(height, 0.006, 0.03))[:, None]  # little light gets in between lips that almost meet


def _ramp(value: np.ndarray, start: np.ndarray | float, stop: np.ndarray | float) -> np.ndarray:
    """0 at `start` and 1 at `stop`, smoothly between."""
    return rise((value - start) / (stop - start))
