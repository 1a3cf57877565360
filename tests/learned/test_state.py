"""Nested state goes through safetensors and JSON, and comes back as it was."""

import json

import pytest
import torch
from safetensors.torch import load, save

from facelib.learned.state import pack, unpack


def there_and_back(tree):
    tensors, plain = pack(tree)
    return unpack(load(save(tensors)), json.loads(json.dumps(plain)))


def same(one, other):
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and one.shape == other.shape and one.stride() == other.stride() and torch.equal(one, other)
    if isinstance(one, dict):
        return isinstance(other, dict) and list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and (one == other or one != one)


PLAIN = [
    None,
    True,
    0,
    -(2**70),
    0.1,
    float("inf"),
    float("nan"),
    "",
    "é\ud800\n",
    [],
    (),
    {},
    {"tensor": ["0", [0]], "dict": {"tuple": ()}},
    {0: {"1": 1, 1: "1"}, "a.b": [(1, [2, (None,)])]},
]


@pytest.mark.parametrize("tree", PLAIN, ids=str)
def test_what_is_plain_comes_back_with_its_types(tree):
    assert same(tree, there_and_back(tree))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64, torch.int64, torch.uint8, torch.bool])
def test_tensors_come_back_bit_by_bit(dtype):
    tensor = (torch.randn(3, 5, generator=torch.Generator().manual_seed(0)) * 3).to(dtype)
    assert same(tensor, there_and_back(tensor))
    assert same(
        {"step": torch.tensor(3, dtype=dtype), 7: torch.zeros(0, 2, dtype=dtype)},
        there_and_back({"step": torch.tensor(3, dtype=dtype), 7: torch.zeros(0, 2, dtype=dtype)}),
    )


def test_the_order_in_memory_is_kept():
    """A fused optimizer walks through a weight and its moments side by side, whatever their strides say."""
    last = torch.randn(4, 3, 5, 7).to(memory_format=torch.channels_last)
    assert same(last, there_and_back(last))
    assert same(last[1], there_and_back(last[1]))
    turned = torch.randn(2, 3, 5).permute(2, 0, 1)
    assert same(turned, there_and_back(turned))


def test_parts_of_tensors_and_shared_ones_come_back_each_by_itself():
    whole = torch.arange(24.0).reshape(4, 6)
    tree = {
        "whole": whole,
        "again": whole,
        "part": whole[1:3, ::2],
        "wide": torch.ones(1, 3).expand(2, 3),
        "weight": torch.nn.Parameter(whole),
    }
    back = there_and_back(tree)
    for name, tensor in tree.items():
        assert torch.equal(tensor, back[name])
        assert not back[name].requires_grad
    back["whole"][0] = -1
    assert back["again"][0, 0] == 0


def test_names_cannot_be_taken_for_each_other():
    tree = {
        "a": {"b": torch.zeros(1), "b.c": torch.ones(1)},
        "a.b": {"c": torch.full((1,), 2.0)},
        1: torch.full((1,), 3.0),
        "1": torch.full((1,), 4.0),
    }
    assert same(tree, there_and_back(tree))


def test_an_optimizer_and_a_network_go_on_as_they_would_have():
    def made():
        torch.manual_seed(0)
        net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4)).to(memory_format=torch.channels_last)
        return net, torch.optim.AdamW(net.parameters(), 0.1, fused=True)

    def learn(net, optimizer, seed):
        data = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(seed)).to(memory_format=torch.channels_last)
        optimizer.zero_grad()
        net(data).square().mean().backward()
        optimizer.step()

    whole, broken = made(), made()
    for seed in range(4):
        learn(*whole, seed)
    for seed in range(2):
        learn(*broken, seed)
    saved, fresh = there_and_back([part.state_dict() for part in broken]), made()
    for part, state in zip(fresh, saved, strict=True):
        part.load_state_dict(state)
    for seed in range(2, 4):
        learn(*fresh, seed)
    for (name, one), other in zip(whole[0].state_dict().items(), fresh[0].state_dict().values(), strict=True):
        assert torch.equal(one, other), name


@pytest.mark.parametrize("tree", [{1, 2}, {"a": [object()]}, {(1, 2): 3}, {"a": {None: 1}}, b"bytes", 1j])
def test_what_it_does_not_know_is_refused_by_its_place(tree):
    with pytest.raises(TypeError, match=r"^state[.a0]*: expected tensors, numbers"):
        pack(tree)


@pytest.mark.parametrize(
    "plain", [{}, {"a": 1}, {"dict": 3}, {"tensor": ["x", [0]]}, {"tensor": 1}, {"dict": [[[], 1]]}, {"tuple": 1, "dict": []}]
)
def test_what_was_not_packed_is_refused(plain):
    with pytest.raises((ValueError, TypeError, KeyError)):
        unpack({}, plain)
