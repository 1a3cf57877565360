"""All faces, once, the largest first: upright and turned, small and large, at the edge of the picture and beyond it."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from facelib import detect, images, pose
from facelib.datasets import people
from facelib.evaluation.detection import turned

COLLINS, HOPPER = (178, 63, 90, 113), (183, 120, 170, 212)  # x, y, width, height


@pytest.fixture(scope="module")
def pair(collins, hopper):
    """Hopper, and a small Collins beside her."""
    picture = np.full((700, 1400, 3), 0.6, np.float32)
    picture[200:456, 80:336] = cv2.resize(collins, (256, 256), interpolation=cv2.INTER_AREA)
    picture[50:650, 800:1312] = hopper
    return picture.clip(0, 1)


def is_at(face, box, least=0.6):
    return detect.overlap(face.box, np.array(box, float)) > least


def test_the_portraits_have_a_face_each(collins, hopper):
    for picture, box in ((collins, COLLINS), (hopper, HOPPER)):
        (face,) = detect.find_faces(picture)
        assert is_at(face, box, 0.8)
        assert 0.9 < face.score <= 1
        eyes, nose, mouth = face.points[:2].mean(axis=0), face.points[2], face.points[3:].mean(axis=0)
        assert eyes[1] < nose[1] < mouth[1]
        assert face.points[0, 0] < face.points[1, 0]  # the person's right eye is on the left
        assert abs(face.tilt) < 10


def test_bytes_floats_and_grey_give_the_same_faces(hopper):
    whole = images.to_bytes(hopper)
    faces = [detect.find_faces(picture)[0] for picture in (hopper, whole, images.to_grey(hopper), images.to_bytes(images.to_grey(hopper)))]
    np.testing.assert_allclose(faces[0].box, faces[1].box, atol=0.2)
    np.testing.assert_allclose(faces[2].box, faces[3].box, atol=1)
    assert all(is_at(face, HOPPER, 0.8) for face in faces)


def test_largest_face_comes_first_and_the_list_stays_the_same(pair):
    large, small = detect.find_faces(pair)
    assert is_at(large, np.add(HOPPER, (800, 50, 0, 0)), 0.8)
    assert is_at(small, np.array(COLLINS) / 2 + (80, 200, 0, 0), 0.8)
    again = detect.find_faces(pair, small=True)
    for face, other in zip((large, small), again, strict=True):
        np.testing.assert_array_equal(face.box, other.box)


def test_two_threads_find_what_each_finds_alone(collins, hopper):
    pictures = [collins, hopper[:480]]
    alone = [detect.find_faces(picture)[0].box for picture in pictures]
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(detect.find_faces, 25 * pictures))
    for faces, expected in zip(together, 25 * alone, strict=True):
        np.testing.assert_array_equal(faces[0].box, expected)


@pytest.mark.parametrize("degrees", [-160, -90, -75, -60, -45, -30, -15, 15, 30, 45, 60, 75, 90, 120, 180])
def test_heads_are_found_at_any_tilt(collins, hopper, degrees):
    for picture, box in ((collins, COLLINS), (hopper, HOPPER)):
        upright = detect.find_faces(picture)[0].tilt
        whole, matrix = turned(images.to_bytes(picture), degrees)
        face = detect.find_faces(whole)[0]
        assert is_at(face, detect.moved(np.array(box, float), matrix))
        assert abs((face.tilt - upright - degrees + 180) % 360 - 180) < 20


def test_the_tilt_is_the_roll_of_the_head():
    for portrait in people.gallery()[::4]:
        face = detect.find_faces(portrait.colour())[0]
        assert abs(face.tilt - pose.angles(portrait.points[None])[0, 2]) < 15


def test_a_smaller_upright_face_does_not_hide_a_larger_tilted_one(collins, hopper):
    picture = np.full((780, 1300, 3), 150, np.uint8)
    picture[100:612, 40:552] = images.to_bytes(collins)
    tilted, _ = turned(images.to_bytes(hopper), -25)
    height, width = tilted.shape[:2]
    picture[10 : 10 + height, 1290 - width : 1290] = tilted
    large, small = detect.find_faces(picture)
    assert large.box[0] > 650 > small.box[0]
    assert is_at(small, np.add(COLLINS, (40, 100, 0, 0)), 0.8)


def test_a_face_that_fills_the_picture_or_reaches_over_its_edge(hopper):
    (face,) = detect.find_faces(np.ascontiguousarray(hopper[150:330, 170:350]))
    assert is_at(face, np.subtract(HOPPER, (170, 150, 0, 0)))
    (face,) = detect.find_faces(np.ascontiguousarray(hopper[:, 230:]))  # a quarter of her face is cut off
    assert is_at(face, np.subtract(HOPPER, (230, 0, 0, 0)), 0.5)
    large = cv2.resize(hopper[100:360, 150:390], (1920, 2080), interpolation=cv2.INTER_CUBIC)
    (face,) = detect.find_faces(large.clip(0, 1))
    assert is_at(face, np.subtract(HOPPER, (150, 100, 0, 0)) * 8.0)


@pytest.mark.parametrize("height", [400, 200, 150, 80])
def test_a_small_face_in_a_large_photograph(hopper, height):
    """The face is a third of that: 28 pixels in the last case."""
    noise = cv2.resize(np.random.default_rng(0).normal(0, 25, (30, 40, 3)), (4000, 3000))
    scene = np.clip(120 + noise, 0, 255).astype(np.uint8)
    scale = height / len(hopper)
    portrait = cv2.resize(images.to_bytes(hopper), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    scene[1500 : 1500 + portrait.shape[0], 1800 : 1800 + portrait.shape[1]] = portrait
    (face,) = detect.find_faces(scene)
    assert is_at(face, np.array(HOPPER) * scale + (1800, 1500, 0, 0), 0.5)


def test_small_faces_beside_a_large_one_are_found_on_request(hopper):
    large = cv2.resize(images.to_bytes(hopper), (2560, 3000), interpolation=cv2.INTER_CUBIC)
    tiny = cv2.resize(images.to_bytes(hopper), (64, 75), interpolation=cv2.INTER_AREA)  # a face of 21 x 26
    large[2900:2975, 30:94] = tiny
    assert len(detect.find_faces(large)) == 1
    faces = detect.find_faces(large, small=True)
    assert is_at(faces[-1], np.array(HOPPER) / 8 + (30, 2900, 0, 0), 0.5)


def test_the_gallery_has_one_face_a_picture():
    counts = {portrait.name: len(detect.find_faces(portrait.colour())) for portrait in people.gallery()}
    assert set(counts.values()) == {1}, counts


def test_no_face_is_an_empty_list():
    for shape in ((90, 121, 3), (16, 10000, 3), (3000, 4000)):
        assert detect.find_faces(np.full(shape, 0.5, np.float32)) == []
    with pytest.raises(detect.FaceNotFound, match=r"target: no face found.*--target-box"):
        detect.choose([], name="target")


def test_wrong_pictures_are_refused():
    with pytest.raises(TypeError, match="uint8 or float32, got float64"):
        detect.find_faces(np.zeros((90, 90, 3)))
    with pytest.raises(ValueError, match=r"\(H, W, 3\) or \(H, W\), got \(90, 90, 4\)"):
        detect.find_faces(np.zeros((90, 90, 4), np.uint8))


def test_a_damaged_model_is_refused(monkeypatch, tmp_path):
    (tmp_path / "yunet").mkdir()
    (tmp_path / "yunet" / detect._MODEL).write_bytes(b"something else")
    monkeypatch.setattr(detect, "files", lambda package: tmp_path)
    detect._model.cache_clear()
    with pytest.raises(RuntimeError, match="damaged; install facelib again"):
        detect._model()
    monkeypatch.undo()
    assert detect._model().endswith(detect._MODEL)


def test_overlap_by_counting_pixels():
    one, other = np.array([3, 5, 10, 8]), np.array([6, 2, 12, 9])
    canvas = np.zeros((2, 30, 30), bool)
    for layer, (x, y, width, height) in zip(canvas, (one, other), strict=True):
        layer[y : y + height, x : x + width] = True
    assert detect.overlap(one, other) == pytest.approx(canvas.all(axis=0).sum() / canvas.any(axis=0).sum())
    assert detect.overlap(one, one) == 1
    assert detect.overlap(one, one + (100, 0, 0, 0)) == 0


def test_a_box_moves_as_its_ellipse_does():
    box = np.array([10.0, 20, 30, 50])
    quarter = np.array([[0, -1.0, 99], [1, 0, 0]])  # clockwise, a picture of 100 rows
    np.testing.assert_allclose(detect.moved(box, quarter), [100 - 70, 10, 50, 30])
    np.testing.assert_allclose(detect.moved(box, np.array([[2, 0, 0.5], [0, 2, 0.5]])), 2 * box)
    angle = np.linspace(0, 2 * np.pi, 10_000)
    ellipse = np.stack([15 * np.cos(angle), 25 * np.sin(angle)], axis=1)
    matrix = np.array([[np.cos(0.6), -np.sin(0.6), 0], [np.sin(0.6), np.cos(0.6), 0]])
    np.testing.assert_allclose(detect.moved(box, matrix)[2:], np.ptp(ellipse @ matrix[:, :2].T, axis=0), atol=1e-3)


def faces_at(*boxes):
    return [detect.Face(np.array(box, float), 0.9, np.zeros((5, 2))) for box in boxes]


def test_choose_counts_from_one():
    faces = faces_at([0, 0, 9, 9], [5, 5, 4, 4])
    assert detect.choose(faces, 2) is faces[1]
    with pytest.raises(detect.FaceNotFound, match="face 3 asked for, 2 found"):
        detect.choose(faces, 3)
    with pytest.raises(ValueError, match="counted from 1"):
        detect.choose(faces, 0)


def test_nearest_is_none_where_nothing_overlaps():
    faces = faces_at([0, 0, 10, 10], [100, 100, 10, 10])
    assert detect.nearest(faces, np.array([99, 99, 10, 10])) is faces[1]
    assert detect.nearest(faces, np.array([50, 50, 10, 10])) is None
    assert detect.nearest([], np.array([50, 50, 10, 10])) is None


@pytest.mark.parametrize(
    "box",
    [(500, 10, 40, 40), (-60, 10, 40, 40), (10, 10, 0, 40), (10, 10, -5, 40), (np.nan, 1, 20, 20), (1, 2, 3), (0, 0, 1000, 1000)],
)
def test_boxes_outside_the_picture_are_refused(box):
    with pytest.raises(ValueError, match="source box"):
        detect.check_box(box, (100, 200, 3), "source box")


def test_a_box_may_reach_over_the_edge():
    np.testing.assert_array_equal(detect.check_box((-10, -10, 60, 60), (100, 200)), [-10, -10, 60, 60])


def test_networks_that_were_given_back_are_made_anew(hopper):
    (before,) = detect.find_faces(hopper)
    detect.release()
    detect.release()
    (after,) = detect.find_faces(hopper)
    np.testing.assert_array_equal(after.box, before.box)
