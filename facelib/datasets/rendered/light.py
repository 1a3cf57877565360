"""How bright each pixel is: a lamp that wraps round the skin, a second one, the sky, shadows, and what surfaces hide from each other."""

from __future__ import annotations

import cv2
import numpy as np

from facelib.datasets.rendered.moment import Light

_WRAP = np.array([0.28, 0.14, 0.1], np.float32)  # how far round the edge light gets under the skin: red goes furthest
_FOLD = (0.8, 1.05, 1.1)  # how much darker a fold is for each colour: red light still gets round it
_COLD, _WARM = np.array([0.92, 0.98, 1.1]), np.array([1.1, 0.99, 0.84])
_MARCH = np.array([0.03, 0.055, 0.085, 0.12, 0.165, 0.22, 0.29, 0.38, 0.5, 0.65])  # steps towards the lamp, in the mean shape's unit
_THICK = 0.6  # what is that much nearer than a ray floats in front of it and does not hide the lamp
_TYPICAL = np.float32([(0, 0, -1), (0.7, 0, -0.7), (-0.7, 0, -0.7), (0, -0.6, -0.8)])  # which ways a face's skin looks
_PALE = 0.8


def direction(azimuth: float, height: float) -> np.ndarray:
    """The unit vector towards a lamp, in the camera's frame; angles in degrees as in `Light`."""
    azimuth, height = np.radians([azimuth, height])
    return np.array([np.sin(azimuth) * np.cos(height), -np.sin(height), -np.cos(azimuth) * np.cos(height)])


def shadow(depth: np.ndarray, light: Light, unit: float) -> np.ndarray:
    """How much of the lamp each pixel sees, by marching towards it over the depth picture: (H, W) float32 in [0, 1].

    Parameters
    ----------
    depth : ndarray of shape (H, W), float32
        In the mean shape's unit; infinite where there is nothing.
    light : Light
    unit : float
        Pixels for the mean shape's unit.
    """
    towards = direction(light.azimuth, light.height)
    near = np.minimum(depth, 1e3, dtype=np.float32)
    height, width = depth.shape
    wide = cv2.copyMakeBorder(near, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1e3)  # past its edge a picture goes on as it ends
    dark = np.zeros_like(near)
    for step in _MARCH:
        x, y, z = (towards * step * (unit, unit, 1)).tolist()
        there = cv2.getRectSubPix(wide, (width, height), ((width + 1) / 2 + x, (height + 1) / 2 + y))
        behind = near - there + z
        here = (behind - (0.018 + 0.05 * step)) / (0.02 + 0.1 * step * light.softness)
        np.maximum(dark, here * (behind < _THICK), out=dark)
    return cv2.GaussianBlur(1 - np.minimum(dark, 1), (0, 0), unit * (0.006 + 0.025 * light.softness))


def openness(depth: np.ndarray, unit: float) -> np.ndarray:
    """How much of the sky each pixel sees, judged from how deep it lies among its neighbours, at two scales: (H, W) in [0, 1]."""
    there = np.isfinite(depth)
    near, weight = np.where(there, depth, 0).astype(np.float32), there.astype(np.float32)
    total = np.ones_like(near)
    for scale, strength, most in ((0.03, 9.0, 0.45), (0.11, 2.6, 0.45)):
        around = _blur(near, scale * unit) / np.maximum(_blur(weight, scale * unit), 1e-3)
        total *= 1 - np.clip(strength * (near - around), -0.05, most)
    return np.where(there, total, 1).astype(np.float32)


def _blur(image: np.ndarray, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(image, (0, 0), max(sigma, 0.3))


def skin_light(normal: np.ndarray, seen: np.ndarray, open_: np.ndarray, light: Light) -> np.ndarray:
    """The light that skin sends back, without its own colour: (N, 3) float32, linear.

    Parameters
    ----------
    normal : ndarray of shape (N, 3), float32
        In the camera's frame.
    seen, open_ : ndarray of shape (N,), float32
        What `shadow` and `openness` say.
    light : Light
    """
    lamp = _COLD + light.warmth * (_WARM - _COLD)
    towards = [direction(light.azimuth, light.height), direction(light.fill_azimuth, 10), (0, 1, 0)]
    first, second, down = np.float32(towards) @ normal.T
    second = np.maximum((second + np.float32(0.3)) * np.float32(light.fill / 1.3), 0)
    up = np.float32(0.5) - np.float32(0.5) * down
    sky, ground = np.square(light.sky), np.square(light.ground)
    ambient = 0.8 - 0.62 * light.strength
    sent = []
    for k, (wrap, fold) in enumerate(zip(_WRAP.tolist(), _FOLD, strict=True)):  # a channel after the other: short rows are slow
        key = np.maximum((first + wrap) * float(1.5 * light.strength * lamp[k] / (1 + wrap)), 0)
        key *= seen * (1 - 0.25 * wrap) + 0.25 * wrap
        around = (up * float(sky[k] - ground[k]) + float(ground[k])) * (open_ * (fold * ambient) + (1 - fold) * ambient)
        sent.append(key + around + second * float(sky[k]))
    return cv2.merge(sent)[:, 0]


def shine(normal: np.ndarray, seen: np.ndarray, light: Light, rough: float) -> np.ndarray:
    """The lamp's mirror image on a surface, (N,) float32; the viewer is far off."""
    half = direction(light.azimuth, light.height) + (0, 0, -1)
    along, front = np.clip(np.float32([half / np.linalg.norm(half), (0, 0, -1)]) @ normal.T, 0, 1)
    edge = (1 - front) ** 3
    sharp = 3 + 40 * (1 - rough)
    return light.strength * seen * cv2.pow(along, sharp)[:, 0] * (0.6 + edge) + 0.1 * edge


def exposed(picture: np.ndarray, tone: np.ndarray, light: Light) -> np.ndarray:
    """Linear light as a screen shows it: exposed for skin of a tone, a soft shoulder instead of clipping, square root.

    The exposure follows from the numbers and not from the picture, so that a swapped face leaves everything else as it was.
    """
    clear = np.ones(len(_TYPICAL), np.float32)
    bright = float(skin_light(_TYPICAL, clear, clear, light).mean())
    for_skin = _PALE * (float(np.max(tone)) / _PALE) ** 0.35  # a camera makes up for some of a skin's darkness
    gain = 0.56 / for_skin / max(bright, 0.05) ** 0.85 * 2.0**light.exposure  # and for most of the light's
    return np.sqrt(shoulder(picture * np.float32(gain)))


def shoulder(value: np.ndarray) -> np.ndarray:
    """Straight up to 0.5, then ever flatter towards 1."""
    over = np.maximum(value - 0.5, 0)
    return np.clip(np.minimum(value, 0.5) + over / (1 + 2 * over), 0, 1)
