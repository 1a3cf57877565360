"""Glasses: rims, a bridge and temples as lines in space, and lenses that darken."""

from __future__ import annotations

import cv2
import numpy as np

from facelib.datasets.rendered import paint
from facelib.datasets.rendered.camera import FINER, Camera
from facelib.datasets.rendered.moment import Scene

_CLEAR = 0.02  # a line is hidden where the head is that much nearer


def draw(picture: np.ndarray, scene: Scene, head_points: np.ndarray, view: Camera, depth: np.ndarray) -> np.ndarray:
    """Put glasses into a picture (large, large, 3), linear light, in place; where their rims and dark lenses are, (large, large) in [0, 1].

    `head_points` are the 68 points in the head's frame, and `depth` says where the head is.
    """
    eyes = np.stack([head_points[36:42].mean(axis=0), head_points[42:48].mean(axis=0)])
    apart = eyes[1, 0] - eyes[0, 0]
    front = min(head_points[27, 2], eyes[:, 2].min() - 0.07) - 0.02
    rims = [_rim(eye, sign, apart, front, scene.glasses_shape) for eye, sign in zip(eyes, (-1, 1), strict=True)]
    filled = np.zeros(picture.shape[:2], np.uint8)
    for rim in rims:
        cv2.fillPoly(filled, [_fixed(_flat(rim, view))], 255, cv2.LINE_AA, 4)
    frame = np.zeros(picture.shape[:2], np.uint8)
    width = max(1, round((0.008 + 0.024 * scene.glasses) * view.scale * FINER))
    inner = [rims[0][rims[0][:, 0].argmax()], rims[1][rims[1][:, 0].argmin()]]
    middle = np.mean(inner, axis=0) - (0, 0.02, 0.01)
    bridge = np.concatenate([np.linspace(inner[0], middle, 5), np.linspace(middle, inner[1], 5)])
    lines = [*(np.vstack([rim, rim[:1]]) for rim in rims), bridge]
    for rim, sign in zip(rims, (-1, 1), strict=True):
        outer = rim[(sign * rim[:, 0]).argmax()] - (0, 0.03, 0)
        ear = np.array([sign * 0.5 * 1.02, -0.27, 0.5])
        lines.append(np.linspace(outer, ear, 30))
    for line in lines:
        _line(frame, line, view, depth, width)
    cover = np.zeros(picture.shape[:2], np.float32)
    rows = np.flatnonzero((frame | filled).any(axis=1))
    if not len(rows):
        return cover
    band = slice(rows[0], rows[-1] + 1)
    front_depth = float(view.turned(np.array([[0, eyes[0, 1], front]]))[0, 2])
    lens = filled[band] * ((depth[band] > front_depth - 0.12) / np.float32(255))  # the nose may come through a little
    rim, below = frame[band] / np.float32(255), picture[band]
    below += (lens * (0.04 + 0.9 * scene.glasses_dark))[..., None] * (paint.linear((0.10, 0.09, 0.09)) - below)
    slope = np.linspace(1, 0, len(picture), dtype=np.float32)[band, None]
    below += (0.05 + 0.06 * scene.glasses_dark) * (lens * slope)[..., None]
    below += rim[..., None] * (paint.linear(scene.glasses_colour) * (0.35 + 0.3 * slope[..., None]) - below)
    cover[band] = np.maximum(rim, lens * (scene.glasses_dark > 0.4))
    return cover


def _rim(eye: np.ndarray, sign: int, apart: float, front: float, square: float) -> np.ndarray:
    """The outline of one lens, (48, 3): between an ellipse and a rectangle, bent round the face."""
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    power = 2 / (2 + 3 * square)
    x = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power * 0.38 * apart
    y = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power * (0.32 - 0.08 * square) * apart
    x = eye[0] + sign * 0.02 + x
    return np.column_stack([x, eye[1] + 0.025 + y, front + 0.45 * x**2])


def _flat(line: np.ndarray, view: Camera) -> np.ndarray:
    return view.picture(view.turned(line)) * FINER + (FINER - 1) / 2


def _fixed(points: np.ndarray) -> np.ndarray:
    return np.round(np.clip(points, -2000, 2000) * 16).astype(np.int32)


def _line(frame: np.ndarray, line: np.ndarray, view: Camera, depth: np.ndarray, width: int) -> None:
    """Draw those parts of a line that the head does not hide."""
    flat, near = _flat(line, view), view.turned(line)[:, 2]
    x, y = np.clip(np.rint(flat).astype(int), 0, len(depth) - 1).T
    clear = near < depth[y, x] + _CLEAR
    for run in np.split(np.arange(len(line)), np.flatnonzero(np.diff(clear)) + 1):
        if clear[run[0]] and len(run) > 1:
            cv2.polylines(frame, [_fixed(flat[run])], False, 255, width, cv2.LINE_AA, 4)
