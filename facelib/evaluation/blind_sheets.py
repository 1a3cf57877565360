"""Blind trials as pictures: one sheet a trial, for raters who look at files and write down what they think.

Beside the sheets lie `HOW.txt`, which says what is asked and how answers are written, and `answers.json`, the file to fill in.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import cv2
import numpy as np

from facelib.evaluation import verdicts
from facelib.evaluation.blind import LETTERS
from facelib.evaluation.blind_pairs import Seen

_GAP, _TITLE = 12, 34  # pixels: between pictures, and for what stands above each
_PAPER, _INK = 0.94, 0.1  # grey


def sheet(pair: Seen, names: Sequence[str]) -> np.ndarray:
    """Source above target on the left, and the results beside them in two rows, each under its letter.

    Parameters
    ----------
    pair : Seen
        Target and results stand there pixel by pixel; the source is brought to their size.
    names : sequence of str
        What stands behind the letters, in their order.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]
    """
    side, columns = len(pair.target), (len(names) + 1) // 2
    how = cv2.INTER_AREA if len(pair.source) > side else cv2.INTER_CUBIC
    source = cv2.resize(pair.source, (side, side), interpolation=how).clip(0, 1)
    cells = [(0, 0, "source", source), (1, 0, "target", pair.target)]
    cells += [(at // columns, 1 + at % columns, LETTERS[at], pair.results[name]) for at, name in enumerate(names)]
    high, wide = side + _TITLE + _GAP, side + _GAP
    canvas = np.full((2 * high + _GAP, (1 + columns) * wide + _GAP, 3), _PAPER, np.float32)
    for row, column, title, picture in cells:
        top, left = _GAP + row * high, _GAP + column * wide
        cv2.putText(canvas, title, (left, top + _TITLE - 9), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (_INK,) * 3, 2, cv2.LINE_AA)
        canvas[top + _TITLE : top + _TITLE + side, left : left + side] = picture
    return canvas.clip(0, 1)


def instructions(trials: int) -> str:
    """What is asked, how to answer, and an answer as an example: the text of `HOW.txt`."""
    classes = "\n".join(f"  {name:<12}{what}" for name, what in verdicts.CLASSES.items())
    example = {"trial": 1, "verdicts": {"A": "accept", "B": "flaw: mouth", "C": "fail: cover"}, "ranking": ["A", "B"]}
    return f"""{verdicts.QUESTION}

There are {trials} sheets, 001.png to {trials:03d}.png, one a trial. Each shows a source, the person whose face it is; a target, the
picture that receives the face; and results under letters, in random order. Look at every sheet at full size.

Give each result a verdict:
  accept      a photograph of the source's face on the target's head; nothing disturbs
  flaw        passes at a glance, but something is wrong when one looks
  fail        anybody sees at once that it is wrong
and for flaw and fail the main thing that is wrong:
{classes}
Then rank the letters from best to worst. Those that are not named share the last place.

Write the answers into answers.json, one object a trial:
  {json.dumps(example)}
and put your name, or any word that nobody else uses, behind "rater". Trials that you leave out do not count.
"""


def form(study: str) -> dict:
    """The contents of `answers.json`, before anybody has answered."""
    return {"kind": verdicts.KIND, "study": study, "rater": "", "answers": []}
