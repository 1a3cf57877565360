"""A checkpoint survives a kill at any moment; and a real training run, killed for real, ends as an unbroken one does."""

import os
import pickle
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from accelerate import Accelerator

import facelib
from facelib.__main__ import _parser, main
from facelib.commands import harmonizer
from facelib.learned import checkpoint, engine

PACKAGE = Path(facelib.__file__).parent

RUN = """
import sys
from pathlib import Path
from facelib.datasets import rendered
from facelib.learned.train_keypoints import KeypointConfig, train
import torch
torch.set_num_threads(1)
frames = rendered.frames(8, seed=0, size=64)
config = KeypointConfig(network="small", size=32, pictures=320, batch=8, evaluate_every=32)
train(config, frames[:4], frames[4:], Path(sys.argv[1]), resume=True, report=lambda row: print(row["pictures"], flush=True))
"""


@pytest.fixture
def accelerator():
    return Accelerator(cpu=True)


@pytest.fixture
def parts():
    net = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(net.parameters(), 0.1)
    net(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return {"net": net, "optimizer": optimizer}


def test_a_new_checkpoint_replaces_the_old_one(tmp_path, accelerator, parts):
    assert checkpoint.find(tmp_path) is None
    checkpoint.save(accelerator, parts, tmp_path)
    first = (tmp_path / "checkpoint" / "state.safetensors").read_bytes()
    with torch.no_grad():
        parts["net"].weight.add_(1)
    checkpoint.save(accelerator, parts, tmp_path)
    assert (checkpoint.find(tmp_path) / "state.safetensors").read_bytes() != first
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]
    assert sorted(os.listdir(tmp_path / "checkpoint")) == ["state.json", "state.safetensors"]


def test_a_half_written_checkpoint_is_not_found(tmp_path, accelerator, parts):
    checkpoint.save(accelerator, parts, tmp_path)
    (tmp_path / "checkpoint").rename(tmp_path / "checkpoint.old")  # killed between the two renamings
    (tmp_path / "checkpoint.new").mkdir()
    assert checkpoint.find(tmp_path).name == "checkpoint.old"
    checkpoint.save(accelerator, parts, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


def test_weights_moments_and_chance_come_back(tmp_path, accelerator, parts):
    def chance():
        return random.random(), np.random.rand(), torch.rand(()).item()  # noqa: NPY002

    checkpoint.save(accelerator, parts, tmp_path)
    drawn, weight = chance(), parts["net"].weight.detach().clone()
    moment = parts["optimizer"].state[parts["net"].weight]["exp_avg"].clone()
    parts["optimizer"].step()
    chance()
    checkpoint.load(accelerator, parts, tmp_path / "checkpoint")
    assert chance() == drawn
    assert torch.equal(parts["net"].weight, weight)
    assert torch.equal(parts["optimizer"].state[parts["net"].weight]["exp_avg"], moment)


def forged(change):
    """A checkpoint whose sha256 is right, and whose contents are not."""

    def forge(folder):
        tree = checkpoint.read(folder)
        change(tree)
        checkpoint._write(folder, tree)

    return forge


def cut(name, end):
    def shorten(folder):
        contents = (folder / name).read_bytes()
        (folder / name).write_bytes(contents[:end])

    return shorten


def written(name, contents):
    return lambda folder: (folder / name).write_bytes(contents)


def flip(folder):
    """One bit of a number."""
    contents = bytearray((folder / "state.safetensors").read_bytes())
    contents[-3] ^= 1
    (folder / "state.safetensors").write_bytes(contents)


def shrink_moments(tree):
    tree["parts"]["optimizer"]["state"][0]["exp_avg"] = torch.zeros(1)


class Bomb:
    """What a pickle may do when it is loaded."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return os.mkdir, (str(self.file),)


HOSTILE = {
    "cut tensors": (cut("state.safetensors", 100), "state.safetensors: is damaged"),
    "cut JSON": (cut("state.json", -9), "state.json: is damaged"),
    "a bit": (flip, "state.safetensors: is damaged"),
    "no tensors": (lambda folder: (folder / "state.safetensors").unlink(), "state.safetensors: is missing"),
    "no JSON": (lambda folder: (folder / "state.json").unlink(), "state.json: is missing"),
    "a list": (written("state.json", b"[]"), "state.json: is damaged"),
    "null": (written("state.json", b"null"), "state.json: is damaged"),
    "deep": (written("state.json", b"[" * 100_000), "state.json: is damaged"),
    "not UTF-8": (written("state.json", b"\xff\xfe"), "state.json: is damaged"),
    "of the old form": (written("optimizer.bin", b"x"), "optimizer.bin: is no part of a checkpoint of this version"),
    "no such part": (forged(lambda tree: tree["parts"].pop("optimizer")), "expected net, optimizer, got net"),
    "one part more": (forged(lambda tree: tree["parts"].update(more={})), "expected net, optimizer, got more, net, optimizer"),
    "another network": (forged(lambda tree: tree["parts"]["net"].pop("bias")), "is no checkpoint of a run like this one"),
    "another shape": (forged(lambda tree: tree["parts"]["net"].update(bias=torch.zeros(3))), "is no checkpoint of a run like this one"),
    "small moments": (forged(shrink_moments), r"exp_avg: expected shape \(2, 2\), got \(1,\)"),
    "a rate of text": (forged(lambda tree: tree["parts"]["optimizer"]["param_groups"][0].update(lr="x")), "lr: expected float, got str"),
    "no chance": (forged(lambda tree: tree.pop("random")), "is no checkpoint of a run like this one"),
    "bad chance": (forged(lambda tree: tree["random"][0].update(python=(3, (), None))), "is no checkpoint of a run like this one"),
    "two processes": (forged(lambda tree: tree["random"].append({})), "saved by 2 processes, this run has 1"),
    "a number": (lambda folder: checkpoint._write(folder, 3), "is no checkpoint of a run like this one"),
}


@pytest.mark.parametrize("spoil", HOSTILE)
def test_a_damaged_or_foreign_checkpoint_is_refused_in_one_line(tmp_path, accelerator, parts, spoil):
    checkpoint.save(accelerator, parts, tmp_path)
    act, complaint = HOSTILE[spoil]
    act(tmp_path / "checkpoint")
    with pytest.raises(checkpoint.CheckpointError, match=complaint) as caught:
        checkpoint.load(accelerator, parts, tmp_path / "checkpoint")
    said = str(caught.value)
    assert "\n" not in said
    assert said.startswith(str(tmp_path / "checkpoint"))
    assert said.endswith("; start without --resume in another folder")


@pytest.mark.parametrize("name", ["custom_checkpoint_0.pkl", "optimizer.bin", "random_states_0.pkl", "state.json", "state.safetensors"])
@pytest.mark.parametrize("whole", [True, False], ids=["beside a whole one", "alone"])
def test_nothing_in_a_checkpoint_is_executed(tmp_path, accelerator, parts, name, whole, capsys):
    """Through the command line, as somebody would who was given a run to go on with."""
    run, bomb = tmp_path / "run", tmp_path / "executed"
    if whole:
        run.mkdir()
        checkpoint.save(accelerator, parts, run)
    (run / "checkpoint").mkdir(parents=True, exist_ok=True)
    torch.save({"step": Bomb(bomb)}, run / "checkpoint" / name)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    for command in (["harmonizer", "--recipe", "stable", "--tier", "smoke"], ["keypoints"], ["forensic"], ["embedding", "--role", "loss"]):
        status = main(["train", *command, "--data", "rendered", "-o", str(run), "--resume"])
        said = capsys.readouterr().err
        assert status == 2
        assert said.count("\n") == 1
        assert str(run / "checkpoint") in said
        assert "start without --resume in another folder" in said
    assert not bomb.exists()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    # it would have gone off
    pickle.loads(pickle.dumps(Bomb(bomb)))
    assert bomb.is_dir()


def test_the_package_reads_no_pickle():
    forbidden = re.compile(
        r"\bpickle\b|torch\.load\b|load_state\(|save_state\(|register_for_checkpointing|joblib\.load|allow_pickle=True|\beval\(\w|\bexec\("
    )
    found = [
        f"{file.relative_to(PACKAGE)}: {line.strip()}"
        for file in PACKAGE.rglob("*.py")
        for line in file.read_text(encoding="utf-8").splitlines()
        if forbidden.search(line.split("#")[0])
    ]
    assert not [line for line in found if "without pickle" not in line], found


TRAINERS = {
    "harmonizer": ["harmonizer", "--recipe", "stable", "--tier", "smoke"],
    "dih": ["dih", "--tier", "smoke"],
    "keypoints": ["keypoints"],
    "forensic": ["forensic"],
    "embedding": ["embedding", "--role", "judge"],
}


@pytest.mark.parametrize("trainer", TRAINERS)
@pytest.mark.parametrize("left", ["config.json", "history.jsonl", "checkpoint/state.json", "checkpoint.old/state.json", "x.safetensors"])
def test_a_run_is_not_replaced_by_another(tmp_path, trainer, left, capsys, monkeypatch):
    monkeypatch.setattr("facelib.learned.precision.choose", lambda wanted: "no")
    (tmp_path / left).parent.mkdir(exist_ok=True)
    (tmp_path / left).write_text("{}")
    assert main(["train", *TRAINERS[trainer], "--data", "rendered", "-o", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"{tmp_path}: holds a run already ({left.split('/')[0]}); --resume goes on, or give another folder" in said
    assert (tmp_path / left).read_text() == "{}"
    assert len(list(tmp_path.rglob("*"))) == left.count("/") + 1


def test_every_trainer_of_the_command_line_is_tried():
    commands = next(action for action in _parser()._actions if action.choices).choices
    trainers = next(action for action in commands["train"]._actions if action.choices).choices
    once = {"mean-shape"}  # nothing to go on with
    elsewhere = {"parser"}  # it learns from three data sets at once; tests/parsing has a run of it
    assert set(trainers) - once - elsewhere - set(harmonizer.RELATED) == set(TRAINERS) - {"dih"}
    assert all("--resume" in trainers[name].format_help() for name in TRAINERS)


@pytest.mark.skipif(os.name != "posix", reason="sends SIGKILL")
def test_a_run_that_was_killed_ends_as_an_unbroken_one(tmp_path):
    def start(name):
        return subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path / name)], stdout=subprocess.PIPE, text=True)

    assert start("whole").communicate()[0].split()[-1] == "320"
    for moment in (0.0, 0.05):  # after a checkpoint, at two places of the loop
        process = start("killed")
        for _ in range(3):
            process.stdout.readline()
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert start("killed").communicate()[0].split()[-1] == "320"
    whole, killed = (engine.read_history(tmp_path / name) for name in ("whole", "killed"))
    for row in (*whole, *killed):
        for name in ("seconds", "per_second", "waiting"):
            row.pop(name)
    assert whole == killed
    states = [checkpoint.read(tmp_path / name / "checkpoint") for name in ("whole", "killed")]
    for part in ("net", "average"):
        for key, value in states[0]["parts"][part].items():
            assert torch.equal(value, states[1]["parts"][part][key]), key
