"""What the small widgets share: controls beside pictures that follow, worked out on a thread of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import ipywidgets
import numpy as np

from facelib.widgets import parts
from facelib.widgets.canvas import Canvas, View, jpeg
from facelib.widgets.guard import deaf, error_line, guarded
from facelib.widgets.latest import Latest

LABEL = "104px"  # the width of what stands before a slider


@dataclass(frozen=True, eq=False)
class Shown:
    """What an explorer shows of one state."""

    pictures: Mapping[str, np.ndarray]  # by what stands below each
    line: str = ""  # HTML, said below the pictures; read out where a screen is not seen
    note: str = ""
    values: Any = None  # what the pictures were made of, for scripts


class Explorer(ipywidgets.VBox):
    """The base of the small widgets.

    A subclass builds its controls, hands them to `_lay_out`, and sets `state`; `_look` makes pictures of a state. It may do so in steps,
    each better than the one before: a newer state replaces an older one between two steps, and before the first of them it always has.

    Attributes
    ----------
    state : object
        What is set now.
    shown : Shown or None
        What is shown.
    error : Exception or None
        What went wrong last, with its traceback; the widget shows it in one line. None once something went well again.
    """

    what = "pictures"  # what they show, for readers who do not see them
    single = False  # whether there is never more than one picture, which then needs no name

    def __init__(self) -> None:
        self._lock, self._quiet = threading.RLock(), False
        self._numbers = count(1)
        self._asked = self._error_at = 0
        self._answers: dict[int, Callable[[], None]] = {}  # of requests that are waited for
        self.state: Any = None
        self.shown: Shown | None = None
        self.error: BaseException | None = None
        self._latest = Latest(lambda number, done: self._done(number), self._failed)
        self._view = View(downloads=False)
        self._view.layout_kind = "single" if self.single else "grid"
        self._line, self._status = ipywidgets.HTML(), ipywidgets.HTML()
        self._line.add_class("facelib-line")
        self._status.add_class("facelib-status")
        super().__init__()
        for name in ("facelib-app", "facelib-explorer"):
            self.add_class(name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def wait(self, timeout: float | None = 60) -> bool:
        """Until everything asked for is shown, for scripts and tests; False where that took longer than `timeout` seconds."""
        return self._latest.wait(timeout)

    def close(self) -> None:
        """End the worker, and the widget with all that it is made of."""
        with self._lock:
            self._quiet = True
        self._latest.close()
        for part in self.children:
            parts.close(part)
        super().close()

    def _look(self, state: Any) -> Iterator[Shown]:
        """Pictures of a state; on the worker's thread."""
        raise NotImplementedError

    def _lay_out(self, controls: Sequence[ipywidgets.Widget], canvas: Canvas | None = None) -> None:
        """Put the controls below or beside the pictures, whatever the width allows; a canvas stands before the pictures."""
        result, panel = ipywidgets.VBox([self._view, self._line, self._status]), ipywidgets.Box(list(controls))
        parts = [result, panel]
        if canvas:
            target = ipywidgets.HTML("<h3>Target <small>drag a point</small></h3>")
            source = ipywidgets.HTML("<h3>Source <small>where each triangle comes from</small></h3>")
            result.children = [source, *result.children]
            parts.insert(0, ipywidgets.VBox([target, canvas]))
        for box in (parts[0], result):
            box.add_class("facelib-side")
        result.add_class("facelib-seen")
        panel.add_class("facelib-controls")
        whole = ipywidgets.Box(parts)
        for name in ("facelib-parts", *(["facelib-beside"] if canvas else ["facelib-one"] if self.single else [])):
            whole.add_class(name)
        self.children = [whole]

    def _ask(self, answer: Callable[[], None] = lambda: None) -> None:
        """Have the state looked at; `answer` is called when it, or a newer one, is shown or has failed."""
        state, number = self.state, next(self._numbers)
        self._asked, self._answers[number] = number, answer
        with self._view.hold_sync():
            self._view.busy, self._view.ready = True, False

        def work(report: Callable[[str], None]) -> None:
            for shown in self._look(state):
                self._show(shown, number)
                report("the next step")

        self._latest.ask(number, work)

    def _show(self, shown: Shown, number: int) -> None:
        with self._lock:
            self.shown = shown
            pictures = shown.pictures.items()
            with self._view.hold_sync():
                self._view.pictures = [{"name": n, "alt": f"{self.what}: {n}", "data": jpeg(picture, 90)} for n, picture in pictures]
                self._view.note = shown.note
            self._line.value = f'<div role="status">{shown.line}</div>' if shown.line else ""
            if number > self._error_at:
                self.error, self._status.value = None, ""
            self._answer(number)

    def _answer(self, number: int) -> None:
        for asked in [each for each in self._answers if each <= number]:
            self._answers.pop(asked)()

    def _done(self, number: int) -> None:
        with self._lock:
            if number == self._asked:
                with self._view.hold_sync():
                    self._view.busy, self._view.ready = False, True

    def _failed(self, number: int, error: BaseException) -> None:
        with self._lock:
            self._show_error(error, number)
            if number == self._asked:
                self._view.busy = False
            self._answer(number)

    def _show_error(self, error: BaseException, at: int | None = None) -> None:
        """One line; it stays until something that was asked for later has gone well."""
        self.error, self._error_at = error, self._asked if at is None else at
        self._status.value = error_line(error)

    def _set_quietly(self, values: Mapping[ipywidgets.Widget, Any]) -> None:
        """Set controls without hearing of it."""
        with deaf(self):
            for control, value in values.items():
                control.value = value


def slider(title: str, value: float, low: float, high: float, changed: Callable, tooltip: str = "", step: float | None = None) -> Any:
    """A labelled slider of ipywidgets: of whole numbers where `value` is one."""
    kind = ipywidgets.IntSlider if isinstance(value, int) else ipywidgets.FloatSlider
    more = {"min": low, "max": high, "description": title, "style": {"description_width": LABEL}, **parts.tooltip(kind, tooltip)}
    if kind is ipywidgets.IntSlider:
        made = kind(value, step=step or 1, **more)
    else:
        made = kind(value, step=step or (high - low) / 100, readout_format=".0f" if high > 10 else ".2f", **more)
    made.observe(changed, "value")
    return made


def choice(title: str, options: Sequence[str], changed: Callable, value: str | None = None, tooltip: str = "") -> ipywidgets.Dropdown:
    """A labelled list to choose from."""
    more = {"description": title, "style": {"description_width": LABEL}, **parts.tooltip(ipywidgets.Dropdown, tooltip)}
    made = ipywidgets.Dropdown(options=list(options), value=value or options[0], **more)
    made.observe(changed, "value")
    return made


def tick(title: str, value: bool, changed: Callable, tooltip: str = "") -> ipywidgets.Checkbox:
    """A labelled box to tick."""
    made = ipywidgets.Checkbox(value, description=title, indent=False, **parts.tooltip(ipywidgets.Checkbox, tooltip))
    made.observe(changed, "value")
    return made


def button(title: str, pressed: Callable, tooltip: str = "") -> ipywidgets.Button:
    """A button."""
    made = ipywidgets.Button(description=title, tooltip=tooltip)
    made.on_click(pressed)
    return made


def row(parts: Sequence[ipywidgets.Widget]) -> ipywidgets.Box:
    """Widgets side by side, as many as fit."""
    made = ipywidgets.Box(list(parts))
    made.add_class("facelib-row")
    return made


__all__ = ["Explorer", "Shown", "button", "choice", "deaf", "guarded", "row", "slider", "tick"]
