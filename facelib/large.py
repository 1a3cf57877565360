"""A face of very many pixels: swapped at a smaller size, and the finest detail put back, so that memory stays small.

It is the two-band case of `facelib.blend`: what shrinking keeps is blended by whatever method, and what it loses is the warped source's
inside the mask and the target's outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

from facelib import colour, grain, images, place
from facelib.composite import box_of

if TYPE_CHECKING:
    from facelib.swap import Swap

AT_ONCE = 5 << 18  # pixels that are worked on as floats; a window of more is shrunk
_ROWS = 64
_EVERY = 8


def shrunk(window: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A window of a picture, uint8, at the largest whole fraction of its size that can be worked on, as float32; and by what its
    coordinates, (x, y), are multiplied: see `moved`."""
    height, width = window.shape[:2]
    step = int(np.ceil(np.sqrt(height * width / AT_ONCE)))
    size = (-(-width // step), -(-height // step))
    return images.to_float(cv2.resize(window, size, interpolation=cv2.INTER_AREA)), np.array(size) / (width, height)


def moved(points: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Points in the shrunk picture; pixel centres are integers."""
    return (points + 0.5) * scale - 0.5


@dataclass(frozen=True, eq=False)  # arrays are not compared: each equals itself
class LargeStages:
    """What `facelib.swap.Stages` holds, made from a swap of the shrunk window; each in the window's size when it is asked for."""

    small: Swap
    scale: np.ndarray  # of the shrunk window
    target: np.ndarray  # (H, W, 3) uint8: the window
    source: np.ndarray
    source_points: np.ndarray
    goes: np.ndarray | None  # where in the window the triangles bring the source's points; None where a network moved them
    alike: bool = False  # whether the source's finest detail is to be no stronger than the target's: see `facelib.grain`

    @property
    def warped(self) -> np.ndarray:
        return self._large(self.small.warped)

    @property
    def mask(self) -> np.ndarray:
        return self._large(self.small.mask)

    @property
    def composite(self) -> np.ndarray:
        return self._large(self.small.composite)

    @property
    def matched(self) -> np.ndarray:
        return self._large(self.small.matched)

    @property
    def blended(self) -> np.ndarray:
        return images.to_float(self.blended_bytes)

    def result(self, kind: np.dtype) -> np.ndarray:
        """The result as float32 or as uint8."""
        return self.blended_bytes if kind == np.uint8 else self.blended

    @cached_property
    def blended_bytes(self) -> np.ndarray:
        """The result as uint8, a few rows at a time."""
        made, near, beside = self.target.copy(), self.small.near, self.small.target[self.small.window]
        change = near.blended - beside
        for rows, columns in self._strips(change.any(axis=2)):
            here = np.s_[rows, columns]
            made[here] = images.to_bytes(images.to_float(self.target[here]) + self._part(change, *here))
        finest = self._finest

        def details(*here: slice) -> tuple[np.ndarray, np.ndarray]:
            warped = self._part(near.warped, *here)
            source = warped if finest is None else finest(warped, *here)
            return source - warped, images.to_float(self.target[here]) - self._part(beside, *here)

        share = self._share(details) if self.alike and finest is not None else 1
        for rows, columns in self._strips(near.seen > 0):
            here = np.s_[rows, columns]
            sources, targets = details(*here)
            changed = images.to_float(self.target[here]) + self._part(change, *here)
            made[here] = images.to_bytes(changed + self._part(near.seen, *here)[..., None] * (share * sources - targets))
        return made

    def _share(self, details: Callable[..., tuple[np.ndarray, np.ndarray]]) -> float:
        """What `grain.share` says of the finest detail, of every eighth row and column."""
        found = []
        for here in self._strips(self.small.near.seen > 0):
            inside = self._part(self.small.near.seen, *here)[::_EVERY, ::_EVERY] > 0.5
            found.append([part[::_EVERY, ::_EVERY].mean(axis=2)[inside] for part in details(*here)])
        return grain.share(*map(np.concatenate, zip(*found, strict=True)))

    @property
    def _finest(self):
        """What gives the source's face in the target's geometry at full size, for its enlarged picture there, rows and columns; None where
        a network moved it."""
        box = self._box(self.small.near.seen > 0) if self.goes is not None else None
        if box is None:
            return None
        rows, columns = box
        points = self.goes - (columns.start, rows.start)
        size = (rows.stop - rows.start, columns.stop - columns.start)
        piece, covered = place.piece(self.source, self.source_points, points, size)
        if colour.is_grey(self.small.target[self.small.window]):
            piece = colour.grey(piece)

        def finest(enlarged: np.ndarray, some: slice, of_them: slice) -> np.ndarray:
            found = enlarged.copy()
            top, bottom = max(some.start, rows.start), min(some.stop, rows.stop)
            left, right = max(of_them.start, columns.start), min(of_them.stop, columns.stop)
            there = np.s_[top - rows.start : bottom - rows.start, left - columns.start : right - columns.start]
            inside = covered[there].view(np.uint8)
            cv2.copyTo(
                images.to_float(piece[there]),
                inside,
                found[top - some.start : bottom - some.start, left - of_them.start : right - of_them.start],
            )
            return found

        return finest

    def _strips(self, where: np.ndarray) -> Iterator[tuple[slice, slice]]:
        """Rows and columns of the window, some at a time, that hold all that a mask of the small swap's window marks."""
        box = self._box(where)
        for start in range(box[0].start, box[0].stop, _ROWS) if box else ():
            yield slice(start, min(start + _ROWS, box[0].stop)), box[1]

    def _box(self, where: np.ndarray) -> tuple[slice, slice] | None:
        """What `box_of` says of such a mask, with a pixel's margin, as rows and columns of the window."""
        box = box_of(where.astype(np.float32), margin=1)
        if box is None:
            return None
        found = []
        for side, inner, scale, size in zip(box, self.small.window, self.scale[::-1], self.target.shape, strict=False):
            start, stop = side.start + inner.start, side.stop + inner.start
            found.append(slice(int(start / scale), min(int(np.ceil(stop / scale)), size)))
        return found[0], found[1]

    def _part(self, small: np.ndarray, rows: slice, columns: slice) -> np.ndarray:
        """A part of what the small swap has in its window, at the size of ours."""
        x, y = moved(np.array([columns.start, rows.start]), self.scale) - [side.start for side in self.small.window[::-1]]
        matrix = np.array([[self.scale[0], 0, x], [0, self.scale[1], y]])
        size = (columns.stop - columns.start, rows.stop - rows.start)
        return cv2.warpAffine(small, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)

    def _large(self, small: np.ndarray) -> np.ndarray:
        return cv2.resize(small, self.target.shape[1::-1], interpolation=cv2.INTER_LINEAR)
