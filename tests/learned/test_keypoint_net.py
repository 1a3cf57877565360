import numpy as np
import pytest
import torch

from facelib.learned import crops, keypoint_net


def some_points(count, cells=24, seed=0):
    """Points well inside the crop, in crop units."""
    return torch.from_numpy(np.random.default_rng(seed).uniform(-0.7, 0.7, (count, 68, 2)).astype(np.float32))


@pytest.mark.parametrize("name", keypoint_net.NETWORKS)
def test_every_network_answers_in_crop_units(name):
    net = keypoint_net.NETWORKS[name](crops.SIZE).eval()
    output = net(torch.zeros(2, 1, crops.SIZE, crops.SIZE))
    assert net.read(output).shape == (2, 68, 2)
    assert net.spread(output).shape == (2, 68)
    assert net.read(output).abs().max() < 2
    assert "distance" in net.losses(output, some_points(2))


@pytest.mark.parametrize("name", keypoint_net.NETWORKS)
@pytest.mark.parametrize("size", [32, 64, 101])
def test_every_network_takes_the_crops_that_it_was_built_for(name, size):
    net = keypoint_net.NETWORKS[name](size).eval()
    if name not in ("heatmaps", "large") or size % 32 == 0:
        assert net.read(net(torch.zeros(1, 1, size, size))).shape == (1, 68, 2)


@pytest.mark.parametrize("size", [64, 96, 128])
def test_heatmaps_are_a_quarter_of_any_crop(size):
    maps = keypoint_net.Heatmaps().eval()(torch.zeros(1, 1, size, size))
    assert maps.shape == (1, 68, size // keypoint_net.CELL, size // keypoint_net.CELL)


def test_soft_argmax_finds_the_middle_of_a_gaussian():
    points = some_points(3)
    maps = keypoint_net.gaussians(points, 24, sigma=1).log()
    torch.testing.assert_close(keypoint_net.soft_argmax(maps), points, atol=2e-3, rtol=0)


@pytest.mark.parametrize("sigma", [0.8, 1.5, 3.0])
def test_spread_is_the_gaussians_own(sigma):
    maps = keypoint_net.gaussians(torch.zeros(1, 68, 2), 24, sigma).log()
    in_units = np.sqrt(2) * sigma * 2 / 24  # over both directions
    torch.testing.assert_close(keypoint_net.spreads(maps), torch.full((1, 68), in_units), atol=0, rtol=0.02)


def test_spread_of_a_map_that_knows_nothing_is_that_of_the_square():
    spread = keypoint_net.spreads(torch.zeros(1, 68, 200, 200))
    torch.testing.assert_close(spread, torch.full((1, 68), np.sqrt(2 / 3)), atol=1e-4, rtol=0)


def test_gaussians_beyond_the_crop_pull_to_its_edge():
    maps = keypoint_net.gaussians(torch.tensor([[[3.0, 0.0]]]), 24)
    assert torch.isfinite(maps).all()
    assert maps.sum() == pytest.approx(1)
    assert maps[0, 0].sum(0).argmax() == 23


def test_heatmap_losses_are_least_at_the_truth():
    net, points = keypoint_net.Heatmaps(), some_points(2)
    right = net.losses(keypoint_net.gaussians(points, 24).clamp(1e-12).log(), points)
    wrong = net.losses(keypoint_net.gaussians(points + 0.2, 24).clamp(1e-12).log(), points)
    assert right["distance"] < 0.02
    assert wrong["distance"] == pytest.approx(2 * 0.2 * 12, rel=0.05)  # in cells, over both directions
    assert right["cross_entropy"] < wrong["cross_entropy"]


def test_the_wing_loss_joins_its_parts_and_pulls_at_small_errors():
    away = torch.tensor([0.001, 0.02, 0.2, 0.9], requires_grad=True)
    keypoint_net.wing(away, width=0.2, bend=0.05).sum().backward()
    torch.testing.assert_close(away.grad, torch.tensor([0.2 / 0.051, 0.2 / 0.07, 1.0, 1.0]))
    below, above = keypoint_net.wing(torch.tensor([0.2 - 1e-6, -0.2 - 1e-6]), width=0.2, bend=0.05)
    torch.testing.assert_close(below, above, atol=1e-5, rtol=0)


def test_regression_begins_at_the_mean_face():
    net = keypoint_net.small()
    points = net.read(torch.zeros(1, 136))
    np.testing.assert_allclose(points[0], crops.canonical_shape(), atol=1e-6)


def test_a_network_can_be_for_one_point_alone():
    nose = keypoint_net.small(32, rows=[30]).train()
    output = nose(torch.randn(4, 1, 32, 32))
    assert nose.read(output).shape == (4, 1, 2)
    assert nose.losses(output, some_points(4))["distance"].isfinite()


@pytest.mark.parametrize(("name", "steps"), [("heatmaps", 40), ("resnet18", 30), ("small", 120)])
def test_network_overfits_one_batch(name, steps):
    torch.manual_seed(0)
    net = keypoint_net.NETWORKS[name](96)
    inputs, points = torch.randn(8, 1, 96, 96), torch.from_numpy(crops.canonical_shape()).float() + 0.1 * torch.randn(8, 68, 2)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-3)
    losses = []
    for _ in range(steps):
        terms = net.losses(net(inputs), points)
        optimizer.zero_grad()
        sum(terms.values()).backward()
        optimizer.step()
        losses.append(terms["distance"].item())
    assert losses[-1] < 0.5 * losses[0]


def test_fused_networks_answer_the_same():
    torch.manual_seed(0)
    net = keypoint_net.Heatmaps((8, 8, 8, 8, 8), (1, 1, 1, 1), 8)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):  # as after training
            torch.nn.init.uniform_(module.weight, 0.5, 2)
            torch.nn.init.normal_(module.bias)
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    inputs = torch.rand(2, 1, 64, 64)
    with torch.inference_mode():
        before = net.eval()(inputs)
        after = net.fuse()(inputs)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in net.modules())
    torch.testing.assert_close(after, before, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["heatmaps", "small"])
def test_a_crop_without_a_face_teaches_flat_maps_and_no_place(name):
    torch.manual_seed(0)
    net, inputs = keypoint_net.NETWORKS[name](64), torch.randn(3, 1, 64, 64)
    points = torch.rand(3, 68, 2) - 0.5
    points[1] = torch.nan
    output = net(inputs)
    terms = net.losses(output, points)
    both = net.losses(output[[0, 2]], points[[0, 2]])
    torch.testing.assert_close(terms["distance"], both["distance"])
    sum(terms.values()).backward()
    assert all(parameter.grad.isfinite().all() for parameter in net.parameters())
    if name == "heatmaps":
        flat, narrow = torch.zeros(1, 68, 16, 16), keypoint_net.gaussians(torch.zeros(1, 68, 2), 16).log()
        nothing = torch.full((1, 68, 2), torch.nan)
        assert net.losses(flat, nothing)["cross_entropy"] < net.losses(narrow, nothing)["cross_entropy"]
    assert net.losses(output, torch.full_like(points, torch.nan))["distance"] == 0
