"""Writing a folder of pairs that may be interrupted at any moment: nobody ever sees half of it, and what is done is not done again.

Until all is in it the folder is called `OUT.partial`. Its arrays have their full size from the start and are filled in order; `done.json`
says how far, and is written after what it counts has reached the disk. What a killed run wrote beyond that is written again, the same
bytes; so two runs at once would waste time, but spoil nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from facelib import images, records
from facelib.datasets import pair_set
from facelib.files import UNFINISHED

_DONE = "done.json"
_SECONDS = 1  # after which the disk is waited for, and how far it got is written down


class PairWriter:
    """A context in which pairs are written one block after the other; `done` says how many there are."""

    def __init__(self, out: Path, plan: dict, about: dict):
        self.out, self.plan = out, plan
        self.partial = out.with_name(f"{out.name}.partial")
        self.done, self._bytes_of_rows = _begin(self.partial, plan, about)

    def __enter__(self) -> PairWriter:
        with ExitStack() as stack:
            self._files = {name: stack.enter_context((self.partial / name).open("r+b")) for name in _files(self.plan)}
            for name, array in pair_set.arrays(self.partial, self.plan).items():
                self._files[f"{name}.npy"].seek(array.offset + self.done * array[0].nbytes)
            self._files[pair_set.ROWS].seek(self._bytes_of_rows)
            self._written, self._stack = time.monotonic(), stack.pop_all()
        return self

    def __exit__(self, *error) -> None:
        self._stack.close()

    def write(self, arrays: dict[str, np.ndarray], rows: Iterable[dict]) -> None:
        """Add a block: arrays with as many entries along their first axis as there are rows."""
        for name, array in arrays.items():
            self._files[f"{name}.npy"].write(np.ascontiguousarray(array))
        rows = list(rows)
        self._files[pair_set.ROWS].write(pair_set.as_lines(rows))
        self.done += len(rows)
        if self.done == self.plan["n"] or time.monotonic() > self._written + _SECONDS:
            for file in self._files.values():
                file.flush()
                os.fsync(file.fileno())
            _note(self.partial, self.done, self._files[pair_set.ROWS].tell())
            self._written = time.monotonic()

    def finish(self) -> None:
        """Give the folder its name; after the context, once every pair is written."""
        for leftover in self.partial.glob(f"{UNFINISHED}*"):
            leftover.unlink()
        if self.out.exists():
            self.out.rmdir()  # it was empty
        self.partial.rename(self.out)
        (self.out / _DONE).unlink()


def is_there(out: Path, plan: dict) -> bool:
    """Whether these pairs are at `out`.

    Raises
    ------
    FileExistsError
        Something else is.
    """
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return False
    if not (out / pair_set.CARD).is_file():
        raise FileExistsError(f"{out}: is there already, and holds no pairs; give another folder")
    changed = _changed(out, plan)
    if changed:
        raise FileExistsError(f"{out}: holds other pairs ({changed}); give another folder, or remove it")
    return True


def check_room(out: Path, plan: dict) -> None:
    """Refuse, before any work is done, more pairs than the disk has room for."""
    folder = next(place for place in out.absolute().parents if place.is_dir())
    needed, free = pair_set.bytes_of(plan), shutil.disk_usage(folder).free
    begun = out.with_name(f"{out.name}.partial").exists()
    if needed > free and not begun:
        raise OSError(f"{out}: {plan['n']:,} pairs take {needed:,} bytes, and {free:,} are free; make fewer, or smaller ones")


def _begin(partial: Path, plan: dict, about: dict) -> tuple[int, int]:
    """Make what the pairs are written into, unless it is there; how many pairs are done, and in how many bytes of rows."""
    if (partial / pair_set.CARD).is_file():
        changed = _changed(partial, plan)
        if changed:
            raise FileExistsError(f"{partial}: other pairs were begun there ({changed}); finish them, or remove it, or give another folder")
        done = json.loads((partial / _DONE).read_text(encoding="utf-8"))
        return done["pairs"], done["bytes_of_rows"]
    partial.mkdir(parents=True, exist_ok=True)
    ours = (*_files(plan), _DONE)
    others = [file.name for file in sorted(partial.iterdir()) if file.name not in ours and not file.name.startswith(UNFINISHED)]
    if others:
        raise FileExistsError(f"{partial}: holds something else, such as {others[0]}; remove it, or give another folder")
    pair_set.arrays(partial, plan, mode="w+")
    (partial / pair_set.ROWS).write_bytes(b"")
    _note(partial, 0, 0)
    records.save(partial / pair_set.CARD, {**about, **plan, "note": images.PROVENANCE})  # the last: where it is, so is all else
    return 0, 0


def _changed(folder: Path, plan: dict) -> str:
    """What is different in the pairs of a folder, in words; empty where nothing is."""
    card = json.loads((folder / pair_set.CARD).read_text(encoding="utf-8"))
    return ", ".join(f"{name} {card.get(name)}, not {value}" for name, value in plan.items() if card.get(name) != value)


def _files(plan: dict) -> list[str]:
    return [*(f"{name}.npy" for name in pair_set.layout(plan)), pair_set.ROWS]


def _note(partial: Path, done: int, bytes_of_rows: int) -> None:
    records.save(partial / _DONE, {"pairs": done, "bytes_of_rows": bytes_of_rows})
