import cv2
import numpy as np
import pytest
from scipy.spatial import Delaunay

from facelib import keypoints, triangulation
from facelib.warp import DegenerateTriangles, affine_maps, inverse_map, rasterise, warp

SIZE = (113, 131)  # odd, not square


def noise(shape=SIZE, seed=0):
    return np.random.default_rng(seed).random((*shape, 3), dtype=np.float32)


def smooth(shape=SIZE, seed=0):
    return cv2.GaussianBlur(noise(shape, seed), (0, 0), 3)


def face(scale=70.0, centre=(64.0, 55.0)):
    return keypoints.mean_shape() * scale + centre


def moved_face(seed=1, pixels=2.0):
    return face() + np.random.default_rng(seed).normal(0, pixels, (68, 2))


def brute_force_map(source_points, target_points, triangles, shape):
    """Each pixel's barycentric coordinates in each triangle of the target, one by one."""
    result = np.full((*shape, 2), np.nan)
    edge = np.full(shape, np.inf)  # distance to the nearest edge, in barycentric units times the triangle's size
    y, x = np.mgrid[: shape[0], : shape[1]]
    for row in triangles:
        (ax, ay), (bx, by), (cx, cy) = target_points[row]
        d = (by - cy) * (ax - cx) + (cx - bx) * (ay - cy)
        u = ((by - cy) * (x - cx) + (cx - bx) * (y - cy)) / d
        v = ((cy - ay) * (x - cx) + (ax - cx) * (y - cy)) / d
        weights = np.stack([u, v, 1 - u - v], axis=-1)
        inside = weights.min(axis=-1) >= 0
        result[inside] = weights[inside] @ source_points[row]
        sides = [np.hypot(bx - cx, by - cy), np.hypot(ax - cx, ay - cy), np.hypot(ax - bx, ay - by)]
        heights = np.abs(d) / sides
        edge = np.minimum(edge, np.where(inside, (weights * heights).min(axis=-1), np.inf))
    return result, edge


def test_map_equals_brute_force_away_from_edges():
    source, target = moved_face(), face()
    map_x, map_y, inside = inverse_map(source, target, triangulation.triangles(), SIZE)
    expected, edge = brute_force_map(source, target, triangulation.triangles(), SIZE)
    clear = np.isfinite(edge) & (edge > 1)
    assert clear.sum() > 500
    assert inside[clear].all()
    np.testing.assert_allclose(np.stack([map_x, map_y], -1)[clear], expected[clear], atol=1e-3)


def test_picture_equals_brute_force_within_one_grey_level_away_from_edges():
    image, source, target = smooth(), moved_face(), face()
    warped, covered = warp(image, source, target, triangulation.triangles(), SIZE)
    expected_map, edge = brute_force_map(source, target, triangulation.triangles(), SIZE)
    known = covered & np.isfinite(edge) & (edge > 0.75)
    assert known.sum() > 1000
    expected = cv2.remap(image, expected_map[..., 0].astype(np.float32), expected_map[..., 1].astype(np.float32), cv2.INTER_LINEAR)
    assert np.abs(warped - expected)[known].max() < 1 / 255


def test_identity_is_exact():
    image = noise()
    warped, covered = warp(image, face(), face(), triangulation.triangles(), SIZE)
    assert covered.any()
    np.testing.assert_array_equal(warped[covered], image[covered])


@pytest.mark.parametrize("shift", [(7, -3), (-11, 5)])
def test_integer_shifts_move_pixels(shift):
    image = noise()
    warped, covered = warp(image, face() - shift, face(), triangulation.triangles(), SIZE)
    expected = np.roll(image, (shift[1], shift[0]), axis=(0, 1))
    np.testing.assert_array_equal(warped[covered], expected[covered])


def test_an_affine_motion_is_one_affine_warp():
    image = smooth()
    matrix = np.array([[0.9, 0.2, 4.0], [-0.1, 1.1, -2.0]])  # target to source
    warped, covered = warp(image, keypoints.transform(matrix, face()), face(), triangulation.triangles(), SIZE)
    expected = cv2.warpAffine(image, matrix, SIZE[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    assert np.abs(warped - expected)[covered].max() < 1 / 255


def test_affine_maps_bring_corners_to_corners():
    triangles = triangulation.triangles()
    matrices = affine_maps(face(), moved_face(), triangles)
    for matrix, row in zip(matrices, triangles, strict=True):
        np.testing.assert_allclose(keypoints.transform(matrix, face()[row]), moved_face()[row], atol=1e-6)


def test_what_no_triangle_covers_is_black_and_marked():
    warped, covered = warp(noise(), face(), face(), triangulation.triangles(), SIZE)
    assert not covered[0, 0]
    assert (warped[~covered] == 0).all()


def test_what_lies_outside_the_source_is_marked():
    source = face() - (60, 0)  # half the face is left of the picture
    _, covered = warp(noise(), source, face(), triangulation.triangles(), SIZE)
    map_x, _, inside = inverse_map(source, face(), triangulation.triangles(), SIZE)
    assert (inside & ~covered).any()
    assert (map_x[covered] >= -0.5).all()


def test_points_may_lie_outside_the_target():
    target = face(centre=(5.0, 110.0))
    warped, covered = warp(noise(), face(), target, triangulation.triangles(), SIZE)
    assert warped.shape == (*SIZE, 3)
    assert covered.any()


def test_a_target_far_away_leaves_nothing():
    _, covered = warp(noise(), face(), face(centre=(900.0, 900.0)), triangulation.triangles(), SIZE)
    assert not covered.any()


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (17, 16)])
def test_tiny_results_work(shape):
    points = face(scale=14.0, centre=(8.0, 8.0))
    warped, covered = warp(noise((20, 20)), points, points, triangulation.triangles(), shape)
    assert warped.shape == (*shape, 3)
    assert covered.shape == shape


def test_triangles_without_area_are_named():
    target = face()
    target[36] = target[37]
    with pytest.raises(DegenerateTriangles, match="no area") as caught:
        affine_maps(target, face(), triangulation.triangles())
    both = {row for row, corners in enumerate(triangulation.triangles().tolist()) if {36, 37} <= set(corners)}
    assert set(caught.value.indices) == both


def test_a_warp_leaves_out_triangles_without_area():
    target = face()
    target[60:65] = target[60:65].mean(axis=0)  # lips pressed together
    warped, covered = warp(smooth(), face(), target, triangulation.triangles(), SIZE)
    assert np.isfinite(warped).all()
    assert covered.sum() > 0.95 * warp(smooth(), face(), face(), triangulation.triangles(), SIZE)[1].sum()
    with pytest.raises(DegenerateTriangles):
        warp(noise(), face(), np.ones((68, 2)), triangulation.triangles(), SIZE)


def test_where_triangles_overlap_the_first_owns_the_pixel():
    points = np.array([[10.0, 10], [40, 10], [10, 40], [45, 45]])
    owner = rasterise(points, np.array([[0, 1, 2], [0, 3, 2]]), (50, 50))
    assert owner[15, 15] == 0
    assert owner[40, 38] == 1


def test_what_faces_the_camera_covers_what_is_folded():
    points = np.array([[10.0, 10], [40, 10], [10, 40], [45, 45]])
    owner = rasterise(points, np.array([[0, 2, 1], [0, 3, 2]]), (50, 50))  # the first lies on its face
    assert owner[35, 30] == 1
    assert owner[12, 30] == 0


def test_many_triangles_are_looked_up_like_few():
    """More of them than a byte can number."""
    y, x = np.mgrid[0:140:9.0, 0:120:9.0]
    grid = np.stack([x.ravel(), y.ravel()], axis=1)
    table = Delaunay(grid + 1e-3 * np.random.default_rng(0).random(grid.shape)).simplices
    assert len(table) > 300
    moved = grid + np.random.default_rng(1).normal(0, 1, grid.shape)
    table = table[np.abs(triangulation.triangle_areas(grid, table)) > 1]
    map_x, map_y, _ = inverse_map(moved, grid, table, SIZE)
    expected, edge = brute_force_map(moved, grid, table, SIZE)
    clear = np.isfinite(edge) & (edge > 1)
    assert clear.sum() > 500
    np.testing.assert_allclose(np.stack([map_x, map_y], -1)[clear], expected[clear], atol=1e-3)


@pytest.mark.parametrize("shift", [(0.3, 0), (-0.3, 0), (0, 0.3), (0, -0.3)])
@pytest.mark.parametrize("middle", [(64.0, 55.0), (0.0, 55.0), (130.0, 55.0), (64.0, 0.0), (64.0, 112.0)])
def test_what_is_covered_has_the_sources_colour(shift, middle):
    """Also along its edges, where half a pixel lies beyond the last centre."""
    grey = np.full((*SIZE, 3), 0.6, np.float32)
    warped, covered = warp(grey, face(centre=middle) + shift, 3 * face(), triangulation.triangles(), (339, 393))
    assert covered.sum() > 5000
    np.testing.assert_allclose(warped[covered], 0.6, atol=1e-6)


def test_points_beyond_all_bounds_cover_nothing_falsely():
    target = face() + (3e7, 0)
    _, covered = warp(noise(), face(), target, triangulation.triangles(), SIZE)
    assert not covered.any()


def test_a_table_without_rows_is_refused():
    with pytest.raises(ValueError, match="triangles: expected at least one"):
        warp(noise(), face(), face(), triangulation.triangles()[:0], SIZE)


def test_points_must_correspond():
    with pytest.raises(ValueError, match="target_points"):
        warp(noise(), face(), face()[:60], triangulation.triangles(), SIZE)
