"""Which faces a keypoint network is trained on, and on which it is judged: photographs of ytf68, rendered faces, or both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from facelib.datasets import rendered, ytf68, ytf68_offset
from facelib.datasets.frame import Frame, MadeFrame

_SIDE = 128  # pixels of a rendered picture: its face is then about as large as those of ytf68
_SEED, _OTHER_SEED = 11, 12  # of the people who are drawn for training, and of those to be judged on where there is no ytf68
_JUDGED = 480  # rendered faces, where there is no ytf68


@dataclass(frozen=True)
class RenderedFaces:
    """How many rendered faces training sees, and which."""

    count: int = 0
    share: float = 0.25  # of the pictures seen, at most, where there are photographs too
    average: str = ""  # groups that do not vary, with + between them, such as "light+hair": what each is worth


@dataclass(frozen=True)
class Faces:
    """A training set, and the people whom it leaves out."""

    training: list[Frame]
    labelled: list[Frame]  # the validation set with its labels as they are
    as_labelled: bool  # whether `labelled` lies beside the faces, as ytf68's labels do, and training does not
    people: list[str]  # of the photographs trained on
    source: str  # for the card
    held_out: str

    @property
    def validation(self) -> list[Frame]:
        """The validation set with its labels where training has them."""
        return ytf68_offset.put_right(self.labelled) if self.as_labelled else self.labelled


def choose(
    data: str | Path, photographs: bool, drawn: RenderedFaces, corrected: bool, bad: str, warn: Callable[[str], None] | None
) -> Faces:
    """The training and validation faces of a run; people of ytf68's validation list are never trained on.

    Rendered faces by themselves are judged on photographs too, where ytf68 is on this machine.

    Raises
    ------
    ValueError
        Neither photographs nor rendered faces were asked for.
    """
    if not photographs and drawn.count < 1:
        raise ValueError(f"rendered.count: expected at least 1 where there are no photographs, got {drawn.count}; ask for some thousands")
    average = drawn.average.split("+") if drawn.average else []
    made = rendered.frames(drawn.count, _SEED, _SIDE, jobs=-1, average=average) if drawn.count else []
    if not photographs and not _is_here(data):
        others = rendered.frames(_JUDGED, _OTHER_SEED, _SIDE, jobs=-1)
        return Faces(made, others, False, [], _said(made, "rendered"), "rendered people of another seed")
    held_out, right = set(ytf68.validation_people()), is_put_right(photographs, corrected)
    frames = ytf68.load(data, bad=bad, report=warn)
    labelled = [frame for frame in frames if frame.person in held_out]
    taken = [frame for frame in frames if photographs and frame.person not in held_out]
    taken = ytf68_offset.put_right(taken) if right else taken
    source = " and ".join(part for part in (_said(taken, f"{ytf68.NAME}, labels made by a model"), _said(made, "rendered")) if part)
    people = sorted({frame.person for frame in taken})
    return Faces(_mixed(taken, made, drawn.share), labelled, right, people, source, "facelib/datasets/ytf68_validation.txt")


def is_put_right(photographs: bool, corrected: bool, **_) -> bool:
    """Whether a run learns where points belong, of its settings: from labels put right, or from rendered faces alone, whose points are
    right. Its answers lie beside ytf68's labels then."""
    return corrected or not photographs


def _is_here(data: str | Path) -> bool:
    try:
        ytf68.find(data)
    except FileNotFoundError:
        return False
    return True


def _mixed(photographs: Sequence[Frame], made: Sequence[MadeFrame], share: float) -> list[Frame]:
    """Both, the photographs as often as it takes for rendered faces to be `share` of all, read only once."""
    if not photographs or not made:
        return [*photographs, *made]
    times = max(1, round(len(made) * (1 - share) / share / len(photographs)))
    read = [MadeFrame(frame.path, frame.person, frame.points, frame.box, made=frame.grey()) for frame in photographs]
    return [*(read * times), *made]


def _said(frames: Sequence[Frame], what: str) -> str:
    return f"{len(frames)} frames of {len({frame.person for frame in frames})} people, {what}" if frames else ""
