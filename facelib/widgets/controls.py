"""The slider or switch of one option of a blender."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from facelib.widgets.options import Option


class OptionControl:
    """A slider, with a switch beside it that leaves the value to the blender where it can choose one; or a switch alone.

    Parameters
    ----------
    option : Option
    changed : callable
        Called with ipywidgets' change whenever the value may be another.
    """

    def __init__(self, option: Option, changed: Callable[[object], None]):
        self.option = option
        title = option.name.replace("_", " ").capitalize()
        if option.kind is bool:
            self._value = ipywidgets.Checkbox(bool(option.default), description=title, indent=False)
            self._automatic, self.widget = None, self._value
        else:
            self._value = self._slider(title)
            self._automatic = None
            self.widget = self._value
            if option.default is None:
                self._automatic = ipywidgets.ToggleButton(True, description="auto", tooltip=f"let the blender choose {option.name}")
                self._free(None)
                self.widget = ipywidgets.HBox([self._value, self._automatic])
                self.widget.add_class("facelib-option")
                self._automatic.observe(self._free, "value")
                self._automatic.observe(changed, "value")
        self._value.observe(changed, "value")

    @property
    def value(self) -> float | None:
        """What is set; None where the blender chooses."""
        return None if self._automatic is not None and self._automatic.value else self._value.value

    def _slider(self, title: str) -> ipywidgets.Widget:
        option = self.option
        start = (option.low + option.high) / 2 if option.default is None else option.default
        shared = {"min": option.low, "max": option.high, "description": title, "style": {"description_width": "76px"}}
        if option.kind is int:
            return ipywidgets.IntSlider(int(start), **shared)
        return ipywidgets.FloatSlider(
            start, step=(option.high - option.low) / 100, readout_format=".1f" if option.high > 10 else ".2f", **shared
        )

    def _free(self, change: object) -> None:
        """The slider's number is shown where it counts."""
        self._value.disabled = self._automatic.value
        self._value.readout = not self._automatic.value
