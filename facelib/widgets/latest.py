"""A thread on which the newest request runs; what was asked for before it, and has not begun, is dropped."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from typing import Any

Work = Callable[[Callable[[str], None]], Any]  # (report) -> result


class Replaced(Exception):
    """Raised out of `report` where a newer request waits: the work that is running is given up."""


class Latest:
    """Runs the newest request.

    Parameters
    ----------
    done : callable
        Called with a request's tag and its result, on the thread that did the work.
    failed : callable
        Called with a request's tag and the exception that it raised.
    report : callable, optional
        Called with a request's tag and the stage that begins. Work that calls `report` can be given up there; work that does not runs
        to its end.

    Notes
    -----
    The thread starts with the first request and ends when `close` is called, or with the program. What `done` itself raises goes to
    `failed`, too; what `failed` raises is printed.
    """

    def __init__(
        self,
        done: Callable[[Any, Any], None],
        failed: Callable[[Any, BaseException], None],
        report: Callable[[Any, str], None] = lambda tag, stage: None,
    ):
        self._done, self._failed, self._report = done, failed, report
        self._changed = threading.Condition()
        self._waiting: tuple[Any, Work] | None = None
        self._running = self._given_up = False
        self._closed = False
        self._thread: threading.Thread | None = None

    def ask(self, tag: Any, work: Work) -> None:
        """Run this next; a request that still waits is dropped, and one that runs is given up at its next stage."""
        with self._changed:
            if self._closed:
                raise RuntimeError("Latest: closed; make another")
            self._waiting = tag, work
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="facelib-widgets", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def drop(self) -> None:
        """Ask for nothing any more: what waits is dropped, and what runs is given up at its next stage."""
        with self._changed:
            self._waiting, self._given_up = None, True
            self._changed.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        """Until nothing runs or waits; False where that took longer than `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running and self._waiting is None, timeout)

    def close(self) -> None:
        """Drop what waits, and end the thread once what runs has ended."""
        with self._changed:
            self._closed, self._waiting = True, None
            self._changed.notify_all()

    def _loop(self) -> None:
        while True:
            with self._changed:
                self._running = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting is not None or self._closed)
                if self._closed:
                    return
                (tag, work), self._waiting = self._waiting, None
                self._running, self._given_up = True, False
            try:
                self._done(tag, work(lambda stage, tag=tag: self._stage(tag, stage)))
            except Replaced:
                pass
            except BaseException as error:  # a SystemExit, too, would end the thread unseen
                self._fail(tag, error)

    def _fail(self, tag: Any, error: BaseException) -> None:
        try:
            self._failed(tag, error)
        except BaseException:
            traceback.print_exc()

    def _stage(self, tag: Any, stage: str) -> None:
        with self._changed:
            if self._waiting is not None or self._given_up or self._closed:
                raise Replaced
        self._report(tag, stage)


def one_line(error: BaseException) -> str:
    """An exception as one line for the user: facelib's own messages as they are, others after their kind.

    >>> one_line(KeyError("left eye"))
    "KeyError: 'left eye'"
    """
    from facelib.detect import FaceNotFound
    from facelib.images import PictureError

    try:
        text = " ".join(str(error).split())
    except Exception:  # somebody's own kind of error
        text = ""
    if text and isinstance(error, (FaceNotFound, PictureError)):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
