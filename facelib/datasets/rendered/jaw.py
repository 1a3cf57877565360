"""The jaw's 17 points as people label them: on the contour that the camera sees, which slides over the cheek as the head turns."""

from __future__ import annotations

from functools import cache

import numpy as np

from facelib import keypoints
from facelib.datasets.rendered import template
from facelib.datasets.rendered.camera import Camera

_STEPS = 20  # places along each path
_REACH = np.array([0.75, 0.75, 0.72, 0.68, 0.6, 0.5, 0.4, 0.3, 0.25])  # how far paths go from the jaw to the face's middle, ear to chin


def visible(on_paths: np.ndarray, view: Camera) -> np.ndarray:
    """Where on the head the points of the visible contour are, (17, 3) in the head's frame.

    Each point may slide from its place on the jaw towards the face's middle; it stops where it lies furthest out in the picture.
    `on_paths` says where the head is at `paths()`, (17 * 20, 3).
    """
    places = on_paths.reshape(17, _STEPS, 3)
    flat = view.picture(view.turned(places))
    roll = np.arctan2(view.turn[1, 0] - view.turn[0, 1], view.turn[0, 0] + view.turn[1, 1])
    turn = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    outward = _outward() @ turn.T
    reach = np.einsum("psk,pk->ps", flat, outward)
    best = reach.argmax(axis=1)
    inner = np.clip(best, 1, _STEPS - 2)
    rows = np.arange(17)
    before, at, after = (reach[rows, inner + k] for k in (-1, 0, 1))
    curve = before - 2 * at + after
    shift = np.where(np.abs(curve) > 1e-9, 0.5 * (before - after) / np.where(np.abs(curve) > 1e-9, curve, 1), 0)
    place = np.where(best == inner, inner + np.clip(shift, -0.5, 0.5), best)
    low = np.clip(np.floor(place).astype(int), 0, _STEPS - 2)
    share = (place - low)[:, None]
    return places[rows, low] * (1 - share) + places[rows, low + 1] * share


@cache
def paths() -> template.Places:
    """The places over which the points may slide, one point's after the other's."""
    points = template.control_points()[:17]
    goal = np.array([0.0, 0.12, -0.02])
    reach = np.concatenate([_REACH, _REACH[-2::-1]])[:, None, None]
    steps = np.linspace(0, 1, _STEPS)[None, :, None]
    level = goal * (1, 0, 1) + points[:, None] * (0, 1, 0)
    bottom = np.clip((points[:, None, 1:2] - 0.1) / 0.3, 0, 1)
    ends = level + bottom * (goal - level)
    return template.places((points[:, None] + reach * steps * (ends - points[:, None])).reshape(-1, 3))


@cache
def _outward() -> np.ndarray:
    """Which way is out at each point of the mean shape's jaw, (17, 2)."""
    along = np.gradient(keypoints.mean_shape()[:17], axis=0)
    outward = np.column_stack([-along[:, 1], along[:, 0]])
    return outward / np.linalg.norm(outward, axis=1, keepdims=True)
