"""The faces on which a keypoint network learns, and those on which every choice is made, by the names of their data sets.

People, or photographs, are in one of the two, and no test face is in either.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from facelib.datasets import ibug300w, named, people, ytf68
from facelib.datasets import rendered as renderer
from facelib.datasets.frame import Frame
from facelib.learned import finder

RENDERED = "rendered"
KNOWN = (ibug300w.NAME, ytf68.NAME, people.NAME, RENDERED)
_COUNT, _JUDGED = 8000, 480  # rendered faces
_SIDE = 160  # pixels, of their pictures
_SEEDS = 11, 12  # of the rendered people: those trained on, and those judged on


@dataclass(frozen=True)
class Faces:
    """A training set, and the people whom it leaves out."""

    training: list[Frame]
    validation: list[Frame]
    source: str  # for the card
    held_out: str
    bound: bool = False  # by the terms of 300-W: its faces, or labels that a network made of them which learned there

    @property
    def people(self) -> set[str]:
        """Who is trained on, as far as the data sets say."""
        return {frame.person for frame in self.training}


def choose(
    data: Sequence[str | Path],
    labels: Path | None = None,
    bad: str = "refuse",
    warn: Callable[[str], None] | None = None,
    report: Callable = iter,
) -> Faces:
    """The faces of one data set or several; the validation part is the first one's.

    Parameters
    ----------
    data : sequence of str or Path
        Names, or folders in the layout of such: `KNOWN`.
    labels : Path, optional
        A folder of `facelib train keypoints`. Its network's answers take the place of the labels of training faces that no person made:
        those of ytf68 and of people.
    bad, warn
        As for `facelib.datasets.named.load`.
    report : callable
        Wraps the faces that are labelled, as tqdm does.

    Raises
    ------
    ValueError
        A folder in none of these layouts.
    """
    parts = [_of(each, labels, bad, warn, report) for each in data]
    if not parts:
        raise ValueError(f"data: expected at least one of {', '.join(KNOWN)}, got none")
    if labels and not any(labels.name in part.source for part in parts):
        raise ValueError(f"labels: none of {', '.join(map(str, data))} takes labels of a run; leave --labels out")
    training, validation = [frame for part in parts for frame in part.training], parts[0].validation
    if not training or not validation:
        raise ValueError(f"data: expected faces to train on and to judge on, got {len(training)} and {len(validation)} of {data[0]}")
    held_out = "; ".join(part.held_out for part in parts)
    return Faces(training, validation, "; ".join(part.source for part in parts), held_out, any(part.bound for part in parts))


def _of(data: str | Path, labels: Path | None, bad: str, warn: Callable[[str], None] | None, report: Callable) -> Faces:
    if str(data) == RENDERED:
        training, validation = (renderer.frames(count, seed, _SIDE, jobs=-1) for count, seed in zip((_COUNT, _JUDGED), _SEEDS, strict=True))
        return Faces(training, validation, _said(training, RENDERED), "rendered people of another seed")
    if not named.is_labelled(data):
        raise ValueError(f"data: expected {', '.join(KNOWN)}, or a folder in the layout of one of them, got {data}")
    name = named.name_of(data)
    if name == ibug300w.NAME:
        frames = ibug300w.load(data, subset="training", bad=bad, report=warn)
        held_out = {frame.person for frame in frames if ibug300w.is_held_out(frame.person)}
        return _split(frames, held_out, name, "one photograph in ten, `facelib.datasets.ibug300w.is_held_out`", True)
    if name == ytf68.NAME:
        frames, held_out, said = ytf68.load(data, bad=bad, report=warn), set(ytf68.validation_people()), "ytf68_validation.txt"
    else:
        frames, said = people.load(data, (None, "training", "validation"), bad, warn), "the part validation of people"
        held_out = {face.name for face in people.listed() if face.part == "validation"}
    if labels is None:  # the points of people are those of networks that learned from 300-W
        return _split(frames, held_out, name, said, name == people.NAME)
    faces = _split(frames, held_out, f"{name}, labelled by {labels.name}", said, False)
    return dataclasses.replace(faces, training=finder.labelled(faces.training, labels, report))


def _split(frames: Sequence[Frame], held_out: set[str], name: str, said: str, bound: bool) -> Faces:
    training, validation = ([frame for frame in frames if (frame.person in held_out) == kept] for kept in (False, True))
    return Faces(training, validation, _said(training, name), said, bound)


def _said(frames: Sequence[Frame], name: str) -> str:
    return f"{len(frames)} faces of {name}"
