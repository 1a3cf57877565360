"""A set of the ladder on disk: one folder, whole or not at all.

DIR/source.npy target.npy appearance.npy full.npy   uint8, (N, S, S, 3): the two pictures of a pair, and both right answers
DIR/mask.npy full_mask.npy                          uint8, (N, S, S), 255 where an answer is to be scored: face that nothing hides
DIR/source_occluder.npy target_occluder.npy         uint8, (N, S, S), 255 where hair, glasses or a hand are
DIR/source_points.npy target_points.npy full_points.npy   float32, (N, 68, 2)
DIR/pairs.jsonl                                     a line for each pair: all numbers of its source and its target
DIR/card.json                                       command, set, size, how many
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from facelib import images
from facelib.datasets.rendered import ladder, swaps
from facelib.datasets.rendered.picture import Rendered, render
from facelib.datasets.workers import one_thread
from facelib.files import UNFINISHED

_BLOCK = 10  # pairs: what a worker draws at a time


def write(name: str, out: Path, size: int, about: dict, jobs: int = 1, report: Callable[[int], None] = lambda done: None) -> None:
    """Draw a set of the ladder and write it.

    Raises
    ------
    ValueError
        An unknown set, or a size below 32.
    FileExistsError
        Something is at `out`.
    OSError
        The place cannot be written to; nothing is left behind.
    """
    ladder.swap(name, 0)  # refuses a name that is none
    if size < 32:
        raise ValueError(f"size: expected at least 32 pixels, got {size}; make it larger")
    if jobs < 1:
        raise ValueError(f"jobs: expected at least 1 process, got {jobs}; give 1 or more")
    if out.exists():
        raise FileExistsError(f"{out}: is there already; give another folder, or remove it")
    out.parent.mkdir(parents=True, exist_ok=True)
    made = []
    starts = range(0, ladder.COUNT, _BLOCK)
    for block in Parallel(n_jobs=jobs, return_as="generator")(delayed(_block)(name, start, size) for start in starts):
        made += block
        report(len(made))
    partial = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=out.parent))
    try:
        for field in made[0]:
            np.save(partial / f"{field}.npy", np.stack([one[field] for one in made]))
        swapped = [ladder.swap(name, index) for index in range(ladder.COUNT)]
        lines = [f'{{"source": {one.source.to_json()}, "target": {one.target.to_json()}}}\n' for one in swapped]
        (partial / "pairs.jsonl").write_text("".join(lines), encoding="utf-8")
        (partial / "card.json").write_text(
            json.dumps({**about, "set": name, "n": ladder.COUNT, "size": size}, indent=1) + "\n", encoding="utf-8"
        )
        partial.chmod(0o755)
        partial.rename(out)
    finally:
        if partial.exists():
            shutil.rmtree(partial)


def draw(swap: ladder.Swap, size: int) -> dict[str, np.ndarray]:
    """The arrays of one pair, under the names of their files."""
    source, target = render(swap.source, size), render(swap.target, size)
    appearance, full = (render(answer(swap.source, swap.target), size) for answer in (swaps.appearance, swaps.full))
    pictures = {"source": source, "target": target, "appearance": appearance, "full": full}
    arrays = {name: images.to_bytes(one.picture) for name, one in pictures.items()}
    arrays |= {"mask": _scored(appearance), "full_mask": _scored(full)}
    arrays |= {"source_occluder": images.to_bytes(source.occluder), "target_occluder": images.to_bytes(target.occluder)}
    return arrays | {f"{name}_points": pictures[name].points for name in ("source", "target", "full")}


def _scored(answer: Rendered) -> np.ndarray:
    return ((answer.hull > 0) & (answer.skin > 0.99)).astype(np.uint8) * 255


def _block(name: str, start: int, size: int) -> list[dict[str, np.ndarray]]:
    with one_thread():
        return [draw(ladder.swap(name, index), size) for index in range(start, min(start + _BLOCK, ladder.COUNT))]
