"""The generators as blenders: at the trained size, at larger ones, and near a picture's edge."""

import cv2
import numpy as np
import pytest
import torch

from facelib.learned import harmonize, square, weights
from facelib.learned.harmonizer_net import Changes


class Brighter(torch.nn.Module):
    """Stands in for the generators: adds a tenth inside the mask."""

    def changes(self, raw, start, mask):
        self.shape = tuple(raw.shape)
        zero = torch.zeros_like(raw)
        return Changes(flow=zero[:, :2], gain=zero + 1, offset=0.2 * mask.expand(-1, 3, -1, -1), detail=zero)

    def forward(self, raw, start, mask):
        return self.changes(raw, start, mask).apply(start)


@pytest.fixture
def brighter(monkeypatch):
    net = Brighter()
    monkeypatch.setattr(weights, "harmonizer", lambda recipe: net)
    return net


def scene(height, width, x, y, radius):
    rng = np.random.default_rng(0)
    target = cv2.GaussianBlur(rng.random((height, width, 3), np.float32), (0, 0), 3)
    source = cv2.GaussianBlur(rng.random((height, width, 3), np.float32), (0, 0), 1)
    mask = cv2.circle(np.zeros((height, width), np.float32), (x, y), radius, 1.0, -1)
    return source, target, mask


@pytest.mark.parametrize("shape", [(128, 128, 64, 70, 44), (301, 403, 200, 150, 90), (90, 77, 40, 45, 25)])
def test_a_correction_comes_back_at_the_faces_size(brighter, shape):
    source, target, mask = scene(*shape)
    made, before = harmonize.unet(source, target, mask), harmonize.poisson.poisson(harmonize.colour.lab(source, target, mask), target, mask)
    assert brighter.shape == (1, 3, 128, 128)
    inner = cv2.erode(mask, np.ones((15, 15))) > 0
    np.testing.assert_allclose((made - before)[inner], 0.1, atol=0.02)
    np.testing.assert_array_equal(made[mask == 0], target[mask == 0])


def test_a_large_face_is_moved_at_full_size(brighter, monkeypatch):
    """By so many of the network's 128 pixels, whatever that is in the picture's."""
    source, target, mask = scene(600, 600, 300, 300, 200)
    first = harmonize.poisson.poisson(harmonize.colour.lab(source, target, mask), target, mask)

    def moves(raw, start, small):
        zero = torch.zeros_like(raw)
        across = torch.zeros_like(zero[:, :2])
        across[:, 0] = 5 * 2 / 128 * (1 if moves.times % 2 == 0 else -1)  # the second time it sees the mirrored face
        moves.times += 1
        return Changes(flow=across, gain=zero + 1, offset=zero, detail=zero)

    moves.times = 0
    monkeypatch.setattr(brighter, "changes", moves)
    made = harmonize.unet(source, target, mask)
    side = harmonize.changes(source, target, mask)[2][2]
    step = round(harmonize.MOVED * 5 * side / 128)
    inner = cv2.erode(mask, np.ones((61, 61))) > 0
    off = np.abs(made - np.roll(first, -step, axis=1))[inner].mean()
    assert off < 0.15 * np.abs(made - first)[inner].mean()


@pytest.mark.parametrize("blend", [harmonize.dih, harmonize.fsgan])
@pytest.mark.parametrize("radius", [60, 90, 250])
def test_what_is_added_to_a_face_reaches_its_border(brighter, blend, radius, monkeypatch):
    """The network adds nothing beyond the mask; enlarged, that must not be seen as a line inside it."""
    monkeypatch.setattr(brighter, "forward", lambda raw, start, mask: raw + 0.2 * mask)
    source, target, mask = scene(900, 900, 450, 450, radius)
    source = np.full_like(source, 0.4)
    np.testing.assert_allclose(blend(source, target, mask)[mask == 1], 0.5, atol=0.01)


def test_spread_values_are_means_of_what_is_known_beside_them():
    values = np.zeros((5, 5, 1), np.float32)
    values[2, 1:3, 0] = 1, 3
    known = values[..., 0] > 0
    once = square.spread(values, known, 1)[..., 0]
    np.testing.assert_allclose(once[1:4, :4], [[1, 2, 2, 3], [1, 1, 3, 3], [1, 2, 2, 3]])
    assert once[:, 4].max() == 0
    assert (square.spread(values, known, 3) > 0).all()


def test_a_large_face_keeps_its_detail(brighter):
    source, target, mask = scene(600, 600, 300, 300, 200)
    before = harmonize.poisson.poisson(harmonize.colour.lab(source, target, mask), target, mask)
    made = harmonize.unet(source, target, mask)
    inner = cv2.erode(mask, np.ones((41, 41))) > 0
    detail = [cv2.Laplacian(picture, cv2.CV_32F)[inner].std() for picture in (made, before)]
    assert detail[0] == pytest.approx(detail[1], rel=0.01)


@pytest.mark.parametrize("blend", [harmonize.unet, harmonize.unet_writeup])
def test_a_face_at_the_edge_and_no_face_at_all(brighter, blend):
    source, target, mask = scene(120, 140, 8, 110, 30)
    made = blend(source, target, mask)
    assert made.shape == target.shape
    assert made.dtype == np.float32
    assert made.min() >= 0
    assert made.max() <= 1
    np.testing.assert_array_equal(blend(source, target, np.zeros_like(mask)), target)


def test_the_square_is_that_of_training(brighter):
    source, target, mask = scene(128, 128, 64, 70, 46)
    harmonize.unet(source, target, mask)
    assert square.round_face(mask).side == 128


def test_a_shrunken_picture_stays_in_range():
    """OpenCV's averages of ones are a bit more than 1 at some sizes; stages that follow refuse such a picture."""
    for side in range(129, 200):
        small = square.Square(0, 0, side).small(np.ones((200, 200, 3), np.float32))
        assert small.max() <= 1
