"""The forensic network: it learns what a crude paste looks like, and a run leaves what it should, resumed or not."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from facelib.__main__ import main
from facelib.datasets import pair_set, rendered, ytf68
from facelib.evaluation.swapped import ways
from facelib.learned import engine, finder, forensic_data, forensic_scores, harmonizer_faces, train_forensic, weights
from facelib.learned.forensic_net import CELLS, SIZE, Detective
from facelib.learned.train_forensic import ForensicConfig

# 16 channels: see tests/learned/test_train_embedding.py
TINY = ForensicConfig(widths=(16,) * 4, pairs=8, judged=6, photographed=6, pictures=32, batch=8, evaluate_every=16)
WAYS = ways(["none", "feather"])


@pytest.fixture(scope="module")
def pasted(tmp_path_factory):
    """Raw composites of rendered faces: of some to learn from, and of others."""
    folder = tmp_path_factory.mktemp("pairs")
    for name, seed in (("training", 5), ("others", 6)):
        forensic_data.build(folder / name, rendered.frames(32, seed=seed, size=160), 32, seed, ways(["none"]))
    return [pair_set.read(folder / name) for name in ("training", "others")]


@pytest.fixture
def quick(monkeypatch):
    """Few rendered people, and two ways that need no network."""
    monkeypatch.setattr(harmonizer_faces, "_PEOPLE", 3)
    monkeypatch.setattr(forensic_data, "every_way", lambda: WAYS)


def test_it_answers_for_the_picture_and_for_each_cell():
    whole, cells = Detective((16,) * 4)(torch.zeros(2, 3, SIZE, SIZE))
    assert whole.shape == (2,)
    assert cells.shape == (2, CELLS, CELLS)


def test_it_learns_to_tell_a_crude_paste_from_an_untouched_face(pasted):
    training, others = pasted
    config = dataclasses.replace(TINY, pictures=1024, batch=16, evaluate_every=1024, peak_rate=3e-3, ema_decay=0.9)
    torch.manual_seed(0)
    task = train_forensic._Task(config, auc=others)
    before = forensic_scores.measure(task.plain.eval(), others)["caught"]["none"]["mean"]
    task.plain.train()
    seen = forensic_data.Traces(training, config.pictures, 0)
    engine.fit(task, seen, engine.Plan(config.pictures, config.batch, config.evaluate_every))
    after = forensic_scores.measure(task.average.module.eval(), others)["caught"]["none"]["mean"]
    assert before < 0.7
    assert after > 0.8


def test_a_swap_and_its_target_differ_by_the_swap_alone(pasted):
    seen = forensic_data.Traces(pasted[0], 64, 3)
    for number in range(0, 64, 2):
        real, fake = seen[number], seen[number + 1]
        assert (real["swapped"], fake["swapped"]) == (0, 1)
        assert not real["where"].any()
        assert fake["where"].max() > 0.9
        away = (real["crop"] - fake["crop"]).abs().amax(0)[None, None]
        corners = torch.nn.functional.max_pool2d(away, SIZE // CELLS)[0, 0][fake["where"] == 0]
        assert corners.median() < 0.02  # JPEG may change what lies beside


def test_an_item_depends_on_its_number_alone(pasted):
    one, two = (forensic_data.Traces(pasted[0], 10, seed=1) for _ in range(2))
    two[3]
    for index in (0, 7):
        assert all(torch.equal(value, two[index][name]) for name, value in one[index].items())


def test_pairs_that_were_broken_off_go_on_to_the_same_pictures(tmp_path):
    def stop(done):
        if done == 8:
            raise KeyboardInterrupt

    frames = rendered.frames(8, seed=5, size=96)
    forensic_data.build(tmp_path / "whole", frames, 10, 2, WAYS, forensic_data.LARGER)
    with pytest.raises(KeyboardInterrupt):
        forensic_data.build(tmp_path / "broken", frames, 10, 2, WAYS, forensic_data.LARGER, report=stop)
    with pytest.raises(FileNotFoundError):
        pair_set.read(tmp_path / "broken")
    counts = []
    forensic_data.build(tmp_path / "broken", frames, 10, 2, WAYS, forensic_data.LARGER, report=counts.append)
    assert counts in ([8, 10], [0, 8, 10])  # the disk is waited for only now and then
    whole, broken = (pair_set.read(tmp_path / name) for name in ("whole", "broken"))
    assert whole.rows == broken.rows
    assert len({row["side"] for row in whole.rows}) > 1
    assert SIZE in {row["side"] for row in whole.rows}
    for name, field in whole.fields.items():
        np.testing.assert_array_equal(field, broken.fields[name])
    with pytest.raises(FileExistsError, match="holds other pairs"):
        forensic_data.build(tmp_path / "whole", frames, 10, 3, WAYS, forensic_data.LARGER)


def test_a_run_leaves_weights_and_a_card(tmp_path, quick):
    rows, stages = [], []
    card = train_forensic.run(
        "rendered", tmp_path, TINY, command="facelib ...", stage=lambda *said: stages.append(said), report=rows.append
    )
    assert [row["pictures"] for row in rows] == [16, 32]
    assert {"swapped", "where", "named_rightly", "auc", "auc_in_photographs", "per_second"} <= set(rows[0])
    assert ("training", 8, 8) in stages
    assert set(card["scores"]["caught"]) == set(card["scores"]["found"]) == {"none", "feather"}
    assert card["scores"]["n"] == card["scores_in_photographs"]["n"] == 6
    assert {row["side"] for row in pair_set.read(tmp_path / "pairs" / "validation").rows} == {SIZE}
    assert {row["side"] for row in pair_set.read(tmp_path / "pairs" / "photographs").rows} != {SIZE}
    assert 0 <= card["scores"]["false_alarms"] <= 1
    assert len(json.loads((tmp_path / "forensic-history.json").read_text())) == 2
    assert forensic_scores.logits(weights.detective(tmp_path), np.zeros((3, SIZE, SIZE, 3), np.uint8)).shape == (3,)


def test_a_run_that_was_broken_off_ends_as_an_unbroken_one(tmp_path, quick):
    def stop(row):
        raise KeyboardInterrupt

    train_forensic.run("rendered", tmp_path / "whole", TINY)
    with pytest.raises(KeyboardInterrupt):
        train_forensic.run("rendered", tmp_path / "broken", TINY, report=stop)
    with pytest.raises(ValueError, match="the run was begun with pictures 32; --set those"):
        train_forensic.run("rendered", tmp_path / "broken", dataclasses.replace(TINY, pictures=64), resume=True)
    train_forensic.run("rendered", tmp_path / "broken", TINY, resume=True)
    ours, theirs = (weights.detective(tmp_path / name).state_dict() for name in ("whole", "broken"))
    assert all(torch.equal(value, theirs[name]) for name, value in ours.items())


def test_the_command_trains_and_plans(tmp_path, quick, capsys):
    changes = [f"--set={name}={getattr(TINY, name)}" for name in ("pairs", "judged", "photographed", "pictures", "batch", "evaluate_every")]
    arguments = ["train", "forensic", "--data", "rendered", "--jobs", "1", "--precision", "no", *changes]
    assert main([*arguments, "--dry-run"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["steps"] == 4
    assert plan["parameters"] == sum(p.numel() for p in Detective().parameters())
    assert main([*arguments, "-o", str(tmp_path)]) == 0
    assert weights.card("forensic", tmp_path)["command"].startswith("facelib train forensic --data rendered --precision no --seed 0 --set")
    assert main(["train", "forensic", "--data", "rendered"]) == 2
    assert "-o: expected a folder" in capsys.readouterr().err


def test_the_threshold_is_set_by_some_people_and_its_rates_are_of_others(monkeypatch):
    logits = {"target": np.array([0.0, 9, 1, 9, 2, 9, 3, 9]), "none": np.array([9.0, 2, 9, 2.9, 9, 3, 9, 4])}
    monkeypatch.setattr(forensic_scores, "logits", lambda net, name: logits[name])
    rows = [{"target_person": "ab"[number % 2]} for number in range(8)]
    pairs = pair_set.PairSet(None, {"target": _Named("target"), "none": _Named("none")}, rows, {"blends": ["none"]})
    found = forensic_scores.measure(None, pairs)
    assert 2.5 < found["threshold"] < 3  # of ann's targets, 0 to 3, which bob's do not move
    assert found["false_alarms"] == 1.0
    assert found["found"]["none"] == 0.75


class _Named(str):
    def __getitem__(self, part):
        return str(self)


def test_nobody_held_out_was_trained_on():
    assert not set(ytf68.validation_people()) & set(weights.card("forensic")["people_trained_on"])


def test_the_network_that_ships_knows_every_way():
    assert set(weights.card("forensic")["ways"]) == {way.name for way in forensic_data.every_way()}


def test_shipped_weights_catch_raw_composites_of_people_whom_they_never_saw(tmp_path, ytf68_folder):
    frames = finder.labelled(ytf68.load(ytf68_folder, ytf68.validation_people(), check=False))
    floors_of = {
        forensic_data.AS_MEASURED: {"none": 0.97, "multiband": 0.94},
        forensic_data.AS_PHOTOGRAPHED: {"none": 0.95, "multiband": 0.8},
    }
    for sides, floors in floors_of.items():
        forensic_data.build(tmp_path / sides, frames, 48, 9, ways(floors), sides)
        found = forensic_scores.measure(weights.detective(), pair_set.read(tmp_path / sides))["caught"]
        assert all(found[name]["mean"] > floor for name, floor in floors.items()), found


def test_pairs_are_of_strangers(pasted):
    assert all(row["source_person"] != row["target_person"] for row in pasted[0].rows)
