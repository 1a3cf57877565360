"""From the head to the picture: how the head is turned, where its points fall, and which sample of a surface each pixel sees.

Pixel centres are integers, as in all of facelib. A picture is first drawn `FINER` times as large along each side.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import cv2
import numpy as np

from facelib.datasets.rendered.moment import Pose

FINER = 2
PIVOT = np.array([0.0, 0.05, 0.5])  # the top of the spine
_FACE = np.array([0.0, 0.0, 0.1])  # what the camera looks at
_NEAREST = 3.2  # half a metre, in the mean shape's unit
# What is narrower than so many pixels, and so much deeper than all round it, is a hole between samples; wider ones if nothing is behind.
_HOLES = ((3, 0.012), (5, 10.0), (3, 10.0))


@dataclass(frozen=True)
class Camera:
    """Where points of the head's own frame fall in a square picture."""

    turn: np.ndarray  # (3, 3)
    scale: float  # pixels for the mean shape's unit, at the face
    middle: np.ndarray  # (2,) pixels, where `target` falls
    target: np.ndarray  # (3,), what the camera looks at, in the camera's frame
    distance: float  # of the camera, in the mean shape's unit; infinite for a weak perspective

    @classmethod
    def of(cls, pose: Pose, size: int) -> Camera:
        """The camera that takes a picture of `size` x `size` pixels."""
        turn = rotation(pose.yaw, pose.pitch, pose.roll)
        distance = _NEAREST / pose.near if pose.near > 0 else np.inf
        middle = (size - 1) / 2 + size * np.array([pose.x, pose.y])
        return cls(turn, pose.scale * size, middle, (_FACE - PIVOT) @ turn.T + PIVOT, distance)

    def turned(self, points: np.ndarray) -> np.ndarray:
        """Points (..., 3) of the head in the camera's frame: x right, y down, z away, in the mean shape's unit."""
        shift = PIVOT - PIVOT @ self.turn.T
        if points.ndim == 3:
            return cv2.transform(points, np.column_stack([self.turn, shift]))
        return (points @ self.turn.T + shift).astype(points.dtype)

    def picture(self, turned: np.ndarray) -> np.ndarray:
        """Where points (..., 3) of the camera's frame fall: (..., 2) in pixels."""
        return np.stack(self.planes(*np.moveaxis(turned, -1, 0)), axis=-1)

    def planes(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same for coordinates that are apart, which is quicker where there are many."""
        (left, up, front), (right, down) = self.target.tolist(), self.middle.tolist()
        nearer = self.scale / (1 + (z - front) / self.distance)
        return (x - left) * nearer + right, (y - up) * nearer + down

    def finer(self) -> Camera:
        """The camera of the same picture drawn `FINER` times as large along each side."""
        return dataclasses.replace(self, scale=self.scale * FINER, middle=self.middle * FINER + (FINER - 1) / 2)


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Roll after pitch after yaw, in degrees, for columns: (3, 3)."""
    (cy, sy), (cp, sp), (cr, sr) = ((np.cos(a), np.sin(a)) for a in np.radians([yaw, pitch, roll]))
    about_y = np.array([[cy, 0, -sy], [0, 1, 0], [sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    return np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]]) @ about_x @ about_y


def finer(grid: np.ndarray, times: int) -> np.ndarray:
    """A grid (H, W, K) with `times` as many samples along both axes; samples are at centres, as pixels are."""
    return cv2.resize(grid, (grid.shape[1] * times, grid.shape[0] * times), interpolation=cv2.INTER_LINEAR) if times > 1 else grid


def normals(grid: np.ndarray) -> np.ndarray:
    """Unit normals of a surface (H, W, 3) whose columns run to the right where its rows run down; they point to the viewer."""
    border = cv2.BORDER_REPLICATE
    ax, ay, az = cv2.split(cv2.filter2D(grid, -1, np.float32([[-1, 0, 1]]), borderType=border))
    bx, by, bz = cv2.split(cv2.filter2D(grid, -1, np.float32([[-1], [0], [1]]), borderType=border))
    x, y, z = by * az - ay * bz, bz * ax - az * bx, bx * ay - ax * by
    length = 1 / (np.sqrt(x * x + y * y + z * z) + np.float32(1e-12))
    return cv2.merge([x * length, y * length, z * length])


def pixels(x: np.ndarray, y: np.ndarray, size: int) -> np.ndarray:
    """Which pixel of a square picture each sample falls into.

    Parameters
    ----------
    x, y : ndarray of shape (N,), float32
        In pixels.
    size : int
        The picture's side.

    Returns
    -------
    ndarray of shape (N,), int64
        The pixel's number in the flattened picture, which has a margin of one pixel all round, (size + 2, size + 2); what is outside
        of the picture falls into the margin.
    """
    row, column = (np.clip(place + np.float32(1.5), np.float32(0), np.float32(size + 1)).astype(np.int32) for place in (y, x))
    row *= size + 2
    row += column
    return row.astype(np.int64)


def nearest(pixel: np.ndarray, depth: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Which sample each pixel of a square picture sees: a z-buffer.

    Parameters
    ----------
    pixel : ndarray of shape (N,), int64
        As `pixels` numbers them.
    depth : ndarray of shape (N,), float32
    size : int

    Returns
    -------
    seen : ndarray of shape (size, size), int64
        The sample's number; -1 where there is none. Pixels that samples missed, and through which something farther is seen, or
        nothing, get the nearest sample that a neighbour sees.
    there : ndarray of shape (size, size), float32
        Its depth; infinite where there is none.
    """
    wide = size + 2
    there, seen = np.full(wide * wide, np.inf, np.float32), np.full(wide * wide, -1)
    np.minimum.at(there, pixel, depth)
    front = np.flatnonzero(depth == there.take(pixel))
    seen[pixel[front]] = front
    for across, deeper in _HOLES:
        closed = cv2.morphologyEx(there.reshape(wide, wide), cv2.MORPH_OPEN, np.ones((across, across), np.uint8))
        closed[[0, -1]] = closed[:, [0, -1]] = np.inf
        holes = np.flatnonzero(there > closed.ravel() + np.float32(deeper))
        around = holes[:, None] + [-wide - 1, -wide, -wide + 1, -1, 1, wide - 1, wide, wide + 1]
        best = around[np.arange(len(holes)), there.take(around).argmin(axis=1)]
        seen[holes], there[holes] = seen[best], there[best]
    return tuple(np.ascontiguousarray(buffer.reshape(wide, wide)[1:-1, 1:-1]) for buffer in (seen, there))
