"""A slider from one face to another."""

from __future__ import annotations

from collections.abc import Iterator

import ipywidgets
import numpy as np

from facelib.widgets import explorer, faces, parts
from facelib.widgets.between import between, morph
from facelib.widgets.explorer import Explorer, Shown, guarded

_STEPS = 50  # of which a film of the morph has as many


class Morph(Explorer):
    """Move from one face to another: both together, or the shape and the colours each by itself.

    Parameters
    ----------
    source, target : ndarray of shape (H, W, 3), float32 in [0, 1], optional
        Two pictures with a face; by default, Eileen Collins and Grace Hopper.

    Attributes
    ----------
    state : tuple of float
        How far shape and colours have gone, from 0 to 1.

    Raises
    ------
    TypeError, ValueError, facelib.detect.FaceNotFound
        No such pictures, or no face in one.
    """

    what = "the morph"
    single = True

    def __init__(self, source: np.ndarray | None = None, target: np.ndarray | None = None):
        super().__init__()
        self._pair = between(*faces.pair(source, target))
        self.state = 0.5, 0.5
        self._step = explorer.slider("Both", 0.5, 0, 1, self._both, "how far the morph has gone", 1 / _STEPS)
        self._shape = explorer.slider("Shape", 0.5, 0, 1, self._one, "how far the shape has gone", 1 / _STEPS)
        self._colour = explorer.slider("Colours", 0.5, 0, 1, self._one, "how far the colours have gone", 1 / _STEPS)
        again = "repeat" if hasattr(ipywidgets.Play, "repeat") else "_repeat"  # as ipywidgets 7 calls it
        more = {again: True, **parts.tooltip(ipywidgets.Play, "play there and back")}
        self._play = ipywidgets.Play(value=0, min=0, max=2 * _STEPS, step=1, interval=80, **more)
        self._play.observe(self._played, "value")
        there = explorer.row([ipywidgets.Label("There and back"), self._play])
        self._lay_out([self._step, self._shape, self._colour, there])
        self._ask()

    def _look(self, state: tuple[float, float]) -> Iterator[Shown]:
        shape, colour = state
        line = f"shape {shape:.0%}, colours {colour:.0%} of the way to the target"
        yield Shown({"the face between": morph(self._pair, shape, colour)}, line)

    def _go(self, shape: float, colour: float) -> None:
        if (shape, colour) != self.state:
            self.state = shape, colour
            self._ask()

    @guarded
    def _both(self, change: object) -> None:
        self._set_quietly({self._shape: self._step.value, self._colour: self._step.value})
        self._go(self._step.value, self._step.value)

    @guarded
    def _one(self, change: object) -> None:
        self._go(self._shape.value, self._colour.value)

    @guarded
    def _played(self, change: object) -> None:
        """The film goes there, and back again."""
        at = 1 - abs(self._play.value / _STEPS - 1)
        self._set_quietly({self._step: at, self._shape: at, self._colour: at})
        self._go(at, at)
