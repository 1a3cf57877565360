"""Groups of numbers: checked by name, saved, put into other faces."""

import dataclasses

import pytest

from facelib.datasets.rendered import Expression, Face, Hair, Light, Pose, Scene, Shape, Skin, sample


@pytest.mark.parametrize("seed", range(5))
def test_json_round_trip(seed):
    face = dataclasses.replace(sample.face(seed), inner=Shape(jaw_width=1.5), paint=Skin(tone=0.9))
    assert Face.from_json(face.to_json()) == face
    assert Face.from_json(sample.face(seed).to_json()) == sample.face(seed)


def test_unknown_number_is_named():
    with pytest.raises(ValueError, match=r"light: expected .*azimuth.*, got azimut; leave it out"):
        Face.from_json('{"light": {"azimut": 3}}')


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [
        (Pose, "yaw", float("nan")), (Pose, "scale", 0.0), (Expression, "jaw", 1.01), (Expression, "smile", -1.5),
        (Shape, "jaw_width", 3.5),
        (Skin, "tone", -0.1), (Skin, "iris", (0.1, 0.2, 1.2)), (Hair, "length", float("inf")), (Light, "height", 91), (Scene, "seed", -1),
    ],
)  # fmt: skip
def test_bad_number_is_named(group, name, value):
    with pytest.raises(ValueError, match=rf"{group.__name__.lower()}\.{name}: expected .* to .*, got .*; give a value in that range"):
        group(**{name: value})


def test_no_number_is_named():
    with pytest.raises(TypeError, match=r"pose\.yaw: expected a number, got '3'"):
        Pose(yaw="3")


@pytest.mark.parametrize("group", ["identity", "hair", "expression", "pose", "light", "scene"])
def test_one_group_is_replaced_and_no_other(group):
    one, other = sample.face(1), sample.face(2)
    new = one.replace(other, group)
    assert getattr(new, group) == getattr(other, group)
    assert new.replace(one, group) == one


def test_unknown_group_is_refused():
    with pytest.raises(ValueError, match=r"groups: expected some of identity, .*, got 'nose'"):
        sample.face(1).replace(sample.face(2), "nose")


def test_the_same_seed_gives_the_same_face():
    assert sample.face(7) == sample.face(7) != sample.face(8)
