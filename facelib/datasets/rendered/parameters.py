"""All that a rendered face consists of: groups of numbers that can be put into another face. They print, save as JSON and come back."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field

from facelib.datasets.rendered.moment import Expression, Light, Pose, Scene
from facelib.datasets.rendered.person import Hair, Identity, Shape, Skin


@dataclass(frozen=True)
class Face:
    """All groups of one face."""

    identity: Identity = field(default_factory=Identity)
    hair: Hair = field(default_factory=Hair)
    expression: Expression = field(default_factory=Expression)
    pose: Pose = field(default_factory=Pose)
    light: Light = field(default_factory=Light)
    scene: Scene = field(default_factory=Scene)
    inner: Shape | None = None  # another person's shape for what the jaw and the brows enclose: a full swap
    paint: Skin | None = None  # another person's skin on this head; neck and hand keep their own: any swap

    def replace(self, other: Face, *groups: str) -> Face:
        """This face with some groups of another: "identity", "hair", "expression", "pose", "light", "scene"."""
        for group in groups:
            if group not in GROUPS:
                raise ValueError(f"groups: expected some of {', '.join(GROUPS)}, got {group!r}; give their names")
        return dataclasses.replace(self, **{group: getattr(other, group) for group in groups})

    def to_json(self) -> str:
        """One line of JSON; `from_json` reads it."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Face:
        """The face that `to_json` wrote, value for value."""
        return _read(cls, json.loads(text), "face")


GROUPS = ("identity", "hair", "expression", "pose", "light", "scene")
_NESTED = {
    "identity": Identity, "shape": Shape, "skin": Skin, "hair": Hair, "expression": Expression, "pose": Pose, "light": Light,
    "scene": Scene, "inner": Shape, "paint": Skin,
}  # fmt: skip


def _read(kind: type, values: dict, name: str):
    known = {entry.name for entry in dataclasses.fields(kind)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"{name}: expected {', '.join(sorted(known))}, got {unknown[0]}; leave it out")
    return kind(**{key: _value(key, value) for key, value in values.items()})


def _value(name: str, value):
    if isinstance(value, dict):
        return _read(_NESTED[name], value, name)
    return tuple(value) if isinstance(value, list) else value
