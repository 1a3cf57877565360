"""Every number of a rendered face under a slider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import ipywidgets
import numpy as np

from facelib import pose
from facelib.datasets.rendered import Face
from facelib.widgets import explorer, sitter
from facelib.widgets.explorer import Explorer, Shown, guarded

_COARSE, _FINE = 160, 400  # pixels: while a slider moves, and at rest


@dataclass(frozen=True)
class Sitting:
    """What is drawn."""

    face: Face
    points: bool = False
    parts: bool = False


class FaceLaboratory(Explorer):
    """Draw a face from its numbers, with a slider for each: who it is, skin, hair, expression, pose, light, glasses and hand, camera.

    Parameters
    ----------
    seed : int
        Of the person it starts with; the button "Another person" goes on from there.

    Attributes
    ----------
    state : Sitting
        `state.face` can be handed to `facelib.datasets.rendered.render`.
    shown.values : facelib.datasets.rendered.Rendered
        The picture, and all that the renderer knows about it.
    """

    what = "a rendered face"
    single = True

    def __init__(self, seed: int = 3):
        super().__init__()
        self._made: dict[str, list[ipywidgets.FloatSlider]] = {}  # a group's sliders are made when it is chosen first
        self.state = Sitting(sitter.start(seed))
        self._seed = seed
        self._group = ipywidgets.ToggleButtons(options=list(sitter.GROUPS), tooltips=[f"the numbers of {name}" for name in sitter.GROUPS])
        self._group.add_class("facelib-kinds")
        self._group.observe(self._turn, "value")
        self._panel = ipywidgets.Box()
        self._panel.add_class("facelib-numbers")
        self._points = explorer.tick("68 points", False, self._set, "draw the points that the renderer knows")
        self._parts = explorer.tick("Parts", False, self._set, "blue: skin that is seen; orange: hair, glasses and hand")
        person = explorer.button("Another person", self._another, "another face and other hair; all else stays")
        reset = explorer.button("To the average", self._average, "this group's numbers at their average")
        self._lay_out([explorer.row([person, self._points, self._parts]), self._group, self._panel, explorer.row([reset])])
        self._turn()
        self._ask()

    def close(self) -> None:
        for slider in chain(*self._made.values()):
            slider.close()
        super().close()

    def _look(self, state: Sitting) -> Iterator[Shown]:
        for size in (_COARSE, _FINE):
            picture, known = sitter.drawn(state.face, size, state.points, state.parts)
            yield Shown({"the face": picture}, _said(state, known.points, known.skin, known.hull), values=known)

    @guarded
    def _turn(self, change: object = None) -> None:
        """Another group of sliders."""
        name = self._group.value
        if name not in self._made:
            self._made[name] = [self._slider(each) for each in sitter.GROUPS[name]]
        self._read()
        self._panel.children = self._made[name]

    def _slider(self, each: sitter.Slider) -> ipywidgets.FloatSlider:
        title = each.name.replace("_", " ").capitalize()
        return explorer.slider(title, each.of(self.state.face), each.low, each.high, partial(self._move, each))

    def _read(self) -> None:
        """Put the sliders where the face has them."""
        values = {
            control: each.of(self.state.face)
            for name, controls in self._made.items()
            for control, each in zip(controls, sitter.GROUPS[name], strict=True)
        }
        self._set_quietly(values)

    @guarded
    def _move(self, each: sitter.Slider, change: dict) -> None:
        if abs(change["new"] - each.of(self.state.face)) < change["owner"].step / 2:
            return  # no hand: a browser rounds what it is shown to whole steps, and says so
        self.state = replace(self.state, face=each.within(self.state.face, change["new"]))
        self._ask()

    @guarded
    def _set(self, change: object) -> None:
        self.state = replace(self.state, points=self._points.value, parts=self._parts.value)
        self._ask()

    @guarded
    def _another(self, button: object) -> None:
        self._seed += 1
        self._show_face(sitter.another(self.state.face, self._seed))

    @guarded
    def _average(self, button: object) -> None:
        self._show_face(sitter.average(self.state.face, self._group.value))

    def _show_face(self, face: Face) -> None:
        self.state = replace(self.state, face=face)
        self._read()
        self._ask()


def _said(state: Sitting, points: np.ndarray, skin: np.ndarray, hull: np.ndarray) -> str:
    """What the points and the parts tell: how the head is turned, and how much of the face is hidden."""
    yaw = float(pose.yaw(points[None].astype(float))[0])
    inside = hull > 0
    hidden = 1 - float(skin[inside].mean()) if inside.any() else 1.0
    return f"turned by {yaw:.0f}° as its points tell; {hidden:.0%} of the face is hidden"
