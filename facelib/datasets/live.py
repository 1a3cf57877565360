"""Faces for the training runs that a reader watches: rendered ones, which need no download, or frames of ytf68 where it is at hand."""

from __future__ import annotations

from functools import cache

import numpy as np

from facelib.datasets import rendered, ytf68
from facelib.datasets.frame import Frame
from facelib.datasets.rendered.labelled import FRAMES_EACH
from facelib.datasets.ytf68_offset import put_right

PEOPLE = 150  # to learn from
_JUDGED = 80  # frames of people known, and as many of strangers
_SIDE = 112  # pixels, of a rendered picture


def faces(seed: int = 0, real: bool = True) -> tuple[list[Frame], list[Frame], list[Frame]]:
    """Labelled faces to learn from, other faces of the same people, and faces of strangers.

    Parameters
    ----------
    seed : int
    real : bool
        Whether to take frames of ytf68 where it is at hand. Its pictures must not get onto a page, so a figure asks for rendered ones.

    Returns
    -------
    training, known, strangers : list of Frame
    """
    try:
        frames = put_right(ytf68.load(check=False)) if real else []
    except FileNotFoundError:
        frames = []
    return _split(frames, seed) if frames else _drawn(seed)


@cache
def _drawn(seed: int) -> tuple[list[Frame], list[Frame], list[Frame]]:
    """Rendered: the last frame of some people is kept back, and all frames of a few."""
    made = rendered.frames(PEOPLE * FRAMES_EACH + _JUDGED, seed, _SIDE, jobs=-1)
    ours, strangers = made[:-_JUDGED], made[-_JUDGED:]
    known = ours[FRAMES_EACH - 1 :: FRAMES_EACH][:_JUDGED]
    kept_back = {frame.path for frame in known}
    return [frame for frame in ours if frame.path not in kept_back], known, strangers


def _split(frames: list[Frame], seed: int) -> tuple[list[Frame], list[Frame], list[Frame]]:
    """Of ytf68: strangers are people of the validation list."""
    rng, judged = np.random.default_rng(seed), set(ytf68.validation_people())
    others = sorted({frame.person for frame in frames} - judged)
    chosen = set(rng.choice(others, PEOPLE, replace=False).tolist())
    ours, theirs = ([frames[i] for i in rng.permutation(len(frames)) if frames[i].person in group] for group in (chosen, judged))
    return ours[_JUDGED:], ours[:_JUDGED], theirs[:_JUDGED]
