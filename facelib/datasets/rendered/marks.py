"""Where on the skin things are: lips, brows, beard, lash lines, furrows; each a share of 0 to 1 for the texels of its own box."""

from __future__ import annotations

from functools import cache

import numpy as np

from facelib.blend import rise
from facelib.datasets.rendered import patches, template
from facelib.datasets.rendered.mark import SHAPE, Mark, boxed


@cache
def _frontal() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where each texel is on the average head: x, y, and 1 in front fading to 0 at the ears."""
    x, y, z = np.moveaxis(template.surface(template.FINER), -1, 0)
    return x, y, np.clip((0.5 - z) / 0.2, 0, 1)


def _blob(x0: float, y0: float, width: float, height: float, both: bool = True) -> np.ndarray:
    x, y, front = _frontal()
    x = np.abs(x) if both else x
    return (front * np.exp(-(((x - x0) / width) ** 2) - ((y - y0) / height) ** 2)).astype(np.float32)


@cache
def flush() -> Mark:
    return boxed(np.clip(
        0.8 * _blob(0.26, -0.06, 0.12, 0.1) + 0.9 * _blob(0, -0.05, 0.07, 0.06) + 0.4 * _blob(0, 0.4, 0.1, 0.06)
        + 0.5 * _blob(0.1, -0.03, 0.03, 0.04) + 0.25 * _blob(0, -0.6, 0.25, 0.08), 0, 1,
    ))  # fmt: skip


@cache
def eye_sockets() -> Mark:
    return boxed(np.clip(_blob(0.17, -0.255, 0.08, 0.03) + 0.8 * _blob(0.115, -0.31, 0.03, 0.035), 0, 1))


@cache
def freckled() -> Mark:
    return boxed(np.clip(_blob(0.2, -0.12, 0.18, 0.11) + _blob(0, -0.14, 0.1, 0.1) + 0.3 * _blob(0, -0.6, 0.3, 0.12), 0, 1))


@cache
def bearded() -> Mark:
    x, y, _ = _frontal()
    z = template.surface(template.FINER)[..., 2]
    ax = np.abs(x)
    cheek_line = 0.12 - 0.12 * np.clip((ax - 0.2) / 0.2, 0, 1) - 0.3 * np.clip((ax - 0.38) / 0.1, 0, 1) ** 2
    jaw = _step(y, cheek_line + 0.03, 0.05) * _step(ax + 0.6 * np.clip(y - 0.2, 0, 1), 0.17, 0.05) * (z < 0.6)
    chin = _step(y, 0.27, 0.04) * (z < 0.6)
    moustache = _blob(0.09, 0.065, 0.085, 0.028) + _blob(0.19, 0.13, 0.03, 0.07)
    lips = np.zeros(SHAPE, np.float32)
    lips[lip_region().where] = lip_region().cover
    return boxed(np.clip(np.maximum(jaw, chin) + moustache, 0, 1) * (1 - lips) * (1 - 0.7 * _step(z, 0.42, 0.1)))


def _step(value: np.ndarray, edge: np.ndarray | float, width: float) -> np.ndarray:
    return rise((value - edge) / width + 0.5)


@cache
def lip_region() -> Mark:
    from scipy.interpolate import make_interp_spline

    points = template.landmarks().on(template.surface()).astype(float)
    upper, lower = points[48:55], points[[48, 59, 58, 57, 56, 55, 54]]
    steps = np.linspace(0, 1, 40)
    curves = [make_interp_spline(np.linspace(0, 1, 7), line, k=2)(steps) for line in (upper, lower)]
    return boxed(template.region(np.concatenate([curves[0], curves[1][::-1]]), 0.009))


@cache
def mouth_line() -> Mark:
    return boxed(np.clip(template.region(patches.outline("mouth"), 0.008) * 1.6, 0, 1))


@cache
def lash_lines() -> tuple[Mark, Mark, Mark]:
    """Close above and below the eyes, and the fold above the upper lid."""
    upper = sum(_stroke(patches.edge(name, False) - (0, 0.005, 0), 0.012, 0.005) for name in ("right eye", "left eye"))
    lower = sum(_stroke(patches.edge(name, True) + (0, 0.003, 0), 0.006, 0.006) for name in ("right eye", "left eye"))
    fold = sum(_stroke(patches.edge(name, False)[6:-2] - (0, 0.032, 0), 0.008, 0.012) for name in ("right eye", "left eye"))
    return boxed(np.clip(upper, 0, 1)), boxed(np.clip(lower, 0, 1)), boxed(np.clip(1.6 * fold, 0, 1))


def _stroke(line: np.ndarray, width: float, soft: float) -> np.ndarray:
    """A line on the skin, (N, 3), as a soft stroke."""
    across = np.zeros_like(line)
    along = np.gradient(line, axis=0)
    across[:, 0], across[:, 1] = -along[:, 1], along[:, 0]
    across *= width / 2 / np.linalg.norm(across, axis=1, keepdims=True)
    return template.region(np.concatenate([line - across, (line + across)[::-1]]), soft)


@cache
def brow_regions() -> tuple[Mark, np.ndarray]:
    """Thick brows, and thin ones in the same box."""
    from scipy.interpolate import make_interp_spline

    points = template.landmarks().on(template.surface()).astype(float)
    steps = np.linspace(0, 1, 30)
    sides = []
    for numbers in ((17, 18, 19, 20, 21), (26, 25, 24, 23, 22)):
        line = make_interp_spline(np.linspace(0, 1, 5), points[list(numbers)], k=2)(steps)
        heavy = np.interp(steps, [0, 0.35, 0.75, 1], [0.2, 0.8, 1, 0.6])[:, None] * (0, 1, 0)
        sides.append(
            [
                template.region(np.concatenate([line + (0.03 - 0.02 * w) * heavy, (line + (0.03 + 0.021 * w) * heavy)[::-1]]), 0.012)
                for w in (1.35, 0.75)
            ]
        )
    thick = boxed(sides[0][0] + sides[1][0])
    return thick, (sides[0][1] + sides[1][1])[thick.where]


@cache
def nostril_region() -> Mark:
    points = template.landmarks().on(template.surface()).astype(float)
    mask = np.zeros(SHAPE, np.float32)
    for first, second in ((31, 32), (34, 35)):
        middle = 0.5 * points[first] + 0.5 * points[second] + (0, -0.004, 0)
        angle = np.linspace(0, 2 * np.pi, 20)[:, None]
        mask += template.region(middle + np.cos(angle) * (0.021, 0.001, 0.004) + np.sin(angle) * (0, 0.007, 0.004), 0.009)
    return boxed(np.clip(mask * 1.3, 0, 1))


@cache
def wings() -> Mark:
    """The creases round the wings of the nose."""
    line = np.array([(0.088, -0.088, -0.03), (0.11, -0.058, 0.0), (0.116, -0.025, 0.005), (0.1, 0.006, 0.0)])
    return boxed(sum(_stroke(line * (side, 1, 1), 0.008, 0.011) for side in (-1, 1)))


@cache
def ear_folds() -> Mark:
    """The ear's hollow, and the groove inside of its rim."""
    away = template.out_of_ear(template.FINER)
    return boxed(np.exp(-((away / 0.32) ** 2)) + 0.45 * np.exp(-(((away - 0.68) / 0.1) ** 2)))


@cache
def smile_folds() -> Mark:
    lines = [
        np.array([(s * x, y, z) for x, y, z in ((0.125, -0.03, 0.03), (0.165, 0.03, 0.02), (0.205, 0.1, 0.04), (0.215, 0.17, 0.06))])
        for s in (-1, 1)
    ]
    return boxed(sum(_stroke(line, 0.012, 0.022) for line in lines))


@cache
def lines() -> Mark:
    """Furrows of the forehead, crow's feet, bags and corners of the mouth, as they are in old age."""
    total = np.zeros(SHAPE, np.float32)
    steps = np.linspace(-1, 1, 12)
    for y, half in ((-0.55, 0.24), (-0.6, 0.27), (-0.655, 0.22)):
        total += _stroke(np.stack([half * steps, y + 0.012 * np.cos(3 * steps), 0.09 * steps**2 - 0.05], axis=1), 0.006, 0.01)
    for side in (-1, 1):
        for turn in (-0.35, 0.0, 0.35):
            far = np.linspace(0, 1, 5)
            total += _stroke(
                np.stack([side * (0.315 + 0.06 * far), -0.31 + 0.06 * turn * far * 2, 0.12 + 0.09 * far], axis=1), 0.005, 0.009
            )
        total += _stroke(np.array([(side * x, y, 0.05) for x, y in ((0.12, -0.25), (0.19, -0.225), (0.27, -0.245))]), 0.008, 0.012)
        total += _stroke(np.array([(side * 0.185, 0.17, 0.03), (side * 0.2, 0.24, 0.04)]), 0.008, 0.014)
        total += _stroke(np.array([(side * 0.028, -0.47, -0.06), (side * 0.022, -0.4, -0.06)]), 0.006, 0.01)
    return boxed(np.clip(1.8 * total, 0, 1))
