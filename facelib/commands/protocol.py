"""The options by which commands choose pairs of a protocol of `facelib.evaluation.swaps`, and those pairs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from facelib.commands import data, terminal
from facelib.datasets import named, ytf68
from facelib.datasets.frame import Frame
from facelib.datasets.pairs import Pair

PROTOCOLS = ("self", "recolour", "rendered", "five")
RENDERED = "rendered"  # for --protocol: the rendered sets; for --data: rendered faces


def add(sub: argparse.ArgumentParser, default: str, size: int) -> None:
    """The options that `pairs` reads."""
    protocol_help = "where the right answer comes from; of five, strangers as in the write-up, there is none; all but rendered take faces "
    protocol_help += "of --data, which may be rendered too (default: %(default)s)"
    sub.add_argument("--protocol", choices=PROTOCOLS, default=default, help=protocol_help)
    data.add_data(sub, default="ytf68")
    sub.add_argument(
        "--people", type=Path, metavar="FILE", help="only these people, one a line; by default those whom no model was trained on"
    )
    sub.add_argument("--size", type=int, default=size, metavar="S", help="the pictures' side in pixels (default: %(default)s)")
    sub.add_argument("--seed", type=int, default=0)


def pairs(options: argparse.Namespace, count: int) -> list[Pair]:
    """The pairs that were asked for, all of them different."""
    return pairs_of(options, count, frames(options, count))


def frames(options: argparse.Namespace, count: int) -> list[Frame]:
    """The faces that pairs are drawn from; none for the rendered sets, which are pairs already."""
    from facelib import images

    if options.size < images.MIN_SIDE:
        raise ValueError(f"size: expected at least {images.MIN_SIDE} pixels, got {options.size}")
    try:
        return [] if options.protocol == RENDERED else _frames(options, count)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{error}; or --data {RENDERED}: faces that are computed here") from None


def pairs_of(options: argparse.Namespace, count: int, faces: Sequence[Frame]) -> list[Pair]:
    """As `pairs`, of faces that are read."""
    from facelib.evaluation import draw_pairs

    there = draw_pairs.different(options.protocol, faces)
    if 0 < there < count and options.protocol != RENDERED:  # `draw` knows what else is wrong
        raise ValueError(f"n: expected at most {there} pairs, as many different ones as there are, got {count}; --n {there}, or more faces")
    return draw_pairs.draw(options.protocol, faces, count, options.seed, options.size)


def usual(options: argparse.Namespace, count: int, faces: Sequence[Frame]) -> int:
    """How many pairs where nobody said: `count`, or all that there are."""
    from facelib.evaluation import draw_pairs

    return min(count, draw_pairs.different(options.protocol, faces) or count)


def data_name(options: argparse.Namespace) -> str:
    """What records call the faces."""
    return RENDERED if options.protocol == RENDERED else Path(options.data).name


def as_options(options: argparse.Namespace, count: int) -> str:
    """What was asked for, as it stands in a record's command."""
    line = f"--protocol {options.protocol} --n {count} --size {options.size} --seed {options.seed}"
    if options.protocol == RENDERED:
        return line
    line += f" --data {Path(options.data).name}" + f" --subset {options.subset}" * bool(options.subset)
    return line + (f" --people {options.people.name}" if options.people else "")


def _frames(options: argparse.Namespace, count: int) -> list[Frame]:
    if options.data == RENDERED:
        if options.people or options.subset:
            raise ValueError("--people and --subset: rendered faces have no list of people; leave them out")
        from facelib.datasets.rendered import labelled

        return labelled.later(labelled.FRAMES_EACH * max(2, count), options.seed, round(1.5 * options.size))
    if named.name_of(options.data) != ytf68.NAME:
        return data.frames(options)
    frames = data.frames(argparse.Namespace(**{**vars(options), "people": options.people or ytf68.VALIDATION_LIST}))
    from facelib.learned import finder

    return finder.labelled(frames)  # a swap starts from points that a network found, and those that come with ytf68 lie beside the faces


def warn_of_terms(options: argparse.Namespace, page: Path) -> None:
    """Say that a page holds pictures of a data set, where it does."""
    if RENDERED not in (options.protocol, str(options.data)):
        terminal.warn(f"{page}: holds pictures made from {Path(options.data).name}; pass it on only as the data set's terms allow")
