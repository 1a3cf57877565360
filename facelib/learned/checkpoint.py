"""A checkpoint is there whole or not at all: a run may be killed at any moment, also while it writes one."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from accelerate import Accelerator

NAME = "checkpoint"


def save(accelerator: Accelerator, folder: Path) -> None:
    """Write `folder/checkpoint`: beside the last one first, which is then replaced by renaming."""
    new, current, old = (folder / f"{NAME}{ending}" for ending in (".new", "", ".old"))
    if accelerator.is_main_process:
        shutil.rmtree(new, ignore_errors=True)
    accelerator.wait_for_everyone()
    accelerator.save_state(str(new))
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        shutil.rmtree(old, ignore_errors=True)
        if current.exists():
            current.rename(old)
        new.rename(current)
        shutil.rmtree(old, ignore_errors=True)
    accelerator.wait_for_everyone()


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
