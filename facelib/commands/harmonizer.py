"""facelib train harmonizer, train embedding and train forensic."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

from facelib import records, tier
from facelib.commands import data, outputs, settings, terminal

OWN = ("stable", "writeup")  # recipes
RELATED = {
    "dih": "Deep Image Harmonization",
    "gp-gan": "GP-GAN's blending network",
    "fsgan-reenactment": "FSGAN's first stage, a face in another pose, with another expression",
    "fsgan-segmentation": "FSGAN's second stage, face, hair and hands, background",
    "fsgan-inpainting": "FSGAN's third stage, what is hidden of a face",
    "fsgan-blending": "FSGAN's fourth stage, a network that blends as Poisson does",
}
STUDIES = ("report", "borrowed", "semantics")
RECIPES, ROLES = (*OWN, *RELATED), ("loss", "judge")


def add_train(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib train ...`."""
    sub = command("harmonizer", train)
    sub.add_argument("--recipe", choices=RECIPES, required=True, help="the write-up's way, the one that works, or a related system's")
    _add_harmonizer(sub)
    for recipe, system in RELATED.items():
        sub = command(recipe, train)
        sub.description = f"{system}: as `facelib train harmonizer --recipe {recipe}`."
        sub.set_defaults(recipe=recipe)
        _add_harmonizer(sub)
    sub = command("embedding", train_embedding)
    sub.add_argument("--role", choices=ROLES, required=True, help="the one that training uses, or the one that judges")
    sub.add_argument("--data", default="ytf68", metavar="NAME|DIR", help="ytf68 or its folder")
    _add_common(sub)
    sub = command("forensic", train_forensic)
    _add_faces(sub)
    _add_common(sub)
    sub.add_argument("--dry-run", action="store_true", help="print the plan: parameters, disk, steps, time")
    data.add_jobs(sub)


def add_compare(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib compare ...`."""
    sub = command("harmonizers", study)
    _add_faces(sub)
    study_help = "report: losses and remedies (default); borrowed: mask channel, hidden layers; semantics: DIH with and without parsing"
    sub.add_argument("--study", choices=STUDIES, default="report", help=study_help)
    sub.add_argument("--seeds", type=int, default=3, metavar="K", help="runs of each variant (default: %(default)s)")
    sub.add_argument("--pictures", type=int, default=8000, metavar="N", help="that each run sees (default: %(default)s)")
    sub.add_argument("-o", "--out", type=outputs.Folder, metavar="RUNS", help="a folder for the runs; what is done there stays done")
    data.add_jobs(sub)
    sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")


def add_evaluate(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib evaluate ...`."""
    sub = command("forgetting", forgetting)
    sub.add_argument("folder", type=Path, metavar="RUN", help="a folder of `facelib train harmonizer --set keep=true`")
    sub.add_argument("--json", type=outputs.File, metavar="FILE", help="write the numbers there too")


def forgetting(options: argparse.Namespace) -> None:
    """Whether a discriminator forgets: each one that a run kept, on the fakes of each generator that it kept."""
    from facelib.learned import forgetting as evaluation
    from facelib.learned import harmonizer_faces
    from facelib.learned import harmonizer_recipes as recipes

    config = recipes.load(options.folder / "config.json")
    found = evaluation.measure(options.folder, config, harmonizer_faces.judged(options.folder / "pairs"))
    record = {**records.made_by("facelib evaluate forgetting RUN"), "recipe": config.recipe, "seed": config.seed, **found}
    print("discriminator of (rows), generator of (columns), in thousands of pictures; AUC")
    print(" " * 6 + "".join(f"{moment / 1000:7.0f}" for moment in found["pictures"]))
    for moment, row in zip(found["pictures"], found["auc"], strict=True):
        print(f"{moment / 1000:6.0f}" + "".join(f"{auc:7.3f}" for auc in row))
    print(f"forgotten: {found['forgotten']}")
    records.save(options.json, record)


def study(options: argparse.Namespace) -> None:
    """Train a recipe with one thing changed at a time, from several seeds: what each loss does, and what each remedy buys."""
    from facelib.learned import harmonizer_study

    _check_folder(options.out)
    for name, least in (("seeds", 1), ("pictures", 100)):
        if getattr(options, name) < least:
            raise ValueError(f"--{name}: expected at least {least}, got {getattr(options, name)}")
    variants = harmonizer_study.STUDIES[options.study]
    with terminal.counter(" runs", options.seeds * len(variants)) as tick:
        found = harmonizer_study.run(
            options.data,
            options.out,
            options.pictures,
            options.seeds,
            data.jobs(options),
            terminal.warn,
            lambda name, done: tick(done),
            variants,
        )
    print(harmonizer_study.as_text(found))
    command = f"facelib compare harmonizers --study {options.study} --data {Path(options.data).name}"
    command += f" --seeds {options.seeds} --pictures {options.pictures} -o RUNS"
    records.save(options.json, {**records.made_by(command), **found})


def _add_faces(sub: argparse.ArgumentParser) -> None:
    where = "ytf68 or its folder; people, which are in the package, or the folder of all of them; rendered; or a folder of photographs"
    sub.add_argument("--data", default="ytf68", metavar="NAME|DIR", help=where)


def _add_harmonizer(sub: argparse.ArgumentParser) -> None:
    _add_faces(sub)
    tiers_help = "how long: a minute or so on a CPU, minutes on a GPU, or the whole run (default: FACELIB_TIER, or full)"
    sub.add_argument("--tier", choices=tier.TIERS, help=tiers_help)
    _add_common(sub)
    sub.add_argument("--dry-run", action="store_true", help="print the plan: parameters, memory, steps, time")
    data.add_jobs(sub)


def _add_common(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("-o", "--out", type=outputs.Folder, metavar="RUN", help="a folder for pairs, checkpoints, logs, weights and card")
    data.add_bad(sub)
    precision_help = "mixed precision: bf16 is faster on a GPU and on some processors; auto (default) tries, and goes on as a run was begun"
    sub.add_argument("--precision", choices=["auto", "no", "bf16"], default="auto", help=precision_help)
    sub.add_argument("--seed", type=int, help="by default the one of what ships")
    settings.add(sub)
    sub.add_argument("--resume", action="store_true", help="go on from the last checkpoint in RUN")


def train(options: argparse.Namespace) -> None:
    """Train a harmonizer: a generator against a discriminator; write weights, their card and the log to RUN."""
    from facelib.learned import harmonizer_plan
    from facelib.learned import harmonizer_recipes as recipes

    options.tier = options.tier or tier.current("full")
    config = recipes.of(options.recipe, options.tier)
    options.seed = options.seed or 0
    options.precision = _precision(options)
    config = settings.change(dataclasses.replace(config, seed=options.seed, precision=options.precision), options.set)
    if options.dry_run:
        return print(json.dumps(harmonizer_plan.plan(config), indent=1))
    _check_folder(options.out)
    from facelib.learned import harmonizer_run  # needs accelerate, which a plan does not

    card = _run(harmonizer_run.run, config, options, "facelib train harmonizer", "recipe", "data", "tier")
    if card:
        _say(card["scores"])


def train_embedding(options: argparse.Namespace) -> None:
    """Train a network that tells people apart; write weights, their card and the log to RUN."""
    from facelib.learned import train_embedding as training

    _check_folder(options.out)
    options.precision = _precision(options)
    config = dataclasses.replace(training.ROLES[options.role], precision=options.precision)
    options.seed = config.seed if options.seed is None else options.seed
    config = settings.change(dataclasses.replace(config, seed=options.seed), options.set)
    command = _as_given("facelib train embedding", options, "role", "data")
    card = training.run(options.data, options.out, options.role, config, options.bad, terminal.warn, options.resume, command, _say)
    _say(card["scores"])


def train_forensic(options: argparse.Namespace) -> None:
    """Train a network that tells this package's swaps from untouched pictures; write weights, their card and the log to RUN."""
    from facelib.learned import forensic_config

    if options.dry_run:
        return print(json.dumps(forensic_config.plan(settings.change(forensic_config.ForensicConfig(), options.set)), indent=1))
    _check_folder(options.out)
    from facelib.learned import train_forensic as training  # needs accelerate, which a plan does not

    options.precision, options.seed = _precision(options), options.seed or 0
    config = dataclasses.replace(forensic_config.ForensicConfig(), precision=options.precision, seed=options.seed)
    config = settings.change(config, options.set)
    card = _run(training.run, config, options, "facelib train forensic", "data")
    _say(card["scores"])


def _run(run: Callable[..., dict], config, options: argparse.Namespace, command: str, *given: str) -> dict:
    """Train on pairs that are made first; the card. `command` and the options named in `given` are what the card says was asked for."""
    with terminal.counter(" pictures", config.pictures) as tick:
        return run(
            options.data,
            options.out,
            config,
            bad=options.bad,
            warn=terminal.warn,
            resume=options.resume,
            jobs=data.jobs(options),
            command=_as_given(command, options, *given),
            stage=lambda kind, done, total: terminal.progress(f"pairs, {kind}: {done} of {total}"),
            report=_say,
            tick=tick,
        )


def _precision(options: argparse.Namespace) -> str:
    """What --precision comes to; a run that goes on keeps what it was begun with."""
    from facelib.learned import precision

    file = options.out / "config.json" if options.out else None
    if options.precision == "auto" and options.resume and file and file.is_file():
        return json.loads(file.read_text(encoding="utf-8"))["precision"]
    return precision.choose(options.precision)


def _as_given(command: str, options: argparse.Namespace, *names: str) -> str:
    """The command, for the card."""
    given = [f"--{name} {Path(str(getattr(options, name))).name}" for name in (*names, "precision", "seed")]
    return " ".join([command, *given, *(f"--set {setting}" for setting in options.set), "-o RUN"])


def _check_folder(folder: Path | None) -> None:
    if folder is None:
        raise ValueError("-o: expected a folder for the run; give -o RUN")


def _say(row: dict) -> None:
    print(json.dumps(row), flush=True)
