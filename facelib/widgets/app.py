"""The app: ipywidgets round a `Wish`. What a hand does changes the wish; the wish goes to a worker; the outcome is shown."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import PurePath
from typing import Any

import ipywidgets
import numpy as np

from facelib import blenders, colour, figures, images, place
from facelib.datasets import people, portraits, pts
from facelib.datasets.frame import Frame
from facelib.mouth import MOUTHS
from facelib.widgets import options, parts, photo, session, strip
from facelib.widgets.canvas import Canvas, View, jpeg
from facelib.widgets.controls import OptionControl
from facelib.widgets.guard import deaf, error_line, guarded
from facelib.widgets.latest import Latest
from facelib.widgets.session import Outcome, Wish

PORTRAITS = {"Eileen Collins": portraits.eileen_collins, "Grace Hopper": portraits.grace_hopper}  # real; after them, invented people
KINDS = {"Result": "single", "Before | after": "divider", "Difference": "single", "Stages": "grid"}
_BY_DEFAULT = "as the blender likes"


class SwapApp(ipywidgets.VBox):
    """Swap faces by hand: choose two pictures, drag boxes and keypoints, and see what each choice does.

    Parameters
    ----------
    pictures : mapping of str to ndarray of shape (H, W, 3), float32 in [0, 1], optional
        More pictures to choose from, by name; a `facelib.datasets.frame.Frame` brings its keypoints along. Two portraits and the gallery
        of `facelib.datasets.people` are always there, and the app takes uploads.
    source, target : str, optional
        Which of them it starts with: by default the first two that were given, or the portraits.
    blend : str
        The blender it starts with, a name in `facelib.blenders.BLENDERS`; every other one that stands there can be chosen.

    Attributes
    ----------
    wish : facelib.widgets.session.Wish
        What is set now: photos with boxes and points, and every choice.
    outcome : facelib.widgets.session.Outcome or None
        The last full result.
    error : Exception or None
        What went wrong last, with its traceback; the app shows it in one line. None once something went well again.

    Raises
    ------
    ValueError, TypeError
        An unknown name, or something that is no picture.

    Notes
    -----
    While a box or a point is dragged, drafts are made of previews of at most `facelib.widgets.photo.PREVIEW` pixels; on release the
    full result follows. A blender that is registered in a later cell appears when that cell has run.
    """

    def __init__(
        self,
        pictures: Mapping[str, np.ndarray] | None = None,
        source: str | None = None,
        target: str | None = None,
        blend: str = blenders.DEFAULT,
    ):
        self._lock, self._quiet = threading.RLock(), False
        self._drafts, self._finals = (Latest(self._request_done, self._failed, self._stage) for _ in range(2))
        self._ends = ExitStack()
        self._pictures: dict[str, Any] = dict(pictures or {})
        offered = PORTRAITS | {portrait.name: portrait for portrait in people.gallery()}
        self._pictures |= {name: made for name, made in offered.items() if name not in self._pictures}
        self._numbers = count(1)
        self._asked = self._shown = 0
        self._seconds: dict[str, float] = {}  # how long each blender took the last time
        self._moves: dict[int, tuple[Canvas, int]] = {}  # requests that answer a move of a canvas
        self._latest_outcome: Outcome | None = None  # a draft or not
        self._reusable: Outcome | None = None  # the last full result, while the blenders are the same
        self._reusable_after = 0  # what was asked for last when they changed
        self.outcome: Outcome | None = None
        self.error: BaseException | None = None
        self._error_at = 0  # what was asked for last when it went wrong
        names = list(self._pictures)
        chosen = {"source": source or names[0], "target": target or names[1]}
        for side, name in chosen.items():
            if name not in self._pictures:
                raise ValueError(f"{side}: expected one of {', '.join(self._pictures)}, got {name}")
        for name, picture in self._pictures.items():
            if not (callable(picture) or isinstance(picture, Frame)):
                images.check_picture(picture, name)
        blenders.get(blend)
        self._registry = dict(blenders.BLENDERS)
        self.wish = Wish(*(self._read(name) for name in chosen.values()), blend=blend)
        self._build(chosen)
        super().__init__([self._sides, self._measures])
        self.add_class("facelib-app")
        self._watch_cells()
        self._ask()

    def __repr__(self) -> str:
        return f"SwapApp(source={self.wish.source.name!r}, target={self.wish.target.name!r}, blend={self.wish.blend!r})"

    # ---- what the app is made of ----

    def _build(self, chosen: dict[str, str]) -> None:
        self._canvases, self._choosers, self._strips = {}, {}, {}
        self._small = {name: _small(made) for name, made in self._pictures.items()}
        sides = []
        for side, name in chosen.items():
            canvas = Canvas(side.capitalize(), partial(self._moved, side), partial(self._receive, side), self._trouble)
            canvas.show(getattr(self.wish, side))
            chooser = ipywidgets.Dropdown(
                options=list(self._pictures), value=name, **parts.tooltip(ipywidgets.Dropdown, f"the {side} picture")
            )
            chooser.observe(partial(self._choose, side), "value")
            chooser.add_class("facelib-choose")
            reset = ipywidgets.Button(description="Reset", tooltip=f"find the face and the keypoints of the {side} anew")
            reset.on_click(partial(self._reset, side))
            save = ipywidgets.Button(description="Save points", tooltip=f"the keypoints of the {side} as a file; Upload takes it back")
            save.on_click(partial(self._save_points, side))
            row = strip.Strip(f"the {side} picture", partial(self._press, side))
            row.show(self._small, name)
            title = "gives its face" if side == "source" else "receives it"
            heading = ipywidgets.HTML(f"<h3>{side.capitalize()} <small>{title}</small></h3>")
            sides.append(_column(side, [heading, _row([chooser, reset, save]), row, canvas]))
            self._canvases[side], self._choosers[side], self._strips[side] = canvas, chooser, row

        self._view = View(self._download)
        self._kind = ipywidgets.ToggleButtons(options=list(KINDS), tooltips=list(_KIND_TOOLTIPS))
        self._kind.add_class("facelib-kinds")
        self._close_up = ipywidgets.ToggleButton(True, description="Close-up", tooltip="the face, or the whole picture")
        self._kind.observe(self._redraw, "value")
        self._close_up.observe(self._redraw, "value")
        self._status, self._measures = ipywidgets.HTML(), ipywidgets.HTML()
        self._status.add_class("facelib-status")
        self._measures.add_class("facelib-measures")
        heading = _row([ipywidgets.HTML("<h3>Result</h3>"), self._close_up])
        sides.append(_column("result", [heading, self._kind, self._view, self._status]))

        labels = {"description_width": "76px"}
        self._blend = ipywidgets.Dropdown(options=list(blenders.BLENDERS), value=self.wish.blend, description="Blender", style=labels)
        self._colours = ipywidgets.Dropdown(options=[_BY_DEFAULT, *colour.COLOURS], description="Colours", style=labels)
        self._placing = ipywidgets.Dropdown(options=[_BY_DEFAULT, *_placings()], description="Placing", style=labels)
        self._forehead = ipywidgets.Checkbox(
            False, description="Forehead", indent=False, **parts.tooltip(ipywidgets.Checkbox, "let the face go on above the brows")
        )
        self._mouth = ipywidgets.Dropdown(
            options=list(MOUTHS), description="Mouth", style=labels, **parts.tooltip(ipywidgets.Dropdown, "whose mouth is seen")
        )
        self._strength = ipywidgets.FloatSlider(
            1.0,
            min=0,
            max=1,
            step=0.01,
            description="Strength",
            style=labels,
            readout_format=".0%",
            **parts.tooltip(ipywidgets.FloatSlider, "how much of the swap is seen"),
        )
        self._options = ipywidgets.Box()
        self._options.add_class("facelib-options")
        self._fill_options()
        for control in (self._blend, self._colours, self._placing, self._mouth, self._forehead, self._strength):
            control.observe(self._set, "value")
        controls = ipywidgets.Box([self._blend, self._options, self._colours, self._strength, self._placing, self._mouth, self._forehead])
        controls.add_class("facelib-controls")
        self._sides = ipywidgets.Box([*sides, controls])
        self._sides.add_class("facelib-sides")

    def _fill_options(self) -> None:
        found, old = options.of(blenders.get(self._blend.value)), self._options.children
        self._option_controls = [OptionControl(option, self._set) for option in found]
        self._options.children = [control.widget for control in self._option_controls]
        for part in old:
            parts.close(part)

    def _watch_cells(self) -> None:
        """After each cell, look whether it registered a blender."""
        try:
            from IPython import get_ipython
        except ImportError:
            return
        shell = get_ipython()
        if shell is None:
            return

        def after_cell(*_: object) -> None:
            self.refresh()

        shell.events.register("post_run_cell", after_cell)
        self._ends.callback(shell.events.unregister, "post_run_cell", after_cell)

    # ---- hands ----

    @guarded
    def refresh(self) -> None:
        """Offer the blenders that are registered now; where the chosen one was registered anew, swap again."""
        if self._registry == blenders.BLENDERS:
            return
        old, self._registry = self._registry, dict(blenders.BLENDERS)
        self._reusable, self._reusable_after = None, self._asked
        name = self.wish.blend if self.wish.blend in self._registry else blenders.DEFAULT
        with deaf(self):
            self._blend.options = list(self._registry)
            self._blend.value = name
        if old.get(name) is not self._registry[name] or name != self.wish.blend:
            self._fill_options()
            self._set()

    @guarded
    def _set(self, change: object = None) -> None:
        """A choice was made below the pictures."""
        blend = self._blend.value
        if blend != self.wish.blend:
            self._fill_options()
        values = {control.option.name: value for control in self._option_controls if (value := control.value) is not None}
        self.wish = replace(
            self.wish,
            blend=blend,
            options=values,
            colours=_chosen(self._colours),
            placing=_chosen(self._placing),
            forehead=self._forehead.value,
            mouth=self._mouth.value,
            strength=self._strength.value,
        )
        self._ask()

    @guarded
    def _choose(self, side: str, change: object) -> None:
        chooser = self._choosers[side]
        try:
            taken = self._read(chooser.value)
        except Exception:
            with deaf(self):
                chooser.value = getattr(self.wish, side).name
            raise
        self._take(side, taken)

    def _press(self, side: str, name: str) -> None:
        """A small picture was pressed."""
        self._choosers[side].value = name

    @guarded
    def _save_points(self, side: str, button: object) -> None:
        taken = getattr(self.wish, side)
        self._canvases[side].give(f"{_file_name(PurePath(taken.name).stem)}{pts.ENDING}", pts.write(taken.points).encode())

    @guarded
    def _reset(self, side: str, button: object) -> None:
        self._take(side, self._read(getattr(self.wish, side).name))

    @guarded
    def _trouble(self, line: str) -> None:
        raise images.PictureError(line)

    @guarded
    def _moved(self, side: str, move: dict) -> None:
        """A box or a keypoint was dragged, or let go."""
        canvas, before = self._canvases[side], getattr(self.wish, side)
        if move["picture"] != before.name:  # replaced since
            canvas.answer(move["number"])
            return
        try:
            if move["kind"] == "box":
                after = photo.with_box(before, np.array(move["box"], float), passes=2 if move["done"] else 1)
            else:
                after = photo.with_point(before, int(move["index"]), move["place"])
        except Exception:
            canvas.restore()
            canvas.answer(move["number"])
            raise
        self.wish = replace(self.wish, **{side: after})
        canvas.place(after, settle=move["done"])
        self._ask(final=move["done"], answers=(canvas, move["number"]))

    @guarded
    def _download(self) -> None:
        if self.outcome is None or self.outcome.wish != self.wish:
            raise ValueError("download: the result is not ready yet; wait until it is shown")
        source, target = (PurePath(getattr(self.wish, side).name).stem for side in ("source", "target"))
        name = _file_name(f"{source} on {target}")
        self._view.give(f"{name}.png", images.encode(self.outcome.picture, f"{name}.png"))

    @guarded
    def _receive(self, side: str, name: str, contents: bytes) -> None:
        """A picture from outside, which gets a name of its own and can be chosen from then on; or keypoints, for the picture there."""
        if PurePath(name).suffix.lower() == pts.ENDING:
            self._take(side, photo.with_points(getattr(self.wish, side), pts.parse(contents, name)))
            return
        picture = images.read(contents, name)
        names = (name if number == 1 else f"{name} ({number})" for number in count(1))
        own = next(each for each in names if each not in self._pictures)
        taken = photo.read(picture, own)
        self._pictures[own], self._small[own] = picture, strip.small(picture)
        with deaf(self):
            for each, chooser in self._choosers.items():
                value = own if each == side else chooser.value
                chooser.options = list(self._pictures)
                chooser.value = value
                self._strips[each].show(self._small, value)
        self._take(side, taken)

    def _take(self, side: str, taken: photo.Photo) -> None:
        self.wish = replace(self.wish, **{side: taken})
        self._canvases[side].show(taken)
        self._strips[side].chosen = taken.name
        self._ask(drafted=True)

    def _read(self, name: str) -> photo.Photo:
        made = self._pictures[name]
        if isinstance(made, Frame):
            return photo.labelled(made.colour(), made.points, name)
        return photo.read(made() if callable(made) else made, name)

    # ---- work ----

    def _ask(self, final: bool = True, drafted: bool = False, answers: tuple[Canvas, int] | None = None) -> None:
        """Have the wish fulfilled: as a draft while a hand is at it, else in full, and before that as a draft where that takes long."""
        wish, before, close = self.wish, self._reusable, self._close_up.value
        drafted = (drafted or answers is not None) and not session.is_its_own_draft(wish)
        self._view.ready = False
        if drafted or not final:
            self._asked = number = next(self._numbers)
            if answers:
                self._moves[number] = answers
            self._drafts.ask((number, wish.blend), lambda report: session.draft(wish, close))
        if not final:
            self._finals.drop()
        else:
            self._asked = number = next(self._numbers)
            if answers and not drafted:
                self._moves[number] = answers
            self._view.busy = True

            def work(report: Callable[[str], None]) -> Outcome:
                outcome = session.fulfil(wish, report, before)
                self._done(number, outcome, last=False)
                report("measuring")
                return session.measured(outcome)

            self._finals.ask((number, wish.blend), work)

    def wait(self, timeout: float | None = 60) -> bool:
        """Until everything asked for is shown, for scripts and tests; False where that took longer than `timeout` seconds."""
        return self._drafts.wait(timeout) and self._finals.wait(timeout)

    def close(self) -> None:
        """End the workers, and the widget with all that it is made of."""
        with self._lock:
            self._quiet = True
        self._ends.close()
        self._drafts.close()
        self._finals.close()
        for part in self.children:
            parts.close(part)
        super().close()

    def _request_done(self, request: tuple[int, str], outcome: Outcome) -> None:
        self._done(request[0], outcome)

    def _done(self, number: int, outcome: Outcome, last: bool = True) -> None:
        """An outcome, on a worker's thread: shown unless a newer one is."""
        with self._lock:
            if number < self._shown:
                return
            self._shown = number
            drawn = self._latest_outcome is not None and self._latest_outcome.picture is outcome.picture
            reused = self.outcome is not None and self.outcome.swap is outcome.swap
            self._latest_outcome = outcome
            if not outcome.draft:
                self.outcome = outcome
                if number > self._reusable_after:
                    self._reusable = outcome
                if not reused:
                    self._seconds[outcome.wish.blend] = outcome.seconds
            with self._view.hold_sync():
                if not drawn:
                    self._draw()
                self._view.note = self._note(outcome)
                if number == self._asked:
                    self._view.busy, self._view.ready = not last, not outcome.draft
            self._show_measures(outcome)
            if number > self._error_at:
                self.error = None
                self._show_status()
            self._answer(number)

    def _failed(self, request: tuple[int, str], error: BaseException) -> None:
        number, blend = request
        with self._lock:
            if number >= self._shown:
                self._show_error(error, f"{blend}: ", number)
            if number == self._asked:
                self._view.busy, self._view.note = False, "the last swap that worked"
            self._answer(number)

    def _stage(self, request: tuple[int, str], stage: str) -> None:
        number, blend = request
        with self._lock:
            if number == self._asked and stage != "measuring":
                seconds = self._seconds.get(blend, 0)
                self._view.note = f"{stage} …" + (f" {seconds:.1f} s the last time" if seconds > 0.5 else "")

    def _answer(self, number: int) -> None:
        for asked in [each for each in self._moves if each <= number]:
            canvas, move = self._moves.pop(asked)
            canvas.answer(move)

    # ---- what is shown ----

    @guarded
    def _redraw(self, change: object) -> None:
        if self._latest_outcome is not None:
            with self._view.hold_sync():
                self._draw()

    def _draw(self) -> None:
        self._view.pictures = self._pictures_of(self._latest_outcome)
        self._view.layout_kind = KINDS[self._kind.value]

    def _pictures_of(self, outcome: Outcome) -> list[dict]:
        """What the view shows of an outcome, for the kind that is chosen."""
        wish, swap, kind = outcome.wish, outcome.swap, self._kind.value
        what = f"{wish.target.name} with the face of {wish.source.name}"
        if kind == "Stages":
            strip = figures.strip(swap, side=200)
            return [{"name": name.strip(), "alt": f"{what}: {name.strip()}", "data": jpeg(part)} for name, part in strip.items()]

        def shown(name: str, alt: str, picture: np.ndarray) -> dict:
            if self._close_up.value:
                picture = photo.cut(picture, photo.frame(swap.target_box, picture.shape))
            return {"name": name, "alt": alt, "data": jpeg(picture, 85 if outcome.draft else 92)}

        if kind == "Difference":
            return [shown("difference", f"what changed, {session.GAIN} times as strong: {what}", session.difference(outcome))]
        result = shown("after", what, outcome.picture)
        return [shown("before", wish.target.name, swap.target), result] if KINDS[kind] == "divider" else [result]

    def _note(self, outcome: Outcome) -> str:
        height, width = outcome.picture.shape[:2]
        said = f"{width} × {height}, {1000 * outcome.seconds:.0f} ms"
        if outcome.draft and session.stands_in(outcome.wish):
            return f"draft by {blenders.DEFAULT}, {said}"
        return f"draft, {said}" if outcome.draft and not session.is_its_own_draft(outcome.wish) else said

    def _show_status(self) -> None:
        doubts = [line for side in ("source", "target") if (line := photo.doubt(getattr(self.wish, side)))]
        self._status.value = "".join(f'<p class="facelib-doubt" role="status">{html.escape(line)}</p>' for line in doubts)

    def _show_error(self, error: BaseException, by: str = "", at: int | None = None) -> None:
        """One line; it stays until something that was asked for later has gone well."""
        self.error, self._error_at = error, self._asked if at is None else at
        known = isinstance(error, images.PictureError)
        self._status.value = error_line(error, "" if known else by)

    def _show_measures(self, outcome: Outcome) -> None:
        def row(name: str, measure: session.Measure) -> str:
            value = outcome.measures.get(name)
            number = "…" if value is None else "–" if np.isnan(value) else f"{value:.2f}"
            return f"<p><strong>{measure.title} <b>{number}</b></strong> {measure.meaning}</p>"

        self._measures.value = f"<div>{''.join(row(*item) for item in session.MEASURES.items())}</div>"


_KIND_TOOLTIPS = (
    "the target with the source's face",
    "drag the divider between target and result",
    f"what changed, {session.GAIN} times as strong",
    "every step from the keypoints to the blend",
)


def _placings() -> list[str]:
    """Ways to bring the face into place: by triangles, each single stage after them, and what the blenders that have stages use."""
    used = [blenders.placing_for(name) for name in blenders.BLENDERS]
    return list(dict.fromkeys([*place.WHOLE, *place.STAGES, *used]))


def _small(made: Frame | np.ndarray | Callable[[], np.ndarray]) -> np.ndarray:
    """What stands in the strip for a picture."""
    if isinstance(made, people.Portrait):
        return strip.small(images.load_small(made.path, strip.SIDE))
    return strip.small(made.colour() if isinstance(made, Frame) else made() if callable(made) else made)


def _file_name(said: str) -> str:
    return "-".join(re.findall(r"\w+", said.lower()))


def _chosen(dropdown: ipywidgets.Dropdown) -> str | None:
    return None if dropdown.value == _BY_DEFAULT else dropdown.value


def _row(parts: list[ipywidgets.Widget]) -> ipywidgets.Box:
    row = ipywidgets.Box(parts)
    row.add_class("facelib-row")
    return row


def _column(name: str, parts: list[ipywidgets.Widget]) -> ipywidgets.VBox:
    column = ipywidgets.VBox(parts)
    column.add_class("facelib-side")
    column.add_class(f"facelib-{name}")
    return column
