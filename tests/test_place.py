"""Ways to bring the source's face into place, by name."""

import dataclasses

import cv2
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
    placed = place.get("triangles")(dataclasses.replace(faces, parse=False))
    assert placed.mask.any()
    assert not placed.holes.any()
    _, _, covered = place.warp_face(faces.source, faces.target, faces.source_points, faces.target_points)
    assert (placed.warped == faces.target)[~covered].all()
    for part in (placed.mask, placed.known):
        assert not part[~covered].any()
    np.testing.assert_array_equal(placed.points, faces.target_points)


def test_without_its_points_the_mouth_goes_along_with_its_neighbours():
    """Pictures whose colours say where a pixel came from, in hundredths of the face's size; the lips move by 15."""
    rows, columns = np.mgrid[:200, :200].astype(np.float32) / 200
    ramp = np.dstack([columns, rows, np.zeros_like(rows)])
    points = keypoints.mean_shape() * 100 + 100
    moved = points + np.where(np.arange(68)[:, None] < 48, 0, (0, 15))
    x, y = moved[62:68:4].mean(axis=0).astype(int)
    given = Faces(ramp, np.zeros_like(ramp), points, moved, mouth="target")
    by_name = {name: 200 * place.get(name)(given).warped[y, x, :2] for name in ("triangles", "no-mouth")}
    np.testing.assert_allclose(by_name["triangles"], (x, y - 15), atol=2)
    np.testing.assert_allclose(by_name["no-mouth"], (x, y), atol=4)  # forehead and rings are placed by all points
    for whose in ("auto", "source"):
        other = place.get("no-mouth")(dataclasses.replace(given, mouth=whose))
        np.testing.assert_array_equal(200 * other.warped[y, x, :2], by_name["no-mouth"])


def test_the_plain_programs_mask_is_eroded_all_round():
    picture, points = np.full((200, 201, 3), 0.5, np.float32), keypoints.mean_shape() * 100 + 100
    placed = place.get("no-mouth")(Faces(picture, picture, points, points))
    room = round(0.05 * np.linalg.norm(points[0] - points[16]))
    assert room >= 5
    depth = cv2.distanceTransform(placed.known.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    assert (depth[placed.mask > 0] > room - 1).all()
    assert placed.mask[depth > room + 1.5].all()


def test_the_source_shows_nothing_above_its_brows(faces):
    placed = place.get("triangles")(dataclasses.replace(faces, parse=False))
    above = (placed.mask > 0) & (placed.known == 0)
    assert above.any()
    assert np.nonzero(above)[0].max() < faces.target_points[36:48, 1].min()


@pytest.mark.parametrize("name", ["triangles", "no-mouth", "segment"])
def test_an_unknown_mouth_is_refused_whoever_places(faces, name):
    with pytest.raises(ValueError, match="mouth: expected one of auto, source, target, got 'own'"):
        place.get(name)(dataclasses.replace(faces, mouth="own"))


def test_stages_follow_each_other_in_the_given_order(faces, monkeypatch):
    done = []
    for name in ("segment", "inpaint"):
        monkeypatch.setitem(place.STAGES, name, lambda placed, given, name=name: done.append(name) or placed)
    place.get("inpaint+segment+inpaint")(faces)
    assert done == ["inpaint", "segment", "inpaint"]


@pytest.mark.parametrize("name", ["", "square", "segment+", "triangles+segment", "segment, inpaint"])
def test_an_unknown_stage_is_named_with_those_there_are(name):
    with pytest.raises(ValueError, match=r"place: expected triangles, no-mouth, or some of reenact, .* joined by \+, got"):
        place.get(name)


def test_every_blender_has_a_way_and_evaluation_calls_only_others_by_name():
    for way in swapped.ways(blenders.BLENDERS):
        place.get(way.placing)
        assert way.name == way.blend
    other, plain = swapped.ways(["fsgan::triangles", "poisson:none:segment"])
    assert other.name == "fsgan, placed by triangles"
    assert plain.name == "poisson, colours none, placed by segment"
