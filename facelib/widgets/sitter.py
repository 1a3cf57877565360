"""A rendered face to play with: which of its numbers have a slider, and how the face is shown."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace

import numpy as np

from facelib import figures
from facelib.datasets.rendered import Expression, Face, Hair, Light, Pose, Rendered, Scene, Shape, Skin, render, sample

_BLUE, _ORANGE = np.float32([0.15, 0.45, 0.95]), np.float32([0.95, 0.5, 0.1])
# Where the renderer allows more than is of use here.
_CLOSER = {
    "yaw": (-75, 75), "pitch": (-40, 40), "roll": (-45, 45), "scale": (0.35, 0.8), "x": (-0.2, 0.2), "y": (-0.15, 0.25),
    "hand_turn": (-90, 90),
}  # fmt: skip


@dataclass(frozen=True)
class Slider:
    """One number of a face."""

    path: tuple[str, ...]  # groups, from the face on
    name: str
    low: float
    high: float
    default: float

    def of(self, face: Face) -> float:
        """Its value in a face."""
        return float(getattr(_group(face, self.path), self.name))

    def within(self, face: Face, value: float) -> Face:
        """The face with another value there.

        Raises
        ------
        ValueError
            One that the renderer refuses.
        """
        return _with(face, self.path, replace(_group(face, self.path), **{self.name: float(value)}))


def _sliders(path: tuple[str, ...], kind: type, *starts: str) -> list[Slider]:
    """Of each plain number in a group whose name starts so."""
    found = []
    for entry in dataclasses.fields(kind):
        if not isinstance(entry.default, float) or not entry.name.startswith(starts or ("",)):
            continue
        low, high = _CLOSER.get(entry.name) or kind.LIMITS.get(entry.name, kind.RANGE)
        found.append(Slider(path, entry.name, float(low), float(high), entry.default))
    return found


GROUPS: dict[str, list[Slider]] = {
    "Pose": _sliders(("pose",), Pose),
    "Expression": _sliders(("expression",), Expression),
    "Shape": _sliders(("identity", "shape"), Shape),
    "Skin": _sliders(("identity", "skin"), Skin),
    "Hair": _sliders(("hair",), Hair),
    "Light": _sliders(("light",), Light),
    "Glasses, hand": _sliders(("scene",), Scene, "glasses", "hand"),
    "Camera": _sliders(("scene",), Scene, "background", "blur", "noise", "grey"),
}


def start(seed: int) -> Face:
    """Somebody, before a plain background."""
    scene = Scene(background=0.3, blur=0.0, noise=0.1)
    return another(Face(pose=Pose(yaw=12), expression=Expression(smile=0.3), scene=scene), seed)


def another(face: Face, seed: int) -> Face:
    """Another person and another head of hair; everything else stays."""
    return face.replace(sample.face(seed), "identity", "hair")


def average(face: Face, group: str) -> Face:
    """With a group's numbers at their average."""
    for each in GROUPS[group]:
        face = each.within(face, each.default)
    return face


def drawn(face: Face, size: int, points: bool = False, parts: bool = False) -> tuple[np.ndarray, Rendered]:
    """A face's picture, with its 68 points or with its parts in colour over it, and all that the renderer knows."""
    known = render(face, size)
    picture = known.picture
    if parts:
        picture = _tinted(_tinted(picture, known.skin, _BLUE), known.occluder, _ORANGE)
    return figures.draw_points(picture, known.points) if points else picture, known


def _tinted(picture: np.ndarray, where: np.ndarray, colour: np.ndarray) -> np.ndarray:
    share = 0.6 * where[..., None]
    return (1 - share) * picture + share * colour


def _group(face: object, path: tuple[str, ...]) -> object:
    for name in path:
        face = getattr(face, name)
    return face


def _with(whole: object, path: tuple[str, ...], group: object) -> object:
    if not path:
        return group
    return replace(whole, **{path[0]: _with(getattr(whole, path[0]), path[1:], group)})
