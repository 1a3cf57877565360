import numpy as np
import pytest

import facelib
from facelib import detect, keypoints, mouth
from facelib.datasets import people


@pytest.fixture(scope="module")
def shapes():
    """All portraits' points, by how far the mouth is open."""
    return sorted((one.points for one in people.gallery()), key=mouth.openness)


def test_openness_of_a_drawn_mouth():
    points = keypoints.mean_shape().astype(float)
    points[[61, 62, 63], 1], points[[65, 66, 67], 1] = 0.3, 0.3 + 0.2 * np.linalg.norm(points[36] - points[45])
    points[[61, 67], 0], points[[62, 66], 0], points[[63, 65], 0] = -0.1, 0, 0.1
    assert mouth.openness(points) == pytest.approx(0.2)
    assert mouth.openness(7 * points + 3) == pytest.approx(0.2)


def test_nothing_but_the_mouth_moves_and_nothing_where_the_two_agree(shapes):
    closed, opened = shapes[0], shapes[-1]
    assert np.array_equal(mouth.placed(closed, opened)[:48], opened[:48])
    assert np.array_equal(mouth.placed(opened, closed, "target"), closed)
    assert np.array_equal(mouth.placed(closed, shapes[1]), shapes[1])


def test_openness_is_the_sources_where_the_two_differ(shapes):
    far = 0
    for source in shapes:
        for target in shapes:
            if abs(mouth.openness(source) - mouth.openness(target)) > 0.08:
                far += 1
                placed = mouth.placed(source, target)
                assert mouth.openness(placed) == pytest.approx(mouth.openness(source), abs=0.05)
                away = placed[[48, 54]].mean(axis=0) - target[[48, 54]].mean(axis=0)
                assert np.linalg.norm(away) < 0.5 * np.linalg.norm(target[36] - target[45])
    assert far > 50


def test_nose_and_chin_are_not_swallowed(shapes):
    for source in shapes:
        for target in shapes:
            placed = keypoints.transform(keypoints.similarity(target, keypoints.mean_shape()), mouth.placed(source, target, "source"))
            assert placed[33, 1] < placed[50:53, 1].min()
            assert placed[55:60, 1].max() < placed[8, 1]


def test_a_swap_shows_the_mouth_that_was_asked_for(hopper, collins):
    auto, source, target = (facelib.swap(hopper, collins, mouth=whose).blended for whose in ("auto", "source", "target"))
    assert np.abs(auto - target).max() > 0.1
    shown = [auto, source, hopper]
    found = [mouth.openness(points) for points in keypoints.predict(shown, [detect.find_faces(picture)[0] for picture in shown])]
    assert found[:2] == pytest.approx([found[2]] * 2, abs=0.05)
    with pytest.raises(ValueError, match="mouth: expected one of auto, source, target, got 'own'"):
        facelib.swap(hopper, collins, mouth="own")
