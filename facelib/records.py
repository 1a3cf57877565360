"""Results as small JSON files: the numbers, and beside them what made them."""

from __future__ import annotations

import datetime
import json
import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.request import urlopen

from facelib.files import write_whole

PUBLISHED = "https://raw.githubusercontent.com/facelib-book/face-swapping/main/book"


def made_by(command: str) -> dict[str, str]:
    """The first lines of a record: the command, the day, and the machine's kind."""
    return {"command": command, "date": datetime.date.today().isoformat(), "hardware": hardware()}


def hardware() -> str:
    """What a result was made on: the accelerator, if torch is in use and sees one, or the processor."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        return torch.cuda.get_device_name()
    threads = f", {torch.get_num_threads()} threads" if torch is not None else ""
    return f"CPU{threads}, {platform.machine()}"


def save(path: Path | None, record: Mapping) -> None:
    """Write a record whole or not at all; nothing where no path is given."""
    if path is not None:
        write_whole({path: (json.dumps(record, indent=1) + "\n").encode()})


def published(name: str) -> dict:
    """A record of the book's, `book/results/NAME.json`: beside the chapter that runs, in the repository that the package is part of, or, in
    Colab, where the book is published.

    FACELIB_PUBLISHED is another address for that, such as that of a copy of the repository.
    """
    path = Path("results") / f"{name}.json"
    for folder in (Path(), Path(__file__).parents[1] / "book"):
        if (folder / path).is_file():
            return json.loads((folder / path).read_text(encoding="utf-8"))
    with urlopen(f"{os.environ.get('FACELIB_PUBLISHED', PUBLISHED)}/{path.as_posix()}", timeout=60) as answer:
        return json.loads(answer.read())
