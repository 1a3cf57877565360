"""--weights RUN and --keypoints RUN: networks that somebody has trained, instead of those that ship."""

from __future__ import annotations

import argparse
from pathlib import Path


def add(sub: argparse.ArgumentParser) -> None:
    """The option; `use` obeys it."""
    sub.add_argument("--weights", type=Path, metavar="RUN", help="a folder of `facelib train harmonizer`, instead of what ships")


def add_keypoints(sub: argparse.ArgumentParser) -> None:
    """The option for the keypoint network; `use` obeys it."""
    sub.add_argument(
        "--keypoints",
        type=Path,
        metavar="free|RUN",
        help="the keypoint network: free, which learned from no picture and no label of 300-W, or a folder of "
        "`facelib train keypoints`; by default FACELIB_KEYPOINTS, or what ships",
    )


def use(options: argparse.Namespace) -> None:
    """From here on, keypoints, and blends that learned, take their weights from where the options say."""
    chosen = getattr(options, "keypoints", None)
    if options.weights or chosen:
        from facelib.learned import weights  # brings torch

        if options.weights:
            weights.use(options.weights)
        if chosen:
            weights.use_keypoints(chosen)
