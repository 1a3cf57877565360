"""What comes with an extra of the package, and the line that says so where it is missing."""

from __future__ import annotations

# Each module that not every installation has: the extra to install, and which of its requirements brings the module.
EXTRAS = {
    "accelerate": ("train", "accelerate"),
    "tensorboard": ("train", "tensorboard"),
    "ipywidgets": ("widgets", "ipywidgets"),
    "anywidget": ("widgets", "anywidget"),
    "IPython": ("widgets", "ipywidgets"),
    "onnxruntime": ("fast", "onnxruntime"),
    "jupyterlab": ("book", "jupyterlab"),
    "nbformat": ("book", "jupyterlab"),
}


def remedy(module: str | None) -> str | None:
    """What to do about a module that is missing; None where it is of no extra.

    >>> remedy("accelerate.state")
    "needs accelerate: pip install 'facelib[train]'"
    """
    name = (module or "").partition(".")[0]
    return f"needs {name}: pip install 'facelib[{EXTRAS[name][0]}]'" if name in EXTRAS else None
