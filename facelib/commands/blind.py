"""facelib evaluate blind, preferences and agreement."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Callable
from pathlib import Path

from facelib import blenders, records
from facelib.commands import data, outputs, protocol, runs, terminal
from facelib.files import write_whole


def add_evaluate(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib evaluate ...`."""
    sub = command("blind", blind)
    _add_study(sub)
    sub.add_argument("-o", "--html", type=outputs.File, required=True, metavar="FILE", help="the page to write")

    sub = command("preferences", preferences)
    sub.add_argument("files", nargs="+", type=Path, metavar="FILE", help="what pages of `facelib evaluate blind` saved")
    sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")

    sub = command("agreement", agreement)
    sub.add_argument("files", nargs="+", type=Path, metavar="FILE", help="what one page of `facelib evaluate blind` saved")
    runs.add(sub)
    data.add_jobs(sub)
    sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")


def _add_study(sub: argparse.ArgumentParser) -> None:
    """What is compared."""
    protocol.add(sub, default="rendered", size=256)
    runs.add(sub)
    blends_help = f"two or more, as for swaps (default: multiband unet): {', '.join(blenders.BLENDERS)}"
    sub.add_argument("--blends", nargs="+", default=["multiband", "unet"], metavar="BLEND", help=blends_help)
    sub.add_argument("--n", type=int, default=20, metavar="N", help="comparisons (default: %(default)s)")


def blind(options: argparse.Namespace) -> None:
    """A page on which people choose between results without knowing whose they are; it saves what they chose."""
    from facelib.evaluation import blind, blind_page, swapped

    runs.use(options)
    chosen = swapped.ways(options.blends)
    blind.order([way.name for way in chosen], options.n, options.seed)  # refuses what cannot be compared before any work
    pairs = protocol.pairs(options, options.n)
    command = f"facelib evaluate blind {protocol.as_options(options, options.n)} --blends {' '.join(options.blends)}"
    command += f" --weights {shlex.quote(options.weights.name)}" if options.weights else ""
    study = {
        **records.made_by(command),
        "protocol": options.protocol,
        "data": protocol.data_name(options),
        "size": options.size,
        "seed": options.seed,
        "n": options.n,
    }
    shown = blind.show(pairs, chosen, options.seed, options.size)
    write_whole({options.html: blind_page.page(shown, study).encode()})
    terminal.say(options.html)
    protocol.warn_of_terms(options, options.html)


def preferences(options: argparse.Namespace) -> None:
    """Who was preferred to whom: strengths after Bradley and Terry, with their intervals, from what blind comparisons saved."""
    from facelib.evaluation import preferences as said

    found = said.table(said.read(options.files))
    print(said.as_text(found))
    command = f"facelib evaluate preferences {' '.join(file.name for file in options.files)}"
    records.save(options.json, {**records.made_by(command), **found})


def agreement(options: argparse.Namespace) -> None:
    """Which scores prefer what raters preferred: the page's pairs are made and scored again, as its files say."""
    from facelib.evaluation import agreement as agreeing
    from facelib.evaluation import preferences as said
    from facelib.evaluation import swapped, swaps
    from facelib.learned import finder, judge

    comparisons = said.read(options.files)
    study = _study(options.files)
    if study.weights != (options.weights and Path(options.weights.name)):  # a page knows the folder's name alone
        wanted = f"with --weights {study.weights}" if study.weights else "without --weights"
        raise ValueError(f"--weights: expected the run by which the page was made, {wanted}, got {options.weights}")
    runs.use(options)
    chosen, pairs = swapped.ways(study.blends), protocol.pairs(study, study.n)
    answered = study.protocol not in swaps.ALONE
    scored = swaps.measure(
        pairs, chosen, judge.embed, finder.find, study.size, data.jobs(options), terminal.bar("block"), answered=answered
    )
    rows = agreeing.table(comparisons, scored)
    print(agreeing.as_text(rows))
    command = f"facelib evaluate agreement {' '.join(file.name for file in options.files)}"
    records.save(options.json, {**records.made_by(command), "raters": len({one.rater for one in comparisons}), "table": rows})


def _study(files: list[Path]) -> argparse.Namespace:
    """The options that a page was made with."""
    commands = {json.loads(file.read_text(encoding="utf-8"))["study"].get("command", "") for file in files}
    if len(commands) > 1:
        raise ValueError(f"files: expected choices of one page, got {len(commands)} pages; give each page's by themselves")
    parser = argparse.ArgumentParser(exit_on_error=False)
    _add_study(parser)
    words = shlex.split(commands.pop())
    if words[:3] != ["facelib", "evaluate", "blind"]:
        raise ValueError(f"{files[0]}: expected the command that made its page, got {' '.join(words) or 'none'}")
    try:
        return parser.parse_args(words[3:])
    except argparse.ArgumentError as error:
        raise ValueError(f"{files[0]}: its page's command is not understood: {error}") from None
