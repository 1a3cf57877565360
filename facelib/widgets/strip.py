"""A row of small pictures to choose one from, and the pictures that the app offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import anywidget
import cv2
import numpy as np
import traitlets

from facelib.widgets.canvas import jpeg, script

SIDE = 64  # pixels, of a small picture


class Strip(anywidget.AnyWidget):
    """Small pictures in a row, of which one is chosen; `wanted` is called with the name of another that was pressed."""

    _esm = script("dom.js") + script("strip.js")
    _css = script("widgets.css")

    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    sprite = traitlets.Bytes().tag(sync=True)  # JPEG: all of them, side by side
    chosen = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)

    def __init__(self, label: str, wanted: Callable[[str], None]):
        super().__init__(label=label)
        self._wanted = wanted
        self.on_msg(self._hear)

    def show(self, pictures: Mapping[str, np.ndarray], chosen: str) -> None:
        """Offer other pictures: small squares of one size, by name."""
        with self.hold_sync():
            self.names, self.chosen = list(pictures), chosen
            self.sprite = jpeg_row(list(pictures.values()))

    def _hear(self, _: object, message: dict, buffers: list) -> None:
        if message.get("kind") == "choose" and message.get("name") in self.names:
            self._wanted(message["name"])


def jpeg_row(pictures: list[np.ndarray]) -> bytes:
    """Squares of `SIDE` pixels, (SIDE, SIDE, 3) float32 in [0, 1], side by side as one JPEG."""
    row = np.concatenate(pictures, axis=1)
    return jpeg(row, 85, largest=row.shape[1])


def small(picture: np.ndarray, side: int = SIDE) -> np.ndarray:
    """The upper middle square of a picture, where portraits have their face: (side, side, 3)."""
    height, width = picture.shape[:2]
    square = min(height, width)
    top, left = (height - square) // 4, (width - square) // 2
    return cv2.resize(picture[top : top + square, left : left + square], (side, side), interpolation=cv2.INTER_AREA)
