"""The parts that a widget is made of: a tooltip that every ipywidgets shows, and the end of all of them."""

from __future__ import annotations

import ipywidgets


def tooltip(kind: type[ipywidgets.Widget], text: str) -> dict[str, str]:
    """A tooltip, as the argument of a kind of widget: in ipywidgets 7, which Colab has, most kinds name it otherwise.

    >>> tooltip(ipywidgets.Button, "find the face anew")
    {'tooltip': 'find the face anew'}
    """
    return {"tooltip" if hasattr(kind, "tooltip") else "description_tooltip": text}


def close(widget: ipywidgets.Widget) -> None:
    """Close a widget and all that it holds: ipywidgets would keep them, and whoever listens to them, as long as the kernel runs."""
    for part in getattr(widget, "children", ()):
        close(part)
    widget.close()
