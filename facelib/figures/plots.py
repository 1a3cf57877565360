"""Rows of pictures with titles, and plots, in ink that reads on a white page and on a dark one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facelib import images

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK = "#7a7a7a"  # text and axes: readable on a white page and on a dark one
ACCENT = "#e8710a"
SECOND = "#1a84c7"


def show(pictures: Mapping[str, np.ndarray], columns: int | None = None, width: float = 7.2) -> None:
    """Show pictures in a notebook, in rows, each under its name; grey ones as grey.

    Parameters
    ----------
    pictures : mapping of str to ndarray of shape (H, W, 3) or (H, W)
    columns : int, optional
        How many in a row; by default all of them.
    width : float
        Of the whole figure, in inches.
    """
    import matplotlib.pyplot as plt

    _lay_out(plt.figure, pictures, columns, width)


def picture(pictures: Mapping[str, np.ndarray], columns: int | None = None, width: float = 7.2, dpi: int = 150) -> np.ndarray:
    """What `show` shows, as a picture on white: (H, W, 3) float32 in [0, 1]."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = _lay_out(Figure, pictures, columns, width)
    figure.set_dpi(dpi)
    figure.patch.set(facecolor="white", alpha=1)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return images.to_float(np.asarray(canvas.buffer_rgba())[..., :3].copy())


def style_axes(axes) -> None:
    """Lines and text of a plot in a grey that reads in light and dark, on no background."""
    axes.patch.set_alpha(0)
    axes.figure.patch.set_alpha(0)
    for spine in axes.spines.values():
        spine.set_color(INK)
    axes.tick_params(which="both", colors=INK)
    for text in (axes.title, axes.xaxis.label, axes.yaxis.label):
        text.set_color(INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=INK, alpha=0.2)


def _lay_out(new_figure, pictures: Mapping[str, np.ndarray], columns: int | None, width: float) -> Figure:
    columns = min(columns or len(pictures), len(pictures))
    rows = -(-len(pictures) // columns)
    tallest = max(image.shape[0] / image.shape[1] for image in pictures.values())
    cell, title = width / columns, 0.28
    figure = new_figure(figsize=(width, rows * (cell * tallest + title)), layout="none")
    figure.patch.set_alpha(0)
    gap, height = 0.04 * cell, rows * (cell * tallest + title)
    for place, (name, image) in enumerate(pictures.items()):
        row, column = divmod(place, columns)
        bottom = height - (row + 1) * (cell * tallest + title)
        box = ((column * cell + gap / 2) / width, (bottom + gap / 2) / height, (cell - gap) / width, (cell * tallest - gap) / height)
        axes = figure.add_axes(box)
        axes.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="lanczos" if min(image.shape[:2]) > 64 else "nearest")
        axes.set_title(name.strip(), color=INK, fontsize=10, pad=4)
        axes.axis("off")
    return figure
