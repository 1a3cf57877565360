"""Swap faces in a notebook, by hand: `SwapApp()`. Needs ipywidgets and anywidget: `pip install "facelib[widgets]"`.

A `photo.Photo` is a picture with its face, a `session.Wish` all that a swap follows from; `session.fulfil` makes the swap, and
`latest.Latest` runs the newest of many. They are plain and know no widgets; `canvas` and `app` show them.
"""

try:
    from facelib.widgets.app import SwapApp
except ModuleNotFoundError as error:
    if error.name not in ("anywidget", "ipywidgets"):
        raise
    raise ModuleNotFoundError(f'facelib.widgets: {error.name} is missing; pip install "facelib[widgets]"', name=error.name) from None

__all__ = ["SwapApp"]
