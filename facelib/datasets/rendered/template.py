"""The average head: a surface through the mean shape's 68 points, on one regular grid seen from a point inside the skull.

Lengths are in the mean shape's unit (about 156 mm): x to the right of the picture, y down, z away from the camera. The 68 points have the
mean shape's x and y and the depths of `facelib.pose`; further controls, placed by eye after anthropometric tables, shape what the
points leave open. A direction from the centre names a place on the skin, so that a landmark is a place and not a vertex.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from facelib import keypoints
from facelib.blend import rise
from facelib.datasets.rendered import controls

ROWS, COLUMNS = 160, 176  # of the grid, crown to throat and round from the nape over the left of the picture to the nape
COARSE = 2  # displacements are worked out for a grid that is this much coarser along both axes: they are smooth
FINER = 2  # the texture has this many texels for each vertex, along both axes
TEXEL = 0.94 / (ROWS * FINER * 0.5)  # about as long as a texel is on the face, in the mean shape's unit
CENTRE = np.array([0.0, -0.05, 0.45])  # from which all of the face is seen
_FRONT = 0.65  # of the columns' spacing: below 1, they lie closer on the face than on the nape
_SOFT_RADIUS, _SOFT_MOVE = 0.06, 0.05  # how round a control's influence is at its middle: of the surface, and of a displacement
# Where the depths that explain videos of faces are too rough for a surface that is looked at: lids, lips, brows.
_DEPTHS = {
    (36, 45): 0.108, (37, 44): 0.05, (38, 43): 0.032, (39, 42): 0.062, (40, 47): 0.05, (41, 46): 0.066,
    (48, 54): 0.042, (60, 64): 0.044, (49, 53): -0.02, (50, 52): -0.068, (51,): -0.07, (61, 63): -0.04, (62,): -0.052,
    (65, 67): -0.034, (66,): -0.044, (56, 58): -0.045, (57,): -0.052, (55, 59): -0.005,
    (17, 26): 0.135, (18, 25): 0.055, (19, 24): 0.0, (20, 23): -0.035, (21, 22): -0.058, (8,): 0.045, (7, 9): 0.085,
}  # fmt: skip


@dataclass(frozen=True)
class Places:
    """Places on the skin, ready to be looked up on any grid."""

    corners: np.ndarray  # (N, 4) int64, indices of vertices in the flattened grid
    weights: np.ndarray  # (N, 4) float32, adding up to 1

    def on(self, values: np.ndarray) -> np.ndarray:
        """Interpolate (ROWS, COLUMNS, K) values there: (N, K)."""
        flat = values.reshape(ROWS * COLUMNS, -1)
        return (flat[self.corners] * self.weights[..., None]).sum(axis=1)


@cache
def directions(finer: int = 1) -> np.ndarray:
    """The unit vector from the centre to each vertex, (ROWS * finer, COLUMNS * finer, 3) float64."""
    down = np.pi * np.interp((np.arange(ROWS * finer) + 0.5) / finer, *_spacing()[::-1])
    along = 2 * (np.arange(COLUMNS * finer) + 0.5) / (COLUMNS * finer) - 1
    turn = np.pi * (_FRONT * along + (1 - _FRONT) * along**3)
    down, turn = down[:, None], turn[None]
    return np.stack(np.broadcast_arrays(np.sin(down) * np.sin(turn), -np.cos(down), -np.sin(down) * np.cos(turn)), axis=-1)


@cache
def control_points() -> np.ndarray:
    """Where the controls of the average head are: the 68 points first, (N, 3)."""
    from facelib.pose import depths

    depth = depths()
    for numbers, value in _DEPTHS.items():
        depth[list(numbers)] = value
    points = np.column_stack([keypoints.mean_shape(), depth])
    return np.concatenate([points, controls.points()])


@cache
def surface(finer: int = 1) -> np.ndarray:
    """The average head, (ROWS * finer, COLUMNS * finer, 3) float32."""
    return (_earless(finer) + ears(finer)).astype(np.float32)


@cache
def _earless(finer: int) -> np.ndarray:
    """As far in each direction as the controls say, smoothly between."""
    offsets = control_points() - CENTRE
    radii = np.linalg.norm(offsets, axis=1)
    towards = offsets / radii[:, None]
    grid = directions(finer).reshape(-1, 3)
    weights = np.linalg.solve(_kernel(towards, towards, _SOFT_RADIUS) + 1e-4 * np.eye(len(radii)), radii - radii.mean())
    reach = _kernel(grid, towards, _SOFT_RADIUS) @ weights + radii.mean()
    skin = (CENTRE + reach[:, None] * grid).reshape(directions(finer).shape)
    skin[:, 0] = skin[:, -1] = (skin[:, 0] + skin[:, -1]) / 2  # no gap at the nape
    return skin


@cache
def ears(finer: int = 1) -> np.ndarray:
    """How far ears stand out of a head without any, as `surface`: a shell with a rim, behind the points of the jaw."""
    x, _, z = np.moveaxis(_earless(finer), -1, 0)
    away = out_of_ear(finer)
    within = rise((1 - away) / 0.22)
    hollow = 0.5 * np.exp(-((away / 0.5) ** 2))
    out = 0.075 * within * (1 - hollow) * np.clip((z - 0.48) / 0.1, 0, 1)
    return np.stack([np.sign(x) * out, np.zeros_like(out), 0.5 * out], axis=-1).astype(np.float32)


@cache
def out_of_ear(finer: int = 1) -> np.ndarray:
    """How far each vertex is from the middle of an ear: 0 there, 1 on its rim, (ROWS * finer, COLUMNS * finer)."""
    _, y, z = np.moveaxis(_earless(finer), -1, 0)
    return np.hypot((y + 0.17 - 0.25 * (z - 0.6)) / 0.2, (z - 0.6) / 0.1)


@cache
def influence() -> np.ndarray:
    """How far each vertex of the coarse grid moves with each control, (ROWS * COLUMNS / COARSE**2, N) float32."""
    rows, columns = ROWS // COARSE, COLUMNS // COARSE
    skin = surface().reshape(rows, COARSE, columns, COARSE, 3).mean(axis=(1, 3)).reshape(-1, 3).astype(float)
    centres = places(control_points()).on(surface()).astype(float)
    count = len(centres)
    system = np.zeros((count + 1, count + 1))
    system[:count, :count] = _kernel(centres, centres, _SOFT_MOVE)
    system[count, :count] = system[:count, count] = 1  # the constant: where all controls move alike, so does the head
    inverse = np.linalg.inv(system)[:, :count]
    return (_kernel(skin, centres, _SOFT_MOVE) @ inverse[:count] + inverse[count]).astype(np.float32)


@cache
def landmarks() -> Places:
    """The 68 points on the average skin; the jaw's are where it is seen from the front."""
    return places(control_points()[: keypoints.COUNT])


def places(points: np.ndarray) -> Places:
    """The places on the skin in the directions of points (N, 3)."""
    row, column = grid_position(points)
    top, left = np.clip(np.floor(row), 0, ROWS - 2).astype(int), np.floor(column).astype(int)
    low, right = row - top, column - left
    near, far = left % COLUMNS, (left + 1) % COLUMNS
    corners = np.stack([top * COLUMNS + near, top * COLUMNS + far, (top + 1) * COLUMNS + near, (top + 1) * COLUMNS + far], axis=1)
    weights = np.stack([(1 - low) * (1 - right), (1 - low) * right, low * (1 - right), low * right], axis=1)
    return Places(corners, weights.astype(np.float32))


def grid_position(points: np.ndarray, finer: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Row and column, with fractions, of points (..., 3) in the grid or in a texture."""
    x, y, z = np.moveaxis(np.asarray(points, float) - CENTRE, -1, 0)
    down, turn = np.arctan2(np.hypot(x, z), -y) / np.pi, np.arctan2(x, -z) / np.pi
    steps = np.linspace(-1, 1, 20001)
    along = np.interp(turn, _FRONT * steps + (1 - _FRONT) * steps**3, steps)
    return row_of(down) * finer - 0.5, (along + 1) / 2 * COLUMNS * finer - 0.5


def row_of(down: np.ndarray) -> np.ndarray:
    """The row, counted from its upper edge, of an angle from the crown; half a turn is 1."""
    return np.interp(down, *_spacing())


@cache
def _spacing() -> tuple[np.ndarray, np.ndarray]:
    """Angles from the crown, of half a turn, and the rows at which they are: closest under the brows, where the skin falls away."""
    angle = np.linspace(0.01, 0.99, 2001)
    density = np.interp(angle, [0.0, 0.12, 0.2, 0.24, 0.31, 0.35, 0.82, 0.9, 1], [0.5, 0.6, 0.95, 1.7, 1.7, 1.0, 1.0, 0.5, 0.5])
    rows = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return angle, rows / rows[-1] * ROWS


def region(outline: np.ndarray, soft: float = 0.0) -> np.ndarray:
    """Which texels a closed line on the skin encloses: (ROWS, COLUMNS) * FINER float32 in [0, 1], from points (N, 3).

    `soft` is the width of the edge in the mean shape's unit.
    """
    row, column = grid_position(outline, FINER)
    mask = np.zeros((ROWS * FINER, COLUMNS * FINER), np.uint8)
    cv2.fillPoly(mask, [np.round(np.stack([column, row], axis=1) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    mask = mask.astype(np.float32) / 255
    return cv2.GaussianBlur(mask, (0, 0), soft / TEXEL) if soft else mask


def _kernel(these: np.ndarray, those: np.ndarray, soft: float) -> np.ndarray:
    """Minus the distance between all pairs, rounded at zero: a multiquadric, biharmonic in space far from its middle."""
    squares = (these**2).sum(axis=1)[:, None] + (those**2).sum(axis=1) - 2 * these @ those.T
    return -np.sqrt(np.maximum(squares, 0) + soft**2)
