"""Drawings of networks, from the networks themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from facelib.figures import ACCENT, INK, SECOND
from facelib.learned.harmonizer_net import UNet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_GAP, _WIDER = 0.9, 60.0  # between blocks, and channels a unit of width


def u_net(net: UNet, inputs: int, side: int) -> Figure:
    """A U-Net as a U: a block for each layer's output, higher the larger its pictures, wider the more channels; skips as arrows.

    Parameters
    ----------
    net : UNet
    inputs : int
        Channels of what goes in.
    side : int
        Pixels.

    Returns
    -------
    matplotlib Figure
    """
    import matplotlib.pyplot as plt
    from matplotlib.patches import Rectangle

    shapes = _shapes(net, inputs, side)
    figure, axes = plt.subplots(figsize=(9, 3.3))
    levels = len(net.down)
    x, places = 0.0, []
    for number, (what, channels, size) in enumerate(shapes):
        level = min(number, len(shapes) - 1 - number)
        width, height = max(0.25, channels / _WIDER), 3.2 * (size / side) ** 0.5
        middle = -0.62 * level
        color = {"down": SECOND, "up": ACCENT}.get(what, INK)
        axes.add_patch(Rectangle((x, middle - height / 2), width, height, facecolor=color, edgecolor="none", alpha=0.75))
        axes.text(x + width / 2, middle - height / 2 - 0.08, f"{channels}\n{size}²", ha="center", va="top", fontsize=7.5, color=INK)
        places.append((x, width, middle, height))
        x += width + _GAP
    for number in range(levels + 1):  # each goes on at its own height, from the way down to the way up
        (left, width, middle, height), (right, *_) = places[number + 1], places[len(places) - 2 - number]
        if right > left + width + _GAP:
            y = middle + height / 2 - 0.12
            arrow = {"arrowstyle": "->", "color": INK, "linewidth": 0.9, "linestyle": (0, (4, 3))}
            axes.annotate("", (right, y), (left + width, y), arrowprops=arrow)
    axes.set(xlim=(-0.5, x - _GAP + 0.5), ylim=(-3.9, 1.7))
    axes.axis("off")
    figure.patch.set_alpha(0)
    figure.subplots_adjust(0, 0, 1, 1)
    return figure


@torch.inference_mode()
def _shapes(net: UNet, inputs: int, side: int) -> list[tuple[str, int, int]]:
    """What each layer gives: its way, channels, and side in pixels, in order, with what goes in and comes out."""
    found: list[tuple[str, int, int]] = []

    def note(what: str):
        return lambda layer, given, out: found.append((what, out.shape[1], out.shape[2]))

    hooks = [layer.register_forward_hook(note(what)) for what, layers in (("down", net.down), ("up", net.up)) for layer in layers]
    kept = net.training
    made = net.eval()(torch.zeros(1, inputs, side, side))
    net.train(kept)
    for hook in hooks:
        hook.remove()
    first = ("rearranged", inputs * (side // found[0][2] // 2) ** 2, 2 * found[0][2])
    return [("in", inputs, side), first, *found, ("out", made.shape[1], side)]
