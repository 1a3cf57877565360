"""Whole runs of a harmonizer's training, small ones on rendered faces: killed, resumed, by two processes, diverging, planned."""

import argparse
import dataclasses
import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image

from facelib import images
from facelib.__main__ import main
from facelib.commands import harmonizer as command
from facelib.datasets import people
from facelib.datasets.people import table
from facelib.learned import (
    checkpoint,
    engine,
    forgetting,
    harmonizer_faces,
    harmonizer_plan,
    harmonizer_recipes,
    harmonizer_run,
    imagenet,
    weights,
)
from facelib.learned.harmonizer_data import Composites

SCRIPT = """
import dataclasses, sys, torch
from pathlib import Path
from facelib.learned import harmonizer_faces, harmonizer_recipes, harmonizer_run
torch.set_num_threads(1)
harmonizer_faces._PEOPLE, harmonizer_faces._JUDGED = 3, {"drawn": 3}
config = dataclasses.replace(harmonizer_recipes.of(sys.argv[2], "smoke"), **SMALL)
harmonizer_run.run("rendered", Path(sys.argv[1]), config, resume=True, report=lambda row: print(row["pictures"], flush=True))
"""
DIFFERENT = ("writeup", "stable", "gp-gan", "fsgan-segmentation")  # by turns, together, critic's steps, alone
TWO = ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2")  # `accelerate launch --cpu` starts one
SMALL = {"size": 32, "batch": 4, "pairs": 12, "pictures": 48, "evaluate_every": 12, "cap": 2}


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(harmonizer_faces, "_PEOPLE", 3)
    monkeypatch.setattr(harmonizer_faces, "_JUDGED", {"drawn": 3})


def small(recipe, **changes):
    return dataclasses.replace(harmonizer_recipes.of(recipe, "smoke"), **SMALL | changes)


def start(folder, recipe, *launcher, **changes):
    script = SCRIPT.replace("SMALL", repr(SMALL | changes))
    (folder.parent / "script.py").write_text(script)
    command = [sys.executable, *launcher, str(folder.parent / "script.py"), str(folder), recipe]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("recipe", harmonizer_recipes.RECIPES)
def test_a_run_leaves_weights_a_card_a_log_and_grids(tmp_path, few, recipe):
    card = harmonizer_run.run("rendered", tmp_path, small(recipe, keep=True))
    assert card["pictures_seen"] == 48
    rows = engine.read_history(tmp_path)
    assert [row["pictures"] for row in rows] == [12, 24, 36, 48]
    assert {"psnr", "psnr_before", "l1", "per_second", "waiting", "generator"} <= set(rows[0])
    grid = images.load(tmp_path / "grids" / "00000048.png")
    assert grid.shape == (4 * 32, 6 * 32, 3)
    net = weights.harmonizer(recipe, tmp_path)
    assert weights.card(f"harmonizer-{recipe}", tmp_path)["config"]["generator"] == small(recipe).generator
    assert sum(p.numel() for p in net.parameters()) == harmonizer_plan.plan(small(recipe))["parameters"]["generator"]
    assert bool(card["turns"]) == small(recipe).turns
    judged = harmonizer_faces.prepare(harmonizer_faces.choose("rendered"), small(recipe), tmp_path / "pairs")[1]
    found = forgetting.measure(tmp_path, small(recipe), judged)
    assert found["pictures"] == [12, 24, 36, 48]
    assert np.array(found["auc"]).shape == (4, 4)
    assert -1 <= found["forgotten"] <= 1
    file = tmp_path / "forgetting.json"
    assert main(["evaluate", "forgetting", str(tmp_path), "--json", str(file)]) == 0
    assert json.loads(file.read_text())["auc"] == found["auc"]


@pytest.mark.skipif(os.name != "posix", reason="sends SIGKILL")
@pytest.mark.parametrize("recipe", DIFFERENT)
def test_a_run_that_was_killed_ends_as_an_unbroken_one(tmp_path, recipe):
    out, errors = start(tmp_path / "whole", recipe).communicate()
    assert out.split() == ["12", "24", "36", "48"], errors
    process = start(tmp_path / "killed", recipe)
    assert process.stdout.readline().strip() == "12"
    assert process.stdout.readline().strip() == "24"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    out, errors = start(tmp_path / "killed", recipe).communicate()
    assert out.split()[-1] == "48", errors
    whole, killed = (
        weights.load(harmonizer_plan.new(small(recipe)), f"harmonizer-{recipe}", tmp_path / name) for name in ("whole", "killed")
    )
    for (name, ours), theirs in zip(whole.state_dict().items(), killed.state_dict().values(), strict=True):
        assert torch.equal(ours, theirs), name


@pytest.mark.parametrize("recipe", DIFFERENT)
def test_two_processes_share_a_run(tmp_path, recipe):
    out, errors = start(tmp_path / "run", recipe, *TWO, pictures=32, evaluate_every=16).communicate()
    assert out.split() == ["16", "32"], errors  # one process reports
    rows = engine.read_history(tmp_path / "run")
    assert [row["pictures"] for row in rows] == [16, 32]
    assert json.loads((tmp_path / "run" / f"harmonizer-{recipe}.json").read_text())["pictures_seen"] == 32


def test_two_processes_go_on_each_with_its_own_chance_and_one_does_not(tmp_path):
    for _ in range(2):  # the second time there is nothing left to do
        process = start(tmp_path / "run", "stable", *TWO, pictures=16, evaluate_every=16)
        errors = process.communicate()[1]
        assert process.returncode == 0, errors
    states = checkpoint.read(tmp_path / "run" / "checkpoint")["random"]
    assert len(states) == 2
    errors = start(tmp_path / "run", "stable", pictures=16, evaluate_every=16).communicate()[1]
    assert "saved by 2 processes, this run has 1" in errors


def test_a_loss_that_diverges_is_named_and_the_last_good_checkpoint_is_kept(tmp_path, few, monkeypatch):
    from facelib.learned.harmonizer_losses import LOSSES

    calls = []

    def breaks(seen):
        calls.append(1)
        return seen.out.mean() * (float("nan") if len(calls) > 4 else 1.0)

    monkeypatch.setitem(LOSSES, "gradients", breaks)
    with pytest.raises(engine.DivergedError, match="loss gradients: became nan"):
        harmonizer_run.run("rendered", tmp_path, small("stable"))
    assert [row["pictures"] for row in engine.read_history(tmp_path)] == [12]
    assert (tmp_path / "checkpoint").is_dir()


def test_the_command_prints_its_plan(capsys):
    assert main(["train", "harmonizer", "--recipe", "writeup", "--dry-run", "--set", "batch=10"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["steps"] * 10 == plan["pictures"]
    assert {"parameters", "memory_mb", "minutes", "pairs_on_disk_mb"} <= set(plan)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--recipe", "stable"], "-o: expected a folder"),
        (["--recipe", "stable", "-o", "RUN", "--set", "weights.glue=1"], "expected NAME=VALUE with a name out of"),
        (["--recipe", "stable", "-o", "RUN", "--set", "rate=fast"], "expected a value of type float"),
        (["--recipe", "glue", "-o", "RUN"], "invalid choice: 'glue'"),
        (["--recipe", "stable", "-o", "RUN", "--data", "nowhere"], "nowhere"),
    ],
)
def test_bad_input_is_refused_in_one_line(arguments, complaint, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        status = main(["train", "harmonizer", *arguments])
    except SystemExit as stopped:
        status = stopped.code
    assert status == 2
    said = capsys.readouterr().err.strip()
    assert complaint in said
    assert "\n" not in said
    assert not list(tmp_path.iterdir())


def test_a_run_is_not_resumed_as_another(tmp_path, few):
    harmonizer_run.run("rendered", tmp_path, small("stable", pictures=12))
    with pytest.raises(ValueError, match=r"was begun with rate 0\.0005"):
        harmonizer_run.run("rendered", tmp_path, small("stable", pictures=12, rate=1e-3), resume=True)
    assert json.loads((tmp_path / "config.json").read_text())["rate"] == 5e-4
    with pytest.raises(FileExistsError, match="--resume goes on, or give another folder"):
        harmonizer_run.run("rendered", tmp_path, small("stable", pictures=12, rate=1e-3))
    assert json.loads((tmp_path / "config.json").read_text())["rate"] == 5e-4


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"generator": "glue"}, "generator: expected one of plain"),
        ({"composite": "glue"}, "composite: expected one of raw, matched, warped, picture, holes, beside-target, got 'glue'"),
        ({"weights": (("glue", 1.0),)}, "weights: expected one of adversarial"),
        ({"mix": (("glue", 1.0),)}, "mix: expected one of another"),
        ({"size": 100}, "size: expected a multiple of 32 pixels, got 100"),
        ({"pictures": 3}, "pictures: expected at least 20, got 3"),
        ({"pairs": 0}, "pairs: expected at least 1, got 0"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused(changes, complaint):
    with pytest.raises(ValueError, match=complaint):
        dataclasses.replace(harmonizer_recipes.of("stable"), **changes)


def test_a_kind_can_be_left_out(tmp_path, few):
    mix = (("itself", 1.0), ("drawn", 0.0))
    card = harmonizer_run.run("rendered", tmp_path, small("stable", mix=mix, pictures=12))
    assert card["data"] == {"itself": 12}


def test_varied_colours_are_the_same_for_all_pictures_of_a_pair_and_depend_on_the_number_alone(tmp_path, few):
    config = small("stable", mix=(("itself", 1.0),))
    training, _ = harmonizer_faces.prepare(harmonizer_faces.choose("rendered"), config, tmp_path)
    plain, varied, again = (Composites(training, 8, 0, config.composite, vary) for vary in (False, True, True))
    for number in range(8):
        one, other = plain[number], varied[number]
        assert all(torch.equal(other[name], again[number][name]) for name in other)
        assert all(torch.equal(one[name], other[name]) for name in ("mask", "points", "answered", "real_mask"))
        assert not torch.equal(one["answer"], other["answer"])
        outside = (one["mask"] == 0).expand(3, -1, -1)
        assert torch.equal(other["raw"][outside], other["answer"][outside])  # round the face they are one picture, and stay one


def test_faces_can_be_compared_by_another_embedding(tmp_path, few, monkeypatch):
    torch.manual_seed(0)
    net = imagenet.ImageNet(torchvision.models.resnet18(weights=None)).eval()
    monkeypatch.setitem(harmonizer_recipes.EMBEDDINGS, "imagenet", lambda: net)
    card = harmonizer_run.run("rendered", tmp_path, small("writeup", embedding="imagenet", pictures=12))
    assert card["config"]["embedding"] == "imagenet"
    assert engine.read_history(tmp_path)[0]["embedding"] > 0
    with pytest.raises(ValueError, match="embedding: expected one of face, imagenet, got 'glue'"):
        small("writeup", embedding="glue")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [([], "-o: expected a folder"), (["-o", "RUNS", "--seeds", "0"], "--seeds: expected at least 1, got 0")],
)
def test_a_study_that_cannot_be_made_is_refused(arguments, complaint, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["compare", "harmonizers", *arguments]) == 2
    assert complaint in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_run_that_goes_on_keeps_its_precision(tmp_path, few):
    harmonizer_run.run("rendered", tmp_path, small("stable", pictures=12, precision="bf16"))
    options = argparse.Namespace(precision="auto", resume=True, out=tmp_path)
    assert command._precision(options) == "bf16"


def test_people_who_do_not_exist_are_faces_to_learn_from(tmp_path):
    card = harmonizer_run.run("people", tmp_path, small("stable", mix=(("itself", 1.0),), pictures=12))
    assert card["held_out"] == "the part validation of people"
    assert set(card["people_trained_on"]) == {frame.person for frame in people.faces("training")}


def test_the_full_set_is_split_as_the_package_says(tmp_path):
    listed = {face.part: face for face in table.faces() if face.adult}
    (tmp_path / "pictures").mkdir()
    (tmp_path / "people.json").write_bytes(table.FILE.read_bytes())
    for part in ("training", "validation", None):
        Image.new("RGB", (94, 94)).save(tmp_path / "pictures" / f"{listed[part].name}.png")
    faces = harmonizer_faces.choose(tmp_path, bad="skip", warn=lambda line: None)
    assert {frame.person for frame in faces.training} == {listed["training"].name, listed[None].name}
    assert {frame.person for frame in faces.validation} == {listed["validation"].name}


@pytest.mark.parametrize("training", [False, True])
def test_a_look_at_a_network_leaves_it_in_its_mode(training):
    picture = torch.full((3, 64, 64), 120, dtype=torch.uint8)
    item = {"raw": picture, "mask": torch.full((1, 64, 64), 255, dtype=torch.uint8), "answer": picture}
    net = weights.harmonizer("stable").train(training)
    try:
        harmonizer_run.grid(net, [item])
        assert net.training == training
    finally:
        net.eval()
