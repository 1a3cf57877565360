import numpy as np
import pytest

from facelib import detect, keypoints


def test_groups_cover_every_point_once():
    assert sorted(i for group in keypoints.GROUPS.values() for i in group) == list(range(68))


def test_mirror_twice_is_the_identity():
    np.testing.assert_array_equal(keypoints.MIRROR[keypoints.MIRROR], np.arange(68))
    points = np.random.default_rng(0).uniform(0, 100, (68, 2))
    np.testing.assert_allclose(keypoints.mirror(keypoints.mirror(points, 101), 101), points)


def test_mirror_exchanges_the_sides():
    for right, left in (("right brow", "left brow"), ("right eye", "left eye")):
        assert set(keypoints.MIRROR[list(keypoints.GROUPS[right])]) == set(keypoints.GROUPS[left])
    for group in ("jaw", "nose bridge", "nostrils", "outer lips", "inner lips"):
        assert set(keypoints.MIRROR[list(keypoints.GROUPS[group])]) == set(keypoints.GROUPS[group])


def test_mean_shape_is_a_symmetric_upright_face():
    mean = keypoints.mean_shape()
    np.testing.assert_allclose(np.ptp(mean, axis=0).max(), 1, atol=1e-4)
    np.testing.assert_allclose(keypoints.mirror(mean, 1), mean, atol=2e-5)  # width 1: x becomes -x
    assert mean[keypoints.RIGHT_EYE, 0].mean() < mean[keypoints.LEFT_EYE, 0].mean()
    assert mean[8, 1] > mean[33, 1] > mean[27, 1]  # chin below nose tip below nose root


def test_mean_shape_is_that_of_the_training_part(ibug300w_folder):
    from facelib.datasets import ibug300w

    shapes = [frame.points for frame in ibug300w.load(ibug300w_folder, subset="training", check=False)]
    record = keypoints.mean_shape_record(shapes, "")
    np.testing.assert_allclose(record["points"], keypoints.mean_shape(), atol=2e-5)


def test_similarity_finds_the_motion_that_was_made():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(9, 2))
    angle, scale, shift = 0.7, 2.5, np.array([3.0, -4.0])
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = keypoints.similarity(points, points @ turn.T + shift)
    np.testing.assert_allclose(matrix, np.c_[turn, shift], atol=1e-12)


def test_similarity_is_the_least_squares_solution():
    rng = np.random.default_rng(2)
    moving, fixed = rng.normal(size=(2, 12, 2))
    zeros, ones = np.zeros(12), np.ones(12)
    x, y = moving.T
    design = np.concatenate([np.stack([x, -y, ones, zeros], 1), np.stack([y, x, zeros, ones], 1)])
    a, b, tx, ty = np.linalg.lstsq(design, fixed.T.ravel(), rcond=None)[0]
    np.testing.assert_allclose(keypoints.similarity(moving, fixed), [[a, -b, tx], [b, a, ty]], atol=1e-12)


def test_similarity_refuses_a_single_place():
    with pytest.raises(ValueError, match="coincide"):
        keypoints.similarity(np.ones((5, 2)), np.zeros((5, 2)))


def test_box_and_shape_are_inverse():
    box = np.array([12.0, 30.0, 75.4, 100.0])
    np.testing.assert_allclose(keypoints.face_box(keypoints.shape_in_box(box)), box, atol=0.01)


def test_a_found_face_begins_where_its_five_points_are():
    mean, angle = keypoints.mean_shape(), np.radians(140)
    matrix = 80 * np.array([[np.cos(angle), -np.sin(angle), 3], [np.sin(angle), np.cos(angle), 2]])
    shape = keypoints.transform(matrix, mean)
    box = keypoints.face_box(shape)
    face = detect.Face(box, 0.9, keypoints.five_points(shape))
    np.testing.assert_allclose(keypoints.shape_in_box(face), shape, atol=1e-9)


def test_five_points_that_do_not_go_with_their_box_are_not_believed():
    box = np.array([12.0, 30.0, 75.4, 100.0])
    for points in (np.full((5, 2), 60.0), keypoints.five_points(keypoints.mean_shape() * 9 + 60)):
        np.testing.assert_array_equal(keypoints.shape_in_box(detect.Face(box, 0.9, points)), keypoints.shape_in_box(box))


def test_the_five_points_are_those_that_the_detector_finds(collins, collins_on_hopper):
    face, points = detect.find_faces(collins)[0], collins_on_hopper.source_points
    off = np.linalg.norm(keypoints.five_points(points) - face.points, axis=1)
    assert off.max() < 0.12 * np.linalg.norm(points[36] - points[45])


def test_procrustes_mean_of_moved_copies_is_the_shape():
    mean = keypoints.mean_shape()
    rng = np.random.default_rng(3)
    copies = []
    for angle, scale in zip(rng.uniform(-0.4, 0.4, 8), rng.uniform(50, 200, 8), strict=True):
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        copies.append(mean @ turn.T + rng.uniform(0, 100, 2))
    recovered = keypoints.procrustes_mean(np.array(copies))
    aligned = keypoints.transform(keypoints.similarity(recovered, mean), recovered)
    np.testing.assert_allclose(aligned, mean, atol=1e-4)


@pytest.mark.parametrize("points", [np.zeros((67, 2)), np.zeros((68, 3)), None])
def test_wrong_points_are_refused(points):
    with pytest.raises(ValueError, match=r"\(68, 2\)"):
        keypoints.check_points(points, "points")


def test_points_that_are_not_finite_are_refused():
    points = np.zeros((68, 2))
    points[3, 1] = np.nan
    with pytest.raises(ValueError, match="1 rows"):
        keypoints.check_points(points, "points")


def test_a_face_in_a_large_picture_is_read_like_one_in_a_small_one(collins):
    """Only what lies round the box is looked at; the rest may be anything."""
    wall = np.full((1500, 2000, 3), 0.5, np.float32)
    wall[600:1112, 900:1412] = collins
    wall[:300] = 7  # far out of range
    (face,) = detect.find_faces(collins)
    moved = detect.Face(face.box + (900, 600, 0, 0), face.score, face.points + (900, 600))
    for here, there in ((face, moved), (face.box, moved.box)):
        points = keypoints.predict([collins, wall], [here, there])
        np.testing.assert_allclose(points[1] - (900, 600), points[0], atol=0.01)


def test_a_box_outside_its_picture_is_named(collins):
    with pytest.raises(ValueError, match=r"boxes: \[5000, 10, 50, 50\] is outside its picture, which is 512 x 512"):
        keypoints.predict([collins], [[5000, 10, 50, 50]])


@pytest.mark.parametrize(("pictures", "boxes"), [(2, 1), (1, 0), (0, 1)])
def test_pictures_and_boxes_come_in_pairs(collins, pictures, boxes):
    with pytest.raises(ValueError, match=f"boxes: expected one for each of {pictures} pictures, got {boxes}"):
        keypoints.predict([collins] * pictures, [[10, 10, 50, 50]] * boxes)
