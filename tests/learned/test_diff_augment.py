import torch

from facelib.learned.diff_augment import augment


def test_the_mask_moves_with_the_picture():
    torch.manual_seed(0)
    mask = torch.zeros(16, 1, 32, 32)
    mask[:, :, 10:20, 12:24] = 1
    pictures, masks = augment(mask.expand(-1, 3, -1, -1) * 4 - 2, mask)
    seen = masks > 0
    for picture, inside in zip(pictures, seen[:, 0], strict=True):
        if inside.any() and (~inside & (picture[0] != 0)).any():
            outside = ~inside & (picture[0] != 0)
            assert picture[:, inside].min() > picture[:, outside].max()
    assert len({mask.sum().item() for mask in masks}) > 3  # each in a way of its own


def test_gradients_flow_back():
    pictures = torch.rand(4, 3, 16, 16, requires_grad=True)
    augment(pictures, torch.ones(4, 1, 16, 16))[0].sum().backward()
    assert torch.isfinite(pictures.grad).all()
    assert (pictures.grad != 0).any()
