import numpy as np
import pytest

from facelib import detect


def test_portraits_have_the_boxes_that_opencv_is_known_to_give(collins, hopper):
    # cascade alone, at full size: Collins 177,66,95,95; Hopper 155,105,222,222
    for picture, known in ((collins, (177, 66, 95, 95)), (hopper, (155, 105, 222, 222))):
        box = detect.find_faces(picture)[0]
        assert detect._overlap(box, np.array(known, float)) > 0.7


def test_largest_face_comes_first(collins, hopper):
    both = np.concatenate([collins, hopper[:512]], axis=1)
    boxes = detect.find_faces(both, at_least=2)
    areas = boxes[:, 2] * boxes[:, 3]
    assert (np.diff(areas) <= 0).all()
    assert boxes[0, 0] > 512 > boxes[1, 0]


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
