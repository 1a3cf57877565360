"""From the head to the picture: how the head is turned, where its points fall, and which sample of a surface each pixel sees.

Pixel centres are integers, as in all of facelib. A picture is first drawn `FINER` times as large along each side.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import cv2
import numpy as np

from facelib.datasets.rendered.parameters import Pose

FINER = 2
PIVOT = np.array([0.0, 0.05, 0.5])  # the top of the spine
_FACE = np.array([0.0, 0.0, 0.1])  # what the camera looks at
_NEAREST = 3.2  # half a metre, in the mean shape's unit
_HOLE = 0.05  # how much farther than all round it a pixel must be to count as a hole between samples


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


def nearest(x: np.ndarray, y: np.ndarray, depth: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Which sample each pixel of a picture sees: a z-buffer.

    Parameters
    ----------
    x, y : ndarray of shape (N,), float32
        Where each sample is, in pixels.
    depth : ndarray of shape (N,), float32
    shape : (int, int)

    Returns
    -------
    ndarray of shape `shape`, int32
        The sample's number; -1 where there is none. Pixels that samples missed, and through which something farther is seen, or
        nothing, get the nearest sample that a neighbour sees.
    """
    height, width = shape
    inside = (x >= -0.5) & (x < width - 0.5) & (y >= -0.5) & (y < height - 0.5)
    seen = np.full(height * width, -1, np.int32)
    pixel = (y + np.float32(0.5)).astype(np.int32) * width + (x + np.float32(0.5)).astype(np.int32)
    left = np.flatnonzero(inside).astype(np.int32)
    seen[pixel[left]] = left  # of several samples of a pixel the last one stays; now those that are nearer than it, far ones first
    left = left[depth[left] < depth[seen[pixel[left]]]]
    if len(left):
        low, high = float(depth[left].min()), float(depth[left].max())
        order = ((high - depth[left]) * np.float32(65535 / max(high - low, 1e-6))).astype(np.uint16)
        left = left[np.argsort(order, kind="stable")]  # of 16 bits: a radix sort
        seen[pixel[left]] = left
    return _without_holes(seen.reshape(shape), depth)


def depth_of(seen: np.ndarray, depth: np.ndarray, empty: float = np.inf) -> np.ndarray:
    """The depth of each pixel, (H, W) float32, `empty` where nothing is seen."""
    return np.where(seen >= 0, depth[seen], np.float32(empty)).astype(np.float32)


def _without_holes(seen: np.ndarray, depth: np.ndarray) -> np.ndarray:
    far = depth.max() + 10
    seen_depth = depth_of(seen, depth, far)
    smooth = cv2.morphologyEx(seen_depth, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))  # takes away what is deeper than all round it
    rows, columns = np.nonzero(seen_depth > smooth + _HOLE)
    if not len(rows):
        return seen
    padded = np.pad(seen, 1, constant_values=-1)
    padded_depth = np.pad(seen_depth, 1, constant_values=far)
    around = [(rows + dy, columns + dx) for dy in (0, 1, 2) for dx in (0, 1, 2) if (dy, dx) != (1, 1)]
    best = np.argmin([padded_depth[place] for place in around], axis=0)
    filled = seen.copy()
    filled[rows, columns] = np.array([padded[place] for place in around])[best, np.arange(len(rows))]
    return filled
