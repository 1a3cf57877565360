"""From a shape's numbers to how far each control of the head moves, and to the moved skin."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache

import numpy as np

from facelib.datasets.rendered import camera, controls, template
from facelib.datasets.rendered.person import Shape

_JAW, _BROWS, _EYES = list(range(17)), list(range(17, 27)), list(range(36, 48))
_MOUTH = list(range(48, 68))
_NEAR_EYES = controls.numbers("eye", "under eye", "bag", "lid fold", "inner socket", "outer socket")


def moves(shape: Shape) -> np.ndarray:
    """How far each control moves from the average head, (N, 3) float64 in the mean shape's unit."""
    values = np.array([getattr(shape, entry.name) for entry in dataclasses.fields(shape)])
    return np.tensordot(values, _basis(), axes=1)


def skin(displacement: np.ndarray) -> np.ndarray:
    """The head's vertices, (ROWS, COLUMNS, 3) float32, where its controls have moved by (N, 3)."""
    moved = template.influence() @ displacement.astype(np.float32)
    return template.surface() + camera.finer(moved.reshape(template.ROWS // template.COARSE, -1, 3), template.COARSE)


def skin_at(places: Callable[[], template.Places], displacement: np.ndarray) -> np.ndarray:
    """Some places of `skin` alone, (K, 3): much quicker than the whole; `places` is a function without arguments."""
    rest, influence = _at(places)
    return rest + influence @ displacement


@cache
def _at(places: Callable[[], template.Places]) -> tuple[np.ndarray, np.ndarray]:
    """Where places are on the average skin, (K, 3), and how far they move with each control, (K, N)."""
    there, count = places(), len(template.control_points())
    moved = camera.finer(template.influence().reshape(template.ROWS // template.COARSE, -1, count), template.COARSE)
    return there.on(template.surface()).astype(float), there.on(moved).astype(float)


@cache
def inner_weight() -> np.ndarray:
    """How far a control belongs to the inner face: 1 from brows to chin's hollow, 0 on jaw and skull, (N,)."""
    x, y, _ = template.control_points().T
    distance = np.hypot(x / 0.37, (y + 0.1) / 0.43)
    weight = np.clip((1.25 - distance) / 0.25, 0, 1)
    weight[_JAW], weight[17:68] = 0, 1
    return weight * (template.control_points()[:, 2] < 0.3)


@cache
def _basis() -> np.ndarray:
    """The controls' moves for one standard deviation of each number, (K, N, 3)."""
    rest = template.control_points()
    x, y, z = rest.T
    side, front = np.sign(x), np.clip((0.45 - z) / 0.4, 0, 1)
    low = np.clip(y / 0.45, 0, 1)  # from the nose's base down
    high = np.clip((-0.45 - y) / 0.5, 0, 1)
    jawline = np.exp(-(((y - 0.2) / 0.17) ** 2)) * np.clip(np.abs(x) / 0.4, 0, 1)
    chin = np.exp(-(((y - 0.44) / 0.1) ** 2)) * np.exp(-((x / 0.22) ** 2)) * np.clip((0.4 - z) / 0.2, 0, 1)
    chin_side = np.exp(-(((y - 0.42) / 0.09) ** 2)) * np.exp(-(((np.abs(x) - 0.2) / 0.11) ** 2)) * np.clip((0.4 - z) / 0.2, 0, 1)
    nose = np.exp(-((x / 0.13) ** 2) - (((y + 0.03) / 0.12) ** 2)) * (z < 0.06) * (y < 0.045)
    bridge = np.exp(-((x / 0.07) ** 2) - (((y + 0.25) / 0.12) ** 2))
    tip = np.exp(-((x / 0.06) ** 2) - (((y + 0.06) / 0.06) ** 2)) * (z < -0.05)
    mouth = np.zeros(len(x))
    mouth[_MOUTH], mouth[controls.numbers("mouth side")] = 1, 0.7
    eyes = np.zeros(len(x))
    eyes[_EYES], eyes[_NEAR_EYES] = 1, 0.8
    brows = np.zeros(len(x))
    brows[_BROWS], brows[controls.numbers("lid fold", "glabella")] = 1, 0.5
    eye_x, eye_y = side * np.abs(rest[_EYES, 0]).mean(), rest[_EYES, 1].mean()
    brow_x = side * np.abs(rest[_BROWS, 0]).mean()
    centred = np.abs(x) - np.abs(brow_x)
    upper, lower = _lip_weights()
    cheek = np.exp(-(((np.abs(x) - 0.3) / 0.13) ** 2) - (((y - 0.06) / 0.15) ** 2)) * front
    zygoma = np.exp(-(((np.abs(x) - 0.37) / 0.12) ** 2) - (((y + 0.17) / 0.1) ** 2))
    ridge = np.exp(-(((y + 0.44) / 0.07) ** 2)) * np.exp(-((x / 0.35) ** 2)) * front
    nothing = np.zeros_like(x)

    def move(along=nothing, down=nothing, away=nothing) -> np.ndarray:
        return np.stack(np.broadcast_arrays(along, down, away), axis=1)

    table = {
        "face_width": move(0.035 * x),
        "face_length": move(down=0.03 * y + 0.02 * low * (z < 0.5)),
        "jaw_width": move(0.026 * side * jawline),
        "chin_length": move(down=0.024 * chin + 0.018 * chin_side),
        "chin_width": move(0.02 * side * chin_side, 0.006 * chin_side),
        "chin_depth": move(away=-0.022 * chin),
        "forehead": move(0.01 * side * high, -0.03 * high, -0.012 * high * front),
        "cheekbones": move(0.014 * side * zygoma, away=-0.022 * zygoma),
        "cheeks": move(0.016 * side * cheek, away=-0.022 * cheek),
        "brow_ridge": move(away=-0.016 * ridge),
        "brow_height": move(down=-0.016 * brows),
        "brow_arch": move(down=brows * (-0.011 + 0.9 * centred**2)),
        "brow_tilt": move(down=-0.09 * brows * centred),
        "eye_size": move(0.09 * eyes * (x - eye_x), 0.12 * eyes * (y - eye_y)),
        "eye_openness": move(down=0.17 * eyes * (y - eye_y) * (np.abs(y - eye_y) < 0.06)),
        "eye_distance": move(0.011 * side * eyes + 0.007 * side * brows),
        "eye_height": move(down=0.009 * eyes + 0.006 * brows),
        "eye_slant": move(down=-0.055 * eyes * (np.abs(x) - np.abs(eye_x))),
        "nose_length": move(down=0.022 * nose + 0.006 * mouth),
        "nose_width": move(0.13 * x * nose),
        "nose_height": move(away=-0.025 * nose * np.exp(-((x / 0.08) ** 2))),
        "nose_bridge": move(away=-0.017 * bridge, along=-0.06 * x * bridge),
        "nose_tip": move(down=-0.014 * tip, away=-0.008 * tip),
        "mouth_width": move(0.075 * x * mouth),
        "mouth_height": move(down=0.013 * mouth),
        "upper_lip": move(down=-0.011 * upper, away=-0.006 * upper),
        "lower_lip": move(down=0.012 * lower, away=-0.007 * lower),
        "lips_forward": move(away=-0.014 * mouth * np.exp(-((x / 0.12) ** 2))),
        "lean_jaw": move(0.008 * low * (z < 0.6)),
        "lean_nose": move(0.007 * np.clip(nose + 0.7 * tip, 0, 1)),
        "lean_eyes": move(down=0.02 * x * (eyes + brows)),
    }
    return np.stack([table[entry.name] for entry in dataclasses.fields(Shape)])


def _lip_weights() -> tuple[np.ndarray, np.ndarray]:
    """The outer edges of the upper and of the lower lip, 1 in the middle and 0 at the corners."""
    count = len(template.control_points())
    upper, lower = np.zeros(count), np.zeros(count)
    upper[49:54], lower[55:60] = (0.75, 1, 1, 1, 0.75), (0.75, 1, 1, 1, 0.75)
    return upper, lower
