"""The key of a blind study: a small file that says what stands behind each letter of each trial. Raters never need it.

`facelib evaluate blind --trials FILE` writes it. Beside what made the study it holds `id`, which the answers repeat; `methods`; `pairs`,
the names of source and target; `refused`, pairs that could not be swapped and were drawn anew; and `trials`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from facelib.evaluation.blind import LETTERS, Trial

KIND = "facelib blind study 1"  # how a file says what it is; the number changes with its form


@dataclass(frozen=True)
class Study:
    """What a key says."""

    id: str  # of the pictures and their order
    methods: tuple[str, ...]
    trials: tuple[Trial, ...]
    pairs: tuple[tuple[str, str], ...]  # names of source and target
    record: dict  # all of the file

    def trial(self, number: int) -> Trial:
        """The trial of that number."""
        return self.trials[number - 1]


def record(about: dict, id: str, methods: Sequence[str], pairs: Sequence[tuple[str, str]], trials: Sequence[Trial]) -> dict:
    """What the file holds; `about` says what made it."""
    rows = [{"trial": one.number, "pair": one.pair, "repeats": one.repeats, "results": one.behind()} for one in trials]
    return {"kind": KIND, "id": id, **about, "methods": list(methods), "pairs": named(pairs), "trials": rows}


def named(pairs: Sequence[tuple[str, str]]) -> list[dict]:
    """Pairs as files list them."""
    return [{"source": source, "target": target} for source, target in pairs]


def read(file: str | Path) -> Study:
    """The study of a key.

    Raises
    ------
    FileNotFoundError
        No such file.
    ValueError
        Not a key that `facelib evaluate blind` wrote.
    """
    try:
        found = json.loads(Path(file).read_text(encoding="utf-8"))
        if found["kind"] != KIND:
            raise ValueError
        trials = tuple(Trial(one["trial"], one["pair"], tuple(one["results"].values()), one["repeats"]) for one in found["trials"])
        pairs = tuple((one["source"], one["target"]) for one in found["pairs"])
        if [one.number for one in trials] != list(range(1, len(trials) + 1)) or any(
            list(one["results"]) != list(LETTERS[: len(one["results"])]) for one in found["trials"]
        ):
            raise ValueError
        return Study(str(found["id"]), tuple(found["methods"]), trials, pairs, found)
    except FileNotFoundError:
        raise FileNotFoundError(f"{file}: no such file") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(f"{file}: expected the file that `facelib evaluate blind --trials` wrote; give that one") from None
