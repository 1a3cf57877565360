"""Pictures side by side; a narrow screen has half as many in a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facelib.figures.page import frame, inline, quoted

if TYPE_CHECKING:
    from IPython.display import HTML

# Half of the columns, and all of them where there is room. The container counts, not the screen: a notebook is narrower than its window.
_STYLE = """
.facelib-grid { container-type: inline-size }
.facelib-grid > div { display: grid; grid-template-columns: repeat(var(--narrow), minmax(0, 1fr)); gap: 6px 4px }
.facelib-grid figcaption { text-align: center; font-size: 0.9em }
@container (min-width: 480px) { .facelib-grid > div { grid-template-columns: repeat(var(--columns), minmax(0, 1fr)) } }
"""


def grid(pictures: Mapping[str, np.ndarray], alt: str, columns: int = 4, quality: int = 86) -> HTML:
    """Pictures in rows, each with its name below: plain HTML, which works on a page without a kernel and without a network.

    Parameters
    ----------
    pictures : mapping of str to ndarray of shape (H, W, 3), float32 in [0, 1]
        Names that differ in blanks at their end only are shown as the same. Kept as WebP inside the page.
    alt : str
        What all pictures show; each name says what is special about its own.
    columns : int
        How many in a row where there is room for so many; an even number, for a narrow screen has half as many.
    quality : int
        Of the compression, to 100; the page's weight grows with it.

    Raises
    ------
    ValueError
        No pictures, or an odd number of columns.
    """
    if not pictures:
        raise ValueError("pictures: expected one or more, got none")
    if columns < 2 or columns % 2:
        raise ValueError(f"columns: expected an even number of at least 2, got {columns}")
    shown = "".join(
        f"<figure>{inline(picture, f'{alt}: {name.strip()}', quality)}<figcaption>{quoted(name.strip())}</figcaption></figure>"
        for name, picture in pictures.items()
    )
    return frame("grid", f"<div>{shown}</div>", _STYLE, f"--columns:{columns}; --narrow:{columns // 2}")
