"""Making a folder of pairs by several processes: workers compute blocks of pairs, this process alone writes them."""

from __future__ import annotations

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from facelib import __version__, blenders, images
from facelib.datasets import pair_set, pair_writer, recolour
from facelib.datasets.frame import Frame
from facelib.datasets.pairs import Face, Pair, draw, face, make
from facelib.datasets.workers import one_thread

_BLOCK = 16  # pairs: what a worker makes at a time
_WAITING = 128_000_000  # bytes of finished blocks that may wait for the disk, should it be slower than the workers
_KEPT = 64_000_000  # bytes of faces that a worker remembers: reading a large photograph takes a hundred times as long as warping it


@dataclass(frozen=True)
class PairConfig:
    """Which pairs to make, besides of whom."""

    n: int = 5000
    size: int = 128  # pixels, the pictures' side
    seed: int = 0
    blends: tuple[str, ...] = ()  # names in `facelib.blenders.BLENDERS`
    same_person: bool = False  # as for `facelib.datasets.pairs.draw`
    recoloured: bool = False
    colours: str = "none"  # a name in `facelib.colour.COLOURS`: those in which the source is blended
    shown: bool = False  # whether to keep what the target's pixels show


def build(
    out: str | Path,
    frames: Sequence[Frame],
    root: Path,
    config: PairConfig,
    about: dict | None = None,
    jobs: int = 1,
    report: Callable[[int], None] = lambda done: None,
    given: Sequence[Pair] | None = None,
) -> None:
    """Make pairs, or go on with them, or do nothing where these pairs are there already; `facelib.datasets.pair_set` reads them.

    Parameters
    ----------
    out : str or Path
        The folder to make.
    frames : sequence of Frame
    root : Path
        The data set's folder: files are named as they are called in it.
    config : PairConfig
    about : dict, optional
        More for the card, such as the data set's name and its terms.
    jobs : int
        Processes; the bytes that come out are the same for any number.
    report : callable
        Called with the number of pairs that are done, first with those that were there.
    given : sequence of Pair, optional
        `config.n` pairs of these frames to make, instead of some drawn at random. All of them have an answer, or none.

    Raises
    ------
    ValueError
        Pairs that cannot be drawn, an unknown blender, a size or a number of processes too small.
    FileExistsError
        Something else is at `out`, or other pairs were begun there.
    OSError, facelib.images.PictureError
        The disk is full or cannot be written to; a picture cannot be read. What is done so far stays, for another call to go on with.
    """
    if config.size < images.MIN_SIDE:
        raise ValueError(f"size: expected at least {images.MIN_SIDE} pixels, got {config.size}")
    if jobs < 1:
        raise ValueError(f"jobs: expected at least 1 process, got {jobs}")
    blends = sorted(set(config.blends))
    for name in blends:
        blenders.get(name)
    names = _names(frames, root)
    digest = fingerprint(frames, names)
    answers = bool(given) and given[0].answer is not None
    plan = {"facelib": __version__, **asdict(config), "blends": blends, "answers": answers, "frames": len(frames), "frames_sha256": digest}
    if pair_writer.is_there(Path(out), plan):
        return report(config.n)
    pair_writer.check_room(Path(out), plan)
    pairs = list(given) if given is not None else draw(frames, config.n, config.seed, config.same_person, config.recoloured)
    at_once = max(2 * jobs, _WAITING * config.n // pair_set.bytes_of(plan) // _BLOCK) * _BLOCK
    with pair_writer.PairWriter(Path(out), plan, about or {}) as writer, Parallel(n_jobs=jobs, return_as="generator") as parallel:
        report(writer.done)
        while writer.done < config.n:
            stop = min(writer.done + at_once, config.n)
            blocks = [pairs[start : min(start + _BLOCK, stop)] for start in range(writer.done, stop, _BLOCK)]
            made = parallel(delayed(_make_block)(block, config) for block in blocks)
            for block, (arrays, boxes) in zip(blocks, made, strict=True):
                numbered = enumerate(zip(block, boxes, strict=True), start=writer.done)
                writer.write(arrays, [_row(index, pair, box, names) for index, (pair, box) in numbered])
                report(writer.done)
    writer.finish()


def _names(frames: Sequence[Frame], root: Path) -> dict[int, str]:
    """What each frame is called in the data set, by its `id`; of several faces in a picture, those after the first have a number too."""
    names, seen = {}, Counter()
    for frame in frames:
        name = frame.path.relative_to(root).as_posix()
        seen[name] += 1
        names[id(frame)] = name if seen[name] == 1 else f"{name}#{seen[name]}"
    return names


def fingerprint(frames: Sequence[Frame], names: dict[int, str]) -> str:
    """Changes with every name and every point: pairs of other frames are other pairs."""
    digest = hashlib.sha256()
    for frame in frames:
        digest.update(f"{names[id(frame)]}\0{frame.person}\0".encode() + frame.points.astype("<f4").tobytes())
    return digest.hexdigest()


def _row(index: int, pair: Pair, box: tuple[int, int, int], names: dict[int, str]) -> dict:
    return {
        "index": index,
        "source": names[id(pair.source)],
        "target": names[id(pair.target)],
        "source_person": pair.source.person,
        "target_person": pair.target.person,
        "box": box,
        "recolour": _change(pair.recolour, names),
    }


def _change(change: recolour.Change | None, names: dict[int, str]) -> dict | None:
    if isinstance(change, recolour.Transfer):
        return {"method": change.method, "like": names[id(change.like)]}
    return change and asdict(change)


def _make_block(block: Sequence[Pair], config: PairConfig) -> tuple[dict[str, np.ndarray], list[tuple[int, int, int]]]:
    """The arrays of some pairs, and the boxes of their crops; runs in a worker, on one thread."""
    with one_thread():
        made, boxes = [], []
        for pair in block:
            source, target = (_remembered.face(frame, config.size, config.shown) for frame in (pair.source, pair.target))
            pictures = make(source, target, pair.recolour, sorted(set(config.blends)), config.colours)
            if pair.answer is not None:
                pictures[pair_set.ANSWER] = face(pair.answer, config.size).target
            if config.shown:
                pictures[pair_set.SHOWN] = target.shown
            made.append({**pictures, pair_set.POINTS: target.target_points.astype(np.float32)})
            boxes.append(target.box)
        return {name: np.stack([one[name] for one in made]) for name in made[0]}, boxes


class _Remembered:
    """Faces that were read, the newest of them, up to so many bytes."""

    def __init__(self, limit: int):
        self.limit, self.bytes = limit, 0
        self.faces: OrderedDict[tuple, Face] = OrderedDict()

    def face(self, frame: Frame, size: int, shown: bool) -> Face:
        key = (str(frame.path), frame.points.tobytes(), size, shown)
        if key in self.faces:
            self.faces.move_to_end(key)
        else:
            self.faces[key] = read = face(frame, size, shown)
            self.bytes += _bytes(read)
            while self.bytes > self.limit and len(self.faces) > 1:
                self.bytes -= _bytes(self.faces.popitem(last=False)[1])
        return self.faces[key]


def _bytes(read: Face) -> int:
    return sum(part.nbytes for part in (read.source, read.target, read.shown) if part is not None)


_remembered = _Remembered(_KEPT)
