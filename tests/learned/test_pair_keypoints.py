"""Two tiny runs, joined."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from facelib import images
from facelib.__main__ import main
from facelib.datasets import ytf68
from facelib.learned import keypoint_net, predict_keypoints, weights
from facelib.learned.keypoint_data import Augmentation
from facelib.learned.train_keypoints import KeypointConfig, run

FINDER = KeypointConfig(size=32, pictures=32, batch=8, evaluate_every=32)
REFINER = dataclasses.replace(FINDER, augmentation=Augmentation(hardness=0.1, morph=0.0))


@pytest.fixture(scope="module")
def data(tmp_path_factory, collins, hopper, collins_on_hopper):
    """A ytf68 of three people, two of them of the validation list."""
    folder, lines = tmp_path_factory.mktemp("ytf68"), ["," * 136]
    (folder / "training").mkdir()
    sides = {"Eileen_Collins": (collins, "source"), **dict.fromkeys(sorted(ytf68.validation_people())[:2], (hopper, "target"))}
    for person, (picture, side) in sides.items():
        for number in range(10):
            name = f"{person}_{number:02d}.png"
            images.save(np.roll(picture, number, axis=1), folder / "training" / name)
            points = getattr(collins_on_hopper, f"{side}_points") + (number, 0)
            lines.append(",".join([name, *(f"{value:.1f}" for value in points.ravel())]))
    (folder / "training_frames_keypoints.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def runs(data, tmp_path_factory):
    made = {}
    others = {"network": dataclasses.replace(REFINER, network="small"), "seed": dataclasses.replace(REFINER, seed=1)}
    for name, config in {"finder": FINDER, "refiner": REFINER, **others}.items():
        made[name] = tmp_path_factory.mktemp(name)
        run(data, made[name], config)
    return made


def joined(data, runs, out, refiner="refiner"):
    return main(["train", "pair", str(runs["finder"]), str(runs[refiner]), "--data", str(data), "--out", str(out)])


def test_a_pair_holds_both_networks_and_says_where_they_come_from(data, runs, tmp_path, capsys):
    assert joined(data, runs, tmp_path) == 0
    card = weights.card("keypoints", tmp_path)
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == card["scores"]
    assert card["config"]["refiner"] == "size 32, batch 8, augmentation.hardness 0.1, augmentation.morph 0.0, augmentation.nothing 0.0"
    assert card["pictures_seen"] == 64
    pair = weights.keypoint_network(tmp_path)
    assert isinstance(pair, keypoint_net.Pair)
    for part in ("finder", "refiner"):
        assert card["parts"][part]["sha256"] == weights.card("keypoints", runs[part])["sha256"]
        own = weights.keypoint_network(runs[part])
        for one, other in zip(getattr(pair, part).parameters(), own.parameters(), strict=True):
            torch.testing.assert_close(one, other)
    assert [row["part"] for row in weights.history("keypoints", tmp_path)] == ["finder", "refiner"]


def test_a_pair_reads_faces_through_onnx_runtime_as_through_torch(data, runs, tmp_path, collins, collins_on_hopper):
    pytest.importorskip("onnxruntime")
    joined(data, runs, tmp_path)
    grey, box = images.to_grey(collins), collins_on_hopper.source_box
    nets = weights.keypoint_network(tmp_path), weights.keypoint_reader(tmp_path)
    ours, theirs = (predict_keypoints.read(net, [grey], [box], size=32) for net in nets)
    np.testing.assert_allclose(ours.points, theirs.points, atol=0.05)
    np.testing.assert_allclose(ours.spread, theirs.spread, atol=0.05)


@pytest.mark.parametrize(("refiner", "said"), [("network", "heatmaps as the refiner, got 'small'"), ("seed", "seed 0 and 1")])
def test_networks_that_do_not_go_together_are_refused(data, runs, tmp_path, capsys, refiner, said):
    assert joined(data, runs, tmp_path / "out", refiner) != 0
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
