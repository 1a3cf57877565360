import cv2
import numpy as np
import pytest

from facelib import keypoints, metrics, pose
from facelib.datasets.rendered import labelled
from facelib.datasets.rendered.picture import points_of

EYES = np.linalg.norm(np.diff(keypoints.mean_shape()[list(keypoints.OUTER_EYE_CORNERS)], axis=0))
BROWS, LOWER_LIP = np.r_[17:27], [56, 57, 58, 65, 66, 67]


def turn(yaw=0.0, pitch=0.0, roll=0.0):
    """The rotation matrix of these angles in degrees, for x to the right, y down and z away from the camera."""
    (a, b, c), (s, t, u) = np.cos(np.radians([yaw, pitch, roll])), np.sin(np.radians([yaw, pitch, roll]))
    about_y = np.array([[a, 0, -s], [0, 1, 0], [s, 0, a]])
    about_x = np.array([[1, 0, 0], [0, b, t], [0, -t, b]])
    about_z = np.array([[c, -u, 0], [u, c, 0], [0, 0, 1]])
    return about_z @ about_x @ about_y


def head(flat=None):
    return np.column_stack([keypoints.mean_shape() if flat is None else flat, pose.depths()])


def seen(of, *angles):
    """(1, 68, 2) pixels of a head from afar."""
    return (of @ turn(*angles).T)[None, :, :2] * 90 + (31, 77)


def moved(points, by, flat=None):
    """A face some of whose points have moved, in distances of the eyes."""
    flat = keypoints.mean_shape().copy() if flat is None else flat
    flat[points] += np.array(by) * EYES
    return flat


def ellipsoid_head():
    """A head that owes nothing to the fitted depths."""
    flat = keypoints.mean_shape()
    depth = -0.6 * np.sqrt(1 - (flat[:, 0] / 0.6) ** 2 - (flat[:, 1] / 0.75) ** 2)
    depth[27:36] -= [0.02, 0.08, 0.14, 0.2, 0.07, 0.11, 0.12, 0.11, 0.07]
    depth[36:48] += 0.07
    return np.column_stack([flat, depth])


VIEWS = np.random.default_rng(0).uniform(-45, 45, (20, 3))


def test_one_expression_in_any_pose_has_no_distance():
    still = np.concatenate([seen(head(), *angles) for angles in VIEWS])
    np.testing.assert_allclose(metrics.expression_distance(still, np.repeat(seen(head()), 20, axis=0)), 0, atol=1e-9)
    np.testing.assert_allclose(metrics.expression_distance(still, still[::-1]), 0, atol=1e-9)


@pytest.mark.parametrize(("points", "by"), [(LOWER_LIP, (0, 0.2)), (BROWS, (0, -0.08)), ([48, 54], (0, -0.1))])
def test_what_an_expression_moves_is_measured_in_any_pose(points, by):
    """Mouth opened, brows raised, corners of the mouth lifted: so many of 42 points by so much."""
    other = head(moved(points, by))
    for angles in VIEWS:
        found = metrics.expression_distance(seen(other, *angles), seen(head(), *angles[::-1]))
        np.testing.assert_allclose(found, len(points) * np.linalg.norm(by) / 42, atol=1e-9)


def test_expression_distance_grows_as_a_mouth_opens_on_another_head_that_turns():
    other = ellipsoid_head()
    for yaw in (-30, 0, 30):
        found = []
        for opened in (0, 0.1, 0.2, 0.4):
            open_head = np.column_stack([moved(LOWER_LIP, (0, opened)), other[:, 2]])
            found.append(metrics.expression_distance(seen(open_head, yaw, 10), seen(other))[0])
        assert (np.diff(found) > 0.005).all()


def test_expression_distance_tells_expressions_from_poses_on_people_who_are_not_the_mean_head():
    """Rendered people, near a camera: another pose counts for less than another expression, which without turning back it does not."""
    people, _ = labelled.faces(60, 3)
    firsts, others = people[:30], people[30:]
    views = [
        np.stack([points_of(first.replace(other, *groups), 256) for first, other in zip(firsts, others, strict=True)]).astype(float)
        for groups in ((), ("pose",), ("expression",), ("pose", "expression"))
    ]
    frontal = (np.abs([pose.yaw(view) for view in views]) < 45).all(axis=0)
    still, posed, expressed, both = (view[frontal] for view in views)
    by_pose, by_expression, by_both = (metrics.expression_distance(view, still) for view in (posed, expressed, both))
    assert by_pose.mean() < 0.7 * by_expression.mean()
    assert np.corrcoef(by_both, by_expression)[0, 1] > 0.7

    def aligned(view):
        fitted = [keypoints.transform(keypoints.similarity(face, keypoints.mean_shape()), face) for face in view]
        return np.stack(fitted)[:, 17:]

    left_in, wanted = (np.linalg.norm(aligned(view) - aligned(still), axis=2).mean() for view in (posed, expressed))
    assert left_in > 1.5 * wanted


def test_expression_distance_does_not_see_the_jaw():
    np.testing.assert_allclose(metrics.expression_distance(seen(head(moved(range(17), (0.1, 0.2)))), seen(head())), 0, atol=1e-9)


def test_pose_error_of_a_known_turn():
    for turned in (0.01, 3, 20, 45):
        for angles in ((turned, 0, 0), (0, turned, 0), (0, 0, turned)):
            np.testing.assert_allclose(metrics.pose_error(seen(head(), *angles), seen(head())), turned, atol=1e-6)
    np.testing.assert_allclose(metrics.pose_error(seen(head(), 0, 0, 180), seen(head())), 180, atol=1e-4)


def test_pose_error_is_the_angle_between_two_rotations():
    for first, second in zip(VIEWS, VIEWS[::-1], strict=True):
        expected = np.degrees(np.linalg.norm(cv2.Rodrigues(turn(*first) @ turn(*second).T)[0]))
        np.testing.assert_allclose(metrics.pose_error(seen(head(), *first), seen(head(), *second)), expected, atol=1e-6)


def test_rotations_are_those_that_solve_pnp_finds_from_afar():
    """A camera 60 heads away, whose focal length is known to OpenCV alone."""
    rigid, camera = np.r_[17:48], np.diag([6000.0, 6000, 1])
    for angles in VIEWS:
        before = head() @ turn(*angles).T + (0, 0, 60)
        points = before[:, :2] / before[:, 2:] * 6000
        ok, vector, _ = cv2.solvePnP(head()[rigid], points[rigid], camera, None, flags=cv2.SOLVEPNP_SQPNP)
        assert ok
        between = cv2.Rodrigues(vector)[0] @ pose.rotations(points[None])[0].T
        assert np.degrees(np.linalg.norm(cv2.Rodrigues(between)[0])) < 1.5


def test_pose_error_grows_with_the_turn_of_another_head_and_not_with_its_size_or_an_open_mouth():
    other = ellipsoid_head()
    turns = np.arange(0, 61, 10)
    found = np.concatenate([metrics.pose_error(seen(other, yaw), seen(other)) for yaw in turns])
    np.testing.assert_allclose(found, turns, atol=5)
    assert (np.diff(found) > 0).all()
    opened = seen(head(moved(LOWER_LIP, (0, 0.4))), 20, 10)
    np.testing.assert_allclose(metrics.pose_error(0.3 * opened - 50, seen(head(), 20, 10)), 0, atol=1e-6)


@pytest.mark.parametrize("metric", [metrics.expression_distance, metrics.pose_error])
def test_bad_points_are_refused(metric):
    face = keypoints.mean_shape()[None]
    for wrong in (face[0], face[:, :5], np.concatenate([face, face])):
        with pytest.raises(ValueError, match=rf"{metric.__name__}: expected two arrays of shape \(N, 68, 2\), got"):
            metric(wrong, face)
    with pytest.raises(ValueError, match="reference: expected finite coordinates, got NaN or infinity in 1 faces"):
        metric(face, face * np.nan)
