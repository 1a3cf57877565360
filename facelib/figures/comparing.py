"""Two pictures in one place, with a divider between them to drag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facelib.figures.page import OWN_KEYS, check_one_size, check_start, frame, inline, quoted

if TYPE_CHECKING:
    from IPython.display import HTML

# The first picture lies on the second, cut off at --at. Over both is what is dragged; keys and screen readers work the input below it.
_STYLE = """
.facelib-divider { display: grid; grid-template-columns: 1fr 1fr; column-gap: 1em }
.facelib-divider figure { display: contents }
.facelib-divider img, .facelib-divider input, .facelib-divider span { grid-area: 1 / 1 / 2 / 3 }
.facelib-divider figure:first-of-type img { z-index: 1; clip-path: inset(0 calc(100% - var(--at)) 0 0) }
.facelib-divider figcaption { grid-row: 2; padding: 0.2em 0 0; text-align: left }
.facelib-divider figure:last-of-type figcaption { text-align: right }
.facelib-divider input { width: 100%; height: 100%; opacity: 0; pointer-events: none }
.facelib-divider span {
  position: relative; z-index: 2; overflow: hidden; cursor: ew-resize; forced-color-adjust: none;
  touch-action: pan-y pinch-zoom; user-select: none; -webkit-user-select: none }
.facelib-divider span::before, .facelib-divider span::after { position: absolute; left: var(--at); box-sizing: border-box }
.facelib-divider span::before {
  content: ""; top: 0; bottom: 0; width: 2px; margin-left: -1px; background: white; box-shadow: 0 0 2px 1px rgb(0 0 0 / 0.45) }
.facelib-divider span::after {
  content: "‹ ›"; bottom: 8px; width: 44px; height: 44px; margin-left: -22px; border: 2px solid white; border-radius: 50%;
  color: white; background: rgb(0 0 0 / 0.55); font: bold 24px / 36px sans-serif; text-align: center }
.facelib-divider input:focus-visible ~ span::before { background: #e8710a }
.facelib-divider input:focus-visible ~ span::after { border-color: #e8710a; background: black }
@media (scripting: none) {
  .facelib-divider span { cursor: auto }
  .facelib-divider span::after { display: none }
}
"""

_MOVE = """
const [left, right] = [...this.parentNode.querySelectorAll('figcaption')].map(caption => caption.innerText);
this.parentNode.style.setProperty('--at', this.value + '%');
this.setAttribute('aria-valuetext', `${this.value} % ${left}, ${100 - this.value} % ${right}`);
"""

_DRAG = """
const box = this.getBoundingClientRect(), input = this.parentNode.querySelector('input');
const at = Math.min(100, Math.max(0, 100 * (event.clientX - box.left) / box.width));
input.value = at;
input.oninput();
this.parentNode.style.setProperty('--at', at + '%');
"""

# A finger that goes up or down scrolls the page: it moves the divider once it has gone sideways, or when it is lifted where it came down.
_PRESS = """
this.from = event.clientX;
if (event.pointerType != 'mouse') return;
event.preventDefault();
this.setPointerCapture(event.pointerId);
this.parentNode.querySelector('input').focus({preventScroll: true});
this.from = -Infinity;
this.onpointermove(event);
"""

_PULL = """
if (!(event.buttons & 1) || Math.abs(event.clientX - this.from) < 6) return;
this.from = -Infinity;
this.onclick(event);
"""


def divider(pictures: Mapping[str, np.ndarray], label: str, alt: str, side: int = 360, start: int = 50, quality: int = 88) -> HTML:
    """Two pictures in one place, one to each side of a divider that can be dragged; their names stand below.

    Parameters
    ----------
    pictures : mapping of str to ndarray of shape (H, W, 3), float32 in [0, 1]
        Two of one size: on the left, as before; on the right, as after. Kept as WebP inside the page.
    label : str
        What the divider compares, for readers who do not see it.
    alt : str
        What both pictures show; each name says what is special about its own.
    side : int
        The width at which they are shown, in CSS pixels, where the screen has so many.
    start : int
        Where the divider stands first, in percent of the width from the left.
    quality : int
        Of the compression, to 100; the page's weight grows with it.

    Raises
    ------
    ValueError
        Not two pictures, two sizes, or a start outside 0 to 100.
    """
    check_one_size(pictures, count=2)
    check_start(start, 100)
    left, right = pictures

    def still(name: str, image: np.ndarray) -> str:
        return f"<figure>{inline(image, f'{alt}: {name}', quality)}<figcaption>{quoted(name)}</figcaption></figure>"

    shares = f"{start} % {left}, {100 - start} % {right}"
    handle = (
        f'<input type="range" class="facelib-scripted" min="0" max="100" value="{start}" autocomplete="off" {OWN_KEYS} '
        f'aria-label="{quoted(label)}" aria-valuetext="{quoted(shares)}" oninput="{quoted(_MOVE)}">'
        f'<span aria-hidden="true" onclick="{quoted(_DRAG)}" onpointerdown="{quoted(_PRESS)}" '
        f'onpointermove="{quoted(_PULL)}"></span>'
    )
    stills = "".join(still(*item) for item in pictures.items())
    return frame("divider", stills + handle, _STYLE, f"max-width:{side}px; --at:{start}%")
