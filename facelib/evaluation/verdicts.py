"""What raters said of a blind study: the one form of answers, which the page saves and raters of sheets write, and its reader.

A file is one JSON object:

    {"kind": "facelib verdicts 1", "study": "6097d88c85ce8ae2", "rater": "ann", "saved": "2026-11-29T08:30:00Z",
     "answers": [{"trial": 1, "verdicts": {"A": "accept", "B": "flaw: mouth", "C": "fail: cover"}, "ranking": ["A", "B"]}]}

`study` is the key's `id`. Each answer gives every letter of its trial a verdict: "accept", or "flaw" or "fail" with one of `CLASSES`.
`ranking` names letters from best to worst; those that it leaves out share the last place. `saved` may be left out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from facelib.evaluation.blind_study import Study

KIND = "facelib verdicts 1"  # how a file says what it is; the number changes with its form
QUESTION = "Could each result be a real photograph of the source’s face on the target’s head?"
VERDICTS = ("accept", "flaw", "fail")
CLASSES = {  # what may be wrong with a result
    "mouth": "lips or teeth",
    "eyes": "eyes or brows",
    "colour": "the skin's colour",
    "rim": "a border round the face",
    "cover": "hair, glasses, a hand or a hat",
    "sharpness": "too soft, too sharp or too grainy",
    "light": "light or shadow from another side",
    "pose": "the face looks elsewhere than the head",
    "identity": "not the source's face",
    "other": "something else",
}


@dataclass(frozen=True)
class Answer:
    """What one rater said of one trial."""

    rater: str
    trial: int  # its number, from 1
    verdicts: tuple[str, ...]  # of `VERDICTS`, one a letter, in the letters' order
    classes: tuple[str | None, ...]  # of `CLASSES`; None beside "accept"
    ranking: tuple[int, ...]  # of each letter its place, from 0; equal places are a tie


def read(files: Sequence[str | Path], study: Study) -> list[Answer]:
    """All answers of some files. Where a page saved a rater's answers several times, each trial counts as it was saved last.

    Raises
    ------
    FileNotFoundError
        No such file.
    ValueError
        A file of another form or another study, in one line that names file, trial and letter; one rater's answer to a trial in two
        files of which one does not say when it was saved; no answers at all.
    """
    found: dict[tuple[str, int], tuple[str, Path, Answer]] = {}
    for file in map(Path, files):
        saved, answers = _read(file, study)
        for one in answers:
            before = found.get((one.rater, one.trial))
            if before and file.resolve() != before[1].resolve() and not (saved and before[0]):
                raise ValueError(
                    f"{file}: rater {one.rater} answered trial {one.trial} in {before[1]} too; give each rater a name, or leave it out"
                )
            if not before or saved >= before[0]:
                found[one.rater, one.trial] = saved, file, one
    if not found:
        raise ValueError(f"verdicts: expected answers, got none in {len(files)} files; a trial counts when all of it is answered")
    return [found[at][2] for at in sorted(found)]


def _read(file: Path, study: Study) -> tuple[str, list[Answer]]:
    """When a file was saved, "" where it does not say, and its answers."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(f"{file}: no such file") from None
    except ValueError as error:
        raise ValueError(f"{file}: expected JSON, got something else ({error})") from None
    if not isinstance(record, dict) or record.get("kind") != KIND:
        raise ValueError(f'{file}: expected "kind": "{KIND}", as the page saves it and HOW.txt shows it')
    if record.get("study") != study.id:
        raise ValueError(
            f"{file}: expected answers to study {study.id}, got {record.get('study')}; give the key that was made with its page"
        )
    rater, saved, rows = record.get("rater"), record.get("saved", ""), record.get("answers")
    if not isinstance(rater, str) or not rater.strip():
        raise ValueError(f'{file}: expected a name as "rater", got {rater!r}')
    if not isinstance(saved, str) or not isinstance(rows, list):
        raise ValueError(f'{file}: expected a list as "answers", and a time as "saved" or none')
    answers: list[Answer] = []
    for row in rows:
        try:
            answers.append(_answer(rater.strip(), row, study))
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from None
    twice = sorted({one.trial for one in answers if sum(other.trial == one.trial for other in answers) > 1})
    if twice:
        raise ValueError(f"{file}: trial {twice[0]} is answered twice; leave one out")
    return saved, answers


def _answer(rater: str, row: object, study: Study) -> Answer:
    if not isinstance(row, dict) or not row.keys() >= {"trial", "verdicts", "ranking"} or len(row) > 3:
        raise ValueError(f"expected answers with trial, verdicts and ranking, got {json.dumps(row)[:80]}")
    number = row["trial"]
    if type(number) is not int or not 1 <= number <= len(study.trials):
        raise ValueError(f"trial: expected a number from 1 to {len(study.trials)}, got {number!r}")
    letters = list(study.trial(number).behind())
    said, ranking = row["verdicts"], row["ranking"]
    if not isinstance(said, dict) or sorted(said) != letters:
        raise ValueError(f"trial {number}: expected a verdict for each of {', '.join(letters)}, got {json.dumps(said)[:80]}")
    verdicts, classes = zip(*(_verdict(said[letter], f"trial {number}, {letter}") for letter in letters), strict=True)
    if not isinstance(ranking, list) or any(one not in letters for one in ranking) or len(set(ranking)) < len(ranking):
        raise ValueError(f"trial {number}: expected a ranking of some of {', '.join(letters)}, none twice, got {json.dumps(ranking)[:80]}")
    places = tuple(ranking.index(letter) if letter in ranking else len(ranking) for letter in letters)
    return Answer(rater, number, verdicts, classes, places)


def _verdict(text: object, where: str) -> tuple[str, str | None]:
    verdict, _, kind = text.partition(": ") if isinstance(text, str) else ("", "", "")
    if text == "accept":
        return verdict, None
    if verdict in VERDICTS[1:] and kind in CLASSES:
        return verdict, kind
    raise ValueError(
        f'{where}: expected "accept", or "flaw: CLASS" or "fail: CLASS" with one of {", ".join(CLASSES)}, got {json.dumps(text)[:60]}'
    )
