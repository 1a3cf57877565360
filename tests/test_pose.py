import numpy as np
import pytest

from facelib import keypoints, pose


def turn(yaw=0.0, pitch=0.0, roll=0.0):
    """The rotation matrix of these angles in degrees, for x to the right, y down and z away from the camera."""
    (a, b, c), (s, t, u) = np.cos(np.radians([yaw, pitch, roll])), np.sin(np.radians([yaw, pitch, roll]))
    about_y = np.array([[a, 0, -s], [0, 1, 0], [s, 0, a]])
    about_x = np.array([[1, 0, 0], [0, b, t], [0, -t, b]])
    about_z = np.array([[c, -u, 0], [u, c, 0], [0, 0, 1]])
    return about_z @ about_x @ about_y


def ellipsoid_head():
    """A head that owes nothing to the fitted depths: the mean shape drawn on an ellipsoid, with a nose and eyes in sockets."""
    flat = keypoints.mean_shape()
    depth = -0.6 * np.sqrt(1 - (flat[:, 0] / 0.6) ** 2 - (flat[:, 1] / 0.75) ** 2)
    depth[27:36] -= [0.02, 0.08, 0.14, 0.2, 0.07, 0.11, 0.12, 0.11, 0.07]
    depth[36:48] += 0.07
    return np.column_stack([flat, depth])


def seen(head, *angles):
    return (head @ turn(*angles).T)[:, :2]


def test_angles_of_its_own_head_come_back():
    head = np.column_stack([keypoints.mean_shape(), pose._DEPTH])
    truth = np.random.default_rng(0).uniform(-55, 55, (40, 3))
    views = np.stack([seen(head, *angles) * 90 + (31, 77) for angles in truth])
    np.testing.assert_allclose(pose.angles(views), truth, atol=1e-6)


def test_yaw_grows_with_the_turn_of_another_head():
    turns = np.arange(-60, 61, 5)
    found = pose.yaw(np.stack([seen(ellipsoid_head(), yaw) for yaw in turns]))
    assert (np.diff(found) > 0).all()
    np.testing.assert_allclose(found, turns, atol=5)


def test_signs():
    head = ellipsoid_head()
    nose = lambda *angles: seen(head, *angles)[30] - seen(head)[30]  # noqa: E731
    assert nose(20)[0] > 0  # to the right of the picture
    assert nose(0, 20)[1] < 0  # up
    assert seen(head, 0, 0, 20)[16, 1] > seen(head)[16, 1]  # clockwise: the right end of the jaw goes down
    assert (pose.angles(np.stack([seen(head, 20, 20, 20)])) > 10).all()


def test_a_mirror_turns_yaw_and_roll_round():
    faces = keypoints.mean_shape() * 80 + np.random.default_rng(1).normal(0, 4, (50, 68, 2))
    np.testing.assert_allclose(pose.angles(keypoints.mirror(faces, 101)), pose.angles(faces) * (-1, 1, -1), atol=1e-9)


def test_turning_scaling_and_shifting_the_picture_changes_roll_alone():
    faces = keypoints.mean_shape() * 80 + np.random.default_rng(2).normal(0, 4, (50, 68, 2))
    turned = keypoints.transform(np.array([[0, -3.0, 7], [3.0, 0, -9]]), faces)  # a quarter turn clockwise
    change = (pose.angles(turned) - pose.angles(faces) + (180, 180, 180)) % 360 - 180
    np.testing.assert_allclose(change, np.tile([0, 0, 90], (50, 1)), atol=1e-9)


def test_depth_is_recovered_from_turned_heads():
    head = np.column_stack([keypoints.mean_shape(), pose._DEPTH - 0.05])
    generator = np.random.default_rng(3)
    views = np.stack([seen(head, *angles) * 50 for angles in generator.uniform(-35, 35, (200, 3))])
    np.testing.assert_allclose(pose.fit_depth(views), pose._DEPTH - pose._DEPTH[pose._RIGID].mean(), atol=1e-4)


def test_stored_depths_are_those_of_the_training_people(ytf68_folder):
    from facelib.datasets import ytf68

    held_out = ytf68.validation_people()
    shapes = np.stack([frame.points for frame in ytf68.load(ytf68_folder) if frame.person not in held_out])
    np.testing.assert_allclose(pose.fit_depth(shapes), pose._DEPTH, atol=0.02)  # room for a part of the data set


def test_a_turned_head_comes_back_to_the_front():
    head = np.column_stack([keypoints.mean_shape(), pose._DEPTH])
    views = np.stack([seen(head, *angles) * 90 + (31, 77) for angles in np.random.default_rng(4).uniform(-55, 55, (40, 3))])
    np.testing.assert_allclose(pose.frontal(views), np.repeat(keypoints.mean_shape()[None], 40, axis=0), atol=1e-9)


def test_rotations_are_rotations_and_agree_with_the_angles():
    faces = keypoints.mean_shape() * 80 + np.random.default_rng(5).normal(0, 4, (30, 68, 2))
    found = pose.rotations(faces)
    np.testing.assert_allclose(found @ found.transpose(0, 2, 1), np.repeat(np.eye(3)[None], 30, axis=0), atol=1e-12)
    np.testing.assert_allclose(found, [turn(*angles) for angles in pose.angles(faces)], atol=1e-9)


@pytest.mark.parametrize("function", [pose.angles, pose.rotations, pose.frontal])
def test_wrong_shapes_are_refused(function):
    with pytest.raises(ValueError, match=r"\(N, 68, 2\)"):
        function(np.zeros((68, 2)))
