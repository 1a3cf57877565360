"""What a harmonizer learns from: kinds of pairs, most of them with a right answer, which the write-up's training did not have.

Pair i of a kind depends on the frames, the seed and i, and on nothing else.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from facelib import keypoints
from facelib.datasets import pairs, recolour, ytf68
from facelib.datasets.frame import Frame
from facelib.datasets.pairs import Pair

if TYPE_CHECKING:
    from facelib.datasets.rendered.ladder import Swap
    from facelib.datasets.rendered.parameters import Face

_TRANSFERS = (None, "lab", "rgb", "covariance", "histogram")  # names in `facelib.colour.COLOURS`; None: curves
_ENOUGH = 1.3  # a rendered picture's side over that of the crop that is made of it


@dataclass(frozen=True)
class Kind:
    """One kind of pair."""

    draw: Callable[[Sequence[Frame], int, int, int], list[Pair]]  # (frames, count, seed, size in pixels)
    answered: bool  # whether there is a right answer: the one that was drawn, or the target itself


def another(frames: Sequence[Frame], count: int, seed: int, size: int = 128) -> list[Pair]:
    """Two frames of one person from different videos; in every second pair the source is recoloured. The answer is the target.

    Raises
    ------
    ValueError
        Nobody has two videos.
    """
    people = defaultdict(list)
    for frame in frames:
        people[frame.person].append(frame)
    others = {id(frame): [other for other in people[frame.person] if ytf68.video_of(other) != ytf68.video_of(frame)] for frame in frames}
    targets = [frame for frame in frames if others[id(frame)]]
    if not targets:
        raise ValueError(f"another frame: expected people with two videos each, got none among {len(people)} people; leave this kind out")
    drawn = []
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        target = targets[rng.integers(len(targets))]
        source = others[id(target)][rng.integers(len(others[id(target)]))]
        drawn.append(Pair(source, target, recolour.draw(rng) if index % 2 else None))
    return drawn


def itself(frames: Sequence[Frame], count: int, seed: int, size: int = 128) -> list[Pair]:
    """A face in other colours onto its own head: the answer is the untouched photograph, pixel by pixel."""
    drawn = []
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        frame = frames[rng.integers(len(frames))]
        drawn.append(Pair(frame, frame, recolour.draw(rng)))
    return drawn


def transferred(frames: Sequence[Frame], count: int, seed: int, size: int = 128) -> list[Pair]:
    """A face onto its own head, in the colours of somebody else's by one of several transfers, or through drawn curves: the answer is the
    untouched photograph. Where there is nobody else, it is always curves."""
    alone = len({frame.person for frame in frames}) == 1
    made = []
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        frame = like = frames[rng.integers(len(frames))]
        method = _TRANSFERS[rng.integers(len(_TRANSFERS))]
        if alone or method is None:
            made.append(Pair(frame, frame, recolour.draw(rng)))
            continue
        while like.person == frame.person:
            like = frames[rng.integers(len(frames))]
        made.append(Pair(frame, frame, recolour.Transfer(method, like)))
    return made


def strangers(frames: Sequence[Frame], count: int, seed: int, size: int = 128) -> list[Pair]:
    """Two people, as in the write-up: no answer."""
    return pairs.draw(frames, count, seed)


def drawn(frames: Sequence[Frame], count: int, seed: int, size: int = 128) -> list[Pair]:
    """Rendered swaps like those of the sets, none of them theirs; the answer is the source's features in the target's tone, drawn. In
    every second pair the source is recoloured. `frames` is not used."""
    from facelib.datasets.rendered import ladder

    made = []
    for index in range(count):
        rng = np.random.default_rng([seed, index, 4, 9])
        swap = ladder.draw(list(ladder.SETS)[index % len(ladder.SETS)], rng)
        made.append(rendered(swap, f"lesson_{seed}_{index:06d}", size, recolour.draw(rng) if rng.random() < 0.5 else None))
    return made


def moment(frames: Sequence[Frame], count: int, seed: int, size: int = 128) -> list[Pair]:
    """Two frames of one video: the same face in the same light, a little later. The answer is the target.

    Raises
    ------
    ValueError
        No video has two frames.
    """
    videos = defaultdict(list)
    for frame in frames:
        videos[ytf68.video_of(frame)].append(frame)
    found = [shots for shots in videos.values() if len(shots) > 1]
    if not found:
        raise ValueError(f"another moment: expected two frames of a video, got one of each of {len(videos)}; leave this kind out")
    made = []
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        shots = found[rng.integers(len(found))]
        made.append(Pair(*(shots[number] for number in rng.choice(len(shots), 2, replace=False))))
    return made


def turned(frames: Sequence[Frame], count: int, seed: int, size: int = 128) -> list[Pair]:
    """A rendered face, and the same one in another pose with another expression, in one light; the answer is the target. In every second
    pair one mouth is closed and the other wide open. `frames` is not used."""
    from facelib.datasets.rendered import ladder, sample

    made = []
    for index in range(count):
        rng = np.random.default_rng([seed, index, 2, 5])
        drawn = ladder.draw("mouth" if index % 2 else "same", rng)
        ours, theirs = (drawn.source.expression, drawn.target.expression) if index % 2 else (sample.expression(rng), sample.expression(rng))
        source = dataclasses.replace(drawn.target, pose=sample.pose(rng), expression=ours)
        target = dataclasses.replace(drawn.target, expression=theirs)
        made.append(_drawn_pair({"source": source, "target": target}, f"turned_{seed}_{index:06d}", size))
    return made


def covered(frames: Sequence[Frame], count: int, seed: int, size: int = 128) -> list[Pair]:
    """A rendered face in other colours onto its own head, in every second pair with a hand before it: what shows where is known. The
    answer is the untouched picture. `frames` is not used."""
    from facelib.datasets.rendered import ladder, sample

    made = []
    for index in range(count):
        rng = np.random.default_rng([seed, index, 3, 1])
        face = ladder.draw("hand-in-target", rng).target if index % 2 else sample.face(rng)
        made.append(_drawn_pair({"source": face, "target": face}, f"covered_{seed}_{index:06d}", size, recolour.draw(rng)))
    return made


def rendered(swap: Swap, name: str, size: int, change: recolour.Recolour | None = None) -> Pair:
    """A rendered swap with its toned answer as a pair for crops of that size, drawn when it is read."""
    from facelib.datasets.rendered import toned

    return _drawn_pair({"source": swap.source, "target": swap.target, "answer": toned(swap.source, swap.target)}, name, size, change)


def _drawn_pair(faces: dict[str, Face], name: str, size: int, change: recolour.Recolour | None = None) -> Pair:
    """Faces by their part in a pair, drawn when they are read."""
    from facelib.datasets.rendered import labelled
    from facelib.datasets.rendered.picture import points_of

    frames, side = {}, round(_ENOUGH * size)
    for role, face in faces.items():
        if id(face) not in frames:
            points, called = points_of(face, side), f"{name}_{role}"
            frames[id(face)] = labelled.FaceFrame(labelled.ROOT / f"{called}.png", called, points, keypoints.face_box(points), face, side)
    return Pair(**{role: frames[id(face)] for role, face in faces.items()}, recolour=change)


KINDS: dict[str, Kind] = {
    "another": Kind(another, True),
    "itself": Kind(itself, True),
    "transferred": Kind(transferred, True),
    "drawn": Kind(drawn, True),
    "strangers": Kind(strangers, False),
    "moment": Kind(moment, True),
    "turned": Kind(turned, True),
    "covered": Kind(covered, True),
}


def frames_of(drawn: Sequence[Pair]) -> list[Frame]:
    """Every frame of some pairs, once."""
    return list({id(frame): frame for pair in drawn for frame in pair.frames()}.values())


def root_of(frames: Sequence[Frame], root: Path) -> Path:
    """The folder that frames' names are looked up in: drawn ones have none on disk."""
    from facelib.datasets.rendered import labelled

    return labelled.ROOT if frames and frames[0].path.parent == labelled.ROOT else root
