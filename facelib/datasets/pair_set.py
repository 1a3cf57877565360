"""Pairs on disk: one folder, one memory-mapped NumPy array for each kind of picture, and where every pair comes from.

    OUT/raw.npy mask.npy target.npy multiband.npy   uint8, (N, S, S, 3), the mask (N, S, S); each blend under its own name
    OUT/answer.npy                                  likewise, where somebody knows how a perfect swap looks
    OUT/shown.npy                                   uint8, (N, S, S): what the target's pixels show, where that was asked for
    OUT/points.npy                                  float32, (N, 68, 2): the target's points in the crop
    OUT/pairs.jsonl                                 a line for each pair: files, people, crop, change of colours
    OUT/card.json                                   command, data set, seed, terms of use

Chosen by measurement: 5,000 pairs of 128 pixels with one blend, read in batches of 32 by torch's DataLoader in one process, on 2 busy
cores. In milliseconds a batch:

    ==============================================  ====  =======  ==========  ========
    format                                            MB  write s  sequential  shuffled
    ==============================================  ====  =======  ==========  ========
    memory-mapped .npy                               819        3           3         4
    WebDataset 1.0 shards, raw bytes                 850        8          23        39
    WebDataset 1.0 shards, PNG                       465       35          98       111
    Zarr 3.1, zstd, a pair a chunk, shards of 512    653       43         441       333
    Zarr 3.1, zstd, 32 pairs a chunk                 666       11         633       535
    ==============================================  ====  =======  ==========  ========

The shuffle of WebDataset is that of a buffer of 1,000 pairs; the others' is of all. The memory map asks for a disk that is near, and
saves no space: PNG takes 43 % less. It needs no library but NumPy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

CARD, ROWS, POINTS, ANSWER, SHOWN = "card.json", "pairs.jsonl", "points", "answer", "shown"


@dataclass(frozen=True)
class PairSet:
    """Pairs of a folder, read from disk as they are asked for; a data set for `torch.utils.data.DataLoader` as it stands.

    Examples
    --------
    >>> pairs = pair_set.read("runs/pairs")  # doctest: +SKIP
    >>> pairs.fields["raw"][:32].shape, pairs[7]["mask"].dtype, pairs.rows[7]["target"]  # doctest: +SKIP
    ((32, 128, 128, 3), dtype('uint8'), 'training/Abdullah_Gul_12.jpg')
    >>> next(iter(torch.utils.data.DataLoader(pairs, 32, shuffle=True)))["target"].shape  # doctest: +SKIP
    torch.Size([32, 128, 128, 3])
    """

    folder: Path
    fields: dict[str, np.ndarray]  # "raw", "mask", "target", "points" and the blends, each with a first axis as long as there are pairs
    rows: list[dict]  # where each pair comes from
    card: dict

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, np.ndarray]:
        """One pair: an array of each field, in memory."""
        return {name: np.array(field[index]) for name, field in self.fields.items()}

    def __reduce__(self):
        return read, (self.folder,)  # a memory map by itself would travel to another process as all its bytes


def read(folder: str | Path) -> PairSet:
    """Open the pairs that `facelib pairs` made.

    Raises
    ------
    FileNotFoundError
        There are none, or they are not finished.
    ValueError
        A file of them has been changed.
    """
    folder = Path(folder)
    if not (folder / CARD).is_file():
        raise FileNotFoundError(f"{folder}: no {CARD} in it; `facelib pairs -o {folder}` makes pairs, and finishes those that it began")
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in (folder / ROWS).read_text(encoding="utf-8").splitlines()]
    fields = arrays(folder, card)
    lengths = {ROWS: len(rows), **{f"{name}.npy": len(field) for name, field in fields.items()}}
    for name, length in lengths.items():
        if length != card["n"]:
            raise ValueError(f"{folder / name}: expected {card['n']} pairs, got {length}; `facelib pairs` finishes what it began")
    return PairSet(folder, fields, rows, card)


def layout(plan: dict) -> dict[str, tuple[type, tuple[int, ...]]]:
    """The type and the shape of each array, by name: (N, ...)."""
    count, size = plan["n"], plan["size"]
    picture = (np.uint8, (count, size, size, 3))
    more = dict.fromkeys([*plan["blends"], *[ANSWER] * plan["answers"]], picture)
    labels = (np.uint8, (count, size, size))
    more |= {SHOWN: labels} if plan.get("shown") else {}
    return {"raw": picture, "mask": labels, "target": picture, **more, POINTS: (np.float32, (count, 68, 2))}


def arrays(folder: Path, plan: dict, mode: str = "r") -> dict[str, np.memmap]:
    """The memory maps of a folder; "w+" makes their files, full of zeros."""
    return {name: np.lib.format.open_memmap(folder / f"{name}.npy", mode, dtype, shape) for name, (dtype, shape) in layout(plan).items()}


def bytes_of(plan: dict) -> int:
    """What the arrays take on disk, without their headers."""
    return sum(int(np.prod(shape)) * np.dtype(dtype).itemsize for dtype, shape in layout(plan).values())


def as_lines(rows: Iterable[dict]) -> bytes:
    """Rows as the file holds them."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()
