"""What every figure of HTML is made of: pictures inside the page, quoted text, a frame; and what a page's figures weigh.

Several figures stand on one page, some of them twice, and a notebook's outputs must not change from run to run. So there are no ids,
least of all random ones: a script finds what belongs to it from `this`, and styles hang on classes that begin with `facelib-`. Text
inherits its colour. What does nothing without scripts has the class `facelib-scripted`, and is not there without them.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping
from typing import TYPE_CHECKING

import cv2
import numpy as np

from facelib import extras, images

if TYPE_CHECKING:
    from IPython.display import HTML

PAGE_LIMIT = 1_500_000  # bytes that all figures together may add to a page
_LARGEST = 16_383  # pixels a side of a WebP

# An attribute for every control: JupyterLab then leaves it the arrow keys.
OWN_KEYS = 'data-lm-suppress-shortcuts="true"'

# Nothing here that a kind of figure sets otherwise: this comes again with the next figure, and the last word counts.
_STYLE = """
.facelib-figure { margin: 0 auto; color: inherit; line-height: 1.4 }
.facelib-figure figure { margin: 0; padding: 0 }
.facelib-figure figcaption { margin: 0; color: inherit; font: inherit }
.facelib-figure img { margin: 0; vertical-align: top }
.facelib-figure input { margin: 0; accent-color: #1a84c7 }
@media (scripting: none) { .facelib-figure .facelib-scripted { display: none } }
"""


def frame(kind: str, content: str, style: str = "", own: str = "") -> HTML:
    """A figure's outermost element, with the styles of all figures and of its kind.

    Parameters
    ----------
    kind : str
        Its class is `facelib-KIND`.
    content : str
        HTML.
    style : str
        CSS of the kind. Other figures' styles come before it and after it, so each of its rules names the kind's class.
    own : str
        CSS declarations for this one figure.
    """
    return shown(f'<div class="facelib-figure facelib-{kind}" style="{own}"><style>{_STYLE}{style}</style>{content}</div>')


def shown(content: str) -> HTML:
    """HTML as something that a notebook displays.

    Raises
    ------
    ModuleNotFoundError
        IPython is not installed: nothing here could display it.
    """
    try:
        from IPython.display import HTML
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"facelib.figures: {extras.remedy('IPython')}", name=error.name) from None
    return HTML(content)


def inline(image: np.ndarray, alt: str, quality: int, style: str = "width:100%") -> str:
    """A picture, or a grey one or a mask of shape (H, W), as an HTML element that carries its own data.

    It is kept as WebP: half of JPEG's bytes at the same quality, and at most 16,383 pixels a side.
    """
    if getattr(image, "ndim", None) == 2:
        image = np.repeat(image[..., None], 3, axis=2)
    if getattr(image, "dtype", None) == np.float64:  # of arithmetic on the way to a figure
        image = image.astype(np.float32)
    images.check_picture(image, alt)
    if max(image.shape) > _LARGEST:
        raise ValueError(f"{alt}: expected at most {_LARGEST} pixels a side, got shape {image.shape}; shrink it")
    _, encoded = cv2.imencode(".webp", images.to_bytes(image)[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, quality])
    data = base64.b64encode(encoded).decode()
    # The book's theme would round pictures in dark mode, and pad them away from what is drawn over them.
    return f'<img alt="{quoted(alt)}" style="padding:0; border-radius:0; {style}" src="data:image/webp;base64,{data}">'


def quoted(text: str) -> str:
    """Text as it may stand in HTML, between tags or in an attribute: a name, or a script.

    >>> quoted("a < b")
    'a &lt; b'
    """
    return html.escape(text, quote=True)


def check_one_size(pictures: Mapping[str, np.ndarray], count: int | None = None) -> None:
    """Refuse pictures that cannot lie on top of each other: none, not `count` of them, or of several sizes."""
    shapes = [picture.shape for picture in pictures.values()]
    if len(set(shapes)) != 1 or count not in (None, len(shapes)):
        raise ValueError(f"pictures: expected {count or 'one or more'} of one size, got {shapes}")


def check_start(start: int, last: int) -> None:
    """Refuse a start that is not one of 0 to `last`."""
    if not 0 <= start <= last:
        raise ValueError(f"start: expected 0 to {last}, got {start}")


def weigh(*figures: HTML, limit: int = PAGE_LIMIT) -> int:
    """What figures add to a page, in bytes; more than the limit is refused.

    Parameters
    ----------
    *figures : HTML
        All of one page: sliders, switches, tables and so on.
    limit : int
        In bytes.

    Raises
    ------
    ValueError
        The figures weigh more.

    Examples
    --------
    >>> grey = np.full((90, 90, 3), 0.5, np.float32)
    >>> from facelib.figures import slider
    >>> weigh(slider({"grey": grey}, "brightness", "a square")) < 2500
    True
    """
    weight = sum(len(figure.data.encode()) for figure in figures)
    if weight > limit:
        raise ValueError(
            f"figures: expected at most {limit / 1e6:g} MB in all, got {weight / 1e6:.2f}; smaller pictures or a lower quality weigh less"
        )
    return weight
