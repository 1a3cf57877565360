"""A checkpoint is there whole or not at all: a run may be killed at any moment, also while it writes one."""

from __future__ import annotations

import shutil
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


def find(folder: Path) -> Path | None:
    """The last whole checkpoint; killed between the two renamings, a run has left it under its old name."""
    return next((folder / name for name in (NAME, f"{NAME}.old") if (folder / name).is_dir()), None)
