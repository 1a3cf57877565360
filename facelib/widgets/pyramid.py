"""A blend level by level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from facelib import blend
from facelib.metrics import seam_energy
from facelib.widgets import bands, explorer, faces
from facelib.widgets.explorer import Explorer, Shown, deaf, guarded


@dataclass(frozen=True)
class Settings:
    """What can be set."""

    levels: int
    level: int = 0  # the one that is looked at
    feather: float = 0.0  # pixels


class PyramidExplorer(Explorer):
    """Take a multiresolution blend apart: choose how deep the pyramid is and which level to look at.

    It shows that level's band of either picture, the mask that mixes them, the mixed band, the sum of the bands down to it, and the blend.

    Parameters
    ----------
    source, target : ndarray of shape (H, W, 3), float32 in [0, 1], optional
        Two pictures with a face; by default, Eileen Collins's face goes onto Grace Hopper.

    Attributes
    ----------
    state : Settings

    Raises
    ------
    TypeError, ValueError, facelib.detect.FaceNotFound
        No such pictures, or no face in one.
    """

    what = "the blend"

    def __init__(self, source: np.ndarray | None = None, target: np.ndarray | None = None):
        super().__init__()
        self._pair = bands.pair(*faces.pair(source, target))
        depth = min(bands.DEEPEST, blend.default_levels(self._pair.mask))
        self.state = Settings(depth, depth // 2)
        self._levels = explorer.slider("Levels", depth, 0, bands.DEEPEST, self._set, "how often the pictures are halved")
        self._level = explorer.slider("Look at level", depth // 2, 0, depth, self._set, "0 is the finest, the last the residual")
        self._feather = explorer.slider("Feather", 0.0, 0, 60, self._set, "pixels over which the mask fades, inwards", 1.0)
        self._lay_out([self._levels, self._level, self._feather])
        self._ask()

    def _look(self, state: Settings) -> Iterator[Shown]:
        pair, level = self._pair, state.level
        made = bands.split(pair, state.levels, state.feather)
        side = len(pair.mask)
        mask = cv2.resize(made.masks[level], (side, side), interpolation=cv2.INTER_NEAREST)
        name = f"band {level}" if level < state.levels else f"residual {level}"
        grown = bands.summed(made.mixed, level)
        whole = bands.summed(made.mixed, 0).clip(0, 1)
        count = state.levels + 1 - level
        pictures = {
            f"source, {name}": bands.visible(made.source, level, side),
            f"target, {name}": bands.visible(made.target, level, side),
            f"mask {level}": np.repeat(mask[..., None], 3, axis=2),
            f"mixed {name}": bands.visible(made.mixed, level, side),
            f"sum of {count} of {state.levels + 1}": grown.clip(0, 1),
            "the whole blend": whole,
        }
        pixels = len(made.mixed[level])
        line = f"level {level} is {pixels} × {pixels} pixels; the whole blend's seam is {seam_energy(whole, pair.target, pair.mask):.1f}"
        yield Shown(pictures, line, values=made)

    @guarded
    def _set(self, change: object) -> None:
        levels = self._levels.value
        with deaf(self):
            self._level.max = levels  # the slider keeps its value inside its range by itself
        self.state = Settings(levels, self._level.value, self._feather.value)
        self._ask()
