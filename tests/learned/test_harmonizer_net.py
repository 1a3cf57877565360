import pytest
import torch

from facelib.learned.generators import GENERATORS
from facelib.learned.harmonizer_net import Changes, Discriminator, Refiner


@pytest.fixture
def batch():
    torch.manual_seed(0)
    mask = torch.zeros(2, 1, 64, 64)
    mask[:, :, 16:48, 20:44] = 1
    return torch.rand(2, 3, 64, 64) * 2 - 1, torch.rand(2, 3, 64, 64) * 2 - 1, mask


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_makes_pictures_of_the_same_size(name, batch):
    made = GENERATORS[name]().eval()(*batch)
    assert made.shape == batch[0].shape
    assert torch.isfinite(made).all()


def busy(rim=2):
    """A refiner that uses all its tools."""
    torch.manual_seed(1)
    net = Refiner(rim).eval()
    for layer in (net.net.last, net.net.coarse):
        torch.nn.init.normal_(layer.weight, std=0.3)
    return net


@pytest.mark.parametrize("rim", [0, 2])
def test_a_refiner_begins_with_its_first_guess_and_never_leaves_the_mask(rim, batch):
    raw, start, mask = batch
    torch.testing.assert_close(Refiner(rim)(raw, start, mask), start, atol=1e-4, rtol=0)
    made = busy(rim)(raw, start, mask)
    outside = (mask == 0).expand(-1, 3, -1, -1)
    torch.testing.assert_close(made[outside], start[outside], atol=1e-4, rtol=0)
    assert (made - start)[~outside].abs().mean() > 0.05


def test_next_to_the_border_a_refiner_leaves_the_first_guess(batch):
    raw, start, mask = batch
    inner = 1 - torch.nn.functional.max_pool2d(1 - mask, 5, 1, 2)
    rim = (inner == 0).expand(-1, 3, -1, -1)
    torch.testing.assert_close(busy()(raw, start, mask)[rim], start[rim], atol=1e-4, rtol=0)


def none(side=32):
    zero = torch.zeros(1, 3, side, side)
    return Changes(zero[:, :2], zero + 1, zero, zero)


def test_no_changes_are_none_at_any_size():
    picture = torch.rand(1, 3, 45, 45) * 2 - 1
    for side in (16, 32, 45):
        torch.testing.assert_close(none(side).apply_at(picture), picture, atol=1e-4, rtol=0)


def test_a_flow_of_a_pixel_moves_by_a_pixel():
    picture = torch.rand(1, 3, 32, 32)
    across = torch.tensor([2 / 32, 0.0])[None, :, None, None].expand(1, 2, 32, 32)
    moved = none()._replace(flow=across).apply(picture)
    torch.testing.assert_close(moved[..., :-1], picture[..., 1:], atol=1e-4, rtol=0)


def test_gain_counts_from_black_and_offset_is_added():
    picture = torch.full((1, 3, 32, 32), 0.2)
    made = none()._replace(gain=torch.full((1, 3, 32, 32), 0.5), offset=torch.full((1, 3, 32, 32), 0.1)).apply(picture)
    torch.testing.assert_close(made, torch.full_like(picture, 0.5 * 1.2 - 1 + 0.1))


def test_mirrored_changes_do_to_the_mirrored_picture_what_they_do_to_the_picture(batch):
    raw, start, mask = batch
    changes = busy().changes(raw, start, mask)
    made, mirrored = changes.apply(start), changes.mirrored().apply(start.flip(-1))
    torch.testing.assert_close(mirrored.flip(-1), made, atol=1e-4, rtol=0)


def test_a_larger_picture_keeps_its_detail_under_a_tone_of_less_contrast():
    torch.manual_seed(3)
    noise = torch.rand(1, 3, 128, 128) - 0.5
    flat = none()._replace(gain=torch.full((1, 3, 32, 32), 0.5))
    assert flat.apply_at(noise).std().item() == pytest.approx(noise.std().item(), rel=0.05)
    even = torch.full_like(noise, 0.2)
    torch.testing.assert_close(flat.apply_at(even), torch.full_like(even, -0.4), atol=1e-4, rtol=0)


def test_changes_mean_the_same_for_a_picture_of_twice_the_size(batch):
    raw, start, mask = batch
    smooth = torch.nn.functional.interpolate(start[..., ::16, ::16], (64, 64), mode="bicubic")
    large = torch.nn.functional.interpolate(smooth, scale_factor=2, mode="bilinear")
    changes = busy().changes(raw, start, mask)._replace(detail=torch.zeros_like(start))
    small = torch.nn.functional.avg_pool2d(changes.apply_at(large), 2)
    assert (small - changes.apply(smooth)).abs().mean() < 0.01
    assert (small - smooth).abs().mean() > 0.015


@pytest.mark.parametrize("spectral", [False, True])
def test_a_discriminator_says_one_number_a_picture(spectral, batch):
    raw, _, mask = batch
    assert Discriminator(spectral)(raw, mask).shape == (2,)


def test_a_discriminator_of_patches_speaks_of_the_places_in_the_face_alone(batch):
    raw, _, mask = batch
    assert Discriminator(patches=True)(raw, mask).shape == (2 * 4 * 2,)  # of 32 x 24 pixels, with a place every 8
    assert Discriminator(patches=True)(raw, torch.zeros_like(mask)).shape == (0,)


def test_of_places_that_are_all_less_than_half_in_a_face_those_speak_that_are_most(batch):
    raw, _, mask = batch
    small = torch.zeros_like(mask)
    small[0, :, :3, :3] = 1  # of a place of 8 x 8 pixels
    assert Discriminator(patches=True)(raw, small).shape == (1,)


def test_spectral_layers_stretch_nothing_more_than_once():
    net = Discriminator(spectral=True).train()
    for _ in range(20):
        net(torch.rand(1, 3, 32, 32), torch.ones(1, 1, 32, 32))  # the power iteration needs a few steps
    assert torch.linalg.matrix_norm(net.net[-1].weight.detach(), 2).item() == pytest.approx(1, abs=0.05)
    assert not any(isinstance(layer, torch.nn.BatchNorm2d) for layer in net.modules())
