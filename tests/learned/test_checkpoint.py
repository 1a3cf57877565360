"""A checkpoint survives a kill at any moment; and a real training run, killed for real, ends as an unbroken one does."""

import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from accelerate import Accelerator

from facelib.learned import checkpoint, engine

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
    made = Accelerator(cpu=True)
    net = made.prepare(torch.nn.Linear(2, 2))
    made.test_net = net
    return made


def test_a_new_checkpoint_replaces_the_old_one(tmp_path, accelerator):
    assert checkpoint.find(tmp_path) is None
    checkpoint.save(accelerator, tmp_path)
    first = (tmp_path / "checkpoint" / "model.safetensors").read_bytes()
    with torch.no_grad():
        accelerator.test_net.weight.add_(1)
    checkpoint.save(accelerator, tmp_path)
    assert (checkpoint.find(tmp_path) / "model.safetensors").read_bytes() != first
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


def test_a_half_written_checkpoint_is_not_found(tmp_path, accelerator):
    checkpoint.save(accelerator, tmp_path)
    (tmp_path / "checkpoint").rename(tmp_path / "checkpoint.old")  # killed between the two renamings
    (tmp_path / "checkpoint.new").mkdir()
    assert checkpoint.find(tmp_path).name == "checkpoint.old"
    checkpoint.save(accelerator, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


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
    states = [torch.load(tmp_path / name / "checkpoint" / "custom_checkpoint_0.pkl", weights_only=True) for name in ("whole", "killed")]
    for key, value in states[0].items():
        assert torch.equal(value, states[1][key]), key
