"""The command line: `facelib COMMAND`, or `python -m facelib COMMAND`. Each command is one function below."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import re
import sys
from pathlib import Path

from facelib import __version__, blenders, figures, images


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status: 0 done, 2 bad input (one line on stderr says what), 130 interrupted."""
    arguments = _join_negative(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (ValueError, OSError, RuntimeError, ImportError) as error:
        return _refuse(str(error))
    except MemoryError:
        return _refuse("not enough memory; make the pictures smaller")
    except KeyboardInterrupt:
        _progress(None)
        print("facelib: interrupted", file=sys.stderr)
        return 130
    return 0


def swap(options: argparse.Namespace) -> None:
    """The face in SOURCE goes onto the head in TARGET."""
    inputs = (options.source, options.target)
    folder = options.stages
    stage_files = [folder / name for name in _STAGE_FILES] if folder else []
    if folder and folder.exists() and not folder.is_dir():
        raise images.PictureError(f"{folder}: is a file; --stages needs a folder")
    images.check_outputs([options.out], inputs)
    images.check_outputs(stage_files if folder and folder.exists() else [], (*inputs, options.out))
    with _quiet_decoders():
        source, target = images.load(options.source), images.load(options.target)
    result = _swap(
        source,
        target,
        blend=options.blend,
        colours=False if options.keep_colours else None,
        source_box=options.source_box,
        target_box=options.target_box,
        source_face=options.source_face,
        target_face=options.target_face,
    )
    pictures = {options.out: result.blended}
    if folder:
        pictures |= zip(stage_files, figures.stages(result).values(), strict=True)
    _progress("writing")
    images.save_all(pictures)
    _progress(None)
    _say(options.out)


def demo(options: argparse.Namespace) -> None:
    """Eileen Collins and Grace Hopper, both ways."""
    from facelib.datasets import portraits

    folder = options.out
    people = {"collins": portraits.eileen_collins(), "hopper": portraits.grace_hopper()}
    ways = [("collins", "hopper"), ("hopper", "collins")]
    if folder.exists() and not folder.is_dir():
        raise images.PictureError(f"{folder}: is a file; give a folder")
    files = {way: (folder / f"{way[0]}-on-{way[1]}.png", folder / f"{way[0]}-on-{way[1]}-strip.png") for way in ways}
    pictures = {}
    for (source, target), (whole, strip) in files.items():
        result = _swap(people[source], people[target])
        pictures |= {whole: result.blended, strip: figures.picture(figures.strip(result), width=22)}
    images.save_all(pictures)
    _progress(None)
    _say(*pictures)


def list_blenders(options: argparse.Namespace) -> None:
    """The ways to blend that --blend takes."""
    for name, blender in blenders.BLENDERS.items():
        print(f"{name:<12}{(blender.__doc__ or '').strip().splitlines()[0]}")


def evaluate_keypoints(options: argparse.Namespace) -> None:
    """The error of the shipped keypoint model on labelled frames."""
    from facelib.datasets import ytf68
    from facelib.learned import evaluate_keypoints as evaluation
    from facelib.learned import weights

    if options.json and not options.json.parent.is_dir():
        raise FileNotFoundError(f"{options.json}: there is no folder {options.json.parent}")
    people = ytf68.read_people(options.people) if options.people else None
    frames = ytf68.load(options.data, people)
    card = weights.card("keypoints")
    trained_on = set(card["people_trained_on"]) & {frame.person for frame in frames}
    scores = evaluation.evaluate(weights.keypoint_network(), frames, options.boxes, report=_bar("batch"))
    record = {
        "model": "keypoints",
        "sha256": card["sha256"],
        "boxes": options.boxes,
        "people_trained_on": len(trained_on),
        **scores.summary(),
    }
    print(evaluation.as_text(record))
    if options.json:
        images.write_whole({options.json: (json.dumps(record, indent=1) + "\n").encode()})


def train_keypoints(options: argparse.Namespace) -> None:
    """Train the keypoint model on the people who are not in the validation list; write weights and their card to OUT."""
    from facelib.learned import train_keypoints as training

    say = lambda row: print(json.dumps(row), flush=True)  # noqa: E731
    card = training.run(options.data, options.out, options.seed, options.precision, options.resume, say)
    print(json.dumps(card["scores"]))


def train_mean_shape(options: argparse.Namespace) -> None:
    """Compute the mean shape of the people who are not in the validation list."""
    from facelib import keypoints
    from facelib.datasets import ytf68

    held_out = set(ytf68.validation_people())
    frames = [frame for frame in ytf68.load(options.data) if frame.person not in held_out]
    record = keypoints.mean_shape_record([frame.points for frame in frames], source="ytf68 without its validation people")
    images.write_whole({options.out: (json.dumps(record, indent=1) + "\n").encode()})
    _say(options.out)


_STAGE_FILES = [f"{number:02d}-{name}.png" for number, name in enumerate(figures.STAGES, start=1)]


def _swap(source, target, **options):
    _progress("loading the keypoint model")
    from facelib.swap import swap

    return swap(source, target, report=_progress, **options)


def _refuse(message: str) -> int:
    """The one line that a person sees, and the exit status for bad input."""
    _progress(None)
    print(f"facelib: error: {' '.join(message.split())}", file=sys.stderr)
    return 2


def _say(*paths: Path) -> None:
    """Print where results are; a name that the terminal cannot show is shown with escapes."""
    for path in paths:
        print(str(path).encode(sys.stdout.encoding or "utf-8", "backslashreplace").decode(sys.stdout.encoding or "utf-8"))


@contextlib.contextmanager
def _quiet_decoders():
    """Some decoders write to standard error by themselves; what is wrong with a file is said once, by us."""
    logging.getLogger("PIL").addHandler(logging.NullHandler())
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


class _Parser(argparse.ArgumentParser):
    """Argparse prints its usage before an error; here an error is one line."""

    def error(self, message: str):
        self.exit(_refuse(f"{message} (see {self.prog} --help)"))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="facelib", description="Face swapping, from keypoints to GANs.")
    parser.add_argument("--version", action="version", version=f"facelib {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name, run, group=commands):
        sub = group.add_parser(name, help=run.__doc__.splitlines()[0], description=run.__doc__)
        sub.set_defaults(run=run)
        return sub

    sub = command("swap", swap)
    sub.add_argument("source", type=Path, metavar="SOURCE", help="the picture that gives its face")
    sub.add_argument("target", type=Path, metavar="TARGET", help="the picture that receives it")
    sub.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help="the result, PNG or JPEG by its ending")
    for side in ("source", "target"):
        sub.add_argument(
            f"--{side}-box", type=_box, metavar="X,Y,W,H", help=f"the face's box in {side.upper()}, in pixels; otherwise a detector looks"
        )
        sub.add_argument(
            f"--{side}-face", type=int, default=1, metavar="N", help="which of several faces, 1 being the largest (the default)"
        )
    sub.add_argument(
        "--blend", choices=list(blenders.BLENDERS), default=blenders.DEFAULT, help="how the face is blended in (default: %(default)s)"
    )
    sub.add_argument("--keep-colours", action="store_true", help="leave the source's colours as they are, as the write-up does")
    sub.add_argument("--stages", type=Path, metavar="DIR", help="write every intermediate there as a picture")

    sub = command("demo", demo)
    sub.add_argument("-o", "--out", type=Path, required=True, metavar="DIR", help="a folder for the two swaps and their strips")

    command("blenders", list_blenders)

    evaluate = commands.add_parser("evaluate", help="Measure a model.").add_subparsers(required=True, metavar="WHAT")
    sub = command("keypoints", evaluate_keypoints, evaluate)
    sub.add_argument("--data", default="ytf68", metavar="NAME|DIR", help="ytf68 (looked up in FACELIB_DATA), or a folder in its layout")
    sub.add_argument("--people", type=Path, metavar="FILE", help="only these people, one a line; by default everybody")
    sub.add_argument(
        "--boxes", choices=["labels", "detected"], default="labels", help="the face's box: from the labels (default), or detected"
    )
    sub.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")

    train = commands.add_parser("train", help="Train a model that the package ships.").add_subparsers(required=True, metavar="WHAT")
    sub = command("keypoints", train_keypoints, train)
    sub.add_argument("--data", default="ytf68", metavar="NAME|DIR", help="ytf68 (looked up in FACELIB_DATA), or a folder in its layout")
    sub.add_argument("-o", "--out", type=Path, required=True, metavar="DIR", help="a folder for checkpoints, history, weights and card")
    sub.add_argument("--precision", choices=["no", "bf16"], default="no", help="mixed precision; bf16 is faster on a GPU and on some CPUs")
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--resume", action="store_true", help="go on from the last checkpoint in DIR")
    sub = command("mean-shape", train_mean_shape, train)
    sub.add_argument("--data", default="ytf68", metavar="NAME|DIR")
    sub.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    return parser


def _box(text: str) -> list[float]:
    try:
        x, y, width, height = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected four numbers X,Y,W,H, got {text}") from None
    return [x, y, width, height]


def _join_negative(arguments: list[str]) -> list[str]:
    """`--source-box -5,0,90,90` as `--source-box=-5,0,90,90`: argparse would take the value for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1].endswith("-box") and re.match(r"-[\d.]", argument):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def _progress(stage: str | None) -> None:
    """One line that is written over, for a person at a terminal; None wipes it."""
    if sys.stderr.isatty():
        print(f"\r\033[K{stage + ' ...' if stage else ''}", end="", file=sys.stderr, flush=True)


def _bar(unit: str):
    from tqdm import tqdm

    return lambda items: tqdm(items, unit=unit, disable=None, leave=False)


if __name__ == "__main__":
    sys.exit(main())
