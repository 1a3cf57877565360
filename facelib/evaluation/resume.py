"""An evaluation that was broken off goes on: what is measured of each block of pairs is a small file.

A file is named after everything that its numbers depend on: the pairs, the ways, the size, the weights, and the package's code. So a
folder may hold several evaluations, and a longer one takes over what a shorter one of the same seed measured; but nothing that was measured
otherwise is ever taken for this.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path

from facelib import blenders
from facelib.datasets import recolour
from facelib.datasets.frame import Frame
from facelib.datasets.pairs import Pair
from facelib.evaluation.swapped import Way
from facelib.files import write_whole


class Kept(MutableMapping):
    """What was measured of each block, by its number: a dictionary whose values are files, each written whole or not at all.

    Parameters
    ----------
    folder : str or Path
        Made where it is missing.
    names : sequence of str
        Of the blocks, in their order; see `fingerprint`.
    """

    def __init__(self, folder: str | Path, names: Sequence[str]):
        self.folder, self.names = Path(folder), list(names)
        if self.folder.exists() and not self.folder.is_dir():
            raise FileExistsError(f"{self.folder}: is a file; give a folder to keep an evaluation in")
        self.folder.mkdir(parents=True, exist_ok=True)

    def file(self, number: int) -> Path:
        """Where a block's numbers are, or will be."""
        return self.folder / f"{self.names[number]}.json"

    def __getitem__(self, number: int) -> dict:
        try:
            return json.loads(self.file(number).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise KeyError(number) from None
        except ValueError:
            raise ValueError(f"{self.file(number)}: damaged; remove it, and its pairs are measured again") from None

    def __setitem__(self, number: int, measured: dict) -> None:
        write_whole({self.file(number): json.dumps(measured).encode()})  # floats come back from it bit by bit, infinite ones too

    def __delitem__(self, number: int) -> None:
        self.file(number).unlink()

    def __contains__(self, number: object) -> bool:
        return number in range(len(self.names)) and self.file(number).is_file()

    def __iter__(self) -> Iterator[int]:
        return (number for number in range(len(self.names)) if number in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def fingerprint(block: Sequence[Pair], chosen: Sequence[Way], size: int, weights: Sequence[dict]) -> str:
    """A name for what is measured of some pairs.

    Parameters
    ----------
    block : sequence of Pair
    chosen : sequence of Way
    size : int
        The side of the crops in pixels.
    weights : sequence of dict
        What a record says of each: `facelib.learned.weights.which`.

    Returns
    -------
    str
        32 hexadecimal digits. Of a blender that is not the package's its own code counts, but not what that calls.
    """
    ours = {way.blend: _code_of(blenders.get(way.blend)) for way in chosen}
    what = [[asdict(way) for way in chosen], ours, size, list(weights), _package(), [_pair(pair) for pair in block]]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:32]


def _pair(pair: Pair) -> list:
    return [*map(_frame, (pair.source, pair.target, pair.answer)), _change(pair.recolour)]


def _change(change: recolour.Change | None) -> dict | list | None:
    return [change.method, _frame(change.like)] if isinstance(change, recolour.Transfer) else change and asdict(change)


def _frame(frame: Frame | None) -> list | None:
    return frame and [frame.path.name, frame.person, hashlib.sha256(frame.points.astype("<f4").tobytes()).hexdigest(), *frame.size()]


def _code_of(blender: blenders.Blender) -> str:
    """The code of a blender that somebody registered; nothing of the package's own, whose code `_package` knows."""
    if (getattr(blender, "__module__", "") or "").split(".")[0] == "facelib":
        return ""
    code = getattr(blender, "__code__", None)
    compiled = code.co_code.hex() if code else repr(blender)  # lines may hold several functions
    try:
        return inspect.getsource(blender) + compiled
    except (OSError, TypeError):
        return compiled


@cache
def _package() -> str:
    """Changes with the package's code."""
    digest = hashlib.sha256()
    root = Path(str(files("facelib")))
    for file in sorted(root.rglob("*.py")):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
