"""Sets of swaps from easy to hard, frozen by seed: in each, source and target differ in person, hair and what its name says."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from facelib.datasets.rendered import sample
from facelib.datasets.rendered.moment import Scene
from facelib.datasets.rendered.parameters import Face
from facelib.datasets.rendered.person import Hair
from facelib.datasets.rendered_sets import COUNT, NAMES


@dataclass(frozen=True)
class Swap:
    """Whose face goes onto whose head."""

    source: Face
    target: Face


def _same(source: Face, target: Face, rng: np.random.Generator) -> tuple[Face, Face]:
    return source, target


def _light(source: Face, target: Face, rng: np.random.Generator) -> tuple[Face, Face]:
    return dataclasses.replace(source, light=sample.light(rng)), target


def _pose(source: Face, target: Face, rng: np.random.Generator) -> tuple[Face, Face]:
    return dataclasses.replace(source, pose=sample.pose(rng)), target


def _mouth(source: Face, target: Face, rng: np.random.Generator) -> tuple[Face, Face]:
    wide = dataclasses.replace(source.expression, jaw=float(rng.uniform(0.5, 1)), lips_apart=float(rng.uniform(0.2, 0.8)))
    opened, other = (source, target) if rng.random() < 0.5 else (target, source)
    opened = dataclasses.replace(opened, expression=wide)
    return (opened, other) if other is target else (other, opened)


def _hand(face: Face, rng: np.random.Generator) -> Face:
    side = float(rng.choice([-1, 1]))
    hand = {"hand": float(rng.uniform(0.35, 0.6)), "hand_x": side * float(rng.uniform(0.3, 0.7)), "hand_y": float(rng.uniform(0.4, 0.9))}
    scene = dataclasses.replace(face.scene, **hand, hand_turn=-side * float(rng.uniform(10, 50)))
    return dataclasses.replace(face, scene=scene)


def _hand_in_source(source: Face, target: Face, rng: np.random.Generator) -> tuple[Face, Face]:
    return _hand(source, rng), target


def _hand_in_target(source: Face, target: Face, rng: np.random.Generator) -> tuple[Face, Face]:
    return source, _hand(target, rng)


def _everything(source: Face, target: Face, rng: np.random.Generator) -> tuple[Face, Face]:
    return sample.face(rng), sample.face(rng)


SETS: dict[str, Callable[[Face, Face, np.random.Generator], tuple[Face, Face]]] = dict(
    zip(NAMES, (_same, _light, _pose, _mouth, _hand_in_source, _hand_in_target, _everything), strict=True)
)


def swap(name: str, index: int) -> Swap:
    """One pair of a set; it depends on the set's name and the number alone.

    Raises
    ------
    ValueError
        No set of that name, or a number outside 0 to 199.
    """
    if name not in SETS:
        raise ValueError(f"set: expected one of {', '.join(SETS)}, got {name!r}; choose one")
    if not 0 <= index < COUNT:
        raise ValueError(f"index: expected 0 to {COUNT - 1}, got {index}; a set has {COUNT} pairs")
    return draw(name, np.random.default_rng([2026, list(SETS).index(name), index]))


def draw(name: str, rng: np.random.Generator) -> Swap:
    """Another pair as the set's are: for training, so that the sets stay unseen."""
    source, target = _alike(sample.face(rng), sample.face(rng))
    return Swap(*SETS[name](source, target, rng))


def _alike(source: Face, target: Face) -> tuple[Face, Face]:
    """Two people with lips closed, nothing in front of the face and a good camera, in one pose, one light, one place and like clothes."""
    calm = dataclasses.replace(target.expression, jaw=0.0, lips_apart=0.0, blink_right=0.0, blink_left=0.0)
    pose = dataclasses.replace(target.pose, yaw=target.pose.yaw / 2, pitch=target.pose.pitch / 2)
    return tuple(Face(face.identity, _cut(face), calm, pose, target.light, _plain(target.scene)) for face in (source, target))


def _cut(face: Face) -> Hair:
    return dataclasses.replace(face.hair, fringe=min(face.hair.fringe, 0.0))


def _plain(scene: Scene) -> Scene:
    return dataclasses.replace(
        scene, glasses=0.0, glasses_dark=0.0, hand=0.0, blur=min(scene.blur, 0.3), noise=min(scene.noise, 0.2), grey=0.0
    )
