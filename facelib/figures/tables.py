"""Tables that hold text and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from facelib.figures.page import inline, quoted, shown

if TYPE_CHECKING:
    from IPython.display import HTML


def table(heads: Sequence[str], rows: Sequence[Sequence[str | np.ndarray]], width: int = 150, quality: int = 88) -> HTML:
    """A table of text and pictures; it scrolls by itself where the screen is narrower than the table.

    Parameters
    ----------
    heads : sequence of str
        Over each column.
    rows : sequence of sequences of str or ndarray of shape (H, W, 3), float32 in [0, 1]
        One cell a column; the first of a row names it, and a picture's alt text is that name and its column's head. Columns whose
        first cell is a number, past those that hold a dash or nothing, are set to the right; a newline breaks the line.
    width : int
        Of the pictures, in CSS pixels, where the screen has so many.
    quality : int
        As for `slider`.

    Raises
    ------
    ValueError
        A row with more or fewer cells than there are heads.
    """

    def style(column: int) -> str:
        said = (row[column] for row in rows if column < len(row) and not (isinstance(row[column], str) and row[column] in ("", "—")))
        return f"padding:0.15em 0.5em; vertical-align:middle; text-align:{'right' if is_number(next(said, '')) else 'left'}"

    def cell(value: str | np.ndarray, column: int, row: Sequence) -> str:
        if isinstance(value, str):
            unbroken = "; white-space:nowrap" if is_number(value) else ""
            return f'<td style="{style(column)}{unbroken}">{quoted(value).replace(newline, "<br>")}</td>'
        on_phones = 18 * value.shape[1] / value.shape[0]  # of the screen's width, in percent
        kept = f"display:block; max-width:none; width:min({width}px, {on_phones:.0f}vw)"
        return f'<td style="padding:0.1em">{inline(value, f"{row[0]}: {heads[column]}".replace(newline, " "), quality, kept)}</td>'

    def is_number(value: str | np.ndarray) -> bool:
        return isinstance(value, str) and value.lstrip("+-−")[:1].isdigit()

    newline = "\n"
    lines = ["".join(f'<th style="{style(k)}" scope="col">{quoted(head)}</th>' for k, head in enumerate(heads))]
    for row in rows:
        if len(row) != len(heads):
            raise ValueError(f"rows: expected {len(heads)} cells in each, as there are heads, got {len(row)}")
        lines.append("".join(cell(value, k, row) for k, value in enumerate(row)))
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return shown(f'<div style="overflow-x:auto; font-size:0.9em"><table style="margin:0 auto">{body}</table></div>')
