import cv2
import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import splu

from facelib import keypoints
from facelib.composite import hull_mask
from facelib.membrane import membrane

HALF_A_GREY_LEVEL = 0.5 / 255


def exact(values, region):
    """The same equations, one row a pixel, given to a direct solver."""
    height, width = region.shape
    number = np.where(region, np.cumsum(region).reshape(region.shape) - 1, -1)
    count = int(region.sum())
    rows, columns, degree, right = [], [], np.zeros(count), np.zeros((count, 3))
    y, x = np.nonzero(region)
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        there = (y + dy >= 0) & (y + dy < height) & (x + dx >= 0) & (x + dx < width)
        me, other = np.flatnonzero(there), (y[there] + dy, x[there] + dx)
        degree[me] += 1
        free = number[other] >= 0
        rows.append(me[free])
        columns.append(number[other][free])
        right[me[~free]] += values[other][~free]
    rows, columns = np.concatenate(rows), np.concatenate(columns)
    matrix = sparse.diags(degree) - sparse.coo_matrix((np.ones(len(rows)), (rows, columns)), (count, count))
    solved = values.astype(float)
    solved[region] = splu(matrix.tocsc()).solve(right)
    return solved


def face(shape):
    points = keypoints.mean_shape()
    points = (points - points.min(axis=0)) / np.ptp(points, axis=0).max()
    return hull_mask(points * min(shape) * 0.94 + 3, shape) > 0


def crescent(shape):
    y, x = (axis / min(shape) - 0.5 for axis in np.mgrid[: shape[0], : shape[1]])
    return (np.hypot(x, y) < 0.45) & (np.hypot(x - 0.03, y - 0.02) > 0.44)


def cut_off(shape):
    return np.pad(face(shape), [(0, 0), (shape[1] // 4, 0)])[:, : shape[1]]


def wide(shape):
    region = np.zeros(shape, bool)
    region[shape[0] // 4 : shape[0] // 2] = True
    return region


def crumbs(shape):
    return np.random.default_rng(5).random(shape) > 0.3


def noisy(shape):
    rng = np.random.default_rng(0)
    return rng.random((*shape, 3), dtype=np.float32) - rng.random((*shape, 3), dtype=np.float32)


def smooth(shape):
    few = np.random.default_rng(1).random((6, 6, 3), dtype=np.float32) * 2 - 1
    return cv2.resize(few, shape[::-1], interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("shape", [(9, 14), (64, 64), (101, 87), (230, 311)])
@pytest.mark.parametrize("make", [face, crescent, cut_off, wide, crumbs])
@pytest.mark.parametrize("picture", [noisy, smooth])
def test_agrees_with_a_direct_solver(shape, make, picture):
    """To half a grey level, where values span a whole picture's range, -1 to 1."""
    values, region = picture(shape), make(shape)
    np.testing.assert_allclose(membrane(values, region), exact(values, region), rtol=0, atol=HALF_A_GREY_LEVEL)


@pytest.mark.parametrize("flip", [np.s_[:, :], np.s_[::-1, :], np.s_[:, ::-1]])
def test_every_edge_of_the_picture_is_free(flip):
    values, region = smooth((81, 96))[flip].copy(), cut_off((81, 96))[flip].copy()
    np.testing.assert_allclose(membrane(values, region), exact(values, region), rtol=0, atol=HALF_A_GREY_LEVEL)


def test_a_slope_is_continued():
    y, x = np.mgrid[:90, :121].astype(np.float32)
    slope = np.stack([x / 121, y / 90, (x + y) / 211], axis=-1)
    region = face((90, 121))
    np.testing.assert_allclose(membrane(slope, region), slope, rtol=0, atol=HALF_A_GREY_LEVEL)


def test_values_in_the_region_do_not_matter_and_those_outside_stay():
    values, region = noisy((64, 71)), face((64, 71))
    other = np.where(region[..., None], np.float32(7), values)
    np.testing.assert_array_equal(membrane(values, region), membrane(other, region))
    np.testing.assert_array_equal(membrane(values, region)[~region], values[~region])


def test_nothing_to_fill_and_nothing_to_hold_it():
    values = noisy((20, 21))
    np.testing.assert_array_equal(membrane(values, np.zeros((20, 21), bool)), values)
    np.testing.assert_array_equal(membrane(values, np.ones((20, 21), bool)), np.zeros_like(values))


def test_more_accuracy_is_to_be_had():
    values, region = noisy((101, 87)), face((101, 87))
    np.testing.assert_allclose(membrane(values, region, accuracy=1e-5), exact(values, region), rtol=0, atol=3e-5)


def test_what_is_not_beside_the_region_may_be_anything():
    values, region = np.random.default_rng(0).random((40, 50, 3), np.float32), np.zeros((40, 50), bool)
    region[10:30, 10:40] = True
    rim = cv2.dilate(region.view(np.uint8), cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))) > region
    spoiled = np.where(rim[..., None], values, np.float32(np.nan))
    np.testing.assert_array_equal(membrane(spoiled, region)[region], membrane(values, region)[region])
