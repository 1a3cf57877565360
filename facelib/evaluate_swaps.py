"""Swaps that have a right answer, and how near each way of blending comes to it.

Protocols:

self        two frames of one person, from different videos: the answer is the target itself
recolour    a face in other colours onto its own head: the answer is the untouched photograph
rendered    the sets of rendered swaps: the answer is drawn, the source's features in the target's tone
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed

from facelib import blenders, bootstrap, colour, images, metrics, place
from facelib.datasets import lessons
from facelib.datasets.frame import Frame
from facelib.datasets.pairs import Pair, face
from facelib.datasets.workers import one_thread
from facelib.related import parsing

_BLOCK = 8  # pairs that a worker makes at a time
BETTER = {"psnr": +1, "ssim": +1, "seam_error": -1, "identity": +1}  # which way each score is better; the other rows are for information
_SCALES = (0, 1 / 64, 1 / 32)  # of the picture's side: at how many pixels' width a seam is looked for
SCORES = (
    *(*BETTER, "rim_error", "identity_source", "moved", "tone_spread", "outside"),
    *("ms_ssim", "fmse", "seam_psnr", "colour_error", "skin_gradient", "colour_gap", "sharpness", "source_detail"),
    *("outside_mean", "expression", "pose", "mse", "picture_psnr", "mouth_psnr"),
)

Judge = Callable[[np.ndarray, np.ndarray], np.ndarray]  # pictures (N, S, S, 3) uint8 and points (N, 68, 2) to something of each


@dataclass(frozen=True)
class Way:
    """One way to make a result of a warped source."""

    blend: str  # a name in `facelib.blenders.BLENDERS`
    colours: str  # a name in `facelib.colour.COLOURS`
    placing: str = place.TRIANGLES  # a name for `facelib.place.get`

    @property
    def name(self) -> str:
        """As tables call it: the blend, with whatever is not what a swap would use."""
        name = self.blend
        name += f", colours {self.colours}" * (self.colours != blenders.colours_for(self.blend))
        return name + f", placed by {self.placing}" * (self.placing != blenders.placing_for(self.blend))


def ways(names: Iterable[str]) -> list[Way]:
    """Each blend as a swap uses it, or with other colours, or also otherwise placed: BLEND:COLOURS:PLACING, of which the latter two may be
    left out or empty. The write-up's own is "multiband:none", with the source's colours.

    Raises
    ------
    ValueError
        An unknown name.
    """
    chosen = []
    for name in names:
        blend, colours, placing = (name.split(":") + ["", ""])[:3]
        blenders.get(blend)
        way = Way(blend, colours or blenders.colours_for(blend), placing or blenders.placing_for(blend))
        colour.get(way.colours)
        place.get(way.placing)
        chosen.append(way)
    return chosen


def self_swaps(frames: Sequence[Frame], count: int, seed: int, size: int = 128) -> list[Pair]:
    """Two frames of one person, as they are."""
    return [Pair(pair.source, pair.target) for pair in lessons.another(frames, count, seed)]


def rendered_swaps(frames: Sequence[Frame], count: int, seed: int, size: int = 128) -> list[Pair]:
    """The first pairs of each set in turn; frames and seed are not used: the sets are frozen."""
    from facelib.datasets.rendered import ladder

    names = list(ladder.SETS)
    chosen = [(names[index % len(names)], index // len(names)) for index in range(count)]
    return [lessons.rendered(ladder.swap(name, index), f"{name}_{index:03d}", size) for name, index in chosen]


PROTOCOLS: dict[str, Callable[[Sequence[Frame], int, int, int], list[Pair]]] = {
    "self": self_swaps,
    "recolour": lessons.itself,
    "rendered": rendered_swaps,
}


@dataclass(frozen=True)
class Scored:
    """What was measured: `scores[score][way]` is (N,), a number a pair."""

    scores: dict[str, dict[str, np.ndarray]]
    people: list[str]
    groups: list[str]  # for rendered pairs the set's name, otherwise ""


def measure(
    pairs: Sequence[Pair],
    chosen: Sequence[Way],
    judge: Judge,
    finder: Judge,
    size: int = 128,
    jobs: int = 1,
    report: Callable[[Iterable], Iterable] = iter,
) -> Scored:
    """Make every pair in every way, and score it.

    Parameters
    ----------
    pairs : sequence of Pair
        With an answer, or whose target is the answer.
    chosen : sequence of Way
        "target", the picture left alone, is scored besides.
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

    Returns
    -------
    Scored
        `psnr` in dB and `ssim`, inside the mask; `seam_error`, the absolute logarithm of `metrics.seam_energy` with the answer as the
        untouched picture, the mean over three scales: 0 where the border is as the answer's; `rim_error`, the same at the finest scale
        alone, which a blend that keeps a rim of the target escapes; `identity`, the cosine of the judge's embeddings of result and
        answer, and `identity_source`, of result and source; `moved`, how far the keypoints found in the result are from those found in
        the answer, in per cent of the eyes' distance; `tone_spread`, of the result over the answer; `outside`, the largest change beyond
        the mask, in grey levels.

        And with the names of `facelib.metrics`, inside the mask: `ms_ssim`, at as many scales as fit; `fmse`; `seam_psnr`, the `psnr` in
        `seam_band`; `colour_error`; `skin_gradient`, the excess over the answer's; `colour_gap`, less the answer's own; `sharpness`,
        over the answer's; `source_detail`, against the warped source; `outside_mean`, the mean change where `outside` has the largest;
        `expression`, the distance from the answer's in per cent of the eyes' distance, and `pose`, the error in degrees, both from the
        points that `moved` compares. `mse`, in squared grey levels of 0 to 255, and `picture_psnr` are of the whole picture, as in papers
        on harmonisation; `mouth_psnr` is the `psnr` of what the target's lips enclose, and they.
    """
    blocks = [pairs[start : start + _BLOCK] for start in range(0, len(pairs), _BLOCK)]
    names = ["target", *(way.name for way in chosen)]
    found: dict[str, dict[str, list]] = {score: {name: [] for name in names} for score in SCORES}
    made = Parallel(n_jobs=jobs, return_as="generator")(delayed(_make)(block, list(chosen), size) for block in blocks)
    for block in report(made):
        points, answers = (np.stack([one[part] for one in block]) for part in ("points", "answer"))
        embedded, at = judge(answers, points), finder(answers, points)
        sources = np.concatenate([judge(one["source"][None], one["source_points"][None]) for one in block])
        for number, name in enumerate(names):
            results = np.stack([one["results"][number] for one in block])
            of = judge(results, points)
            found["identity"][name] += list((of * embedded).sum(1))
            found["identity_source"][name] += list((of * sources).sum(1))
            there = finder(results, points)
            found["moved"][name] += list(100 * metrics.nme(there, at))
            found["expression"][name] += list(100 * metrics.expression_distance(there, at))
            found["pose"][name] += list(metrics.pose_error(there, at))
            for score in block[0]["scores"][number]:
                found[score][name] += [one["scores"][number][score] for one in block]
    arrays = {score: {name: np.array(values) for name, values in of.items()} for score, of in found.items()}
    return Scored(arrays, [pair.target.person for pair in pairs], [_group(pair) for pair in pairs])


def table(scored: Scored, rivals: Sequence[str] = ()) -> list[dict]:
    """A row a way: the mean of each score with its interval over people, and by how much it is better than each rival, pair by pair."""
    rows = []
    for name in scored.scores["psnr"]:
        row = {"way": name, "n": len(scored.people), "people": len(set(scored.people))}
        for score in SCORES:
            row[score] = _mean(scored.scores[score][name], scored.people)
        for rival in rivals:
            if rival != name:
                row[f"better than {rival}"] = {score: gain(scored, score, name, rival) for score in BETTER}
        rows.append(row)
    return rows


def by_group(scored: Scored) -> dict[str, list[dict]]:
    """For each set of rendered pairs, its table; nothing for other protocols."""
    found = {}
    for group in dict.fromkeys(scored.groups):
        at = np.flatnonzero(np.array(scored.groups) == group)
        part = {score: {name: values[at] for name, values in of.items()} for score, of in scored.scores.items()}
        found[group] = table(Scored(part, [scored.people[index] for index in at], [group] * len(at)))
    return found if list(found) != [""] else {}


def gain(scored: Scored, score: str, name: str, rival: str) -> dict:
    """By how much one way is better than another, pair by pair: above 0 is better, whichever way the score goes."""
    ours, theirs = (scored.scores[score][one] for one in (name, rival))
    both = np.isfinite(ours) & np.isfinite(theirs)
    return _mean(BETTER[score] * (ours - theirs)[both], np.array(scored.people)[both])


def as_text(rows: Sequence[dict]) -> str:
    """The table for a person."""
    lines = [f"{'':<28}" + "".join(f"{score:>24}" for score in BETTER)]
    for row in rows:
        lines.append(f"{row['way']:<28}" + "".join(f"{_text(row[score]):>24}" for score in BETTER))
    for row in rows:
        for key in [key for key in row if key.startswith("better than")]:
            lines.append(f"{row['way']} {key}:" + "".join(f"{score:>12} {_text(row[key][score])}" for score in BETTER))
    return "\n".join(lines)


def _text(of: dict) -> str:
    if of["mean"] is None:
        return "-"
    low, high = of["interval_95"]
    return f"{of['mean']:.3f} ({low:.3f} to {high:.3f})"


def _mean(values: np.ndarray, people: Sequence[str]) -> dict:
    """Of what is a number: the target's PSNR to itself is not. None where nothing is."""
    people = np.asarray(people)[np.isfinite(values)]
    values = values[np.isfinite(values)]
    if not len(values):
        return {"mean": None, "interval_95": None}
    ends = [round(float(end), 4) for end in bootstrap.interval(values, people)]
    return {"mean": round(float(values.mean()), 4), "interval_95": ends}


def _group(pair: Pair) -> str:
    return pair.target.person.rsplit("_", 2)[0] if pair.answer is not None else ""


def _make(block: Sequence[Pair], chosen: Sequence[Way], size: int) -> list[dict]:
    with one_thread():
        return [_one(pair, chosen, size) for pair in block]


def _one(pair: Pair, chosen: Sequence[Way], size: int) -> dict:
    """A pair in every way, and the scores that need no network."""
    source, target = face(pair.source, size), face(pair.target, size)
    crop = images.to_float(target.target)
    answer = crop if pair.answer is None else images.to_float(face(pair.answer, size).target)
    picture = images.to_float(source.source)
    if pair.recolour is not None:
        picture = pair.recolour.apply(picture)
    faces = place.Faces(picture, crop, source.source_points, target.target_points)
    plain = place.triangles(faces)
    warped, mask = plain.warped, plain.mask
    placed = {name: place.get(name)(faces) for name in {way.placing for way in chosen}}
    mouth = (parsing.parse(target.target_points, mask.shape) == parsing.CLASSES.index("mouth")).astype(np.float32)
    results = [crop, *(_result(way, placed[way.placing], crop) for way in chosen)]
    return {
        "results": [images.to_bytes(result) for result in results],
        "scores": [_scores(result, answer, crop, mask, warped, mouth) for result in results],
        "answer": images.to_bytes(answer),
        "points": target.target_points.astype(np.float32),
        "source": source.target,
        "source_points": source.target_points.astype(np.float32),
    }


def _result(way: Way, placed: place.Placed, target: np.ndarray) -> np.ndarray:
    return blenders.get(way.blend)(colour.get(way.colours)(placed.warped, target, placed.mask), target, placed.mask)


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
