"""The half of a turned face that is not seen is the other one's."""

import numpy as np
import pytest

from facelib import halves, keypoints, pose


def turned(degrees: float) -> np.ndarray:
    """The mean face, turned about its vertical axis, with the depths that `facelib.pose` gives it."""
    points, depth = keypoints.mean_shape(), pose._DEPTH
    angle = np.radians(degrees)
    x = points[:, 0] * np.cos(angle) + depth * np.sin(angle)
    return np.column_stack([x, points[:, 1]]) * 200 + 150


@pytest.mark.parametrize(("source", "target", "side"), [(0, 0, 0), (0, 35, 0), (20, 20, 0), (40, 0, None), (-40, 0, None)])
def test_a_half_is_replaced_where_the_source_is_turned_and_the_target_is_not(source, target, side):
    found = halves.missing(turned(source), turned(target))
    if side is None:
        assert found == -halves.missing(turned(-source), turned(target)) != 0
    else:
        assert found == side


def test_the_two_halves_make_the_whole():
    points = turned(10)
    left, right = (halves.part(points, side, (300, 300)) for side in (-1, 1))
    np.testing.assert_allclose(left + right, 1, atol=1e-6)
    x, y = points[2].astype(int)
    assert left[y, x] == 1  # the jaw on the left of the picture
