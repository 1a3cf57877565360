"""What goes wrong in a widget is said in it, in one line, and the widget stays usable."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from facelib.widgets.latest import one_line


def guarded(handle: Callable) -> Callable:
    """A method that handles what a hand did: one at a time, and what it raises goes to the widget's `_show_error`.

    The widget has a re-entrant `_lock`, and hears nothing while `_quiet` is True: see `deaf`.
    """

    @wraps(handle)
    def guarded(self: Any, *arguments: Any) -> None:
        with self._lock:
            if self._quiet:
                return
            try:
                handle(self, *arguments)
            except Exception as error:
                self._show_error(error)

    return guarded


@contextmanager
def deaf(widget: Any) -> Iterator[None]:
    """While a widget sets its own controls, it does not hear of it."""
    widget._quiet = True
    try:
        yield
    finally:
        widget._quiet = False


def error_line(error: BaseException, by: str = "") -> str:
    """An exception as a paragraph of HTML, after what raised it."""
    return f'<p class="facelib-error" role="alert">{html.escape(by + one_line(error))}</p>'
