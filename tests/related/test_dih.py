"""The network's shape; what it learns is tested where it is trained."""

import pytest
import torch

from facelib.related.dih import DeepHarmonization
from facelib.related.parsing import CLASSES


@pytest.fixture(scope="module")
def pictures():
    torch.manual_seed(0)
    return torch.rand(2, 3, 64, 64) * 2 - 1, torch.rand(2, 1, 64, 64).round()


def network(parsing):
    torch.manual_seed(0)
    return DeepHarmonization(parsing, widths=(16, 16, 32), full=24, size=64).eval()


@pytest.mark.parametrize("parsing", [True, False])
def test_a_picture_comes_out_and_logits_where_there_is_a_branch_for_them(pictures, parsing):
    picture, logits = network(parsing).both(*pictures)
    assert picture.shape == (2, 3, 64, 64)
    assert (logits is not None) == parsing
    if parsing:
        assert logits.shape == (2, len(CLASSES), 64, 64)


def test_colours_read_what_parsing_found(pictures):
    """A loss on the picture alone reaches the parsing decoder: its features are handed over at each level."""
    net = network(parsing=True)
    net.both(*pictures)[0].square().mean().backward()
    assert all(layer[0].weight.grad.abs().sum() > 0 for layer in net.parse.up[:-1])
    assert net.classes.weight.grad is None


def test_the_whole_picture_is_seen_everywhere(pictures):
    """A change in one corner changes the other: it goes through the full layer."""
    net, (raw, mask) = network(parsing=False), pictures
    changed = raw.clone()
    changed[..., :4, :4] += 1
    assert (net(changed, changed, mask) - net(raw, raw, mask))[..., -4:, -4:].abs().max() > 0


def test_what_pixels_show_is_said_in_training_alone(pictures):
    (raw, mask), net = pictures, network(parsing=True)
    assert isinstance(net(raw, raw, mask), torch.Tensor)
    picture, logits = net.train()(raw, raw, mask)
    assert (picture.shape, logits.shape[1]) == (raw.shape, len(CLASSES))
    assert isinstance(network(parsing=False).train()(raw, raw, mask), torch.Tensor)


@pytest.mark.parametrize("side", [32, 96])
def test_other_sizes_go_through_the_same_full_layer(side):
    picture, logits = network(parsing=True).both(torch.rand(1, 3, side, side), torch.ones(1, 1, side, side))
    assert picture.shape[-1] == logits.shape[-1] == side
