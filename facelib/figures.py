"""Pictures for pages: keypoints and triangles drawn on faces, rows of pictures with titles, sliders and tables that hold pictures."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np

from facelib import images, keypoints
from facelib.triangulation import triangles

if TYPE_CHECKING:
    from IPython.display import HTML
    from matplotlib.figure import Figure

    from facelib.swap import Swap

INK = "#7a7a7a"  # text and axes: readable on a white page and on a dark one
ACCENT = "#e8710a"
SECOND = "#1a84c7"
_GREEN, _ORANGE = (0.35, 1.0, 0.45), (1.0, 0.55, 0.1)
_SUBPIXEL_BITS = 4


def draw_points(image: np.ndarray, points: np.ndarray, lines: bool = True) -> np.ndarray:
    """A picture with its keypoints: (H, W, 3) float32 in, the same out; points are (68, 2) in pixels."""
    canvas, size = image.copy(), _stroke(points)
    if lines:
        for name, group in keypoints.GROUPS.items():
            line = _fixed(points[list(group)])
            cv2.polylines(canvas, [line], name in keypoints.CLOSED, _GREEN, max(1, round(size / 3)), cv2.LINE_AA, _SUBPIXEL_BITS)
    for point in _fixed(points):
        cv2.circle(canvas, tuple(map(int, point)), int(size * 2**_SUBPIXEL_BITS), _GREEN, -1, cv2.LINE_AA, _SUBPIXEL_BITS)
    return canvas.clip(0, 1)


def draw_triangles(image: np.ndarray, points: np.ndarray, table: np.ndarray | None = None) -> np.ndarray:
    """A picture with the triangle table drawn over it; by default the face's own."""
    canvas = image.copy()
    corners = _fixed(points[triangles() if table is None else table])
    cv2.polylines(canvas, list(corners), True, (1.0, 1.0, 1.0), max(1, round(_stroke(points) / 3)), cv2.LINE_AA, _SUBPIXEL_BITS)
    return canvas.clip(0, 1)


def draw_box(image: np.ndarray, box: np.ndarray | None) -> np.ndarray:
    """A picture with a box, x, y, width, height in pixels; without one, the picture."""
    if box is None:
        return image.copy()
    x, y, width, height = (round(float(value)) for value in box)
    return cv2.rectangle(image.copy(), (x, y, width, height), _ORANGE, max(2, width // 80), cv2.LINE_AA).clip(0, 1)


def around(image: np.ndarray, points: np.ndarray, side: int = 400, margin: float = 1.75) -> np.ndarray:
    """The square round a face, resized.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3)
    points : ndarray of shape (68, 2)
    side : int
        Of the result, in pixels.
    margin : float
        The square's side over that of the points' bounding box.

    Returns
    -------
    ndarray of shape (side, side, 3), float32 in [0, 1]
    """
    matrix = around_matrix(points, side, margin)
    scale = matrix[0, 0]
    smooth = cv2.GaussianBlur(image, (0, 0), 0.4 / scale) if scale < 0.7 else image  # so that shrinking does not alias
    cut = cv2.warpAffine(smooth, matrix, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(0.5, 0.5, 0.5))
    return cut.clip(0, 1)


def around_matrix(points: np.ndarray, side: int = 400, margin: float = 1.75) -> np.ndarray:
    """The (2, 3) matrix by which `around` cuts, to move points along with the picture."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = side / (margin * (high - low).max())
    middle = (low + high) / 2 - (0, 0.08 * (high - low).max())  # a little up: foreheads are higher than chins are low
    return np.array([[scale, 0, side / 2 - scale * middle[0]], [0, scale, side / 2 - scale * middle[1]]])


STAGES: dict[str, Callable[[Swap], np.ndarray]] = {
    "source": lambda swap: draw_box(swap.source, swap.source_box),
    "target": lambda swap: draw_box(swap.target, swap.target_box),
    "source-keypoints": lambda swap: draw_points(swap.source, swap.source_points),
    "target-keypoints": lambda swap: draw_points(swap.target, swap.target_points),
    "source-triangles": lambda swap: draw_triangles(swap.source, swap.source_points),
    "target-triangles": lambda swap: draw_triangles(swap.target, swap.target_points),
    "warped": lambda swap: swap.warped * swap.mask[..., None],
    "mask": lambda swap: np.repeat(swap.mask[..., None], 3, axis=2),
    "composite": lambda swap: swap.composite,
    "matched": lambda swap: swap.matched * swap.mask[..., None],
    "blended": lambda swap: swap.blended,
}


def stages(swap: Swap) -> dict[str, np.ndarray]:
    """Every stage of a swap as a picture of full size, by name, in order."""
    return {name: draw(swap) for name, draw in STAGES.items()}


def strip(swap: Swap, side: int = 400) -> dict[str, np.ndarray]:
    """The stages cut out round the faces, with titles, ready for `show` or `picture`."""
    source = around(swap.source, swap.source_points, side)
    target = around(swap.target, swap.target_points, side)
    source_points = keypoints.transform(around_matrix(swap.source_points, side), swap.source_points)
    target_points = keypoints.transform(around_matrix(swap.target_points, side), swap.target_points)
    return {
        "source": source,
        "its keypoints": draw_points(source, source_points),
        "its triangles": draw_triangles(source, source_points),
        "target": target,
        "its keypoints ": draw_points(target, target_points),
        "its triangles ": draw_triangles(target, target_points),
        "warped face": around(swap.warped * swap.mask[..., None], swap.target_points, side),
        "raw composite": around(swap.composite, swap.target_points, side),
        "blended": around(swap.blended, swap.target_points, side),
    }


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


def slider(pictures: Mapping[str, np.ndarray], label: str, alt: str, side: int = 360, start: int = 0, quality: int = 88) -> HTML:
    """Pictures behind one slider, each with its name: plain HTML, which works on a page without a kernel and without a network.

    Parameters
    ----------
    pictures : mapping of str to ndarray of shape (H, W, 3), float32 in [0, 1]
        At least one, all of one size; kept as WebP inside the page.
    label : str
        What the slider changes, for readers who do not see it.
    alt : str
        What all of the pictures show; each name says what is special about its own.
    side : int
        The width at which they are shown, in CSS pixels, where the screen has so many.
    start : int
        Which picture is shown first, counted from 0.
    quality : int
        Of the compression, to 100; the page's weight grows with it.

    Raises
    ------
    ValueError
        No pictures, pictures of several sizes, or a start among none of them.
    """
    if len({picture.shape for picture in pictures.values()}) != 1:
        raise ValueError(f"pictures: expected one or more of one size, got {[picture.shape for picture in pictures.values()]}")
    if not 0 <= start < len(pictures):
        raise ValueError(f"start: expected 0 to {len(pictures) - 1}, got {start}")
    from IPython.display import HTML

    def frame(number: int, name: str, image: np.ndarray) -> str:
        return (
            f'<figure style="margin:0" {"" if number == start else "hidden"}>{_inline(image, f"{alt}: {name}", quality)}'
            f'<figcaption style="text-align:center; color:inherit">{_quoted(name)}</figcaption></figure>'
        )

    frames = "".join(frame(number, *item) for number, item in enumerate(pictures.items()))
    choose = (
        "[...this.parentNode.children].slice(1).forEach((f, i) => { f.hidden = i != this.value }); "
        "this.setAttribute('aria-valuetext', this.parentNode.children[+this.value + 1].innerText)"
    )
    return HTML(
        f'<div style="max-width:{side}px; margin:0 auto"><input type="range" min="0" max="{len(pictures) - 1}" value="{start}" '
        f'aria-label="{_quoted(label)}" aria-valuetext="{_quoted(list(pictures)[start])}" '
        f'autocomplete="off" style="width:100%; height:2em; margin:0" oninput="{choose}">{frames}</div>'
    )


def menu(panels: Mapping[str, Mapping[str, HTML]], label: str) -> HTML:
    """A drop-down menu that shows one of several sliders, or of anything else that is HTML; without scripts, the first.

    Parameters
    ----------
    panels : mapping of str to mapping of str to HTML
        Headings of the menu, under each its entries, and what each of them shows.
    label : str
        What is chosen; it stands before the menu.

    Raises
    ------
    ValueError
        No entries.
    """
    shown = [panel.data for entries in panels.values() for panel in entries.values()]
    if not shown:
        raise ValueError("panels: expected one or more entries, got none")
    from IPython.display import HTML

    def heading(name: str, entries: Mapping[str, HTML]) -> str:
        return f'<optgroup label="{_quoted(name)}">{"".join(f"<option>{_quoted(entry)}</option>" for entry in entries)}</optgroup>'

    options = "".join(heading(*item) for item in panels.items())
    choose = "[...this.closest('div').children].slice(1).forEach((p, i) => { p.hidden = i != this.selectedIndex })"
    inside = "".join(f"<section {'hidden' if number else ''}>{panel}</section>" for number, panel in enumerate(shown))
    return HTML(
        f'<div><label style="display:block; text-align:center; margin-bottom:0.4em">{_quoted(label)} '
        f'<select autocomplete="off" style="font:inherit; max-width:100%" onchange="{choose}">{options}</select></label>{inside}</div>'
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[str | np.ndarray]], width: int = 150, quality: int = 88) -> HTML:
    """A table of text and pictures; it scrolls by itself where the screen is narrower than the table.

    Parameters
    ----------
    heads : sequence of str
        Over each column.
    rows : sequence of sequences of str or ndarray of shape (H, W, 3), float32 in [0, 1]
        One cell a column; the first of a row names it, and a picture's alt text is that name and its column's head. Columns that begin
        with a digit are set to the right; a newline breaks the line.
    width : int
        Of the pictures, in CSS pixels, where the screen has so many.
    quality : int
        As for `slider`.

    Raises
    ------
    ValueError
        A row with more or fewer cells than there are heads.
    """
    from IPython.display import HTML

    def style(column: int) -> str:
        first = rows[0][column] if rows and column < len(rows[0]) else ""
        is_number = isinstance(first, str) and first[:1].isdigit()
        return f"padding:0.15em 0.5em; vertical-align:middle; text-align:{'right' if is_number else 'left'}"

    def cell(value: str | np.ndarray, column: int, row: Sequence) -> str:
        if isinstance(value, str):
            unbroken = "; white-space:nowrap" if value[:1].isdigit() else ""
            return f'<td style="{style(column)}{unbroken}">{_quoted(value).replace(newline, "<br>")}</td>'
        on_phones = 18 * value.shape[1] / value.shape[0]  # of the screen's width, in percent
        kept = f"display:block; max-width:none; width:min({width}px, {on_phones:.0f}vw)"
        return f'<td style="padding:0.1em">{_inline(value, f"{row[0]}: {heads[column]}".replace(newline, " "), quality, kept)}</td>'

    newline = "\n"
    lines = ["".join(f'<th style="{style(k)}" scope="col">{_quoted(head)}</th>' for k, head in enumerate(heads))]
    for row in rows:
        if len(row) != len(heads):
            raise ValueError(f"rows: expected {len(heads)} cells in each, as there are heads, got {len(row)}")
        lines.append("".join(cell(value, k, row) for k, value in enumerate(row)))
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return HTML(f'<div style="overflow-x:auto; font-size:0.9em"><table style="margin:0 auto">{body}</table></div>')


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


def _inline(image: np.ndarray, alt: str, quality: int, style: str = "width:100%") -> str:
    """A picture as an HTML element that carries its own data, as WebP: half of JPEG's bytes at the same quality."""
    _, encoded = cv2.imencode(".webp", images.to_bytes(image)[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, quality])
    data = base64.b64encode(encoded).decode()
    return f'<img alt="{_quoted(alt)}" style="{style}" src="data:image/webp;base64,{data}">'


def _quoted(text: str) -> str:
    return html.escape(text, quote=True)


def _fixed(points: np.ndarray) -> np.ndarray:
    return np.round(points * 2**_SUBPIXEL_BITS).astype(np.int32)


def _stroke(points: np.ndarray) -> float:
    return max(1.0, np.ptp(points, axis=0).max() / 110)
