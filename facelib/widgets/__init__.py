"""Faces by hand, in a notebook. Needs ipywidgets and anywidget: `pip install 'facelib[widgets]'`.

`SwapApp` swaps faces. Smaller widgets show one thing each that a chapter teaches: `DelaunayExplorer` and `Morph` (2), `PyramidExplorer`
(3), `LossWeights` (4), `FaceLaboratory` (the laboratory).

What they do is in plain modules that know no widgets: `photo`, a picture with its face; `session`, a `Wish` and its fulfilment; `mesh`,
`between`, `bands`, `pixels` and `sitter`, one for each of the smaller ones. `latest.Latest` runs the newest of many requests. `canvas`
and `app` show a swap, `explorer` is what the smaller ones share.
"""

from __future__ import annotations

import importlib
from typing import Any

from facelib import extras

_HOMES = {
    "SwapApp": "app",
    "DelaunayExplorer": "delaunay",
    "Morph": "morph",
    "PyramidExplorer": "pyramid",
    "LossWeights": "losses",
    "FaceLaboratory": "laboratory",
}

__all__ = ["DelaunayExplorer", "FaceLaboratory", "LossWeights", "Morph", "PyramidExplorer", "SwapApp"]


def __getattr__(name: str) -> Any:
    """Each widget is imported when it is asked for: some need torch, and all of them what may be missing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        missing = extras.remedy(error.name)
        if missing is None:
            raise
        raise ModuleNotFoundError(f"facelib.widgets: {missing}", name=error.name) from None


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
