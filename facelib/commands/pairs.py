"""facelib pairs."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from facelib import blenders, records
from facelib.commands import data, outputs, terminal
from facelib.datasets import named, people, photographs, places, ytf68
from facelib.datasets.frame import Frame

_RENDERED = 1000  # faces that are drawn for pairs, of 250 people


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about this command; `command(name, run)` makes its parser."""
    sub = command("pairs", pairs)
    data.add_data(sub, required=True, photographs=True)
    data.add_people(sub)
    sub.add_argument("--without-people", type=Path, metavar="FILE", help="leave these people out, one a line: those to measure on later")
    sub.add_argument("--n", type=int, default=5000, metavar="N", help="how many pairs (default: %(default)s, as in the write-up)")
    sub.add_argument("--size", type=int, default=128, metavar="S", help="the pictures' side in pixels (default: %(default)s)")
    sub.add_argument(
        "-o", "--out", type=outputs.Folder, required=True, metavar="OUT", help="the folder to make; OUT.partial until all is in it"
    )
    ways = [name for name in blenders.BLENDERS if name != "none"]  # which is the raw composite
    blend_help = "blend each pair in these ways too, the source in its own colours as in the write-up"
    sub.add_argument("--blend", choices=ways, nargs="+", default=[], metavar="BLEND", help=f"{blend_help}: {', '.join(ways)}")
    sub.add_argument("--same-person", action="store_true", help="two frames of one person, so that the target is the right answer")
    sub.add_argument("--recolour", action="store_true", help="change the source's colours at random first")
    sub.add_argument("--seed", type=int, default=0)
    data.add_jobs(sub)
    sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write there how many pairs were made, and how long it took")


def pairs(options: argparse.Namespace) -> None:
    """Make pairs of faces: raw composite, mask, target and blends, as arrays that torch can stream. Goes on after a kill."""
    from facelib.datasets.build_pairs import PairConfig, build

    frames, root, about = _faces(options)
    blends = tuple(options.blend)
    config = PairConfig(options.n, options.size, options.seed, blends, options.same_person, recoloured=options.recolour)
    about = {**records.made_by(_as_given(options)), **about}
    jobs = data.jobs(options)
    started, reached = time.perf_counter(), []
    with terminal.counter(" pairs", options.n) as report:

        def note(done: int) -> None:
            reached.append(done)
            report(done)

        build(options.out, frames, root, config, about, jobs, note)
    seconds, made = round(time.perf_counter() - started, 1), reached[-1] - reached[0]
    records.save(options.json, {**about, "jobs": jobs, "pairs": made, "seconds": seconds, "bytes": _bytes_in(options.out)})
    terminal.say(options.out)


def _bytes_in(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def _faces(options: argparse.Namespace) -> tuple[list[Frame], Path, dict[str, str]]:
    """The frames that are paired, the folder in which their names are looked up, and what the card says of them."""
    name, path = options.data, Path(options.data)
    chosen = options.people or options.without_people or options.subset
    if named.is_labelled(name):
        module = named.NAMED[named.name_of(name)]
        if module is not ytf68 and (options.same_person or options.without_people):
            raise ValueError(f"--same-person and --without-people: {module.NAME} names nobody; leave them out")
        if name == people.NAME and not any(map(people.is_there, places.places(name))) and not chosen:
            return people.faces("training"), Path(name), {"data": name, "terms": people.TERMS}  # the small ones of the package
        frames, found = data.frames(options), module.find(name)
        if module is ytf68:
            from facelib.learned import finder  # brings torch

            without = set(ytf68.read_people(options.without_people)) if options.without_people else set()
            frames = finder.labelled([frame for frame in frames if frame.person not in without], report=terminal.bar("batch"))
        return frames, found if found.is_dir() else found.parent, {"data": module.NAME, "terms": module.TERMS}
    if name == "rendered":
        from facelib.datasets.rendered import labelled as rendered

        if chosen:
            raise ValueError("--people, --without-people and --subset: rendered faces have no list of people; leave them out")
        terminal.progress("rendering")
        return (
            rendered.later(_RENDERED, options.seed, round(1.3 * options.size)),
            rendered.ROOT,
            {"data": rendered.NAME, "terms": rendered.TERMS},
        )
    if not path.is_dir():
        known = f"{', '.join(named.NAMED)}, a folder in the layout of one of them, rendered, or a folder of photographs"
        raise FileNotFoundError(f"--data: expected {known}; got {name}")
    if chosen:
        raise ValueError(
            "--people, --without-people and --subset: photographs have no list of people; leave them out, or give a folder of fewer"
        )
    terminal.progress("loading the keypoint model")
    frames = photographs.load(path, options.bad, terminal.warn, terminal.bar(" pictures"))
    return frames, path, {"data": "photographs", "terms": "those of the photographs"}


def _as_given(options: argparse.Namespace) -> str:
    """The command, for the card; not --jobs, which changes nothing."""
    command = f"{data.as_given('facelib pairs', options, 'n', 'size')} --seed {options.seed}"
    command += f" --without-people {options.without_people}" if options.without_people else ""
    command += f" --blend {' '.join(options.blend)}" if options.blend else ""
    return command + " --same-person" * options.same_person + " --recolour" * options.recolour
