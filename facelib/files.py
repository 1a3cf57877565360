"""Files out: each is written whole or not at all, and only where nothing is lost by it."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

UNFINISHED = ".facelib-"  # how the names of files begin that `write_whole` is writing


class OutputError(ValueError):
    """A place that cannot be written to, or must not be; the message is one line for the user."""


def write_all(files: Mapping[str | Path, bytes]) -> None:
    """Write several files: all of them or none. Folders that are missing are made.

    Raises
    ------
    OutputError
        A place cannot be written to; nothing is left behind.
    """
    made = []
    try:
        for folder in {Path(path).parent for path in files}:
            made += _make_folder(folder)
        write_whole(files)
    except (OSError, OutputError) as error:
        for folder in reversed(made):
            with contextlib.suppress(OSError):  # somebody else has put something there
                folder.rmdir()
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{error.filename2 or error.filename or folder}: cannot be written ({error.strerror or error})") from None


def write_whole(files: Mapping[str | Path, bytes]) -> None:
    """Write files under other names beside their places, then move them there: a reader sees old files or new ones, never half of one.

    Raises
    ------
    OutputError
        Something is at a place that is no regular file: a folder, a device, a FIFO, a socket.
    OSError
        The disk is full, say; old files are as they were.
    """
    for path in files:
        _refuse_irregular(Path(path))  # before the first file is moved
    written: dict[Path, Path] = {}
    try:
        for path, contents in files.items():
            # opened by hand, since `tempfile` would make it private: so it gets the permissions that any new file gets here
            temporary = Path(path).parent / f"{UNFINISHED}{secrets.token_hex(8)}"
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
            written[temporary] = Path(path)
            with os.fdopen(handle, "wb") as file:
                file.write(contents)
        for temporary, path in written.items():
            os.replace(temporary, path)
    finally:
        for temporary in written:
            temporary.unlink(missing_ok=True)


def check_outputs(outputs: Iterable[str | Path | None], inputs: Iterable[str | Path] = ()) -> None:
    """Refuse, before any work is done, places where `write_whole` would fail, or would replace an input or another output.

    Parameters
    ----------
    outputs : iterable of str, Path or None
        The files that will be written; None stands for one that nobody asked for.
    inputs : iterable of str or Path
        Files, and folders of which no file may be replaced.

    Raises
    ------
    OutputError
        A folder, a device, a FIFO; an input under any name, or a file of an input folder; the same place twice; no folder, or one that
        cannot be written to.
    """
    inputs, before = [Path(one) for one in inputs], []
    for output in (Path(one) for one in outputs if one is not None):
        _refuse_irregular(output)
        for one in inputs:
            if _same(output, one):
                raise OutputError(f"{output}: is the same file as the input {one}; give another name")
            if one.is_dir() and output.exists() and Path(os.path.realpath(one)) in Path(os.path.realpath(output)).parents:
                raise OutputError(f"{output}: is a file of the input folder {one}; give another name")
        for other in before:
            if _same(output, other):
                raise OutputError(f"{output}: is to be written twice, as {other} too; give another name")
        if not output.parent.is_dir():
            raise OutputError(f"{output}: there is no folder {output.parent}; make it, or give another")
        _try_folder(output.parent, output)
        before.append(output)


def check_folders(folders: Iterable[str | Path | None], inputs: Iterable[str | Path] = ()) -> None:
    """Refuse, before any work is done, folders into which nothing can be written; those that are missing can be made.

    Raises
    ------
    OutputError
        A file, a device, an input; or a place that cannot be written to.
    """
    inputs = [Path(one) for one in inputs]
    for folder in (Path(one) for one in folders if one is not None):
        there = next((place for place in (folder, *folder.parents) if _kind(place) is not None), Path())
        if not there.is_dir():
            raise OutputError(f"{folder}: {'' if there == folder else f'{there} '}is a file; give a folder")
        for one in inputs:
            if _same(folder, one):
                raise OutputError(f"{folder}: is the input {one}; give another folder")
        _try_folder(there, folder)


def _kind(path: Path) -> int | None:
    """What is at a place, links followed, as `stat` has it; None for nothing."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from None


def _refuse_irregular(path: Path) -> None:
    mode = _kind(path)
    if mode is not None and stat.S_ISDIR(mode):
        raise OutputError(f"{path}: cannot be written (it is a folder); give a file's name")
    if mode is not None and not stat.S_ISREG(mode):
        raise OutputError(f"{path}: cannot be written (it is a device, a pipe or a socket); give a file's name")


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other) or (one.exists() and other.exists() and one.samefile(other))


def _try_folder(folder: Path, path: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from None


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder and its parents; those that were missing, outermost first."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]
