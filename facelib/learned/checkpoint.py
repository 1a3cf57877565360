"""A checkpoint is there whole or not at all: a run may be killed at any moment, also while it writes one.

`RUN/checkpoint/state.safetensors` holds tensors, `state.json` all else and a sha256 over both. Neither can hold code, whoever made it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from accelerate import Accelerator, PartialState
from accelerate.utils import gather_object
from safetensors.torch import load as read_tensors
from safetensors.torch import save as write_tensors
from torch import Tensor

from facelib.files import write_whole
from facelib.learned import random_states
from facelib.learned.state import pack, unpack

NAME = "checkpoint"
TENSORS, PLAIN = "state.safetensors", "state.json"
_REMEDY = "start without --resume in another folder"


class CheckpointError(ValueError):
    """A checkpoint that is damaged, or was not written by a run like this one; the message is one line for the user."""


class Stateful(Protocol):
    """What a checkpoint can hold: a network, an optimizer, an average, or whatever says of itself what must not be lost."""

    def state_dict(self) -> Mapping:
        """As `facelib.learned.state.pack` takes it."""

    def load_state_dict(self, state: Any) -> Any:
        """Be as it was."""


def begin(folder: Path, resume: bool) -> None:
    """Refuse, before any work is done, a folder whose run would be lost, or from whose checkpoint nothing can go on.

    Every trainer calls it first.

    Raises
    ------
    FileExistsError
        A run was begun in the folder, and this one is to begin anew.
    CheckpointError
        The checkpoint to go on from is damaged.
    """
    process = PartialState(cpu=not torch.cuda.is_available())
    with process.main_process_first():  # before it writes anything that the others would take for another run's
        if not process.is_main_process:
            return
        if resume and (last := find(folder)):
            read(last)
        elif not resume:
            refuse_run(folder, "--resume goes on, or give another folder")


def refuse_run(folder: Path, remedy: str = "give another folder") -> None:
    """Refuse a folder in which a run was begun, or in which trained weights are.

    Raises
    ------
    FileExistsError
        It is one.
    """
    names = (NAME, f"{NAME}.old", "history.jsonl", "config.json", "*.safetensors")
    there = next((path.name for name in names for path in sorted(folder.glob(name))), None)
    if there:
        raise FileExistsError(f"{folder}: holds a run already ({there}); {remedy}")


def save(accelerator: Accelerator, parts: Mapping[str, Stateful], folder: Path) -> None:
    """Write `folder/checkpoint`: beside the last one first, which is then replaced by renaming."""
    states = gather_object([random_states.get()])  # one of each process
    if accelerator.is_main_process:
        new, current, old = (folder / f"{NAME}{ending}" for ending in (".new", "", ".old"))
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        _write(new, {"parts": {name: part.state_dict() for name, part in parts.items()}, "random": states})
        shutil.rmtree(old, ignore_errors=True)
        if current.exists():
            current.rename(old)
        new.rename(current)
        shutil.rmtree(old, ignore_errors=True)
    accelerator.wait_for_everyone()


def load(accelerator: Accelerator, parts: Mapping[str, Stateful], last: Path) -> None:
    """Put everything into the state in which it was saved.

    Raises
    ------
    CheckpointError
        It is damaged, or of another kind of run.
    """
    tree = read(last)
    try:
        saved, states = tree["parts"], tree["random"]
        if len(states) != accelerator.num_processes:
            raise ValueError(f"saved by {len(states)} processes, this run has {accelerator.num_processes}")
        if set(saved) != set(parts):
            raise ValueError(f"expected {', '.join(sorted(parts))}, got {', '.join(sorted(map(str, saved)))}")
        for name, part in parts.items():
            if hasattr(part, "param_groups"):
                _check_groups(part.param_groups, saved[name]["param_groups"])
            part.load_state_dict(saved[name])
            if hasattr(part, "param_groups"):
                _check_moments(part.state)
        random_states.put(states[accelerator.process_index])
    except Exception as error:  # a state is whatever its file says, and torch, NumPy and `random` refuse it each in its own way
        raise CheckpointError(f"{last}: is no checkpoint of a run like this one ({_short(error)}); {_REMEDY}") from None


def read(last: Path) -> Any:
    """All that a checkpoint holds.

    Raises
    ------
    CheckpointError
        A file is missing, damaged, or not of a checkpoint of this package's.
    """
    others = [name for name in sorted(os.listdir(last)) if name not in (TENSORS, PLAIN) and not name.startswith(".")]
    if others:
        raise CheckpointError(f"{last / others[0]}: is no part of a checkpoint of this version, and is not read; {_REMEDY}")
    for name in (PLAIN, TENSORS):
        if not (last / name).is_file():
            raise CheckpointError(f"{last / name}: is missing; {_REMEDY}")
    contents = (last / TENSORS).read_bytes()
    try:
        record = json.loads((last / PLAIN).read_text(encoding="utf-8"))
        plain, digest = record["state"], record["sha256"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise CheckpointError(f"{last / PLAIN}: is damaged ({_short(error)}); {_REMEDY}") from None
    if digest != _digest(contents, plain):
        raise CheckpointError(f"{last / TENSORS}: is damaged (its sha256 is not that of {PLAIN}); {_REMEDY}")
    try:
        return unpack(read_tensors(contents), plain)
    except Exception as error:  # the right sha256 of something else: safetensors and torch have their own errors
        raise CheckpointError(f"{last / PLAIN}: is no checkpoint ({_short(error)}); {_REMEDY}") from None


def refuse_changes(file: Path, before: Mapping, now: Mapping, free: Collection[str]) -> None:
    """Refuse to go on from a checkpoint under another configuration than the run was begun with; `file` is where that one is.

    Raises
    ------
    ValueError
        Something differs that is not in `free`.
    """
    changed = [f"{name} {before.get(name)}" for name in now if now[name] != before.get(name) and name not in free]
    if changed:
        raise ValueError(f"{file}: the run was begun with {', '.join(changed)}; --set those, or choose another folder")


def find(folder: Path) -> Path | None:
    """The last whole checkpoint; killed between the two renamings, a run has left it under its old name."""
    return next((folder / name for name in (NAME, f"{NAME}.old") if (folder / name).is_dir()), None)


def _write(folder: Path, tree: Any) -> None:
    tensors, plain = pack(tree)
    contents = write_tensors(tensors)
    text = json.dumps({"sha256": _digest(contents, plain), "state": plain})
    write_whole({folder / TENSORS: contents, folder / PLAIN: text.encode()})


def _digest(contents: bytes, plain: Any) -> str:
    return hashlib.sha256(contents + json.dumps(plain).encode()).hexdigest()


def _check_groups(groups: Sequence[Mapping], saved: Sequence[Mapping]) -> None:
    """An optimizer takes over settings without a look at them."""
    for one, other in zip(groups, saved, strict=True):
        for name in {*one, *other} - {"params"}:
            if type(one[name]) is not type(other[name]):
                raise TypeError(f"{name}: expected {type(one[name]).__name__}, got {type(other[name]).__name__}")


def _check_moments(states: Mapping[Tensor, Mapping]) -> None:
    """An optimizer believes whatever shapes it is given, and its kernels would go past a tensor's end."""
    for parameter, state in states.items():
        for name, value in state.items():
            if isinstance(value, Tensor) and value.ndim and value.shape != parameter.shape:
                raise ValueError(f"{name}: expected shape {tuple(parameter.shape)}, got {tuple(value.shape)}")


def _short(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return f"{type(error).__name__}: {text}"[:200]
