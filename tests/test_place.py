"""Ways to bring the source's face into place, by name."""

import numpy as np
import pytest

from facelib import blenders, keypoints, place
from facelib.evaluation import swapped
from facelib.place import Faces

SIZE = 96


@pytest.fixture
def faces():
    rng = np.random.default_rng(0)
    points = keypoints.mean_shape() * 25 + 48
    return Faces(rng.random((SIZE, SIZE, 3), np.float32), rng.random((SIZE, SIZE, 3), np.float32), points, points + 3)


def test_triangles_leave_no_holes(faces):
    placed = place.get("triangles")(faces)
    assert placed.mask.any()
    assert not placed.holes.any()
    assert (placed.warped == faces.target)[~placed.covered].all()


def test_stages_follow_each_other_in_the_given_order(faces, monkeypatch):
    done = []
    for name in ("segment", "inpaint"):
        monkeypatch.setitem(place.STAGES, name, lambda placed, given, name=name: done.append(name) or placed)
    place.get("inpaint+segment+inpaint")(faces)
    assert done == ["inpaint", "segment", "inpaint"]


@pytest.mark.parametrize("name", ["", "square", "segment+", "triangles+segment", "segment, inpaint"])
def test_an_unknown_stage_is_named_with_those_there_are(name):
    with pytest.raises(ValueError, match=r"place: expected triangles, or some of reenact, .* joined by \+, got"):
        place.get(name)


def test_every_blender_has_a_way_and_evaluation_calls_only_others_by_name():
    for way in swapped.ways(blenders.BLENDERS):
        place.get(way.placing)
        assert way.name == way.blend
    other, plain = swapped.ways(["fsgan::triangles", "poisson:none:segment"])
    assert other.name == "fsgan, placed by triangles"
    assert plain.name == "poisson, colours none, placed by segment"
