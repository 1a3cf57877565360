"""facelib evaluate blind and preferences."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from facelib import blenders, records
from facelib.commands import protocol, terminal


def add_evaluate(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib evaluate ...`."""
    sub = command("blind", blind)
    protocol.add(sub, default="rendered", size=256)
    blends_help = f"two or more, as for swaps (default: multiband unet): {', '.join(blenders.BLENDERS)}"
    sub.add_argument("--blends", nargs="+", default=["multiband", "unet"], metavar="BLEND", help=blends_help)
    sub.add_argument("--n", type=int, default=20, metavar="N", help="comparisons (default: %(default)s)")
    sub.add_argument("--weights", type=Path, metavar="RUN", help="a folder of `facelib train harmonizer`, instead of what ships")
    sub.add_argument("-o", "--html", type=Path, required=True, metavar="FILE", help="the page to write")

    sub = command("preferences", preferences)
    sub.add_argument("files", nargs="+", type=Path, metavar="FILE", help="what pages of `facelib evaluate blind` saved")
    sub.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")


def blind(options: argparse.Namespace) -> None:
    """A page on which people choose between results without knowing whose they are; it saves what they chose."""
    from facelib import images
    from facelib.evaluation import blind, blind_page, swapped

    records.check_place(options.html)
    if options.weights:
        from facelib.learned import weights

        weights.use(options.weights)
    chosen = swapped.ways(options.blends)
    blind.order([way.name for way in chosen], options.n, options.seed)  # refuses what cannot be compared before any work
    pairs = protocol.pairs(options, options.n)
    blends = " ".join(options.blends)
    study = {
        **records.made_by(f"facelib evaluate blind {protocol.as_options(options, options.n)} --blends {blends}"),
        "protocol": options.protocol,
        "data": protocol.data_name(options),
        "size": options.size,
        "seed": options.seed,
        "n": options.n,
    }
    shown = blind.show(pairs, chosen, options.seed, options.size)
    images.write_whole({options.html: blind_page.page(shown, study).encode()})
    terminal.say(options.html)
    protocol.warn_of_terms(options, options.html)


def preferences(options: argparse.Namespace) -> None:
    """Who was preferred to whom: strengths after Bradley and Terry, with their intervals, from what blind comparisons saved."""
    from facelib.evaluation import preferences as said

    records.check_place(options.json)
    found = said.table(said.read(options.files))
    print(said.as_text(found))
    command = f"facelib evaluate preferences {' '.join(file.name for file in options.files)}"
    records.save(options.json, {**records.made_by(command), **found})
