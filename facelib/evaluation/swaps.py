"""Swaps that have a right answer, and how near each way of blending comes to it.

Protocols:

self        two frames of one person, from different videos: the answer is the target itself
recolour    a face in other colours onto its own head: the answer is the untouched photograph
rendered    the sets of rendered swaps: the answer is drawn, the source's features in the target's tone
five        strangers, as in the write-up's figure: no answer, and only the scores that need none
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from joblib import Parallel, delayed

from facelib import blenders, bootstrap, images, metrics
from facelib.datasets import lessons
from facelib.datasets.frame import Frame
from facelib.datasets.pairs import Pair
from facelib.datasets.workers import one_thread
from facelib.evaluation.caught import caught
from facelib.evaluation.gallery import Gallery
from facelib.evaluation.swapped import Way, swapped
from facelib.related import parsing

_BLOCK = 8  # pairs that a worker makes at a time
BETTER = {"psnr": +1, "ssim": +1, "seam_error": -1, "identity": +1}  # which way each score is better; the other rows are for information
_SCALES = (0, 1 / 64, 1 / 32)  # of the picture's side: at how many pixels' width a seam is looked for
SCORES = (
    *(*BETTER, "rim_error", "identity_source", "moved", "tone_spread", "outside"),
    *("ms_ssim", "fmse", "seam_psnr", "colour_error", "skin_gradient", "colour_gap", "sharpness", "source_detail"),
    *("outside_mean", "expression", "pose", "mse", "picture_psnr", "mouth_psnr", "identity_target"),
)

# Of strangers, whose right answer nobody knows: what asks for the source, or for what the target keeps.
BETTER_ALONE = {"identity_source": +1, "seam_error": -1, "expression": -1, "pose": -1}
SCORES_ALONE = (*BETTER_ALONE, "identity_target", "rim_error", "outside", "colour_gap", "source_detail", "outside_mean")
RANKED = {"rank1": +1, "rank1_target": -1}  # of strangers too, where there is a gallery: whose face is nearest to the result
_DIRECTION = BETTER | BETTER_ALONE | RANKED  # above 0: more is better
_WINS = ("psnr", "identity", "identity_source")  # the scores by which wins are counted, where they are among the better
TRACE, CAUGHT = "trace", "caught"  # how much a picture looks swapped, a score of each pair; and what tables make of it
TARGET, ORACLE = "target", "oracle"  # the results that need no blend: the picture left alone, and the answer itself

Judge = Callable[[np.ndarray, np.ndarray], np.ndarray]  # pictures (N, S, S, 3) uint8 and points (N, 68, 2) to something of each
Forensic = Callable[[np.ndarray], np.ndarray]  # pictures (N, S, S, 3) uint8 to a number of each, more for what looks swapped


def self_swaps(frames: Sequence[Frame], count: int, seed: int, size: int = 128) -> list[Pair]:
    """Two frames of one person, as they are."""
    return [Pair(pair.source, pair.target) for pair in lessons.another(frames, count, seed)]


def rendered_swaps(frames: Sequence[Frame], count: int, seed: int, size: int = 128) -> list[Pair]:
    """The first pairs of each set in turn; frames and seed are not used: the sets are frozen."""
    from facelib.datasets.rendered import ladder

    names = list(ladder.SETS)
    chosen = [(names[index % len(names)], index // len(names)) for index in range(count)]
    return [lessons.rendered(ladder.swap(name, index), f"{name}_{index:03d}", size) for name, index in chosen]


def five(frames: Sequence[Frame], count: int, seed: int, size: int = 128) -> list[Pair]:
    """Strangers at random; the write-up shows five pairs."""
    return lessons.strangers(frames, count, seed)


PROTOCOLS: dict[str, Callable[[Sequence[Frame], int, int, int], list[Pair]]] = {
    "self": self_swaps,
    "recolour": lessons.transferred,
    "rendered": rendered_swaps,
    "five": five,
}
ALONE = ("five",)  # those of them that have no answer


@dataclass(frozen=True)
class Scored:
    """What was measured: `scores[score][way]` is (N,), a number a pair; so is `seconds[way]`, which no other run repeats."""

    scores: dict[str, dict[str, np.ndarray]]
    people: list[str]
    groups: list[str]  # for rendered pairs the set's name, otherwise ""
    seconds: dict[str, np.ndarray] = field(default_factory=dict)


def measure(
    pairs: Sequence[Pair],
    chosen: Sequence[Way],
    judge: Judge,
    finder: Judge,
    size: int = 128,
    jobs: int = 1,
    report: Callable[[Iterable], Iterable] = iter,
    answered: bool = True,
    done: MutableMapping[int, dict] | None = None,
    forensic: Forensic | None = None,
    gallery: Gallery | None = None,
) -> Scored:
    """Make every pair in every way, and score it.

    Parameters
    ----------
    pairs : sequence of Pair
        With an answer, or whose target is the answer.
    chosen : sequence of Way
        `TARGET`, the picture left alone, and `ORACLE`, the answer itself, are scored besides.
    judge : callable
        Gives embeddings (N, D) of length 1.
    finder : callable
        Finds the keypoints (N, 68, 2), with the points that it is given to know where the faces are.
    size : int
        Pixels, the side of the pictures.
    jobs : int
        Processes; the numbers do not depend on them.
    report : callable
        Wraps the iterable of blocks, as tqdm does.
    answered : bool
        Without an answer there are `SCORES_ALONE` only, for which the target stands in, and no `ORACLE`.
    done : mutable mapping of int to dict, optional
        What was measured of each of `blocks(pairs)`, by its number: what is in it is not measured again, and what is measured is put into
        it. `facelib.evaluation.resume.Kept` keeps it in a folder.
    forensic : callable, optional
        Says how much each picture looks swapped; without it there is no `trace`.
    gallery : Gallery, optional
        People, as the same judge sees them; without it there are no `rank1` and `rank1_target`.

    Returns
    -------
    Scored
        `psnr` in dB and `ssim`, inside the mask; `seam_error`, the absolute logarithm of `metrics.seam_energy` with the answer as the
        untouched picture, the mean over three scales: 0 where the border is as the answer's; `rim_error`, the same at the finest scale
        alone, which a blend that keeps a rim of the target escapes; `identity`, the cosine of the judge's embeddings of result and
        answer, `identity_source`, of result and source, and `identity_target`, of result and target; `moved`, how far the keypoints found
        in the result are from those found in the answer, in per cent of the eyes' distance; `tone_spread`, of the result over the answer;
        `outside`, the largest change beyond the mask, in grey levels.

        And with the names of `facelib.metrics`, inside the mask: `ms_ssim`, at as many scales as fit; `fmse`; `seam_psnr`, the `psnr` in
        `seam_band`; `colour_error`; `skin_gradient`, the excess over the answer's; `colour_gap`, less the answer's own; `sharpness`,
        over the answer's; `source_detail`, against the warped source; `outside_mean`, the mean change where `outside` has the largest;
        `expression`, the distance from the answer's in per cent of the eyes' distance, and `pose`, the error in degrees, both from the
        points that `moved` compares. `mse`, in squared grey levels of 0 to 255, and `picture_psnr` are of the whole picture, as in papers
        on harmonisation; `mouth_psnr` is the `psnr` of what the target's lips enclose, and they. `trace` is what `forensic` says, of which
        `table` makes `caught`. `rank1` is 1 where of all people of the gallery the source's is nearest to the result, by the judge, and
        otherwise 0; `rank1_target` is the same of the target's person. Neither is known of a person whose only pictures are the pair's own.

    Raises
    ------
    ValueError
        No pairs, or what `facelib.evaluation.swapped.swapped` raises.
    """
    if not pairs:
        raise ValueError("pairs: expected at least 1, got none; ask for more, or give a data set with faces in it")
    done = {} if done is None else done
    chosen, parts = list(dict.fromkeys(chosen)), blocks(pairs)
    missing = [number for number in range(len(parts)) if number not in done]
    blends = {way.blend: blenders.get(way.blend) for way in chosen}
    made = Parallel(n_jobs=jobs, return_as="generator")(delayed(_make)(parts[number], chosen, size, blends) for number in missing)
    names = [TARGET, ORACLE, *(way.name for way in chosen)]
    for number, block in zip(missing, report(made), strict=True):
        done[number] = _judged(block, parts[number], names, judge, finder, forensic, gallery)
    names = [name for name in names if answered or name != ORACLE]
    measured = [done[number] for number in range(len(parts))]

    def together(kind: str, name: str) -> np.ndarray:
        return np.array([value for part in measured for value in part[kind][name]])

    wanted = [*(SCORES if answered else SCORES_ALONE), *_asked_for(forensic, gallery)]
    scores = {score: {name: together(score, name) for name in names} for score in wanted}
    seconds = {way.name: together("seconds", way.name) for way in chosen}
    return Scored(scores, [pair.target.person for pair in pairs], [_group(pair) for pair in pairs], seconds)


def blocks(pairs: Sequence[Pair]) -> list[Sequence[Pair]]:
    """The pairs as they are shared out, a few at a time."""
    return [pairs[start : start + _BLOCK] for start in range(0, len(pairs), _BLOCK)]


def _asked_for(forensic: Forensic | None, gallery: Gallery | None) -> list[str]:
    """The scores that need something more."""
    return [*[TRACE] * (forensic is not None), *(RANKED if gallery is not None else ())]


def _judged(
    block: Sequence[dict],
    pairs: Sequence[Pair],
    names: Sequence[str],
    judge: Judge,
    finder: Judge,
    forensic: Forensic | None,
    gallery: Gallery | None,
) -> dict[str, dict[str, list[float]]]:
    """Every score of a block's pairs, in every way, and the seconds."""
    found: dict[str, dict[str, list[float]]] = {score: {} for score in (*SCORES, *_asked_for(forensic, gallery))}
    points, answers = (np.stack([one[part] for one in block]) for part in ("points", "answer"))
    embedded, at = judge(answers, points), finder(answers, points)
    sources = np.concatenate([judge(one["source"][None], one["source_points"][None]) for one in block])
    targets = judge(np.stack([one["results"][names.index(TARGET)] for one in block]), points)
    for number, name in enumerate(names):
        results = np.stack([one["results"][number] for one in block])
        of, there = judge(results, points), finder(results, points)
        asked = {
            "identity": (of * embedded).sum(1),
            "identity_source": (of * sources).sum(1),
            "identity_target": (of * targets).sum(1),
            "moved": 100 * metrics.nme(there, at),
            "expression": 100 * metrics.expression_distance(there, at),
            "pose": metrics.pose_error(there, at),
        }
        asked |= {TRACE: forensic(results)} if forensic is not None else {}
        asked |= dict(zip(RANKED, gallery.first(of, pairs), strict=True)) if gallery is not None else {}
        for score in found:
            values = asked[score] if score in asked else [one["scores"][number][score] for one in block]
            found[score][name] = [float(value) for value in values]
    return found | {"seconds": {name: [one["seconds"][name] for one in block] for name in block[0]["seconds"]}}


def table(scored: Scored, rivals: Sequence[str] = (), over: str | None = None) -> list[dict]:
    """A row a way: the mean of each score with its interval over people, the median of its seconds a face, by how much it is better than
    each rival, pair by pair, and how often it wins over one of them; and, where `trace` was measured, how easily it is caught."""
    better = _better(scored.scores)
    rows = []
    for name in next(iter(scored.scores.values())):
        row = {"way": name, "n": len(scored.people), "people": len(set(scored.people))}
        for score, of in scored.scores.items():
            row[score] = _mean(of[name], scored.people)
        if TRACE in scored.scores:
            row[CAUGHT] = caught(scored.scores[TRACE][name], scored.scores[TRACE][TARGET], scored.people)
        if name in scored.seconds:
            row["seconds"] = {"median": float(f"{np.median(scored.seconds[name]):.3g}")}
        for rival in rivals:
            if rival != name:
                row[f"better than {rival}"] = {score: gain(scored, score, name, rival) for score in better}
        if over not in (None, name):
            row[f"wins over {over}"] = {score: win_rate(scored, score, name, over) for score in _WINS if score in better}
        rows.append(row)
    return rows


def by_group(scored: Scored, rivals: Sequence[str] = ()) -> dict[str, list[dict]]:
    """For each set of rendered pairs, its table; nothing for other protocols. Arguments as for `table`."""
    found = {}
    for group in dict.fromkeys(scored.groups):
        at = np.flatnonzero(np.array(scored.groups) == group)
        part = {score: {name: values[at] for name, values in of.items()} for score, of in scored.scores.items()}
        found[group] = table(Scored(part, [scored.people[index] for index in at], [group] * len(at)), rivals)
    return found if list(found) != [""] else {}


def gain(scored: Scored, score: str, name: str, rival: str) -> dict:
    """By how much one way is better than another, pair by pair: above 0 is better, whichever way the score goes."""
    ours, theirs = (scored.scores[score][one] for one in (name, rival))
    both = np.isfinite(ours) & np.isfinite(theirs)
    return _mean(_DIRECTION[score] * (ours - theirs)[both], np.array(scored.people)[both])


def win_rate(scored: Scored, score: str, name: str, rival: str) -> dict:
    """On what share of the pairs one way is better than another; where they are equal, half a win. Pairs of which either has no number,
    not even an infinite one, do not count."""
    ours, theirs = (scored.scores[score][one] for one in (name, rival))
    both = ~(np.isnan(ours) | np.isnan(theirs))
    wins = np.where(ours == theirs, 0.5, _DIRECTION[score] * ours > _DIRECTION[score] * theirs)
    return _mean(wins[both], np.array(scored.people)[both])


def as_text(rows: Sequence[dict]) -> str:
    """The table for a person."""
    better = shown(rows[0])
    lines = [f"{'':<28}" + "".join(f"{score:>24}" for score in better) + f"{'ms a face':>12}"]
    for row in rows:
        took = f"{1000 * row['seconds']['median']:.3g}" if "seconds" in row else "-"
        lines.append(f"{row['way']:<28}" + "".join(f"{as_interval(row[score]):>24}" for score in better) + f"{took:>12}")
    for row in [row for row in rows if row["way"] not in (TARGET, ORACLE)]:
        for key in [key for key in row if key.startswith(("better than", "wins over"))]:
            lines.append(f"{row['way']} {key}:" + "".join(f"  {score:>10} {as_interval(of)}" for score, of in row[key].items()))
    return "\n".join(lines)


def as_interval(of: dict) -> str:
    """A mean and its interval; a dash where nothing is a number, as of a picture's PSNR to itself."""
    if of["mean"] is None:
        return "-"
    low, high = of["interval_95"]
    return f"{of['mean']:.3f} ({low:.3f} to {high:.3f})"


def shown(row: dict) -> dict[str, int]:
    """The columns of a table for a person, and above 0 where more is better."""
    return _better(row) | ({CAUGHT: -1} if CAUGHT in row else {})


def _better(scores: Container[str]) -> dict[str, int]:
    """The scores that say which way is better, of those that were measured, and in which direction."""
    return (BETTER if "psnr" in scores else BETTER_ALONE) | {score: way for score, way in RANKED.items() if score in scores}


def _mean(values: np.ndarray, people: Sequence[str]) -> dict:
    """Of what is a number: the target's PSNR to itself is not. None where nothing is."""
    people = np.asarray(people)[np.isfinite(values)]
    values = values[np.isfinite(values)]
    if not len(values):
        return {"mean": None, "interval_95": None}
    return {"mean": round(float(values.mean()), 4), "interval_95": bootstrap.ends(values, people, digits=4)}


def _group(pair: Pair) -> str:
    return pair.target.person.rsplit("_", 2)[0] if pair.answer is not None else ""


def _make(block: Sequence[Pair], chosen: Sequence[Way], size: int, blends: Mapping[str, blenders.Blender]) -> list[dict]:
    with one_thread():
        return [_one(pair, chosen, size, blends) for pair in block]


def _one(pair: Pair, chosen: Sequence[Way], size: int, blends: Mapping[str, blenders.Blender] = blenders.BLENDERS) -> dict:
    """A pair in every way, and the scores that need no network."""
    made = swapped(pair, chosen, size, blends)
    mouth = (parsing.parse(made.points, made.mask.shape) == parsing.CLASSES.index("mouth")).astype(np.float32)
    results = [made.target, made.answer, *made.results.values()]
    return {
        "results": [images.to_bytes(result) for result in results],
        "scores": [_scores(result, made.answer, made.target, made.mask, made.warped, mouth) for result in results],
        "seconds": made.seconds,
        "answer": images.to_bytes(made.answer),
        "points": made.points.astype(np.float32),
        "source": made.photograph,
        "source_points": made.source_points.astype(np.float32),
    }


def seam_errors(result: np.ndarray, answer: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """How far the jump across the border is from the answer's, at three scales: absolute logarithms, (3,), 0 where it is the same."""
    energies = [metrics.seam_energy(result, answer, mask, len(mask) * scale) for scale in _SCALES]
    return np.abs(np.log(np.maximum(energies, 1e-6)))


def _scores(
    result: np.ndarray, answer: np.ndarray, target: np.ndarray, mask: np.ndarray, warped: np.ndarray, mouth: np.ndarray
) -> dict[str, float]:
    everywhere = np.ones_like(mask)
    seams = seam_errors(result, answer, mask).tolist()
    return {
        "psnr": metrics.psnr(result, answer, mask),
        "ssim": metrics.ssim(result, answer, mask),
        "seam_error": float(np.mean(seams)),
        "rim_error": seams[0],
        "tone_spread": metrics.tone_spread(result, mask) / max(metrics.tone_spread(answer, mask), 1e-6),
        "outside": 255 * float(np.abs(result - target)[mask == 0].max(initial=0)),
        "ms_ssim": metrics.ms_ssim(result, answer, mask),
        "fmse": metrics.fmse(result, answer, mask),
        "seam_psnr": metrics.psnr(result, answer, metrics.seam_band(mask)),
        "colour_error": metrics.colour_error(result, answer, mask),
        "skin_gradient": metrics.skin_gradient_excess(result, answer, mask),
        "colour_gap": metrics.colour_gap(result, answer, mask) - metrics.colour_gap(answer, answer, mask),
        "sharpness": metrics.sharpness_ratio(result, mask, answer),
        "source_detail": metrics.source_detail(result, warped, mask),
        "outside_mean": metrics.background_change(result, target, mask).mean,
        "mse": metrics.fmse(result, answer, everywhere),
        "picture_psnr": metrics.psnr(result, answer, everywhere),
        "mouth_psnr": metrics.psnr(result, answer, mouth),
    }
