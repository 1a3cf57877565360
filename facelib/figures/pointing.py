"""A face whose keypoints say their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facelib import images, keypoints
from facelib.figures.page import OWN_KEYS, check_start, frame, inline, quoted

if TYPE_CHECKING:
    from IPython.display import HTML

_STYLE = """
.facelib-points input { width: 100%; height: 2.5em }
.facelib-points div { position: relative }
.facelib-points svg {
  position: absolute; inset: 0; width: 100%; height: 100%; fill: none; cursor: crosshair;
  touch-action: pan-y pinch-zoom; filter: drop-shadow(0 0 1px rgb(0 0 0 / 0.8)) }
.facelib-points polyline, .facelib-points polygon { stroke: #59ff73; stroke-width: 1.2px; vector-effect: non-scaling-stroke }
.facelib-points circle { fill: #59ff73; transform-box: fill-box; transform-origin: center }
.facelib-points g.now polyline, .facelib-points g.now polygon { stroke: white; stroke-width: 2px }
.facelib-points g.now circle { fill: white }
.facelib-points g.now circle.now { fill: #ff8c1a; transform: scale(2.2) }
.facelib-points span {
  position: absolute; left: clamp(0%, var(--x), 100%); top: max(2.4em, var(--y)); pointer-events: none; forced-color-adjust: none;
  transform: translate(calc(-1 * clamp(0%, var(--x), 100%)), calc(-100% - 0.7em)); padding: 0 0.6em; border-radius: 0.3em;
  white-space: nowrap; color: white; background: rgb(0 0 0 / 0.75) }
"""

_NAME = """
const root = this.parentNode, dot = root.querySelectorAll('circle')[this.value], group = dot.parentNode;
const view = root.querySelector('svg').viewBox.baseVal, name = `${this.value}: ${group.dataset.name}`;
root.querySelectorAll('.now').forEach(old => old.classList.remove('now'));
dot.classList.add('now');
group.classList.add('now');
root.style.setProperty('--x', 100 * (dot.cx.baseVal.value - view.x) / view.width + '%');
root.style.setProperty('--y', 100 * (dot.cy.baseVal.value - view.y) / view.height + '%');
root.querySelector('span').textContent = name;
this.setAttribute('aria-valuetext', name);
"""

# Wherever the pointer is, one point is nearest: no finger is too thick.
_POINT = """
const input = this.closest('.facelib-points').querySelector('input');
const distances = [...this.querySelectorAll('circle')].map(dot => {
  const box = dot.getBoundingClientRect();
  return Math.hypot(box.left + box.width / 2 - event.clientX, box.top + box.height / 2 - event.clientY);
});
input.value = distances.indexOf(Math.min(...distances));
input.oninput();
"""


def named_points(
    image: np.ndarray, points: np.ndarray, alt: str, label: str = "keypoint", side: int = 360, start: int = 30, quality: int = 88
) -> HTML:
    """A picture with its keypoints, of which the nearest to the pointer says its number and its group; a slider goes through them all.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), float32 in [0, 1]
        Kept as WebP inside the page.
    points : ndarray of shape (68, 2)
        (x, y) in pixels.
    alt : str
        What the picture shows.
    label : str
        What the slider goes through, for readers who do not see it.
    side : int
        The width at which the picture is shown, in CSS pixels, where the screen has so many.
    start : int
        Which keypoint is named first, counted from 0.
    quality : int
        Of the compression, to 100; the page's weight grows with it.

    Raises
    ------
    ValueError
        Not a picture, not 68 points, or a start among none of them.
    """
    images.check_kind(image, "image")
    keypoints.check_points(points, "points")
    check_start(start, keypoints.COUNT - 1)
    height, width = image.shape[:2]
    radius = max(1.0, np.ptp(points, axis=0).max() / 110)
    (now,) = (group for group, members in keypoints.GROUPS.items() if start in members)

    def drawn(group: str, members: range) -> str:
        line = "polygon" if group in keypoints.CLOSED else "polyline"
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points[list(members)])
        dots = "".join(f'<circle cx="{points[k, 0]:.1f}" cy="{points[k, 1]:.1f}" r="{radius:.1f}"{_mark(k == start)}/>' for k in members)
        return f'<g data-name="{quoted(group)}"{_mark(group == now)}><{line} points="{corners}"/>{dots}</g>'

    # A pixel's centre is at whole numbers, so the picture begins half a pixel before 0.
    drawing = (
        f'<svg viewBox="-0.5 -0.5 {width} {height}" preserveAspectRatio="none" aria-hidden="true" onclick="{quoted(_POINT)}" '
        f'onpointermove="this.onclick(event)">{"".join(drawn(*item) for item in keypoints.GROUPS.items())}</svg>'
    )
    name = f"{start}: {now}"
    x, y = 100 * (points[start] + 0.5) / (width, height)
    handle = (
        f'<input type="range" class="facelib-scripted" min="0" max="{keypoints.COUNT - 1}" value="{start}" autocomplete="off" {OWN_KEYS} '
        f'aria-label="{quoted(label)}" aria-valuetext="{name}" oninput="{quoted(_NAME)}">'
    )
    content = f'<div>{inline(image, alt, quality)}{drawing}<span aria-hidden="true">{name}</span></div>{handle}'
    return frame("points", content, _STYLE, f"max-width:{side}px; --x:{x:.1f}%; --y:{y:.1f}%")


def _mark(is_now: bool) -> str:
    return ' class="now"' if is_now else ""
