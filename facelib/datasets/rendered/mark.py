"""A part of the skin's texture that is painted: how much of each texel, in the box outside of which there is nothing of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from facelib.datasets.rendered import template

SHAPE = (template.ROWS * template.FINER, template.COLUMNS * template.FINER)  # of the texture


class Mark(NamedTuple):
    """A share of the texels in a box of the texture; outside there is nothing of it."""

    where: tuple[slice, slice]  # rows and columns
    cover: np.ndarray  # float32, of the box's shape

    def times(self, share: float | np.ndarray) -> Mark:
        """More or less of it; from a whole texture the box is taken."""
        return Mark(self.where, self.cover * (share[self.where] if np.ndim(share) else np.float32(share)))


def boxed(cover: np.ndarray) -> Mark:
    """The box outside of which a texture (ROWS, COLUMNS) * FINER is next to nothing."""
    some = cover > 1 / 500
    rows, columns = np.flatnonzero(some.any(axis=1)), np.flatnonzero(some.any(axis=0))
    where = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return Mark(where, np.ascontiguousarray(cover[where], np.float32))
