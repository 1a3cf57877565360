"""Networks through ONNX Runtime say what they say through torch."""

import numpy as np
import pytest
import torch

from facelib import images
from facelib.learned import keypoint_net, onnx_net, predict_keypoints, weights
from facelib.parsing import net, read
from facelib.parsing.classes import CLASSES

pytest.importorskip("onnxruntime")


@pytest.mark.parametrize(("faces", "size"), [(1, 96), (3, 64)])
def test_any_network_of_that_shape_gives_the_same_answers(faces, size):
    torch.manual_seed(0)
    net = keypoint_net.Heatmaps().eval().fuse()
    for weight in net.parameters():
        torch.nn.init.normal_(weight, std=0.05)
    crops = np.random.default_rng(0).uniform(-1, 1, (faces, 1, size, size)).astype(np.float32)
    for ours, theirs in zip(onnx_net.OnnxHeatmaps(net).answers(crops), keypoint_net.answers(net, crops), strict=True):
        assert ours.dtype == np.float32
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_the_shipped_network_reads_faces_through_it(collins, collins_on_hopper):
    reader = weights.keypoint_reader()
    assert isinstance(reader, onnx_net.OnnxHeatmaps)
    grey, box = images.to_grey(collins), collins_on_hopper.source_box
    ours, theirs = (predict_keypoints.read(net, [grey], [box]) for net in (reader, weights.keypoint_network()))
    np.testing.assert_allclose(ours.points, theirs.points, atol=0.02)  # pixels, of a face of 170
    np.testing.assert_allclose(ours.spread, theirs.spread, atol=0.01)


def test_where_it_is_not_installed_torch_reads(monkeypatch):
    monkeypatch.setattr(onnx_net, "is_here", lambda: False)
    weights._keypoint_reader.cache_clear()
    try:
        assert weights.keypoint_reader() is weights.keypoint_network()
    finally:
        weights._keypoint_reader.cache_clear()


@pytest.mark.parametrize(("faces", "size"), [(1, 192), (2, 96)])
def test_the_parser_says_the_same(faces, size):
    crops = torch.from_numpy(np.random.default_rng(0).uniform(-1, 1, (faces, 3, size, size)).astype(np.float32))
    ours = read.reader(weights.FOLDER)(crops)
    assert ours.shape == (faces, len(CLASSES), size // 2, size // 2)
    np.testing.assert_allclose(ours, net.answers(read.network(weights.FOLDER), crops), atol=1e-4)


def test_where_it_is_not_installed_torch_parses(monkeypatch):
    monkeypatch.setattr(onnx_net, "is_here", lambda: False)
    read.reader.cache_clear()
    try:
        assert read.reader(weights.FOLDER).args == (read.network(weights.FOLDER),)
    finally:
        read.reader.cache_clear()
