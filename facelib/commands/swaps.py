"""facelib evaluate swaps."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from facelib import blenders, records
from facelib.commands import data, outputs, protocol, runs, terminal
from facelib.files import write_whole

RIVALS = ("multiband", "feather", "poisson", "seamless-clone", "multiband:none")
OVER = blenders.DEFAULT  # over which way wins are counted


def add_evaluate(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib evaluate ...`."""
    sub = command("swaps", evaluate)
    protocol.add(sub, default="self", size=128)
    names = ", ".join(blenders.BLENDERS)
    blends_help = f"NAME[:COLOURS[:PLACE[:POINTS]]], POINTS labels or found; all (the default): {names}, and multiband:none, the write-up's"
    sub.add_argument("--blends", "--blenders", nargs="+", default=["all"], metavar="BLEND", help=blends_help)
    rivals_help = f"those of them with which each is compared, pair by pair (default: {' '.join(RIVALS)})"
    sub.add_argument("--rivals", nargs="+", default=RIVALS, metavar="BLEND", help=rivals_help)
    sub.add_argument("--n", type=int, metavar="N", help="pairs (default: 400; of five, 5; or all that there are)")
    data.add_jobs(sub)
    runs.add(sub)
    resume_help = "keep there what is measured, and go on with what a run that was broken off has left"
    sub.add_argument("--resume", type=outputs.Folder, metavar="DIR", help=resume_help)
    sub.add_argument(
        "--html", type=outputs.File, metavar="FILE", help="a page with the table, and the best, median and worst case of each blend"
    )
    sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")


def evaluate(options: argparse.Namespace) -> None:
    """How near each way of blending comes to the right answer: PSNR, SSIM, the seam, whose face a judge sees, and how it is caught."""
    from facelib.evaluation import gallery, swapped
    from facelib.evaluation import swaps as evaluation
    from facelib.learned import finder, judge, weights

    runs.use(options)
    chosen = swapped.ways(options.blends)
    used = _weights()
    answered = options.protocol not in evaluation.ALONE
    count = options.n if options.n is not None else 400 if answered else 5
    faces = protocol.frames(options, count)
    count = count if options.n is not None else protocol.usual(options, count, faces)
    pairs = protocol.pairs_of(options, count, faces)
    forensic, people = _forensic(), None if answered else gallery.of(faces, judge.embed, options.size)
    judges = {
        "judge": weights.which("embedding-judge"),
        "forensic": weights.which("forensic") if forensic else None,
        "gallery": people and people.which(),
    }
    jobs, done = data.jobs(options), _kept(options, pairs, chosen, [*used, *filter(None, judges.values())])
    bar = terminal.bar("block")
    scored = evaluation.measure(pairs, chosen, judge.embed, finder.find, options.size, jobs, bar, answered, done, forensic, people)
    rivals = [way.name for way in swapped.ways(options.rivals) if way in chosen]
    command = f"facelib evaluate swaps {protocol.as_options(options, count)} --blends {' '.join(options.blends)}"
    command += f" --rivals {' '.join(options.rivals)}" * (options.rivals != RIVALS)
    record = {
        **records.made_by(command),
        "protocol": options.protocol,
        "data": protocol.data_name(options),
        "size": options.size,
        "seed": options.seed,
        **judges,
        "weights": used,
        "table": evaluation.table(scored, rivals, OVER if OVER in [way.name for way in chosen] else None),
        "sets": evaluation.by_group(scored, rivals),
    }
    print(evaluation.as_text(record["table"]))
    records.save(options.json, record)
    if options.html:
        write_whole({options.html: _page(record, scored, pairs, chosen, options.size).encode()})
        terminal.say(options.html)
        protocol.warn_of_terms(options, options.html)


def _weights() -> list[dict]:
    """Those that may be used, as a record says which. A judge that is missing is noticed here, before any work."""
    from facelib.learned import harmonizer_recipes, weights

    try:
        weights.embedder("judge")
    except weights.WeightsError as error:
        raise weights.WeightsError(f"the judge of identity is missing: {error}") from None
    places = {f"harmonizer-{name}": weights.harmonizer_place(name) for name in harmonizer_recipes.RECIPES}
    there = [weights.which(name, folder) for name, folder in places.items() if (folder / f"{name}.json").is_file()]
    return [weights.which("keypoints"), *there]


def _forensic():
    """What says how much a picture looks swapped; without its weights nothing does, and standard error says so."""
    from facelib.learned import forensic, weights

    try:
        weights.detective()
    except weights.WeightsError as error:
        return terminal.warn(f"caught is left out: {error}")
    return forensic.suspicion


def _kept(options: argparse.Namespace, pairs, chosen, used: list[dict]):
    """What --resume asks for; what was there already is said on standard error."""
    if options.resume is None:
        return None
    from facelib.evaluation import resume, swaps

    names = [resume.fingerprint(block, chosen, options.size, used) for block in swaps.blocks(pairs)]
    kept = resume.Kept(options.resume, names)
    if len(kept):
        terminal.warn(f"{options.resume}: {len(kept)} of {len(names)} blocks of pairs are measured already")
    return kept


def _page(record: dict, scored, pairs, chosen, size: int) -> str:
    """What --html asks for."""
    from facelib.evaluation import cases, report, swapped, swaps

    if record["protocol"] in swaps.ALONE:
        return report.page(record, scored, strangers=[swapped.swapped(pair, chosen, size) for pair in pairs])
    return report.page(record, scored, cases.cases(scored, pairs, chosen, size))
