"""facelib swap, demo, gallery and blenders."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from pathlib import Path

from facelib import blenders, colour, detect, encoding, figures, images, metadata, place
from facelib.commands import outputs, runs, terminal
from facelib.datasets import pts
from facelib.files import check_outputs, write_all
from facelib.mouth import MOUTHS


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about these commands; `command(name, run)` makes a parser for each."""
    sub = command("swap", swap)
    sub.add_argument("source", type=Path, metavar="SOURCE", help="the picture that gives its face")
    sub.add_argument("target", type=Path, metavar="TARGET", help="the picture that receives it")
    sub.add_argument("-o", "--out", type=outputs.File, required=True, metavar="OUT", help=f"the result, by its ending {_endings()}")
    for side in ("source", "target"):
        sub.add_argument(
            f"--{side}-box", type=_box, metavar="X,Y,W,H", help=f"the face's box in {side.upper()}, in pixels; otherwise a detector looks"
        )
        sub.add_argument(
            f"--{side}-face",
            type=int,
            default=1,
            metavar="N",
            help="which of several faces, as `facelib faces` numbers them; 1 is the largest; not used where a box or points are given",
        )
        sub.add_argument(
            f"--{side}-points", type=Path, metavar="FILE", help=f"the 68 keypoints of the face in {side.upper()}, in 300-W's .pts form"
        )
    sub.add_argument(
        "--blend", choices=list(blenders.BLENDERS), default=blenders.DEFAULT, help="how the face is blended in (default: %(default)s)"
    )
    sub.add_argument(
        "--colours",
        choices=list(colour.COLOURS),
        help=f"how the face takes on TARGET's colours; none keeps its own (default: {colour.DEFAULT}, but none for {_own_colours()})",
    )
    sub.add_argument(
        "--place",
        metavar="WAY",
        help=f"how the face is brought into place: {', '.join(place.WHOLE)}, or some of {', '.join(place.STAGES)} joined by + (default: "
        f"{place.TRIANGLES}{_other_placings()})",
    )
    sub.add_argument("--forehead", action="store_true", help="let the face go on above the brows; where hair hangs low it comes along")
    sub.add_argument(
        "--mouth", choices=MOUTHS, default="auto", help="whose mouth is seen; auto: the source's where the two are open differently"
    )
    sub.add_argument(
        "--parse",
        choices=["on", "off"],
        default="on",
        help="look for glasses, hair, hands and the like: TARGET's stay on top, SOURCE's are not carried over (default: %(default)s)",
    )
    sub.add_argument(
        "--weights", type=Path, metavar="RUN", help="for blends that learned: a folder of `facelib train`, instead of what ships"
    )
    runs.add_keypoints(sub)
    sub.add_argument("--small", action="store_true", help="count faces down to 24 pixels too; see `facelib faces --small`")
    sub.add_argument("--unsure", action="store_true", help="go on where the keypoints are most likely wrong, instead of refusing")
    sub.add_argument(
        "--page", type=int, metavar="N", help="which picture of an animation or of a file with several pages, from 1; otherwise the first"
    )
    sub.add_argument(
        "--keep-metadata",
        choices=metadata.KEPT,
        default="safe",
        help="what OUT keeps of what TARGET says of itself. safe: camera, lens, exposure, dates, artist, copyright, description, but no "
        "place (GPS), serial numbers, owner, maker notes, comments, XMP; all: these too; none: nothing. Always kept: the colour profile "
        "and the mark as a composite; never: the thumbnail, which shows the old face, and IPTC blocks (default: %(default)s)",
    )
    sub.add_argument("--stages", type=outputs.Folder, metavar="DIR", help="write every intermediate there as a picture")

    sub = command("demo", demo)
    sub.add_argument(
        "-o", "--out", type=outputs.Folder, required=True, metavar="DIR", help="a folder for the swaps, their strips and the sheet"
    )

    sub = command("gallery", gallery)
    sub.add_argument("-o", "--out", type=outputs.Folder, required=True, metavar="DIR", help="a folder for the pictures and their keypoints")

    command("blenders", list_blenders)


def swap(options: argparse.Namespace) -> None:
    """The face in SOURCE goes onto the head in TARGET."""
    runs.use(options)
    inputs = (options.source, options.target)
    folder = options.stages
    stage_files = [folder / name for name in STAGE_FILES] if folder else []
    images.check_ending(options.out)
    check_outputs(stage_files if folder and folder.exists() else [], (*inputs, options.out))
    source, target = (terminal.read(file, options.page) for file in inputs)
    points = [file and pts.read(file) for file in (options.source_points, options.target_points)]
    result = _swap(
        source.pixels,
        target.pixels,
        blend=options.blend,
        colours=options.colours,
        placing=options.place,
        forehead=options.forehead,
        mouth=options.mouth,
        parse=options.parse == "on",
        source_box=options.source_box,
        target_box=options.target_box,
        source_face=options.source_face,
        target_face=options.target_face,
        source_points=points[0],
        target_points=points[1],
        small=options.small,
        unsure=options.unsure,
    )
    detect.release()
    terminal.progress("writing")
    drawn = figures.stages(result) if folder else {}
    stages = {file: images.encode(picture, file) for file, picture in zip(stage_files, drawn.values(), strict=True)}
    window, part = result.window, result.part
    del source, result, drawn  # a large picture is not held more often than needed
    target = target.with_part(window, part)
    written, lost = target.encode(options.out, options.keep_metadata)
    write_all({options.out: written} | stages)
    for line in lost:
        terminal.warn(line)
    terminal.progress(None)
    terminal.say(options.out)


def demo(options: argparse.Namespace) -> None:
    """Five pairs of invented people as one sheet, and two real people, Eileen Collins and Grace Hopper, both ways."""
    from facelib.datasets import people, portraits
    from facelib.swap import swap_labelled

    folder = options.out
    real = {"collins": portraits.eileen_collins(), "hopper": portraits.grace_hopper()}
    pictures = {}
    for source, target in (("collins", "hopper"), ("hopper", "collins")):
        result = _swap(real[source], real[target])
        pictures[folder / f"{source}-on-{target}.png"] = result.blended
        pictures[folder / f"{source}-on-{target}-strip.png"] = figures.picture(figures.strip(result), width=22)
    swaps = []
    for source, target in people.strangers():
        swaps.append(swap_labelled(source, target))
        pictures[folder / f"{source.name}-on-{target.name}.png"] = swaps[-1].blended
    pictures[folder / "five-pairs.png"] = figures.picture(figures.sheet(swaps), columns=4, width=14, dpi=120)
    images.save_all(pictures)
    terminal.progress(None)
    terminal.say(*pictures)


def gallery(options: argparse.Namespace) -> None:
    """Portraits of 32 people who do not exist, to try swaps with: pictures, keypoints, what each shows, and their licence."""
    from facelib.datasets import people

    folder, files = options.out, people.files()
    for name, contents in files.items():
        there = folder / name
        if there.exists() and not (there.is_file() and there.read_bytes() == contents):
            raise FileExistsError(f"{there}: is there already, and is something else; give another folder")
    write_all({folder / name: contents for name, contents in files.items()})
    terminal.say(folder)


def list_blenders(options: argparse.Namespace) -> None:
    """The ways to blend that --blend takes, those to match colours that --colours takes, and the ways and stages that --place takes."""
    for option, methods in (("--blend", blenders.BLENDERS), ("--colours", colour.COLOURS), ("--place", place.WHOLE | place.STAGES)):
        for name, method in methods.items():
            print(f"{option:<12}{name:<16}{(method.__doc__ or '').strip().splitlines()[0]}")


STAGE_FILES = [f"{number:02d}-{name}.png" for number, name in enumerate(figures.STAGES, start=1)]


def _endings() -> str:
    *most, last = encoding.ENDINGS
    return f"{', '.join(most)} or {last}"


def _own_colours() -> str:
    return ", ".join(name for name in blenders.BLENDERS if blenders.colours_for(name) == "none")


def _other_placings() -> str:
    placings = {name: blenders.placing_for(name) for name in blenders.BLENDERS}
    return "".join(f"; for {name} {placing}" for name, placing in placings.items() if placing != place.TRIANGLES)


def _swap(source, target, **options):
    terminal.progress("loading the keypoint model")
    from facelib.swap import SmallSource, UnsureKeypoints, swap

    with warnings.catch_warnings():
        for said_below in (UnsureKeypoints, SmallSource):
            warnings.simplefilter("ignore", said_below)
        result = swap(source, target, report=terminal.progress, **options)
    for doubt in (*result.doubts, *result.coarse):
        terminal.warn(f"warning: {doubt}")
    return result


def _box(text: str) -> list[float]:
    try:
        x, y, width, height = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected four numbers X,Y,W,H, got {text}") from None
    return [x, y, width, height]
