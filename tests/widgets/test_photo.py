import numpy as np
import pytest

from facelib import keypoints

pytest.importorskip("anywidget")
photo = pytest.importorskip("facelib.widgets.photo")


@pytest.fixture(scope="module")
def collins_photo(collins):
    return photo.read(collins, "Collins")


def test_a_picture_brings_its_face(collins_photo, collins_on_hopper):
    np.testing.assert_allclose(collins_photo.box, collins_on_hopper.source_box)
    np.testing.assert_allclose(collins_photo.points, collins_on_hopper.source_points, atol=0.01)
    assert collins_photo.found
    assert photo.doubt(collins_photo) is None


def test_a_picture_without_a_face_says_so_and_waits_for_a_box():
    noise = np.random.default_rng(1).random((120, 91, 3), np.float32)
    empty = photo.read(noise, "noise")
    assert not empty.found
    assert photo.doubt(empty) == "noise: no face found; drag the box onto the face"
    x, y, width, height = empty.box
    assert 0 <= x < x + width <= 91
    assert 0 <= y < y + height <= 120
    moved = photo.with_box(empty, empty.box + 1)
    assert "unsure of the keypoints" in photo.doubt(moved)


def test_a_moved_box_predicts_the_points_anew(collins_photo):
    away = photo.with_box(collins_photo, collins_photo.box + (150, 200, 0, 0))
    assert np.abs(away.points - collins_photo.points).max() > 20
    back = photo.with_box(away, collins_photo.box)
    np.testing.assert_allclose(back.points, collins_photo.points, atol=1e-3)


def test_one_pass_is_near_enough_for_a_drag(collins_photo):
    moved = collins_photo.box + (4, -3, 0, 0)
    once, twice = (photo.with_box(collins_photo, moved, passes).points for passes in (1, 2))
    apart = np.linalg.norm(once - twice, axis=1) / np.linalg.norm(twice[36] - twice[45])
    assert 0 < apart.mean() < 0.05


def test_a_moved_point_moves_alone_and_is_trusted(collins_photo):
    moved = photo.with_point(collins_photo, 30, (230.5, 140))
    np.testing.assert_array_equal(moved.points[30], (230.5, 140))
    np.testing.assert_array_equal(np.delete(moved.points, 30, 0), np.delete(collins_photo.points, 30, 0))
    assert moved.error is None
    assert (moved.points != collins_photo.points).sum() <= 2  # the photo before is as it was


def test_a_point_stays_in_the_picture(collins_photo):
    np.testing.assert_array_equal(photo.with_point(collins_photo, 0, (-50, 9999)).points[0], (0, 511))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda face: photo.with_point(face, 68, (1, 1)), "numbered 0 to 67, got 68"),
        (lambda face: photo.with_point(face, 3, (1, float("nan"))), "two finite numbers, got [1.0, nan]"),
        (lambda face: photo.with_box(face, [-400, 0, 90, 90]), "outside the picture"),
        (lambda face: photo.with_box(face, [0, 0, 1, 1]), "at least 4 pixels"),
    ],
)
def test_impossible_moves_are_refused_in_one_line(collins_photo, change, words):
    with pytest.raises(ValueError, match=r"^Collins: [^\n]*$") as refused:
        change(collins_photo)
    assert words in str(refused.value)


def test_what_is_no_picture_is_refused():
    with pytest.raises(TypeError, match="bytes: expected float32"):
        photo.read(np.zeros((50, 50, 3), np.uint8), "bytes")


def test_a_preview_has_its_points_at_the_same_places(collins_photo, collins):
    large = np.repeat(np.repeat(collins, 3, axis=0), 3, axis=1)
    twice = photo.Photo("large", large, collins_photo.box * 3, collins_photo.points * 3 + 1, 0.02, True, photo._shrink(large))
    small = photo.shrunk(twice)
    assert small.picture.shape == (512, 512, 3)
    assert twice.scale == pytest.approx(1 / 3)
    np.testing.assert_allclose(small.points, collins_photo.points, atol=1e-6)
    np.testing.assert_allclose(small.picture, collins, atol=1e-6)


def test_a_small_picture_is_its_own_preview(collins_photo):
    assert photo.shrunk(collins_photo) is collins_photo
    assert collins_photo.points.shape == (keypoints.COUNT, 2)
