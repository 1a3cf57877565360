"""What covers the target stays on top; what covers the source is not carried over."""

import numpy as np
import pytest

import facelib
from facelib import covers, keypoints, place
from facelib.datasets import people
from facelib.parsing import read
from facelib.parsing.classes import number
from facelib.parsing.things import glasses


def with_glasses(picture: np.ndarray, points: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A picture with drawn glasses, and where they are."""
    layer = glasses(points, len(picture), np.random.default_rng(seed))
    return picture + layer.cover[..., None] * (layer.colour - picture), layer.counts > 0.5


@pytest.fixture(scope="module")
def portrait():
    found = people.portrait("ellis")
    return found.colour(), found.points


@pytest.mark.parametrize("seed", [0, 2, 5, 6])
def test_drawn_glasses_are_found(portrait, seed):
    picture, points = portrait
    worn, where = with_glasses(picture, points, seed)
    bare, seen = covers.seen(picture, points).cover, covers.seen(worn, points).cover
    assert seen[where].mean() > 0.6
    assert bare[where].mean() < 0.2


def test_the_targets_glasses_stay_whole(portrait):
    picture, points = portrait
    worn, where = with_glasses(picture, points)
    source = people.portrait("casey")
    given = {"source_points": source.points, "target_points": points}
    made = [facelib.swap(source.colour(), worn, parse=parse, **given).blended for parse in (True, False)]
    kept, lost = (np.abs(one - worn)[where].mean() for one in made)
    assert kept < lost / 2


def test_the_sources_glasses_do_not_come_along(portrait):
    picture, points = portrait
    worn, _ = with_glasses(picture, points)
    target = people.portrait("casey")

    def glasses_in(parse):
        made = facelib.swap(worn, target.colour(), source_points=points, target_points=target.points, parse=parse).blended
        return read.parse(made, target.points).shares[number("glasses")].mean()

    assert glasses_in(True) < glasses_in(False) / 3


def test_a_face_with_nothing_in_front_is_swapped_as_without_a_parser_but_for_colour(portrait):
    picture, points = portrait
    faces = place.Faces(picture, picture, points, points)
    looked = place.triangles(faces)
    assert looked.holes.mean() < 0.01
    assert (looked.cover * looked.mask).mean() < 0.01
    assert not place.triangles(place.Faces(picture, picture, points, points, parse=False)).cover.any()


def test_eyes_mouth_and_skin_lie_where_the_points_say(portrait):
    picture, points = portrait
    labels = read.parse(picture, points).labels(picture.shape[:2])
    for rows, name in ((slice(36, 42), "eyes"), (slice(42, 48), "eyes"), (slice(48, 60), "mouth")):
        x, y = points[rows].mean(axis=0).round().astype(int)
        assert labels[y, x] == number(name)
    x, y = points[[29, 2]].mean(axis=0).round().astype(int)
    assert labels[y, x] == number("skin")


def test_no_half_of_a_brow_and_no_brows_of_two_people_are_left():
    points = keypoints.mean_shape() * 200 + 150
    holes = np.zeros((300, 300), np.float32)
    x, y = points[17:22].mean(axis=0).round().astype(int)
    holes[y - 10 : y + 10, : x + 10] = 1  # more than half of one
    found = covers.whole_features(holes, points)
    for one in points[17:27].round().astype(int):
        assert found[one[1], one[0]] == 1
    assert not found[points[36:48, 1].min().astype(int) - 2 :].any()
    few = np.zeros_like(holes)
    few[y - 20 : y + 20, : int(points[17, 0]) + 6] = 1
    found = covers.whole_features(few, points)
    for one in points[17:27].round().astype(int):
        assert found[one[1], one[0]] == 0
