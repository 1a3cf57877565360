import numpy as np
import pytest
from scipy.spatial import ConvexHull, Delaunay

from facelib import keypoints, triangulation


def test_table_does_not_hang_on_rounding():
    """Symmetric points lie on common circles; the table must come out the same however the last digits fall."""
    ours = {frozenset(row) for row in triangulation.triangles().tolist()}
    for seed in range(5):
        noise = np.random.default_rng(seed).normal(0, 1e-6, (68, 2))
        assert ours == {frozenset(row) for row in triangulation._table(keypoints.mean_shape() + noise).tolist()}


def test_no_point_lies_in_the_circle_of_a_triangle():
    points = keypoints.mean_shape() @ triangulation._LEAN
    for row in triangulation.triangles():
        (ax, ay), (bx, by), (cx, cy) = points[row]
        d = 2 * (ax * (by - cy) + bx * (cy - ay) + cx * (ay - by))
        ux = ((ax**2 + ay**2) * (by - cy) + (bx**2 + by**2) * (cy - ay) + (cx**2 + cy**2) * (ay - by)) / d
        uy = ((ax**2 + ay**2) * (cx - bx) + (bx**2 + by**2) * (ax - cx) + (cx**2 + cy**2) * (bx - ax)) / d
        radius = np.hypot(ax - ux, ay - uy)
        assert np.hypot(*(points - (ux, uy)).T).min() > radius - 1e-9


def test_triangles_of_any_points_are_scipys():
    for seed in range(5):
        points = np.random.default_rng(seed).random((68, 2))
        ours = triangulation.delaunay(points)
        assert {frozenset(row) for row in ours.tolist()} == {frozenset(row) for row in Delaunay(points).simplices.tolist()}
        assert (triangulation.triangle_areas(points, ours) > 0).all()


def test_triangles_fill_the_hull_exactly():
    areas = triangulation.triangle_areas(keypoints.mean_shape(), triangulation.triangles())
    assert (areas > 0).all()
    np.testing.assert_allclose(areas.sum(), ConvexHull(keypoints.mean_shape()).volume)


def test_surroundings_leave_no_gap_and_no_overlap():
    mesh = triangulation.with_surroundings(keypoints.mean_shape())
    table = triangulation.triangles_with_surroundings()
    areas = triangulation.triangle_areas(mesh, table)
    assert (areas > 0).all()
    np.testing.assert_allclose(areas.sum(), ConvexHull(mesh).volume)
    assert set(table.ravel()) == set(range(len(mesh)))


def test_surroundings_follow_the_face():
    points = keypoints.mean_shape()
    turn = 90 * np.array([[0.8, -0.6], [0.6, 0.8]])
    moved = triangulation.with_surroundings(points @ turn.T + (40, 50))
    np.testing.assert_allclose(moved, triangulation.with_surroundings(points) @ turn.T + (40, 50), atol=1e-9)


def test_outline_is_convex_and_holds_every_point():
    outline = keypoints.mean_shape()[triangulation.outline()]
    edges = np.roll(outline, -1, axis=0) - outline
    following = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]
    assert (turns > 0).all() or (turns < 0).all()
    assert set(triangulation.outline()) == set(ConvexHull(keypoints.mean_shape()).vertices)


def test_area_changes_its_sign_with_a_fold():
    points = np.array([[0.0, 0], [4, 0], [0, 3]])
    folded = points.copy()
    folded[2, 1] = -3
    assert triangulation.triangle_areas(points, np.array([[0, 1, 2]])) == pytest.approx(6)
    assert triangulation.triangle_areas(folded, np.array([[0, 1, 2]])) == pytest.approx(-6)


def folded_face():
    points = keypoints.mean_shape() * 200 + 300
    points[61:64, 1] += 30  # the upper lip below the lower one
    return triangulation.with_surroundings(points)


def test_unfolding_leaves_no_fold_and_moves_only_what_it_must():
    mesh, table = folded_face(), triangulation.triangles_with_surroundings()
    assert triangulation.folds(mesh, table).any()
    mended = triangulation.unfold(mesh)
    assert not triangulation.folds(mended, table).any()
    moved = np.flatnonzero((mended != mesh).any(axis=1))
    assert set(moved) <= set(range(48, 68))  # lips
    assert np.abs(mended - mesh).max() < 40


def test_a_face_without_folds_stays_as_it_is():
    mesh = triangulation.with_surroundings(keypoints.mean_shape() * 90 + 70)
    assert triangulation.unfold(mesh) is mesh


def test_unfolding_ends_for_any_points():
    """Noise as large as the face: the mean shape, in the end."""
    for seed in range(20):
        points = keypoints.mean_shape() * 100 + np.random.default_rng(seed).normal(0, 20, (68, 2))
        mended = triangulation.unfold(triangulation.with_surroundings(points), rounds=200)
        assert not triangulation.folds(mended, triangulation.triangles_with_surroundings()).any()


def test_the_forehead_lies_above_the_brows():
    mesh = triangulation.with_surroundings(keypoints.mean_shape())
    forehead = np.setdiff1d(triangulation.outline(forehead=True), triangulation.outline())
    assert (mesh[forehead, 1] < 0).all()
    assert mesh[forehead, 1].min() < mesh[17:27, 1].min() - 0.1
    assert set(range(17)) <= set(triangulation.outline(forehead=True))


def test_tables_cannot_be_changed_by_accident():
    for table in (triangulation.triangles(), triangulation.triangles_with_surroundings(), triangulation.outline()):
        with pytest.raises(ValueError, match="read-only"):
            table[0] = 0
