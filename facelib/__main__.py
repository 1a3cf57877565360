"""The command line: `facelib COMMAND`, or `python -m facelib COMMAND`. The commands are in `facelib.commands`."""

from __future__ import annotations

import argparse
import re
import sys

from facelib import __version__, extras
from facelib.commands import (
    blind,
    check,
    data,
    detection,
    faces,
    harmonizer,
    keypoints,
    outputs,
    pairs,
    parsing,
    render,
    swapping,
    swaps,
    terminal,
    variety,
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status: 0 done, 2 bad input (one line on stderr says what), 130 interrupted."""
    arguments = _join_negative(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(arguments)
    try:
        outputs.check(options)
        options.run(options)
    except ModuleNotFoundError as error:
        return _refuse(extras.remedy(error.name) or str(error))
    except (ValueError, OSError, RuntimeError, ImportError) as error:
        return _refuse(str(error))
    except MemoryError:
        return _refuse("not enough memory; make the pictures smaller")
    except KeyboardInterrupt:
        terminal.warn("interrupted")
        return 130
    return 0


def _refuse(message: str) -> int:
    """The one line that a person sees, and the exit status for bad input."""
    terminal.warn(f"error: {' '.join(message.split())}")
    return 2


class _Parser(argparse.ArgumentParser):
    """Argparse prints its usage before an error; here an error is one line."""

    def error(self, message: str):
        self.exit(_refuse(f"{message} (see {self.prog} --help)"))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="facelib", description="Face swapping, from keypoints to GANs.")
    parser.add_argument("--version", action="version", version=f"facelib {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def adder(group):
        def command(name, run):
            sub = group.add_parser(name, help=run.__doc__.splitlines()[0], description=run.__doc__)
            sub.set_defaults(run=run)
            return sub

        return command

    swapping.add(adder(commands))
    check.add(adder(commands))
    faces.add(adder(commands))
    data.add(adder(commands))
    pairs.add(adder(commands))
    render.add(adder(commands))
    evaluate = commands.add_parser("evaluate", help="Measure a model.").add_subparsers(required=True, metavar="WHAT")
    keypoints.add_evaluate(adder(evaluate))
    detection.add_evaluate(adder(evaluate))
    parsing.add_evaluate(adder(evaluate))
    variety.add_evaluate(adder(evaluate))
    swaps.add_evaluate(adder(evaluate))
    blind.add_evaluate(adder(evaluate))
    harmonizer.add_evaluate(adder(evaluate))
    compare = commands.add_parser("compare", help="Put runs side by side.").add_subparsers(required=True, metavar="WHAT")
    keypoints.add_compare(adder(compare))
    harmonizer.add_compare(adder(compare))
    train = commands.add_parser("train", help="Train a model that the package ships.").add_subparsers(required=True, metavar="WHAT")
    keypoints.add_train(adder(train))
    parsing.add_train(adder(train))
    harmonizer.add_train(adder(train))
    return parser


def _join_negative(arguments: list[str]) -> list[str]:
    """`--source-box -5,0,90,90` as `--source-box=-5,0,90,90`: argparse would take the value for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1].endswith("-box") and re.match(r"-[\d.]", argument):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


if __name__ == "__main__":
    sys.exit(main())
