"""What the commands say to a person at a terminal."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from pathlib import Path

from facelib import picture_file


def say(*paths: Path) -> None:
    """Print where results are; a name that the terminal cannot show is shown with escapes."""
    for path in paths:
        print(str(path).encode(sys.stdout.encoding or "utf-8", "backslashreplace").decode(sys.stdout.encoding or "utf-8"))


def progress(stage: str | None) -> None:
    """One line that is written over, for a person at a terminal; None wipes it."""
    if sys.stderr.isatty():
        print(f"\r\033[K{stage + ' ...' if stage else ''}", end="", file=sys.stderr, flush=True)


def bar(unit: str):
    """What wraps an iterable in a progress bar, where somebody looks."""
    from tqdm import tqdm

    return lambda items: tqdm(items, unit=unit, disable=None, leave=False)


@contextlib.contextmanager
def counter(unit: str, total: int):
    """A progress bar, where somebody looks, for work that says how many are done; what it says first was done before."""
    from tqdm import tqdm

    with tqdm(total=total, unit=unit, disable=None, leave=False) as bar:

        def done(count: int) -> None:
            if not bar.n:
                bar.initial = bar.n = count
            bar.update(count - bar.n)

        yield done


def warn(line: str) -> None:
    """One line beside the results."""
    progress(None)
    print(f"facelib: {line}", file=sys.stderr)


@contextlib.contextmanager
def quiet_decoders():
    """Some decoders write to standard error by themselves; what is wrong with a file is said once, by us."""
    logging.getLogger("PIL").addHandler(logging.NullHandler())
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def read(file: Path, page: int | None = None) -> picture_file.PictureFile:
    """A picture's file; what a user would not see in the result is said."""
    progress(f"reading {file}")
    with quiet_decoders():
        picture = picture_file.read(file, page=page)
    if picture.pages > 1 and page is None:
        which = "first" if picture.page == 1 else f"number {picture.page}"
        warn(f"{file}: {which} of {picture.pages} frames is taken; --page N takes another")
    for note in picture.notes:
        warn(note)
    return picture
