import numpy as np
import pytest

from facelib import keypoints, metrics
from facelib.datasets import ytf68_offset
from facelib.datasets.frame import Frame


def shapes(count, seed=0):
    """Faces of different sizes and expressions, somewhere."""
    rng = np.random.default_rng(seed)
    changed = keypoints.mean_shape() + np.tensordot(rng.normal(size=(count, 10)), keypoints.shape_modes(), axes=1)
    return changed * rng.uniform(40, 200, (count, 1, 1)) + rng.uniform(100, 200, (count, 1, 2))


def test_correcting_and_labelling_are_inverse():
    points = shapes(20)
    np.testing.assert_allclose(ytf68_offset.as_labelled(ytf68_offset.corrected(points)), points, atol=0.05)
    assert ytf68_offset.corrected(points.astype(np.float32)).dtype == np.float32


def test_labels_lie_to_the_right_of_and_below_where_they_belong():
    moved = (ytf68_offset.as_labelled(shapes(50)) - shapes(50)).mean(axis=1)
    assert (moved > 0.5).all()
    assert (moved < 5).all()


def test_fit_finds_a_known_offset():
    """Labels that are shifted and turned by known amounts, and a predictor that errs to no side."""
    truth, rng = shapes(600), np.random.default_rng(1)
    around = truth - truth.mean(axis=1, keepdims=True)
    sizes = metrics.face_sizes(truth, "box")[:, None, None]
    labels = truth + (0.8, 0.3) + (0.006, -0.002) * sizes + 0.01 * around[..., ::-1] * (-1, 1)
    found = ytf68_offset.fit(truth + rng.normal(0, 2, truth.shape), labels)
    assert found["pixels"] == pytest.approx(0.8, abs=0.1)
    assert found["share"] == pytest.approx(0.006, abs=0.001)
    assert found["turn"] == pytest.approx(0.01, abs=0.001)


def test_right_labels_have_no_offset():
    truth = shapes(600)
    found = ytf68_offset.fit(truth + np.random.default_rng(1).normal(0, 2, truth.shape), truth)
    assert abs(found["pixels"]) < 0.1
    assert abs(found["share"]) < 0.001
    assert abs(found["turn"]) < 0.001


def test_frames_are_put_right_and_keep_the_rest(tmp_path):
    frame = Frame(tmp_path / "a.jpg", "ann", shapes(1)[0].astype(np.float32), np.array([1.0, 2, 3, 4]))
    (right,) = ytf68_offset.put_right([frame])
    assert (right.path, right.person) == (frame.path, frame.person)
    np.testing.assert_array_equal(right.box, frame.box)
    np.testing.assert_allclose(ytf68_offset.as_labelled(right.points[None])[0], frame.points, atol=0.05)
