"""Recipes of the systems that the report compares itself with: what only they need of the harmonizer's engine."""

import dataclasses

import pytest
import torch

from facelib.__main__ import main
from facelib.commands.harmonizer import RELATED
from facelib.learned import harmonizer_faces, harmonizer_recipes, weights
from facelib.learned.harmonizer_data import Composites
from facelib.learned.train_harmonizer import Harmonizing
from facelib.related import parsing

SMALL = {"size": 32, "batch": 4, "pairs": 8, "pictures": 16, "evaluate_every": 8}


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(harmonizer_faces, "_PEOPLE", 3)
    monkeypatch.setattr(harmonizer_faces, "_JUDGED", {"drawn": 3})


@pytest.fixture
def items(tmp_path, few):
    config = dataclasses.replace(harmonizer_recipes.of("dih"), **SMALL)
    training, _ = harmonizer_faces.prepare(harmonizer_faces.choose("rendered"), config, tmp_path / "pairs")
    return Composites(training, 16, 0, parsed=True)


@pytest.mark.parametrize("system", RELATED)
def test_each_has_a_command_of_its_own(system, tmp_path, few):
    settings = [argument for name, value in SMALL.items() for argument in ("--set", f"{name}={value}")]
    assert main(["train", system, "--data", "rendered", "--tier", "smoke", *settings, "-o", str(tmp_path)]) == 0
    card = weights.card(f"harmonizer-{system}", tmp_path)
    assert card["pictures_seen"] == 16
    assert f"--recipe {system}" in card["command"]
    weights.harmonizer(system, tmp_path)


def test_dih_can_do_without_parsing(tmp_path, few):
    settings = ["generator=dih-without-parsing", "weights.parsing=0", *(f"{name}={value}" for name, value in SMALL.items())]
    asked = [argument for setting in settings for argument in ("--set", setting)]
    assert main(["train", "dih", "--data", "rendered", "--tier", "smoke", *asked, "-o", str(tmp_path)]) == 0
    assert weights.harmonizer("dih", tmp_path).parse is None


def test_an_item_says_what_its_pixels_show(items):
    hidden = 0
    for number in range(12):
        item = items[number]
        assert item["parts"].dtype == torch.int64
        bare = torch.from_numpy(parsing.parse(item["points"].numpy(), (32, 32))).long()
        covered = (item["parts"] == 0) & (bare > 0)  # by hair, glasses or a hand
        assert torch.equal(item["parts"], torch.where(covered, 0, bare))
        hidden += int(covered.sum())
    assert hidden > 0


def test_a_critic_stays_small_and_the_generator_learns_in_its_last_step_only(items):
    from accelerate import Accelerator
    from torch.utils.data import default_collate

    config = dataclasses.replace(harmonizer_recipes.of("gp-gan"), **SMALL, critic_steps=3, ema_decay=0.0)
    task = Harmonizing(config, weights.embedder("loss"))
    task.prepare(Accelerator(cpu=True))
    batch = default_collate([items[number] for number in range(4)])
    said = [task.step(batch, 0.5) for _ in range(6)]
    assert ["generator" in terms for terms in said] == [False, False, True] * 2
    assert all("discriminator" in terms for terms in said)
    assert all(weight.abs().max() <= config.clip for weight in task.critic.parameters())
