"""One of several at the same place: pictures behind a slider or a row of buttons, and figures behind a menu."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facelib.figures.page import OWN_KEYS, check_one_size, check_start, frame, inline, quoted

if TYPE_CHECKING:
    from IPython.display import HTML

_SLIDER = """
.facelib-slider input { width: 100%; height: 2.5em }
.facelib-slider figcaption { text-align: center }
"""

_SLIDE = """
const frames = this.parentNode.querySelectorAll('figure');
frames.forEach((frame, i) => { frame.hidden = i != this.value });
this.setAttribute('aria-valuetext', frames[this.value].innerText);
"""

# No script: the picture behind a button is shown where that button is on. A browser that does not know :has shows them all.
_SWITCH = """
.facelib-switch div { display: flex; flex-wrap: wrap; justify-content: center; gap: 0.4em 0.3em }
.facelib-switch label {
  display: inline-flex; align-items: center; gap: 0.3em; margin: 0; padding: 0.1em 0.7em 0.1em 0.5em; min-height: 2.4em;
  box-sizing: border-box; border: 1px solid rgb(127 127 127 / 0.6); border-radius: 1.2em; color: inherit; font: inherit; cursor: pointer }
.facelib-switch label:has(:checked) { background: rgb(127 127 127 / 0.22); border-color: currentColor }
.facelib-switch label:has(:focus-visible) { outline: 2px solid #1a84c7; outline-offset: 2px }
.facelib-switch input { outline: none }
.facelib-switch img { order: 1 }
@supports selector(:has(a)) {
  .facelib-switch img { display: none }
  .facelib-switch label:has(:checked) + img { display: block }
}
"""

_MENU = """
.facelib-menu > label { display: block; margin: 0 0 0.4em; text-align: center; color: inherit; font: inherit }
.facelib-menu select { font: inherit; max-width: 100%; min-height: 2.4em }
"""

_CHOOSE = """
const panels = [...this.closest('div').children].filter(child => child.tagName == 'SECTION');
panels.forEach((panel, i) => { panel.hidden = i != this.selectedIndex });
"""


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
    check_one_size(pictures)
    check_start(start, len(pictures) - 1)

    def still(number: int, name: str, image: np.ndarray) -> str:
        hidden = "" if number == start else " hidden"
        return f"<figure{hidden}>{inline(image, f'{alt}: {name}', quality)}<figcaption>{quoted(name)}</figcaption></figure>"

    stills = "".join(still(number, *item) for number, item in enumerate(pictures.items()))
    handle = (
        f'<input type="range" class="facelib-scripted" min="0" max="{len(pictures) - 1}" value="{start}" autocomplete="off" {OWN_KEYS} '
        f'aria-label="{quoted(label)}" aria-valuetext="{quoted(list(pictures)[start])}" oninput="{quoted(_SLIDE)}">'
    )
    return frame("slider", handle + stills, _SLIDER, f"max-width:{side}px")


def switch(pictures: Mapping[str, np.ndarray], label: str, alt: str, side: int = 360, start: int = 0, quality: int = 88) -> HTML:
    """Pictures behind a row of buttons, one of which is on: to flick between results at the same place. It needs no script.

    Parameters
    ----------
    pictures : mapping of str to ndarray of shape (H, W, 3), float32 in [0, 1]
        At least one, all of one size; the names stand on the buttons.
    label : str
        What is chosen, for readers who do not see it.
    alt, side, start, quality
        As for `slider`.

    Raises
    ------
    ValueError
        No pictures, pictures of several sizes, or a start among none of them.
    """
    check_one_size(pictures)
    check_start(start, len(pictures) - 1)

    def button(number: int, name: str, image: np.ndarray) -> str:
        on = " checked" if number == start else ""
        return f'<label><input type="radio" name="shown" {OWN_KEYS}{on}>{quoted(name)}</label>{inline(image, f"{alt}: {name}", quality)}'

    buttons = "".join(button(number, *item) for number, item in enumerate(pictures.items()))
    # Buttons of one name belong together within a form only; as a dialog's, the form is never sent.
    group = f'<div role="radiogroup" aria-label="{quoted(label)}">{buttons}</div>'
    return frame("switch", f'<form method="dialog" autocomplete="off">{group}</form>', _SWITCH, f"max-width:{side}px")


def menu(panels: Mapping[str, Mapping[str, HTML]], label: str) -> HTML:
    """A drop-down menu that shows one of several figures; without scripts, the first.

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

    def heading(name: str, entries: Mapping[str, HTML]) -> str:
        return f'<optgroup label="{quoted(name)}">{"".join(f"<option>{quoted(entry)}</option>" for entry in entries)}</optgroup>'

    options = "".join(heading(*item) for item in panels.items())
    inside = "".join(f"<section {'hidden' if number else ''}>{panel}</section>" for number, panel in enumerate(shown))
    chooser = (
        f'<label class="facelib-scripted">{quoted(label)} '
        f'<select autocomplete="off" {OWN_KEYS} onchange="{quoted(_CHOOSE)}">{options}</select></label>'
    )
    return frame("menu", chooser + inside, _MENU)
