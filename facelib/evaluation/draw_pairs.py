"""Drawing the pairs of a protocol of `facelib.evaluation.swaps`, and plain words where there are not so many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from facelib.datasets import ytf68
from facelib.datasets.frame import Frame
from facelib.datasets.pairs import Pair
from facelib.datasets.rendered_sets import COUNT, NAMES
from facelib.evaluation import swaps

FROZEN = "rendered"  # the protocol whose pairs are numbered, and not drawn from frames


def draw(
    protocol: str, frames: Sequence[Frame], count: int, seed: int, size: int = 128, report: Callable[[str], None] = lambda line: None
) -> list[Pair]:
    """The pairs that a protocol measures.

    Parameters
    ----------
    protocol : str
        A name in `facelib.evaluation.swaps.PROTOCOLS`.
    frames : sequence of Frame
        Labelled faces; "rendered" needs none.
    count : int
        The first pairs of a longer list are those of a shorter one.
    seed : int
    size : int
        The side of the crops that they are for, in pixels.
    report : callable
        Is told, in a line, where more pairs are drawn than there are different ones.

    Raises
    ------
    ValueError
        An unknown protocol, a count below 1, a seed below 0, no frames, more rendered pairs than there are, or frames of whom no such pair
        can be made.
    """
    if protocol not in swaps.PROTOCOLS:
        raise ValueError(f"protocol: expected one of {', '.join(swaps.PROTOCOLS)}, got {protocol}")
    if count < 1:
        raise ValueError(f"n: expected at least 1 pair, got {count}")
    if seed < 0:
        raise ValueError(f"seed: expected at least 0, got {seed}")
    if protocol != FROZEN and not frames:
        raise ValueError(f"frames: expected labelled faces for the protocol {protocol}, got none; give another data set, or more people")
    there = different(protocol, frames)
    if not there:
        people = len({frame.person for frame in frames})
        needs = "people in two videos each" if protocol == "self" else "two people"
        raise ValueError(
            f"protocol {protocol}: expected {needs}, got {len(frames)} frames of {people} people; give more, or another protocol"
        )
    if count > there and protocol == FROZEN:
        raise ValueError(f"n: expected at most {there} pairs, as many as the rendered sets hold, got {count}")
    pairs = swaps.PROTOCOLS[protocol](frames, count, seed, size)
    if count > there:
        report(
            f"n: {count} pairs are drawn with replacement from {there} different ones, so some come again; intervals allow for people only"
        )
    return pairs


def different(protocol: str, frames: Sequence[Frame]) -> int:
    """How many pairs of a source and a target a protocol can draw; other colours make no other pair."""
    if protocol == FROZEN:
        return COUNT * len(NAMES)
    if protocol == "recolour":
        return len(frames)
    one_person = _pairs([frame.person for frame in frames])
    if protocol == "self":
        return one_person - _pairs([ytf68.video_of(frame) for frame in frames])
    return len(frames) ** 2 - one_person


def _pairs(names: Sequence[str]) -> int:
    """How many ordered pairs have one name."""
    return sum(number**2 for number in Counter(names).values())
