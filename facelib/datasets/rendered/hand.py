"""A hand in front of the face: fingers and palm as round rods in the picture's plane."""

from __future__ import annotations

import cv2
import numpy as np

from facelib.datasets.rendered import noise, paint
from facelib.datasets.rendered.camera import FINER, Camera
from facelib.datasets.rendered.light import direction
from facelib.datasets.rendered.parameters import Face

# From root to joint to tip, in the hand's own frame (the fingers point up, the palm is at the origin), with the radii there.
_FINGERS = (
    ((-0.19, -0.16), (-0.22, -0.42), (-0.22, -0.62), 0.062, 0.05), ((-0.065, -0.19), (-0.07, -0.5), (-0.07, -0.72), 0.064, 0.052),
    ((0.06, -0.18), (0.075, -0.46), (0.08, -0.67), 0.062, 0.05), ((0.175, -0.12), (0.215, -0.34), (0.235, -0.5), 0.055, 0.044),
    ((-0.2, 0.1), (-0.33, -0.06), (-0.38, -0.2), 0.075, 0.055),
)  # fmt: skip
_PALM = (((-0.15, -0.12), (-0.1, 0.25)), ((-0.04, -0.14), (-0.02, 0.28)), ((0.07, -0.12), (0.05, 0.28)), ((0.16, -0.06), (0.1, 0.25)))
_WRIST = ((0.0, 0.3), (0.02, 1.4))


def draw(picture: np.ndarray, face: Face, view: Camera) -> np.ndarray:
    """Put a hand into a picture (large, large, 3), linear light, in place; where it is, (large, large) float32 in [0, 1]."""
    scene, light, large = face.scene, face.light, len(picture)
    size = large // FINER
    unit = view.scale * (0.6 + 0.8 * scene.hand)
    place = view.middle + view.scale * 0.5 * np.array([scene.hand_x, scene.hand_y])
    turn = np.radians(scene.hand_turn)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    y, x = np.indices((size, size), np.float32)
    own = cv2.split(cv2.transform(np.dstack([x - place[0], y - place[1]]) / np.float32(unit), turned.T))  # turned back
    height = np.full((size, size), -1.0, np.float32)
    curl = np.random.default_rng(scene.seed).uniform(0.7, 1.05, len(_FINGERS))
    for (root, joint, tip, thick, thin), long in zip(_FINGERS, curl, strict=True):
        root, joint, tip = (np.array(point) for point in (root, joint, tip))
        joint, tip = root + long * (joint - root), root + long * (tip - root)
        np.maximum(height, _rod(own, root, joint, thick, thick), out=height)
        np.maximum(height, _rod(own, joint, tip, thick * 0.97, thin), out=height)
    for start, stop in _PALM:
        np.maximum(height, _rod(own, np.array(start), np.array(stop), 0.085, 0.11), out=height)
    np.maximum(height, _rod(own, np.array(_WRIST[0]), np.array(_WRIST[1]), 0.15, 0.17), out=height)
    cover = np.clip(height * unit * 3 + 0.5, 0, 1)
    relief = cv2.GaussianBlur(np.maximum(height, 0), (0, 0), 0.012 * unit)
    gx, gy = cv2.Sobel(relief, cv2.CV_32F, 1, 0, scale=unit / 8), cv2.Sobel(relief, cv2.CV_32F, 0, 1, scale=unit / 8)
    normal = np.dstack([-gx, -gy, -np.ones_like(gx)])
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    lit = np.clip(normal @ direction(light.azimuth, light.height).astype(np.float32) * 0.8 + 0.2, 0, None)
    skin = paint.tone(face.identity.skin) * (1 + 0.25 * scene.hand_tone)
    crease = np.clip(1 - 3.0 * (cv2.GaussianBlur(relief, (0, 0), 0.03 * unit) - relief), 0.45, 1.05)
    mottle = 1 + 0.04 * noise.part(noise.smooth(5), (size, size), scene.seed)
    bright = (0.85 - 0.55 * light.strength) * 0.8 + 1.2 * light.strength * lit
    colour = skin * np.float32([1.02, 0.92, 0.9]) * (bright * crease * mottle)[..., None]
    shade = cv2.GaussianBlur(cover, (0, 0), 0.05 * unit)
    cover, colour, shade = (cv2.resize(layer.astype(np.float32), (large, large)) for layer in (cover, colour, shade))
    picture *= 1 - 0.4 * shade[..., None]
    picture += cover[..., None] * (colour - picture)
    return cover


def _rod(own: tuple[np.ndarray, np.ndarray], start: np.ndarray, stop: np.ndarray, thick: float, thin: float) -> np.ndarray:
    """How high a rod with round ends stands above the plane, negative outside."""
    (along, down), (x, y) = (stop - start).tolist(), start.tolist()
    right, below = own[0] - x, own[1] - y
    share = np.clip((right * along + below * down) / (along**2 + down**2), 0, 1)
    radius = thick + share * (thin - thick)
    inside = radius**2 - (right - share * along) ** 2 - (below - share * down) ** 2
    return np.where(inside > 0, np.sqrt(np.maximum(inside, 0)), inside * 4)
