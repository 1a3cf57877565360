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
    np.testing.assert_allclose(back.points, photo.with_box(collins_photo, collins_photo.box).points, atol=1e-3)
    np.testing.assert_allclose(back.points, collins_photo.points, atol=1)  # a box says nothing of the tilt, a face that was found does


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


def test_the_smallest_preview_has_its_points_at_the_same_places(collins_photo, collins):
    large = np.repeat(np.repeat(collins, 4, axis=0), 4, axis=1)
    face = photo.Photo("large", large, collins_photo.box * 4, collins_photo.points * 4 + 1.5, 0.02, True, photo._previews(large))
    small = photo.shrunk(face, close=False)
    assert small.picture.shape == (512, 512, 3)
    np.testing.assert_allclose(small.points, collins_photo.points, atol=1e-6)
    np.testing.assert_allclose(small.picture, collins, atol=1e-6)


def test_a_small_picture_is_its_own_preview(collins_photo):
    for close in (True, False):
        same = photo.shrunk(collins_photo, close)
        np.testing.assert_array_equal(same.picture, collins_photo.picture)
        np.testing.assert_allclose(same.points, collins_photo.points, atol=1e-9)
        np.testing.assert_allclose(same.box, collins_photo.box, atol=1e-9)
    assert collins_photo.points.shape == (keypoints.COUNT, 2)


@pytest.mark.parametrize(
    ("shape", "sides"), [((300, 512), []), ((513, 90), [512]), ((700, 1500), [512, 750]), ((4100, 33), [512, 1025, 2050])]
)
def test_previews_halve_the_picture_down_to_512_pixels(shape, sides):
    picture = np.random.default_rng(3).random((*shape, 3), np.float32)
    previews = photo._previews(picture)
    assert [max(preview.shape) for preview in previews] == [*sides, max(shape)]
    assert previews[-1] is picture


@pytest.mark.parametrize("corner", [(0, 0), (1500, 700), (2988, 788)])
def test_a_small_face_in_a_large_picture_is_drafted_as_it_is(collins_photo, collins, corner):
    x, y = corner
    large = np.full((1300, 3500, 3), 0.5, np.float32)
    large[y : y + 512, x : x + 512] = collins
    face = photo.Photo("large", large, collins_photo.box + (x, y, 0, 0), collins_photo.points + corner, 0.02, True, photo._previews(large))
    small = photo.shrunk(face)
    assert max(small.picture.shape) <= photo.PREVIEW
    np.testing.assert_allclose(small.box[2:], face.box[2:])
    for mine, whole in zip(small.points.round().astype(int), face.points.round().astype(int), strict=True):
        np.testing.assert_array_equal(small.picture[mine[1], mine[0]], large[whole[1], whole[0]])
    close_up, expected = (photo.cut(each.picture, photo.frame(each.box, each.picture.shape)) for each in (small, face))
    assert np.abs(np.subtract(close_up.shape, expected.shape)).max() <= 1
    far = photo.shrunk(photo.with_point(face, 8, (3499 - x, 9)))  # beyond the cut
    assert far.picture.shape == photo.shrunk(face, close=False).picture.shape == (190, 512, 3)
