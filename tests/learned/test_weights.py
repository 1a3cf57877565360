import json
import re

import pytest
import torch

from facelib.learned import weights
from facelib.learned.generators import GENERATORS


def small_net():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))


def test_weights_round_trip_in_half_precision(tmp_path):
    net = small_net()
    weights.save(net, "small", {"seed": 3}, tmp_path)
    loaded = weights.load(small_net(), "small", tmp_path)
    for key, value in net.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[key], value, atol=1e-3, rtol=1e-3)
        assert loaded.state_dict()[key].dtype == value.dtype
    assert not loaded.training
    assert weights.card("small", tmp_path)["seed"] == 3


def test_packed_weights_take_half_the_room_and_are_off_by_little(tmp_path):
    torch.manual_seed(0)
    net, empty = (torch.nn.Sequential(torch.nn.Conv2d(8, 16, 3), torch.nn.BatchNorm2d(16)) for _ in range(2))
    with torch.no_grad():
        net[0].weight[3] = 0  # an output that nothing comes from
    weights.save(net, "small", {"seed": 3}, tmp_path)
    before = (tmp_path / "small.safetensors").stat().st_size
    weights.pack("small", tmp_path)
    assert (tmp_path / "small.safetensors").stat().st_size < 0.7 * before
    loaded = weights.load(empty, "small", tmp_path)
    step = net[0].weight.abs().amax(dim=(1, 2, 3), keepdim=True) / 127
    assert ((loaded[0].weight - net[0].weight).abs() <= 0.55 * step + 1e-4).all()
    torch.testing.assert_close(loaded[0].bias, net[0].bias, atol=1e-3, rtol=1e-3)
    assert weights.card("small", tmp_path)["stored"] == "in 8 bits"


def test_changed_weights_are_refused(tmp_path):
    weights.save(small_net(), "small", {}, tmp_path)
    file = tmp_path / "small.safetensors"
    contents = bytearray(file.read_bytes())
    contents[-1] ^= 1
    file.write_bytes(contents)
    with pytest.raises(weights.WeightsError, match="sha256"):
        weights.load(small_net(), "small", tmp_path)


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(weights.WeightsError, match=r"nothing\.safetensors"):
        weights.load(small_net(), "nothing", tmp_path)


def test_shipped_weights_fit_and_have_full_cards():
    files = sorted(weights.FOLDER.rglob("*.safetensors"))
    assert files
    assert sum(file.stat().st_size for file in files) < 48e6
    for file in files:
        card = json.loads(file.with_suffix(".json").read_text())
        assert {"what", "command", "data", "held_out", "config", "scores", "hardware", "software", "date", "sha256"} <= set(card)


def test_nobody_was_both_trained_on_and_held_out():
    from facelib.datasets import ibug300w, ytf68

    places = weights.FOLDER, weights.FOLDER / weights.FREE
    shipped, free = (set(weights.card("keypoints", place)["people_trained_on"]) for place in places)
    assert free
    assert not free & set(weights.digests(ytf68.validation_people()))
    files = (f"{folder}/image_{number:04d}" for folder in ("lfpw/trainset", "lfpw/testset") for number in range(1, 900))
    held_out = {file for file in files if ibug300w.is_held_out(file) or "testset" in file}
    assert len(shipped) > 1000
    assert all(re.fullmatch("[0-9a-f]{12}", person) for person in shipped | free)
    assert not shipped & set(weights.digests(held_out))


def test_weights_say_whether_they_may_be_used_commercially():
    shipped, free = (weights.card("keypoints", place) for place in (weights.FOLDER, weights.FOLDER / weights.FREE))
    assert "no commercial use" in shipped["licence"]
    assert free["licence"].startswith("MIT")
    assert "ibug300w" not in free["data"]


def test_the_free_keypoint_network_is_one_switch_away(monkeypatch, tmp_path):
    monkeypatch.setenv("FACELIB_KEYPOINTS", "")
    shipped = weights.keypoint_network()
    weights.use_keypoints(weights.FREE)
    free = weights.keypoint_network()
    assert free is weights.keypoint_network(weights.FOLDER / weights.FREE)
    assert free is not shipped
    with pytest.raises(weights.WeightsError, match="no such card of weights"):
        weights.use_keypoints(tmp_path)


def test_harmonizers_of_a_run_are_used_instead_of_those_that_ship(tmp_path, monkeypatch):
    monkeypatch.setenv("FACELIB_WEIGHTS", "")
    shipped = weights.harmonizer("writeup")
    with pytest.raises(weights.WeightsError, match=r"no harmonizer-RECIPE\.json in it"):
        weights.use(tmp_path)
    own = GENERATORS["plain"]()
    weights.save(own, "harmonizer-writeup", {"config": {"generator": "plain"}, "seed": 0}, tmp_path)
    weights.use(tmp_path)
    used = weights.harmonizer("writeup")
    torch.testing.assert_close(used.net.last.weight, own.net.last.weight, atol=1e-3, rtol=1e-3)
    assert not torch.equal(used.net.last.weight, shipped.net.last.weight)
    assert weights.harmonizer_place("stable") == weights.FOLDER  # of which the folder has none
