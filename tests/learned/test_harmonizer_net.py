import pytest
import torch

from facelib.learned.harmonizer_net import GENERATORS, Discriminator, Residual


@pytest.fixture
def batch():
    torch.manual_seed(0)
    mask = torch.zeros(2, 1, 64, 64)
    mask[:, :, 16:48, 20:44] = 1
    return torch.rand(2, 3, 64, 64) * 2 - 1, torch.rand(2, 3, 64, 64) * 2 - 1, mask


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_makes_pictures_of_the_same_size(name, batch):
    made = GENERATORS[name]()(*batch)
    assert made.shape == batch[0].shape
    assert torch.isfinite(made).all()


def test_a_residual_generator_begins_with_its_first_guess_and_never_leaves_the_mask(batch):
    raw, start, mask = batch
    net = Residual()
    assert torch.equal(net(raw, start, mask), start)
    torch.nn.init.normal_(net.net.last.weight)
    made = net(raw, start, mask)
    outside = (mask == 0).expand(-1, 3, -1, -1)
    assert torch.equal(made[outside], start[outside])
    assert not torch.equal(made, start)


@pytest.mark.parametrize("spectral", [False, True])
def test_a_discriminator_says_one_number_a_picture(spectral, batch):
    raw, _, mask = batch
    assert Discriminator(spectral)(raw, mask).shape == (2,)


def test_spectral_layers_stretch_nothing_more_than_once():
    net = Discriminator(spectral=True).train()
    for _ in range(20):
        net(torch.rand(1, 3, 32, 32), torch.ones(1, 1, 32, 32))  # the power iteration needs a few steps
    assert torch.linalg.matrix_norm(net.net[-1].weight.detach(), 2).item() == pytest.approx(1, abs=0.05)
    assert not any(isinstance(layer, torch.nn.BatchNorm2d) for layer in net.modules())
