from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from facelib import detect, images, keypoints


def test_portraits_have_the_boxes_that_opencv_is_known_to_give(collins, hopper):
    # cascade alone, at full size: Collins 177,66,95,95; Hopper 155,105,222,222
    for picture, known in ((collins, (177, 66, 95, 95)), (hopper, (155, 105, 222, 222))):
        box = detect.find_faces(picture)[0]
        assert detect.overlap(box, np.array(known, float)) > 0.7


def test_two_threads_find_what_each_finds_alone(collins, hopper):
    pictures = [collins, hopper[:480]]
    alone = [detect.find_faces(picture) for picture in pictures]
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(detect.find_faces, 25 * pictures))
    for boxes, expected in zip(together, 25 * alone, strict=True):
        np.testing.assert_array_equal(boxes, expected)


def test_largest_face_comes_first(collins, hopper):
    both = np.concatenate([collins, hopper[:512]], axis=1)
    boxes = detect.find_faces(both, at_least=2)
    areas = boxes[:, 2] * boxes[:, 3]
    assert (np.diff(areas) <= 0).all()
    assert boxes[0, 0] > 512 > boxes[1, 0]


@pytest.mark.parametrize("degrees", [-40, -25, -10, 15, 30, 45])
def test_tilted_heads_are_found(collins, hopper, degrees):
    for picture, known in ((collins, (177, 66, 95, 95)), (hopper, (155, 105, 222, 222))):
        grey, matrix = detect.turn(images.to_bytes(images.to_grey(picture)), degrees)
        middle = matrix[:, :2] @ (known[0] + known[2] / 2, known[1] + known[3] / 2) + matrix[:, 2]
        truth = np.array([*(middle - known[2] / 2), known[2], known[3]])
        assert detect.overlap(detect.find_faces(grey)[0], truth) > 0.5


def test_a_face_that_several_turns_show_comes_once(collins):
    grey = images.to_bytes(images.to_grey(collins))
    apart = [len(detect.look(grey, turns=(degrees,), neighbours=5)) for degrees in (-10, 0, 10)]
    assert min(apart) >= 1
    boxes = detect.look(grey, turns=(-10, 0, 10), neighbours=5)
    overlaps = [detect.overlap(one, other) for i, one in enumerate(boxes) for other in boxes[:i]]
    assert max(overlaps, default=0) <= 0.3


def test_turning_keeps_every_pixel_in_view():
    grey = np.random.default_rng(0).integers(0, 255, (41, 70), np.uint8)
    same, matrix = detect.turn(grey, 0)
    assert same is grey
    np.testing.assert_array_equal(matrix, np.eye(2, 3))
    quarter, matrix = detect.turn(grey, 90)
    np.testing.assert_array_equal(quarter[:70, :41], np.rot90(grey))
    for degrees in (-33, 20, 120):
        turned, matrix = detect.turn(grey, degrees)
        corners = np.array([[0, 0], [69, 0], [0, 40], [69, 40]]) @ matrix[:, :2].T + matrix[:, 2]
        assert (corners >= -0.51).all()
        assert (corners <= np.array(turned.shape[::-1]) - 0.49).all()


def test_overlap_by_counting_pixels():
    one, other = np.array([3, 5, 10, 8]), np.array([6, 2, 12, 9])
    canvas = np.zeros((2, 30, 30), bool)
    for layer, (x, y, width, height) in zip(canvas, (one, other), strict=True):
        layer[y : y + height, x : x + width] = True
    assert detect.overlap(one, other) == pytest.approx(canvas.all(axis=0).sum() / canvas.any(axis=0).sum())
    assert detect.overlap(one, one) == 1
    assert detect.overlap(one, one + (100, 0, 0, 0)) == 0


def test_no_face_is_an_empty_array():
    boxes = detect.find_faces(np.full((90, 121, 3), 0.5, np.float32))
    assert boxes.shape == (0, 4)
    with pytest.raises(detect.FaceNotFound, match=r"target: no face found.*--target-box"):
        detect.choose(boxes, name="target")


def test_long_thin_pictures_are_searched():
    assert len(detect.find_faces(np.full((16, 10000, 3), 0.5, np.float32))) == 0


def test_wrong_pictures_are_refused():
    with pytest.raises(TypeError, match="float32"):
        detect.find_faces(np.zeros((90, 90, 3), np.uint8))
    with pytest.raises(TypeError, match="uint8"):
        detect.find_faces(np.zeros((90, 90), np.float32))


def test_choose_counts_from_one():
    boxes = np.array([[0, 0, 9, 9], [5, 5, 4, 4]], float)
    np.testing.assert_array_equal(detect.choose(boxes, 2), boxes[1])
    with pytest.raises(detect.FaceNotFound, match="face 3 asked for, 2 found"):
        detect.choose(boxes, 3)
    with pytest.raises(ValueError, match="counted from 1"):
        detect.choose(boxes, 0)


def test_nearest_is_none_where_nothing_overlaps():
    boxes = np.array([[0, 0, 10, 10], [100, 100, 10, 10]], float)
    np.testing.assert_array_equal(detect.nearest(boxes, np.array([99, 99, 10, 10])), boxes[1])
    assert detect.nearest(boxes, np.array([50, 50, 10, 10])) is None
    assert detect.nearest(np.empty((0, 4)), np.array([50, 50, 10, 10])) is None


@pytest.mark.parametrize(
    "box",
    [(500, 10, 40, 40), (-60, 10, 40, 40), (10, 10, 0, 40), (10, 10, -5, 40), (np.nan, 1, 20, 20), (1, 2, 3), (0, 0, 1000, 1000)],
)
def test_boxes_outside_the_picture_are_refused(box):
    with pytest.raises(ValueError, match="source box"):
        detect.check_box(box, (100, 200, 3), "source box")


def test_a_box_may_reach_over_the_edge():
    np.testing.assert_array_equal(detect.check_box((-10, -10, 60, 60), (100, 200)), [-10, -10, 60, 60])


def test_a_face_in_a_large_photograph_has_its_place_and_size(collins):
    box = detect.find_faces(collins)[0]
    large = detect.find_faces(cv2.resize(collins, None, fx=5, fy=5))[0]
    np.testing.assert_allclose(large, 5 * box, atol=0.08 * 5 * box[2])


def test_an_eye_on_a_cheek_is_seen_and_an_untouched_face_has_none(collins, collins_on_hopper):
    points = collins_on_hopper.source_points
    grey = images.to_bytes(images.to_grey(collins))
    assert detect.stray_eyes(grey, points).shape == (0, 2)
    eye, cheek = (np.round(points[rows].mean(axis=0)).astype(int) for rows in (keypoints.RIGHT_EYE, [3, 31, 48]))
    reach = 14
    (x, y), (u, v) = eye, cheek
    grey[v - reach : v + reach, u - reach : u + reach] = grey[y - reach : y + reach, x - reach : x + reach]
    (found,) = detect.stray_eyes(grey, points)
    assert np.linalg.norm(found - cheek) < 8
