"""Faces for the training runs that a reader watches: frames of ytf68 where it is at hand, and morphs of two portraits anywhere."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from facelib.datasets import morphs, ytf68
from facelib.datasets.frame import Frame
from facelib.datasets.ytf68_offset import put_right

_PEOPLE, _FRAMES = 150, 80  # of ytf68: how many people to learn from, and how many frames of each kind to be judged on


def faces(
    people: Mapping[str, tuple[np.ndarray, np.ndarray]], seed: int = 0, shown: bool = False
) -> tuple[list[Frame], list[Frame], list[Frame]]:
    """Labelled faces to learn from, other faces of the same people, and faces of strangers.

    Parameters
    ----------
    people : mapping of str to (picture, points)
        Two portraits or more, for where there is no ytf68: the last is the stranger.
    seed : int
    shown : bool
        For a figure: morphs, wherever. Pictures of the data set must not get onto a page.

    Returns
    -------
    training, known, strangers : list of Frame
    """
    try:
        frames = [] if shown else put_right(ytf68.load(check=False))
    except FileNotFoundError:
        frames = []
    if not frames:
        *learned, stranger = (morphs.make(*portrait, name, 200, seed + i) for i, (name, portrait) in enumerate(people.items()))
        return [frame for part in learned for frame in part[60:]], [frame for part in learned for frame in part[:60]], stranger[:60]
    rng, judged = np.random.default_rng(seed), ytf68.validation_people()
    others = sorted({frame.person for frame in frames} - set(judged))
    chosen = set(rng.choice(others, _PEOPLE, replace=False).tolist())
    ours, theirs = ([frames[i] for i in rng.permutation(len(frames)) if frames[i].person in group] for group in (chosen, set(judged)))
    return ours[_FRAMES:], ours[:_FRAMES], theirs[:_FRAMES]
