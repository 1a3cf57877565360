"""The surfaces that a picture shows, as samples, and what each pixel sees of them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import cv2
import numpy as np

from facelib.datasets.rendered import camera
from facelib.datasets.rendered.camera import FINER, Camera

SKIN, HAIR, EYES, MOUTH = range(4)  # kinds of surface


@dataclass(frozen=True)
class Surface:
    """Samples of one surface; those that cannot be seen are left out."""

    kind: int
    pixel: np.ndarray  # (N,) int64, of the finer picture as `camera.pixels` numbers them
    depth: np.ndarray  # (N,) float32
    numbers: np.ndarray  # (N,) int64: which sample of a part of the grid it is
    part: tuple[int, int, int]  # how wide that part is, from which of its columns on, and how many samples a texel has along an axis
    texture: np.ndarray  # (H, W, 3) float32, linear, without light
    normals: np.ndarray  # (H / k, W / k, 3) float32, in the camera's frame

    def not_behind(self, screen: np.ndarray, far: float) -> Surface:
        """Without the samples that are farther away than a screen, which is where (size, size) bool says."""
        hidden = (self.depth > far) & np.pad(screen, 1).ravel().take(self.pixel)  # pixels are numbered with a margin
        kept = np.flatnonzero(~hidden)
        return dataclasses.replace(self, pixel=self.pixel.take(kept), depth=self.depth.take(kept), numbers=self.numbers.take(kept))

    def look(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The normals and the colours of some samples, (K, 3) each."""
        if not len(samples):
            return np.empty((0, 3), np.float32), np.empty((0, 3), np.float32)
        width, left, finer = self.part
        rows, columns = np.divmod(self.numbers.take(samples).astype(np.int32), np.int32(width))
        rows, columns = rows // finer, (columns + left) // finer
        colours = self.texture.reshape(-1, 3).take(rows * self.texture.shape[1] + columns, axis=0)
        times = len(self.texture) // len(self.normals)
        if times == 1:
            return self.normals.reshape(-1, 3).take(rows, axis=0), colours
        width = 256  # OpenCV's maps must not be longer than 32,767
        where = np.zeros((2, -(-len(rows) // width) * width), np.float32)
        where[:, : len(rows)] = (columns + 0.5) / times - 0.5, (rows + 0.5) / times - 0.5
        x, y = where.reshape(2, -1, width)
        between = cv2.remap(self.normals, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).reshape(-1, 3)[: len(rows)]
        return between, colours


@dataclass(frozen=True)
class Seen:
    """What pixels see, in a picture that is `FINER` times as large along each side; K of its pixels see a surface."""

    places: np.ndarray  # (K,) which pixels, of the flattened picture; one surface's after the other's
    kind: np.ndarray  # (K,) uint8
    normals: np.ndarray  # (K, 3)
    colours: np.ndarray  # (K, 3)
    depth: np.ndarray  # (large, large) float32, infinite where nothing is seen


def of_grid(
    kind: int, grid: np.ndarray, view: Camera, size: int, texture: np.ndarray, keep: np.ndarray, finer: int, thin: np.ndarray | None = None
) -> Surface:
    """The samples of a surface that are to be kept and that look at the camera.

    Parameters
    ----------
    kind : int
    grid : ndarray of shape (H, W, 3), float32
        In the head's frame.
    view : Camera
    size : int
        The picture's side in pixels.
    texture : ndarray of shape (H * t, W * t, 3), float32
    keep : ndarray of shape (H * t, W * t), bool
    finer : int
        Samples for each texel, along both axes.
    thin : ndarray of shape (H, W), bool, optional
        Where the surface is seen from behind too.
    """
    turned = view.turned(grid)
    facing = camera.normals(turned)
    times = len(texture) // len(grid) * finer
    if thin is not None:
        facing[thin & (facing[..., 2] > 0)] *= -1
    left, right = _columns(facing[..., 2])
    looks = cv2.resize((facing[:, left:right, 2] < 0.05).astype(np.uint8), None, fx=times, fy=times, interpolation=cv2.INTER_NEAREST)
    texels = keep[:, left * times // finer : right * times // finer]
    texels = texels.repeat(finer, axis=0).repeat(finer, axis=1) if finer > 1 else texels
    chosen = np.flatnonzero(texels & looks)
    x, y, z = (np.ascontiguousarray(turned[:, left:right, k]) for k in range(3))
    x, y, z = (camera.finer(plane, times).take(chosen) for plane in (*view.finer().planes(x, y, z), z))
    part = ((right - left) * times, left * times, finer)
    return Surface(kind, camera.pixels(x, y, size * FINER), z, chosen, part, texture, facing)


def of_samples(kind: int, points: np.ndarray, normals: np.ndarray, colours: np.ndarray, view: Camera, size: int) -> Surface:
    """Samples (N, 3) in the head's frame, all kept; their normals are in that frame too."""
    turned = view.turned(points)
    facing = (normals @ view.turn.T).astype(np.float32)
    x, y, z = np.ascontiguousarray(turned.T)
    pixel = camera.pixels(*view.finer().planes(x, y, z), size * FINER)
    return Surface(kind, pixel, z, np.arange(len(z)), (1, 0, 1), colours.astype(np.float32)[:, None], facing[:, None])


def see(surfaces: list[Surface], size: int) -> Seen:
    """Look at surfaces from the camera."""
    pixel, depth = (np.concatenate([getattr(surface, name) for surface in surfaces]) for name in ("pixel", "depth"))
    seen, there = camera.nearest(pixel, depth, size * FINER)
    places = np.flatnonzero(seen >= 0)
    samples, start, looks = seen.ravel().take(places), 0, []
    for surface in surfaces:
        ours = np.flatnonzero((samples >= start) & (samples < start + len(surface.depth)))
        looks.append((places.take(ours), np.full(len(ours), surface.kind, np.uint8), *surface.look(samples.take(ours) - start)))
        start += len(surface.depth)
    return Seen(*(np.concatenate(values) for values in zip(*looks, strict=True)), there)


def share(places: np.ndarray, size: int) -> np.ndarray:
    """How much of each pixel of the picture lies in some pixels of the finer one: (size, size) float32."""
    mask = np.zeros((size * FINER) ** 2, np.float32)
    mask[places] = 1
    return cv2.resize(mask.reshape(size * FINER, -1), (size, size), interpolation=cv2.INTER_AREA)


def _columns(facing: np.ndarray) -> tuple[int, int]:
    """From which column to which a surface looks at the camera anywhere."""
    seen = np.flatnonzero((facing < 0.1).any(axis=0))
    return (int(seen[0]), int(seen[-1]) + 1) if len(seen) else (0, facing.shape[1])
