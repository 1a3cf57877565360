"""What is behind the head: a muted background, and neck and shoulders in clothes."""

from __future__ import annotations

import cv2
import numpy as np

from facelib.datasets.rendered import noise, paint
from facelib.datasets.rendered.camera import FINER, Camera
from facelib.datasets.rendered.light import direction
from facelib.datasets.rendered.moment import Light
from facelib.datasets.rendered.parameters import Face

NECK = np.array([0.0, 0.2, 0.56])  # where it begins, in the head's frame; hair that is farther away is behind it


def behind(face: Face, large: int, view: Camera) -> tuple[np.ndarray, np.ndarray]:
    """The picture without the head, (large, large, 3) float32, linear light; where the body is, (large, large) bool."""
    picture = _background(face, large)
    body = np.zeros((large, large), bool)
    _shoulders(picture, body, face, view, face.light)
    return picture, body


def _background(face: Face, large: int) -> np.ndarray:
    """Soft lumps and a few straight edges, out of focus; coarse, and then made larger."""
    scene, side = face.scene, 64
    rng = np.random.default_rng(scene.seed)
    base = paint.linear(scene.background_colour)
    field = np.empty((side, side, 3), np.float32)
    field[:] = base
    lumps = cv2.resize(noise.part(noise.smooth(12), (side, side), scene.seed), (side, side))
    tint = rng.normal(0, 0.12, 3).astype(np.float32)
    field *= np.exp(
        scene.background * (0.5 * lumps[..., None] + tint * noise.part(noise.smooth(20), (side, side), scene.seed + 1)[..., None])
    )
    for _ in range(rng.poisson(7 * scene.background)):
        centre, half = rng.uniform(0, side, 2), rng.uniform(3, 26, 2)
        box = cv2.boxPoints((centre.tolist(), (2 * half).tolist(), rng.normal(0, 12)))
        colour = (base * np.exp(rng.normal(0, 0.8)) * np.exp(rng.normal(0, 0.25, 3))).clip(0, 1.2)
        layer = cv2.fillConvexPoly(np.zeros((side, side), np.float32), np.round(box * 16).astype(np.int32), 1.0, cv2.LINE_8, 4)[..., None]
        field += layer * 0.8 * (colour - field).astype(np.float32)
    field = cv2.GaussianBlur(field, (0, 0), 0.9 + 4 * rng.random() ** 2)
    slope = np.linspace(1.15, 0.85, side, dtype=np.float32)[:, None, None]
    return np.clip(cv2.resize(field * slope, (large, large), interpolation=cv2.INTER_LINEAR), 0, 1.2)


def _shoulders(picture: np.ndarray, body: np.ndarray, face: Face, view: Camera, lit_by: Light) -> None:
    """A neck between jaw and collar, and shoulders; flat shapes that are shaded as cylinders. The body turns half as far as the head."""
    large = len(picture)
    size = large // FINER
    x, y = view.picture(view.turned(NECK[None]))[0]
    top = max(int(y), 0)
    if top >= size - 1:
        return
    lean = float(0.3 * np.sin(np.radians(face.pose.roll)))
    rows = ((np.arange(top, size) - y) / view.scale).astype(np.float32)[:, None]
    towards = direction(lit_by.azimuth, lit_by.height).tolist()
    columns = ((np.arange(size) - x) / view.scale).astype(np.float32)[None] + lean * np.clip(rows, 0, 1)
    half = 0.3 + 0.02 * face.identity.shape.jaw_width + np.clip(rows - 0.34, 0, 1) ** 1.5
    half = half * np.sqrt(1 - np.clip(1 - rows / 0.12, 0, 1) ** 2)
    across = np.clip(columns / np.maximum(half, 1e-3), -1, 1)
    bend = np.sqrt(1 - across**2)
    lamp = np.clip(0.9 * across * towards[0] - bend * towards[2], 0, 1)
    shade = (0.85 - 0.55 * lit_by.strength) * (0.45 + 0.5 * bend) + 1.15 * lit_by.strength * lamp
    shade = shade * (0.3 + 0.7 * np.clip((rows - 0.24) / 0.35, 0, 1))  # the chin's shadow
    shade *= 1 - 0.16 * np.exp(-(((np.abs(columns - 0.1 * rows) - 0.13 + 0.12 * rows) / 0.045) ** 2))  # two tendons
    part = np.ascontiguousarray(cv2.resize(picture[top * FINER :], (size, size - top), interpolation=cv2.INTER_NEAREST))
    skin = paint.tone(face.identity.skin) * np.float32([1, 0.93, 0.9]) * shade[..., None]
    neck = np.clip((half - np.abs(columns)) * view.scale + 0.5, 0, 1)
    part += neck[..., None] * (skin - part)
    collar = 0.48 + 0.5 * np.clip((np.abs(columns) - 0.24) / 0.9, 0, 1) + 0.3 * np.clip(1 - np.abs(columns) / 0.3, 0, 1)
    cloth = np.clip((rows - collar) * view.scale + 0.5, 0, 1)
    folds = cv2.resize(noise.part(noise.smooth(14), (64, 128), face.scene.seed + 2), (size, size - top))
    lamp = (0.85 - 0.55 * lit_by.strength) * 0.7 + 0.9 * lit_by.strength * np.clip(0.5 + 0.6 * towards[0] * np.clip(columns, -1, 1), 0, 1)
    colour = paint.linear(face.scene.clothes) * (lamp * (1 + 0.18 * folds))[..., None]
    part += cloth[..., None] * (colour - part)
    body[top * FINER :] = (np.maximum(neck, cloth) > 0.99).repeat(FINER, axis=0).repeat(FINER, axis=1)
    picture[top * FINER :] = cv2.resize(part, (large, large - top * FINER), interpolation=cv2.INTER_LINEAR)
