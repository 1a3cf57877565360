"""What the forensic network learns from: strangers' faces swapped in every way of the package, and the crops that they were put onto,
untouched. Both come from the same picture by the same steps but for the swap, so that nothing else tells them apart.

Pairs are made once and kept on disk, in the form of `facelib.datasets.pair_set`: a picture for each way under the way's name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from joblib import Parallel, delayed
from torch.utils.data import Dataset

from facelib import __version__, images
from facelib.datasets import lessons, pair_set, pair_writer, recolour
from facelib.datasets.build_pairs import fingerprint
from facelib.datasets.frame import Frame
from facelib.datasets.pairs import Pair, crop_box, resized
from facelib.datasets.workers import one_thread
from facelib.evaluation.swapped import Way, swapped, ways
from facelib.learned import harmonizer_recipes, weights
from facelib.learned.forensic_net import CELLS, SIZE

_BLOCK = 8  # pairs that a worker makes at a time
AS_MEASURED, LARGER, AS_PHOTOGRAPHED = "as measured", "larger", "as photographed"  # at what size pairs are swapped: see `build`
_LARGER, _LARGEST = 0.5, 224  # the share of pairs that are made larger, and up to which side in pixels
_SIDES = 48, 256  # pixels, the least and the largest side of a face as it was photographed
Item = dict[str, torch.Tensor]


def every_way() -> list[Way]:
    """Each blend of the registry as a swap uses it, and the write-up's: multiband in the source's own colours."""
    return ways(["all"])


def build(
    out: Path,
    frames: Sequence[Frame],
    count: int,
    seed: int,
    chosen: Sequence[Way],
    sides: str = AS_MEASURED,
    jobs: int = 1,
    report: Callable[[int], None] = lambda done: None,
) -> None:
    """Make swaps of strangers in several ways, or go on with them, or do nothing where they are there.

    Parameters
    ----------
    out : Path
        The folder to make.
    frames : sequence of Frame
    count : int
        How many pairs.
    seed : int
    chosen : sequence of Way
    sides : str
        The size at which pairs are swapped, before they are brought to 128 pixels: `AS_MEASURED`, those 128; `LARGER`, half of them in up
        to 224, for other traces to learn; `AS_PHOTOGRAPHED`, what the target's face has in its picture, where it is harder to catch.
    jobs : int
        Processes.
    report : callable
        Called with the number of pairs that are done, first with those that were there.

    Raises
    ------
    FileExistsError
        Something else is at `out`, or other pairs were begun there.
    ValueError, OSError, facelib.images.PictureError
        Fewer than two people; the disk is full; a picture cannot be read.
    """
    digest = fingerprint(frames, {id(frame): frame.path.name for frame in frames})
    names = [way.name for way in chosen]
    plan = {"facelib": __version__, "n": count, "size": SIZE, "seed": seed, "sides": sides, "blends": names, "answers": False}
    plan |= {"frames": len(frames), "frames_sha256": digest, "weights": _used()}
    if pair_writer.is_there(out, plan):
        return report(count)
    pair_writer.check_room(out, plan)
    pairs = lessons.strangers(frames, count, seed)
    with pair_writer.PairWriter(out, plan, {"what": "swaps of strangers, each in several ways"}) as writer:
        report(writer.done)
        blocks = [range(start, min(start + _BLOCK, count)) for start in range(writer.done, count, _BLOCK)]
        drawn = [_side(pair.target, np.random.default_rng([seed, number, 7]), sides) for number, pair in enumerate(pairs)]
        asked = (delayed(_make)([(pairs[number], drawn[number]) for number in block], chosen) for block in blocks)
        for block, arrays in zip(blocks, Parallel(n_jobs=jobs, return_as="generator")(asked), strict=True):
            writer.write(arrays, [_row(number, pairs[number], drawn[number]) for number in block])
            report(writer.done)
    writer.finish()


def _side(target: Frame, rng: np.random.Generator, sides: str) -> int:
    if sides == AS_PHOTOGRAPHED:
        return int(np.clip(crop_box(target.points, target.size())[2], *_SIDES))
    return 8 * int(rng.integers(SIZE // 8, _LARGEST // 8 + 1)) if rng.random() < _LARGER and sides == LARGER else SIZE


def _row(number: int, pair: Pair, side: int) -> dict:
    frames = {"source": pair.source, "target": pair.target}
    row = {role: frame.path.name for role, frame in frames.items()} | {f"{role}_person": frame.person for role, frame in frames.items()}
    return {"index": number, **row, "side": side}


def _make(block: Sequence[tuple[Pair, int]], chosen: Sequence[Way]) -> dict[str, np.ndarray]:
    """The arrays of some pairs, each made at a side of its own; runs in a worker."""
    with one_thread():
        made = []
        for pair, side in block:
            swap = swapped(pair, chosen, side)
            side = len(swap.target)
            pictures = {"raw": swap.results.get("none", swap.target), "target": swap.target, **swap.results}
            arrays = {name: resized(images.to_bytes(picture), SIZE) for name, picture in pictures.items()}
            points = ((swap.points + 0.5) * (SIZE / side) - 0.5).astype(np.float32)
            made.append({**arrays, "mask": resized(images.to_bytes(swap.mask), SIZE), pair_set.POINTS: points})
        return {name: np.stack([one[name] for one in made]) for name in made[0]}


def _used() -> list[dict]:
    """The networks that make some of the swaps: other weights leave other traces."""
    return [weights.which(f"harmonizer-{name}", weights.harmonizer_place(name)) for name in harmonizer_recipes.RECIPES]


def to_input(crops: np.ndarray) -> torch.Tensor:
    """Crops (B, S, S, 3) uint8 as (B, 3, S, S) in [-1, 1]."""
    return torch.from_numpy(np.array(crops)).permute(0, 3, 1, 2).float() / 127.5 - 1


class Traces(Dataset):
    """Item 2 i is an untouched crop, item 2 i + 1 a swap onto it, both changed in the same way afterwards.

    `crop` is (3, 128, 128) in [-1, 1], `swapped` 0 or 1, and `where` (16, 16) in [0, 1] the share of each cell that the swap was put on.

    Parameters
    ----------
    pairs : PairSet
        Of `build`.
    pictures, seed : int
    names : sequence of str, optional
        The ways to learn; by default all that the pairs hold.
    """

    def __init__(self, pairs: pair_set.PairSet, pictures: int, seed: int, names: Sequence[str] | None = None):
        self.pairs, self.pictures, self.seed = pairs, pictures, seed
        self.names = list(names or pairs.card["blends"])

    def __len__(self) -> int:
        return self.pictures

    def __getitem__(self, i: int) -> Item:
        rng = np.random.default_rng((self.seed, i // 2))
        number, name = rng.integers(len(self.pairs)), self.names[rng.integers(len(self.names))]
        touched = i % 2 == 1
        crop = self.pairs.fields[name if touched else "target"][number]
        mask = self.pairs.fields["mask"][number] if touched else np.zeros((SIZE, SIZE), np.uint8)
        crop, mask = varied(np.array(crop), np.array(mask), rng)
        where = cv2.resize(images.to_float(mask), (CELLS, CELLS), interpolation=cv2.INTER_AREA)
        return {"crop": to_input(crop[None])[0], "swapped": torch.tensor(float(touched)), "where": torch.from_numpy(where)}


def varied(crop: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """What may happen to a picture after it was made, whoever made it: mirrored, moved and resized, other colours, JPEG; each at times.

    Parameters
    ----------
    crop : ndarray of shape (S, S, 3), uint8
    mask : ndarray of shape (S, S), uint8
        Moves with it.
    rng : numpy.random.Generator
        Of one state the same happens to every picture.
    """
    if rng.random() < 0.5:
        crop, mask = crop[:, ::-1], mask[:, ::-1]
    if rng.random() < 0.4:
        matrix = cv2.getRotationMatrix2D([(SIZE - 1) / 2] * 2, rng.normal(0, 3), np.exp(rng.normal(0, 0.06)))
        matrix[:, 2] += rng.normal(0, 0.02 * SIZE, 2)
        crop, mask = (cv2.warpAffine(part, matrix, (SIZE, SIZE), borderMode=cv2.BORDER_REPLICATE) for part in (crop, mask))
    if rng.random() < 0.25:
        few = int(SIZE * rng.uniform(0.6, 0.95))
        crop = cv2.resize(cv2.resize(crop, (few, few), interpolation=cv2.INTER_AREA), (SIZE, SIZE))
    if rng.random() < 0.3:
        crop = images.to_bytes(recolour.draw(rng).apply(images.to_float(np.ascontiguousarray(crop))))
    if rng.random() < 0.4:
        _, coded = cv2.imencode(".jpg", np.ascontiguousarray(crop), [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 98))])
        crop = cv2.imdecode(coded, cv2.IMREAD_COLOR)  # both take the channels in any order, so long as it is one
    return np.ascontiguousarray(crop), np.ascontiguousarray(mask)
