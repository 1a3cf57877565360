import numpy as np
import pytest
import torch

from facelib import images, keypoints
from facelib.learned import keypoint_net


class AlwaysTheMean(torch.nn.Module):
    """A network that answers the mean shape, whatever it sees."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def forward(self, crops):
        return torch.zeros(len(crops), 136)


def test_network_has_the_shape_that_the_docstring_says():
    pooled, spatial = keypoint_net.build(spatial=False).eval(), keypoint_net.build().eval()
    for size in (64, 128):
        assert pooled(torch.zeros(2, 1, size, size)).shape == (2, 136)
    assert spatial(torch.zeros(2, 1, keypoint_net.SIZE, keypoint_net.SIZE)).shape == (2, 136)


def test_a_head_with_places_begins_as_the_pooled_one():
    pooled, spatial = keypoint_net.build(spatial=False).eval(), keypoint_net.build().eval()
    spatial.load_state_dict(keypoint_net.with_places(pooled.state_dict()))
    crops = torch.randn(3, 1, keypoint_net.SIZE, keypoint_net.SIZE, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(spatial(crops), pooled(crops), atol=1e-5, rtol=1e-4)


def test_targets_and_points_are_inverse():
    points = np.random.default_rng(0).uniform(0, keypoint_net.SIZE, (3, 68, 2))
    back = keypoint_net.to_points(torch.from_numpy(keypoint_net.to_target(points)))
    np.testing.assert_allclose(back, points, atol=1e-4)


def test_canonical_crop_shows_the_face_in_the_middle():
    shape = keypoint_net.canonical_shape(128)
    np.testing.assert_allclose((shape.min(axis=0) + shape.max(axis=0)) / 2, 63.5, atol=0.1)
    assert np.ptp(shape, axis=0).max() == pytest.approx(0.74 * 128, rel=1e-3)


@pytest.mark.parametrize("scale", [0.2, 0.45, 1.0, 3.0])
def test_crop_puts_the_picture_where_the_matrix_says(scale):
    """A white dot on black is found again at the place to which the matrix sends it, also where the crop shrinks."""
    grey = np.zeros((401, 523), np.float32)
    grey[198:205, 258:265] = 1  # middle 261, 201
    matrix = np.array([[scale, 0, 64 - scale * 261], [0, scale, 60 - scale * 201]])
    crop = keypoint_net.crop(grey, matrix, 128)
    y, x = np.indices(crop.shape)
    middle = (crop * x).sum() / crop.sum(), (crop * y).sum() / crop.sum()
    np.testing.assert_allclose(middle, (64, 60), atol=0.2)


def test_prediction_is_mapped_back_to_the_picture():
    box = np.array([40.0, 30.0, 90.0, 90.0])
    points = keypoint_net.predict(AlwaysTheMean(), [np.zeros((200, 220), np.float32)], [box], passes=3)
    np.testing.assert_allclose(points[0], keypoints.shape_in_box(box), atol=0.3)  # the mean of tilted shapes is a little small
    assert points.dtype == np.float32


def test_pictures_of_different_sizes_go_together(collins, hopper, collins_on_hopper):
    greys = [images.to_grey(picture) for picture in (collins, hopper)]
    from facelib.learned import weights

    both = keypoint_net.predict(weights.keypoint_network(), greys, [collins_on_hopper.source_box, collins_on_hopper.target_box])
    np.testing.assert_allclose(both[0], collins_on_hopper.source_points, atol=0.05)
    np.testing.assert_allclose(both[1], collins_on_hopper.target_points, atol=0.05)


def test_network_overfits_one_batch():
    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    net = keypoint_net.build().train()
    crops, targets = torch.randn(8, 1, 96, 96, generator=generator), 0.2 * torch.randn(8, 136, generator=generator)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
    losses = []
    for _ in range(40):
        loss = torch.nn.functional.smooth_l1_loss(net(crops), targets, beta=0.02)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.25 * losses[0]
