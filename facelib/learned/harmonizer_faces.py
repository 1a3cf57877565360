"""Which faces a harmonizer is trained on, and on which it is judged: pairs of each kind that its recipe asks for, as folders of arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from facelib.datasets import lessons, named, people, photographs, ytf68
from facelib.datasets.build_pairs import PairConfig, build
from facelib.datasets.frame import Frame
from facelib.datasets.pair_set import read
from facelib.learned import finder
from facelib.learned.harmonizer_data import COMPOSITES, Source
from facelib.learned.harmonizer_recipes import HarmonizerConfig

RENDERED = "rendered"
_SEED, _OTHER_SEED = 21, 22  # of the rendered people who are trained on, and of those to be judged on
_PEOPLE = 250  # rendered ones
_JUDGED = {"another": 200, "drawn": 100, "moment": 200, "turned": 100}  # pairs of people not trained on
_EASY = {"itself": 100, "covered": 100}  # where training has nothing harder that has an answer
_ONE_IN = 10  # photographs' people are kept out of training


@dataclass(frozen=True)
class Faces:
    """Frames to train on and frames to judge on, with nobody in both."""

    training: list[Frame]
    validation: list[Frame]
    root: Path  # their names are looked up in it
    held_out: str  # for the card


def choose(data: str | Path, bad: str = "refuse", warn: Callable[[str], None] | None = None) -> Faces:
    """The faces of ytf68 (a name or its folder), rendered ones, people who do not exist (the small faces of the package, or the full set by
    its folder), or a folder of photographs."""
    if str(data) == people.NAME:
        return Faces(people.faces("training"), people.faces("validation"), Path(people.NAME), "the part validation of people")
    if str(data) == RENDERED:
        from facelib.datasets.rendered import labelled

        sets = [labelled.later(_PEOPLE * labelled.FRAMES_EACH, seed, 166) for seed in (_SEED, _OTHER_SEED)]
        return Faces(*sets, labelled.ROOT, "rendered people of another seed")
    if named.is_labelled(str(data)) and named.name_of(str(data)) == ytf68.NAME:
        frames, held_out = finder.labelled(ytf68.load(data, bad=bad, report=warn)), set(ytf68.validation_people())
        return _split(frames, held_out, ytf68.find(data), "facelib/datasets/ytf68_validation.txt")
    if named.name_of(str(data)) == people.NAME:
        training, validation = (people.load(data, parts, bad, warn) for parts in ((None, "training"), ("validation",)))
        return Faces(training, validation, people.find(data), "the part validation of people")
    if named.is_labelled(str(data)):
        known = f"{ytf68.NAME}, {people.NAME}, {RENDERED}, or a folder of photographs"
        raise ValueError(f"--data: {data} says of nobody who it is; give {known}")
    frames = photographs.load(data, bad, warn)
    held_out = set(sorted({frame.person for frame in frames})[::_ONE_IN])
    return _split(frames, held_out, Path(data), f"one person in {_ONE_IN}")


def _split(frames: Sequence[Frame], held_out: set[str], root: Path, said: str) -> Faces:
    """By person."""
    training, validation = ([frame for frame in frames if (frame.person in held_out) == kept] for kept in (False, True))
    return Faces(training, validation, root, said)


def prepare(
    faces: Faces,
    config: HarmonizerConfig,
    folder: Path,
    jobs: int = 1,
    warn: Callable[[str], None] = lambda line: None,
    report: Callable[[str, int, int], None] = lambda kind, done, total: None,
) -> tuple[list[Source], list[Source]]:
    """Make the pairs in `folder`, or find them there: those to train on, and those to judge on.

    Kinds that these faces do not allow, such as another video of people with one, are left out, and `warn` is told.
    """
    shown = COMPOSITES[config.composite].shown or "parsing" in dict(config.weights)
    taught = {kind: count for kind, share in config.mix if (count := round(share * config.pairs))}
    judged = {kind: count for kind, count in (_JUDGED | _EASY).items() if kind in taught} or _JUDGED
    judged = {kind: count for kind, count in judged.items() if kind in _JUDGED} or judged

    def made(frames: Sequence[Frame], counts: dict[str, int], prefix: str, seed: int) -> list[str]:
        """The kinds that could be made."""
        done, given = [], COMPOSITES[config.composite]
        for kind, count in counts.items():
            try:
                drawn = lessons.KINDS[kind].draw(frames, count, seed, config.size)
            except ValueError as error:
                warn(str(error))
                continue
            used, place = lessons.frames_of(drawn), folder / f"{prefix}{kind}"
            plan = PairConfig(count, config.size, seed, given.blends, colours="lab" if given.blends else "none", shown=shown)
            build(place, used, lessons.root_of(used, faces.root), plan, {}, jobs, partial(_report, report, kind, count), drawn)
            done.append(kind)
        if not done:
            raise ValueError(f"pairs: none of the kinds {', '.join(counts)} can be made of these faces; give photographs of more people")
        return done

    training, validation = made(faces.training, taught, "", 0), made(faces.validation, judged, "judged-", _OTHER_SEED)
    shares = dict(config.mix)
    return (
        [Source(read(folder / kind), shares[kind], lessons.KINDS[kind].answered) for kind in training],
        [Source(read(folder / f"judged-{kind}"), 1.0, True) for kind in validation],
    )


def judged(pairs: Path) -> list[Source]:
    """Those to judge on, of a run's pairs: of the kind of pictures that were trained on, where there are such with an answer."""
    kinds = [pairs / "judged-another"] if (pairs / "judged-another").is_dir() else sorted(pairs.glob("judged-*"))
    return [Source(read(folder), 1.0, True) for folder in kinds]


def _report(report: Callable[[str, int, int], None], kind: str, total: int, done: int) -> None:
    report(kind, done, total)
