"""Functions of modules that are slow to import: the module is imported when the function is called first."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any


def function(module: str, name: str, what: str) -> Callable[..., Any]:
    """One that calls `name` of a module.

    Parameters
    ----------
    module, name : str
        Where it is, such as "facelib.learned.harmonize" and "unet".
    what : str
        What it does: its docstring.
    """

    def called(*arguments: Any, **named: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*arguments, **named)

    called.__doc__ = what
    return called
