"""The blending network's shape, and what the equation makes of its picture."""

import cv2
import numpy as np
import pytest
import torch

from facelib.related import gp_gan


@pytest.mark.parametrize("size", [32, 64])
def test_a_picture_goes_through_one_vector(size):
    torch.manual_seed(0)
    net = gp_gan.BlendingGAN(widths=(16, 16, 16, 16), bottleneck=8).eval()
    raw = torch.rand(2, 3, size, size) * 2 - 1
    made = net(raw, raw, raw[:, :1])
    assert made.shape == raw.shape
    assert made.abs().max() <= 1
    seen = []
    net.squeeze.register_forward_hook(lambda module, inputs, output: seen.append(output.shape))
    net(raw, raw, raw[:, :1])
    assert seen == [(2, 8)]


def test_colours_come_from_the_painted_picture_and_detail_from_the_source():
    rng = np.random.default_rng(0)
    source = 0.3 + 0.1 * rng.random((128, 128, 3), np.float32)
    target = np.full((128, 128, 3), 0.6, np.float32)
    mask = cv2.circle(np.zeros((128, 128), np.float32), (64, 64), 40, 1.0, -1)
    painted = np.full((64, 64, 3), 0.6, np.float32)
    made = gp_gan.enlarge(painted, source, target, mask)
    inner = cv2.erode(mask, np.ones((21, 21))) > 0
    assert made[inner].mean() == pytest.approx(0.6, abs=0.02)
    detail = [picture[inner] - cv2.GaussianBlur(picture, (0, 0), 2)[inner] for picture in (made, source)]
    assert np.corrcoef(*(part.ravel() for part in detail))[0, 1] > 0.95
    assert np.abs(made - target)[:16].max() < 0.02  # far from the face
