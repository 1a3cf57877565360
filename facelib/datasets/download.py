"""A data set's archive from the network: what was broken off goes on, and a folder appears whole or not at all.

One download of a data set at a time; two at once would write to the same file.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tqdm import tqdm

from facelib.datasets.places import places

LIMIT = 20_000_000_000  # bytes unpacked; the largest data set takes a tenth of that
_BLOCK = 1 << 18
_SECONDS = 60  # of silence, before a server counts as gone


def fetch_once(name: str, folder: str | Path | None, is_there: Callable[[Path], bool], make: Callable[[Path], None]) -> Path:
    """The folder of a data set, which is by default the first of its `places`; `make` makes it where the data set is not there yet."""
    folder = Path(folder) if folder else places(name)[0]
    if not is_there(folder):
        make(folder)
    return folder


def fetch(url: str, folder: str | Path, wanted: Callable[[str], str | None], check: Callable[[Path], None]) -> None:
    """Download a `.tar.gz`, unpack what is wanted of it, check that, and put it in place in one move.

    Parameters
    ----------
    url : str
    folder : str or Path
        Is made; must not exist, or be empty.
    wanted : callable
        Takes a member's name and returns the place that it gets in the folder, or None.
    check : callable
        Takes the unpacked folder before it is moved, and raises ValueError where something is wrong with it.

    Raises
    ------
    FileExistsError
        There is something in the folder.
    ConnectionError
        The network failed; another call goes on where this one stopped.
    ValueError
        The archive is damaged or unsafe, or the check failed; nothing is kept.
    """
    folder = Path(folder)
    refuse_full(folder)
    archive = folder.with_name(f".{folder.name}.tar.gz")
    download(url, archive)
    try:
        with appearing(folder) as partial:
            unpack(archive, partial, wanted)
            check(partial)
    except ValueError as error:
        archive.unlink()
        raise ValueError(f"{url}: {error}; nothing was kept") from None
    archive.unlink()


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """A folder to fill beside the one that is to be: it takes that one's place in one move, or is gone where filling it failed."""
    partial = folder.with_name(f".{folder.name}.unpacking")
    shutil.rmtree(partial, ignore_errors=True)  # left by a run that was killed
    partial.mkdir()
    try:
        yield partial
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def refuse_full(folder: Path) -> None:
    """Refuse to make a data set where something else is; make the folder's parents.

    Raises
    ------
    FileExistsError
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise FileExistsError(f"{folder}: is there already, and is not the data set; give another folder")
    folder.parent.mkdir(parents=True, exist_ok=True)


def download(url: str, path: str | Path) -> None:
    """Download a file; until it is whole it is called `path` + ".part", and another call goes on with that.

    Two halves of different versions of a file would not be noticed here, but by whatever checks the whole; `unpack` reads gzip's checksum.

    Raises
    ------
    ConnectionError
        No answer, a refusal, or an answer that broke off.
    """
    path = Path(path)
    if path.exists():
        return
    part = path.with_name(path.name + ".part")
    have = part.stat().st_size if part.exists() else 0
    try:
        answer = urlopen(Request(url, headers=_headers(have)), timeout=_SECONDS)
    except HTTPError as error:
        if error.code == 416 and have:  # there is nothing after what is here
            if error.headers.get("Content-Range") == f"bytes */{have}":
                os.replace(part, path)
            else:  # what is here is longer than the file: something else
                part.unlink()
                download(url, path)
            return
        raise ConnectionError(f"{url}: the server answers {error.code} {error.reason}") from None
    except (URLError, HTTPException, OSError) as error:
        raise ConnectionError(f"{url}: cannot be reached ({getattr(error, 'reason', error)}); try again later") from None
    with answer:
        # A server that makes its archives on the fly, as GitHub's does, knows no ranges: it answers 200 and begins at the beginning.
        goes_on = answer.status == 206
        if goes_on and not answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            raise ConnectionError(f"{url}: asked for bytes from {have} on, the server sends {answer.headers.get('Content-Range')}")
        have = have if goes_on else 0
        length = answer.headers.get("Content-Length")  # missing where the archive is made on the fly
        total = have + int(length) if length else None
        bar = tqdm(total=total, initial=have, unit="B", unit_scale=True, desc=path.name, disable=None, leave=False)
        with bar, part.open("ab" if goes_on else "wb") as file:
            for block in _blocks(url, answer):
                file.write(block)
                bar.update(len(block))
    got = part.stat().st_size
    if total is not None and got != total:
        raise ConnectionError(f"{url}: broke off after {got:,} of {total:,} bytes; run it again to go on from there")
    os.replace(part, path)


def unpack(archive: str | Path, folder: Path, wanted: Callable[[str], str | None], limit: int = LIMIT) -> None:
    """Unpack the wanted members of a `.tar.gz`: ordinary files only, and none outside the folder.

    Parameters
    ----------
    archive : str or Path
    folder : Path
        Exists.
    wanted : callable
        Takes a member's name and returns the place that it gets in the folder, or None.
    limit : int
        Bytes; a small archive can unpack to a full disk.

    Raises
    ------
    ValueError
        A damaged archive, a name that leads out of it, a wanted member that is a link or a device, or more than `limit`.
    """
    try:
        with gzip.open(archive) as stream, tarfile.open(fileobj=stream, mode="r|") as members:
            for member in tqdm(members, desc="unpacking", unit=" files", disable=None, leave=False):
                place = wanted(_safe(member.name))
                if place is None or member.isdir():
                    continue
                if not member.isfile():
                    raise ValueError(f"unsafe archive: {member.name} is not an ordinary file")
                limit -= member.size
                if limit < 0:
                    raise ValueError(f"unsafe archive: it unpacks to more than expected, at {member.name}")
                (folder / place).parent.mkdir(parents=True, exist_ok=True)
                with (folder / place).open("wb") as file:
                    shutil.copyfileobj(members.extractfile(member), file)
            while stream.read(_BLOCK):  # to the very end, where gzip keeps its checksum
                pass
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ValueError(f"damaged archive ({error})") from None


def check_sha256(path: Path, expected: str) -> None:
    """Refuse a file whose contents are not those expected."""
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != expected:
        raise ValueError(f"{path.name}: expected sha256 {expected}, got {found}")


def _headers(have: int) -> dict[str, str]:
    return {"User-Agent": "facelib", **({"Range": f"bytes={have}-"} if have else {})}


def _blocks(url: str, answer: HTTPResponse) -> Iterator[bytes]:
    try:
        while block := answer.read(_BLOCK):
            yield block
    except (HTTPException, OSError) as error:
        raise ConnectionError(f"{url}: broke off ({error}); run it again") from None


def _safe(name: str) -> str:
    """A member's name, in one spelling; ValueError where it leads out of the archive, on any system."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or PureWindowsPath(name).drive or "\\" in name:
        raise ValueError(f"unsafe archive: {name} leads out of it")
    return path.as_posix()
