"""facelib evaluate blind, verdicts and agreement."""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from facelib import blenders, images, records
from facelib.commands import data, outputs, runs, terminal
from facelib.files import write_all

SIZE = 256  # pixels, the side of the crops that are scored


def add_evaluate(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib evaluate ...`."""
    sub = command("blind", blind)
    _add_study(sub)
    sub.add_argument("-o", "--html", type=outputs.File, metavar="FILE", help="the page to write, for people")
    sub.add_argument("--sheets", type=outputs.Folder, metavar="DIR", help="write each trial there as a picture, for raters who use no page")
    sub.add_argument(
        "--trials", type=outputs.File, metavar="FILE", help="the key to write: which method stands behind each letter; raters do not get it"
    )
    sub.add_argument(
        "--pictures",
        type=outputs.Folder,
        metavar="DIR",
        help="write source, target and results of each pair there, whole, as METHOD/001.png",
    )

    for name, run in (("verdicts", verdicts), ("agreement", agreement)):
        sub = command(name, run)
        sub.add_argument(
            "files", nargs="+", type=Path, metavar="FILE", help="answers, as the page saves them and raters of sheets write them"
        )
        sub.add_argument("--trials", type=Path, required=True, metavar="KEY", help="the key that `facelib evaluate blind` wrote")
        if name == "agreement":
            sub.add_argument("--data", metavar="DIR", help="the folder of photographs, where the study was of one")
            runs.add(sub)
            data.add_jobs(sub)
        sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")


def _add_study(sub: argparse.ArgumentParser) -> None:
    """What is judged."""
    sub.add_argument(
        "--data",
        default="people",
        metavar="people|DIR",
        help="people who do not exist: the gallery, and the large ones of `facelib fetch people` where they are here; or a folder of "
        "photographs (default: %(default)s)",
    )
    sub.add_argument("--n", type=int, default=20, metavar="N", help="pairs of strangers (default: %(default)s)")
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--yaw", type=float, default=45.0, metavar="DEG", help="leave out heads that are turned so far (default: %(default)g)")
    blends_help = "BLEND or BLEND:COLOURS:PLACE, each a method; all are shown in each trial (default: multiband poisson unet): "
    sub.add_argument(
        "--blends", nargs="+", default=["multiband", "poisson", "unet"], metavar="BLEND", help=blends_help + ", ".join(blenders.BLENDERS)
    )
    sub.add_argument(
        "--also",
        nargs="+",
        default=[],
        type=_named_folder,
        metavar="NAME=DIR",
        help="methods whose results are ready: DIR/001.png and so on, of the same pairs, whole, as --pictures writes them",
    )
    sub.add_argument("--repeats", type=int, metavar="N", help="trials that are shown again later, in another order (default: a tenth)")
    sub.add_argument(
        "--catch", type=int, metavar="N", help="trials that show the untouched target or the raw composite too (default: a tenth)"
    )
    runs.add(sub)


def blind(options: argparse.Namespace) -> None:
    """Pairs of strangers whose results are judged blindly: a page that works by keys alone, or sheets; each saves or gets answers.

    Raters give every result a verdict (accept, flaw or fail, and what is wrong), and rank the results. `facelib evaluate verdicts` reads
    the answers. A pair that cannot be swapped is drawn anew, and counted in the key.
    """
    from facelib.evaluation import blind, blind_page, blind_pairs, blind_sheets, blind_study, strangers, swapped
    from facelib.evaluation import verdicts as said

    chosen = swapped.ways(options.blends)
    own = [way.name for way in chosen]
    _check(options, own)
    runs.use(options)
    folders = dict(options.also)
    complete = [at for at in range(options.n) if all(blind_pairs.file_of(folder, at).is_file() for folder in folders.values())]
    if options.also and len(complete) < options.n:
        terminal.warn(f"also: {options.n - len(complete)} of {options.n} pairs have no picture in some folder, and are left out")
    trials = blind.trials([*own, *folders], len(complete), *_counts(options, len(complete)), options.seed)
    frames = strangers.load(options.data, options.yaw, terminal.warn)
    refused: list[blind_pairs.Refused] = []
    drawn, shown = [], {}
    digest = hashlib.sha256(json.dumps([one.results for one in trials]).encode())
    for at, pair in enumerate(blind_pairs.made(frames, options.n, options.seed, chosen, refused, terminal.progress)):
        drawn.append(pair.names)
        if options.pictures:
            blind_pairs.save(options.pictures, at, pair, own)
        if at not in complete:
            continue
        seen = blind_pairs.seen(pair, {name: blind_pairs.ready(folder, at, pair) for name, folder in folders.items()})
        for picture in (seen.source, *seen.results.values()):
            digest.update(images.to_bytes(picture).tobytes())
        number = complete.index(at)
        here = [one for one in trials if one.pair == number]
        if options.sheets:
            images.save_all({options.sheets / f"{one.number:03d}.png": blind_sheets.sheet(seen, one.results) for one in here})
        if options.html:
            shown[number] = blind_page.shown(seen, {name for one in here for name in one.results})
    terminal.progress(None)
    about = {
        **records.made_by(_command(options)),
        "question": said.QUESTION,
        "data": Path(options.data).name,
        "seed": options.seed,
        "yaw": options.yaw,
        "blends": options.blends,
        "weights": options.weights and options.weights.name,
        "refused": [vars(one) for one in refused],
    }
    id, written = digest.hexdigest()[:16], {}
    if options.html:
        written[options.html] = blind_page.page([(shown[one.pair], one.results) for one in trials], id).encode()
    if options.sheets:
        written[options.sheets / "HOW.txt"] = blind_sheets.instructions(len(trials)).encode()
        written[options.sheets / "answers.json"] = _json(blind_sheets.form(id))
    if options.trials:
        pairs = [drawn[at] for at in complete]
        written[options.trials] = _json(blind_study.record(about, id, [*own, *folders], pairs, trials))
    if options.pictures:
        written[options.pictures / blind_pairs.PAIRS] = _json({**about, "pairs": blind_study.named(drawn)})
    write_all(written)
    if refused:
        terminal.warn(f"{len(refused)} pairs could not be swapped, and others were drawn; the key and {blind_pairs.PAIRS} say which")
    terminal.say(*written)


def verdicts(options: argparse.Namespace) -> None:
    """What raters said of blind trials: accepted, flawed and failed, what is wrong, who is preferred, and how far raters agree."""
    from facelib.evaluation import blind_study, verdict_table
    from facelib.evaluation import verdicts as said

    study = blind_study.read(options.trials)
    found = verdict_table.table(study, said.read(options.files, study))
    print(verdict_table.as_text(found))
    records.save(options.json, {**records.made_by(_reading("verdicts", options)), "study": study.record["command"], **found})


def agreement(options: argparse.Namespace) -> None:
    """Which scores prefer what raters preferred: the study's pairs are made again as crops, with the faces' labels, and scored.

    Results that were ready (--also) cannot be made again; comparisons with them are left out.
    """
    from facelib.datasets.pairs import Pair
    from facelib.evaluation import agreement as agreeing
    from facelib.evaluation import blind_study, judged, strangers, swapped, swaps
    from facelib.evaluation import verdicts as said
    from facelib.learned import finder, judge

    study = blind_study.read(options.trials)
    answers = said.read(options.files, study)
    weights = study.record["weights"]
    if weights != (options.weights and options.weights.name):
        wanted = f"with --weights {weights}" if weights else "without --weights"
        raise ValueError(f"--weights: expected the run by which the study was made, {wanted}, got {options.weights}")
    runs.use(options)
    chosen = swapped.ways(study.record["blends"])
    where = options.data or study.record["data"]
    frames = strangers.load(where, study.record["yaw"])
    missing = next((name for pair in study.pairs for name in pair if name not in frames), None)
    if missing:
        raise ValueError(f"--data: expected the pictures that the study was made of, got no {missing} in {where}")
    pairs = [Pair(frames[source], frames[target]) for source, target in study.pairs]
    scored = swaps.measure(pairs, chosen, judge.embed, finder.find, SIZE, data.jobs(options), terminal.bar("block"), answered=False)
    known = {way.name for way in chosen}
    rows = agreeing.table([one for one in judged.compared(study, answers) if {one.first, one.second} <= known], scored)
    print(agreeing.as_text(rows))
    raters = sorted({one.rater for one in answers})
    records.save(options.json, {**records.made_by(_reading("agreement", options)), "raters": raters, "table": rows})


def _check(options: argparse.Namespace, own: Sequence[str]) -> None:
    """Refuse, before any work, what cannot be made or would replace an input."""
    from facelib.evaluation import blind_pairs

    if not (options.html or options.sheets or options.pictures):
        raise ValueError("expected --html, --sheets or --pictures, got none of them; say what to write")
    if (options.html or options.sheets) and not options.trials:
        raise ValueError("--trials: expected a file beside --html and --sheets; without the key nobody can read the answers")
    writes = [(options.pictures / blind_pairs.folder_of(name)).resolve() for name in own] if options.pictures else []
    if len(dict(options.also)) < len(options.also):
        raise ValueError(f"--also: expected different names, got {', '.join(name for name, _ in options.also)}")
    for name, folder in options.also:
        if not folder.is_dir():
            raise FileNotFoundError(f"--also: {name}: no such folder: {folder}")
        if folder.resolve() in writes:
            raise ValueError(f"--pictures: {options.pictures} would replace the pictures of {name}; give another folder")


def _counts(options: argparse.Namespace, pairs: int) -> tuple[int, int]:
    """How many trials come again, and how many hold a catch."""
    usual = min(math.ceil(pairs / 10), pairs // 2)
    return tuple(usual if given is None else given for given in (options.repeats, options.catch))


def _named_folder(text: str) -> tuple[str, Path]:
    name, _, folder = text.partition("=")
    if not name or not folder:
        raise argparse.ArgumentTypeError(f"expected NAME=DIR, got {text}")
    return name, Path(folder)


def _command(options: argparse.Namespace) -> str:
    """What was asked for, as it stands in a record; of folders the names alone."""
    line = (
        f"facelib evaluate blind --data {shlex.quote(Path(options.data).name)} --n {options.n} --seed {options.seed} --yaw {options.yaw:g}"
    )
    line += f" --blends {' '.join(options.blends)}"
    line += f" --also {' '.join(shlex.quote(f'{name}={folder.name}') for name, folder in options.also)}" if options.also else ""
    line += "".join(f" --{name} {value}" for name in ("repeats", "catch") if (value := getattr(options, name)) is not None)
    return line + (f" --weights {shlex.quote(options.weights.name)}" if options.weights else "")


def _reading(name: str, options: argparse.Namespace) -> str:
    return f"facelib evaluate {name} --trials {options.trials.name} {' '.join(file.name for file in options.files)}"


def _json(record: dict) -> bytes:
    return (json.dumps(record, indent=1) + "\n").encode()
