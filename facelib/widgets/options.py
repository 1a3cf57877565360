"""What can be set about a blender, read off its own signature: an argument after the mask with a default becomes a slider by itself."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# The arguments that facelib's own blenders have; what is known of them is how far they go, and how they change with the picture's size.
_RANGES = {"levels": (0, 8), "width": (0, 80), "margin": (0, 40)}
_IN_PIXELS = ("width", "margin")
_IN_OCTAVES = ("levels",)


@dataclass(frozen=True)
class Option:
    """One argument of a blender that a widget can set."""

    name: str
    kind: type  # int, float or bool
    default: float | None  # None: the blender chooses by itself
    low: float = 0
    high: float = 1


def of(blender: Callable) -> list[Option]:
    """The arguments of a blender that are numbers or switches, in order.

    Parameters
    ----------
    blender : callable
        `(source_warped, target, mask, ...) -> picture`.

    Returns
    -------
    list of Option
        Of every further argument that has a default which is a number or a bool, or which is None and annotated as `int`, `float` or
        `bool`. Others are left to the blender.

    Examples
    --------
    >>> from facelib.blend import multiband
    >>> [option.name for option in of(multiband)]
    ['levels']
    """
    further = list(inspect.signature(blender).parameters.values())[3:]
    return [option for parameter in further if (option := _option(parameter))]


def scaled(values: dict[str, float], scale: float) -> dict[str, float]:
    """The same settings for a picture that is smaller by `scale`: pixels shrink with it, and a halving takes one level off a pyramid.

    >>> scaled({"levels": 5, "width": 20.0}, 0.5)
    {'levels': 4, 'width': 10.0}
    """
    fitted = dict(values)
    for name, value in values.items():
        if name in _IN_PIXELS:
            fitted[name] = value * scale
        elif name in _IN_OCTAVES:
            fitted[name] = max(0, round(value + np.log2(scale)))
    return fitted


def _option(parameter: inspect.Parameter) -> Option | None:
    default = parameter.default
    if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY) or default is parameter.empty:
        return None
    kind = _kind(parameter)
    if kind is None:
        return None
    if kind is bool:
        return Option(parameter.name, bool, default)
    low, high = _RANGES.get(parameter.name, _about(default, kind))
    if default is not None:  # another's blender may have its own idea of a usual value
        low, high = min(low, default), max(high, default)
    return Option(parameter.name, kind, default, low, high)


def _kind(parameter: inspect.Parameter) -> type | None:
    if isinstance(parameter.default, (bool, int, float)):
        return type(parameter.default)
    if parameter.default is not None:
        return None
    written = parameter.annotation.__name__ if isinstance(parameter.annotation, type) else str(parameter.annotation)
    names = set(re.findall(r"\w+", written)) - {"typing", "Optional", "Union", "None", "NoneType"}
    kinds = [kind for kind in (float, int, bool) if kind.__name__ in names]
    return kinds[0] if len(kinds) == len(names) > 0 else None


def _about(default: float | None, kind: type) -> tuple[float, float]:
    """A range for an argument of which only the default is known: from 0, or from its mirror image, to twice as far."""
    if not default:
        return (0, 10) if kind is int else (0.0, 1.0)
    return (0, 2 * default) if default > 0 else (2 * default, -2 * default)
