"""A slider for each loss, and what the sum of them wants."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import ipywidgets
import numpy as np

from facelib.widgets import explorer, pixels
from facelib.widgets.explorer import Explorer, Shown, guarded
from facelib.widgets.pixels import Step, Told

_SHOWN = 256  # pixels
_HIGHEST = 20.0
TASKS = {"her own face": "recoloured", "a stranger's face": "strangers"}
STARTS = {"noise": "noise", "the composite": "composite"}
PRESETS = {"the report's": "writeup", "the one that works": "stable", "Deep Image Harmonization's": "dih"}
_OWN = "your own"


class LossWeights(Explorer):
    """Weigh the harmonizer's losses and see what their sum wants.

    No network is trained: Adam moves the pixels of one composite of 64 pixels, from noise or from the composite itself. So it answers in a
    second or three, and shows what a loss asks for; what a network can do about it, and learns from many pictures, is another matter.

    There is a slider for each loss in `facelib.learned.harmonizer_losses` but three. `adversarial` and `wasserstein` ask a discriminator,
    which would have to be trained along with the picture; `parsing` is of generators that name what their pixels show.

    Attributes
    ----------
    state : facelib.widgets.pixels.Told
    shown.values : facelib.widgets.pixels.Step
        Every loss's value, and which share of the pull each weighted one has.
    """

    what = "pixels that were told losses"

    def __init__(self) -> None:
        super().__init__()
        self.state = Told(pixels.recipe("stable"))
        self._task = explorer.choice("Composite", list(TASKS), self._set, tooltip="one with a right answer, or one without")
        self._start = explorer.choice("Start from", list(STARTS), self._set, tooltip="what the pixels are before the first step")
        self._preset = explorer.choice("Weights", [_OWN, *PRESETS], self._fill, "the one that works", "of a recipe of this chapter")
        self._sliders = {
            name: explorer.slider(name, self.state.weights.get(name, 0.0), 0, _HIGHEST, self._weigh, _meaning(name), 0.1)
            for name in pixels.TERMS
        }
        for each in self._sliders.values():
            each.readout_format = ".1f"
        clear = explorer.button("All to zero", self._clear, "no loss at all")
        self._lay_out([self._task, self._start, explorer.row([self._preset, clear]), *self._sliders.values()])
        self._ask()

    def _look(self, state: Told) -> Iterator[Shown]:
        task = pixels.task_of(state.task)
        given = {"composite": task.raw}
        if task.answered:
            given["right answer"] = task.answer
        given = {name: _large(picture) for name, picture in given.items()}
        for step in pixels.optimise(state):
            pictures = {**given, f"after {step.count} steps": _large(step.picture)}
            yield Shown(pictures, _table(state, step, task.answered), values=step)

    def _ask_for(self, weights: dict[str, float]) -> None:
        self.state = Told(weights, TASKS[self._task.value], STARTS[self._start.value])
        for name in pixels.ANSWERED:
            self._sliders[name].disabled = not pixels.task_of(self.state.task).answered
        self._ask()

    def _weights(self) -> dict[str, float]:
        return {name: each.value for name, each in self._sliders.items() if each.value > 0}

    @guarded
    def _set(self, change: object) -> None:
        self._ask_for(self._weights())

    @guarded
    def _weigh(self, change: object) -> None:
        self._set_quietly({self._preset: _OWN})
        self._ask_for(self._weights())

    @guarded
    def _fill(self, change: object) -> None:
        if self._preset.value == _OWN:
            return
        weights = pixels.recipe(PRESETS[self._preset.value])
        self._set_quietly({each: weights.get(name, 0.0) for name, each in self._sliders.items()})
        self._ask_for(weights)

    @guarded
    def _clear(self, button: ipywidgets.Button) -> None:
        self._set_quietly({self._preset: _OWN} | dict.fromkeys(self._sliders.values(), 0.0))
        self._ask_for({})


def _meaning(name: str) -> str:
    from facelib.learned.harmonizer_losses import LOSSES

    return (LOSSES[name].__doc__ or name).strip()


def _large(picture: np.ndarray) -> np.ndarray:
    return cv2.resize(picture, (_SHOWN, _SHOWN), interpolation=cv2.INTER_NEAREST)


def _table(told: Told, step: Step, answered: bool) -> str:
    """Each loss in a row: its value at first and now, and its share of the pull as a bar."""
    rows = []
    for name in pixels.TERMS:
        if name in pixels.ANSWERED and not answered:
            continue
        share = step.shares.get(name)
        bar = "" if share is None else f'<span class="facelib-bar" style="width: {100 * share:.0f}%"></span>{share:.0%}'
        off = ' class="facelib-off"' if share is None else ""
        rows.append(f"<tr{off}><th>{name}</th><td>{step.first[name]:.3f}</td><td>{step.values[name]:.3f}</td><td>{bar}</td></tr>")
    head = "<tr><th>loss</th><th>at first</th><th>now</th><th>its pull</th></tr>"
    return f'<table class="facelib-terms"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'
