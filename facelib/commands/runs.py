"""--weights RUN: networks that somebody has trained, instead of those that ship."""

from __future__ import annotations

import argparse
from pathlib import Path


def add(sub: argparse.ArgumentParser) -> None:
    """The option; `use` obeys it."""
    sub.add_argument("--weights", type=Path, metavar="RUN", help="a folder of `facelib train harmonizer`, instead of what ships")


def use(options: argparse.Namespace) -> None:
    """From here on, blends that learned take their weights from where --weights says."""
    if options.weights:
        from facelib.learned import weights  # brings torch

        weights.use(options.weights)
