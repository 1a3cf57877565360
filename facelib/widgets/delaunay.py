"""Drag a keypoint, and see which triangles fold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from facelib import keypoints
from facelib.datasets import portraits
from facelib.widgets import explorer, faces, mesh
from facelib.widgets.canvas import Canvas
from facelib.widgets.explorer import Explorer, Shown, guarded
from facelib.widgets.mesh import Mesh


class DelaunayExplorer(Explorer):
    """Drag a keypoint: the triangles between the points change, the picture follows, and triangles that the warp turns over are orange.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3), float32 in [0, 1], optional
        By default, Eileen Collins.
    points : ndarray of shape (68, 2), optional
        Its keypoints; by default they are found.

    Attributes
    ----------
    state : facelib.widgets.mesh.Mesh

    Raises
    ------
    TypeError, ValueError
        No such picture, no face in it, or points that are none.
    """

    what = "the face"
    single = True

    def __init__(self, picture: np.ndarray | None = None, points: np.ndarray | None = None):
        super().__init__()
        picture = portraits.eileen_collins() if picture is None else picture
        self.state = mesh.start(picture, faces.points_of(picture) if points is None else points)
        self._canvas = Canvas("Target", self._moved, failed=self._trouble, boxed=False)
        self._on = explorer.choice("Triangulate", list(mesh.ON), self._set, self.state.on, "the shape whose Delaunay triangles are taken")
        self._shape = explorer.choice("Target shape", list(mesh.SHAPES), self._reshape, tooltip="where all points go")
        self._lines = explorer.tick("Triangles", True, self._set, "draw the triangles over the source")
        buttons = [
            explorer.button("Unfold", self._unfold, "draw the corners of folded triangles back, as far as they must"),
            explorer.button("Start again", self._reset, "all points where they were"),
        ]
        self._lay_out([self._shape, self._on, explorer.row([self._lines, *buttons])], self._canvas)
        self._draw(self.state)
        self._ask()

    def _look(self, state: Mesh) -> Iterator[Shown]:
        source = mesh.outlined(state) if self._lines.value else state.picture
        made = mesh.warped(state)
        with self._lock:
            self._canvas.draw(made, *_drawn(state), "drag a keypoint")
        yield Shown({"the source": source}, f"<b>{mesh.said(state)}</b>", values=made)

    def _draw(self, state: Mesh) -> None:
        self._canvas.draw(state.picture, *_drawn(state), "drag a keypoint")

    @guarded
    def _moved(self, move: dict) -> None:
        answer = partial(self._canvas.answer, move["number"])
        try:
            self.state = mesh.moved(self.state, int(move["index"]), move["place"])
        except Exception:
            self._canvas.restore()
            answer()
            raise
        self._set_quietly({self._shape: None})
        self._ask(answer)

    @guarded
    def _set(self, change: object) -> None:
        self.state = replace(self.state, on=self._on.value)
        self._ask()

    @guarded
    def _reshape(self, change: object) -> None:
        self.state = mesh.reshaped(self.state, self._shape.value)
        self._ask()

    @guarded
    def _unfold(self, button: object) -> None:
        self._set_quietly({self._shape: None})
        self.state = mesh.unfolded(self.state)
        self._ask()

    @guarded
    def _reset(self, button: object) -> None:
        self._set_quietly({self._shape: "as it is"})
        self.state = replace(self.state, target=self.state.source)
        self._ask()

    @guarded
    def _trouble(self, line: str) -> None:
        raise RuntimeError(line)


def _drawn(state: Mesh) -> tuple[np.ndarray, ...]:
    count = keypoints.COUNT
    return state.target[:count], mesh.table(state), mesh.folded(state), state.target[count:]
