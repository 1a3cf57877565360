"""The study, as small as it can be: it trains, judges, goes on after a break, and compares with the right base."""

import json

import numpy as np
import pytest
import torch

from facelib.commands import harmonizer as command
from facelib.learned import harmonizer_faces, harmonizer_study
from facelib.learned.generators import GENERATORS
from facelib.learned.harmonizer_net import Discriminator
from facelib.learned.harmonizer_study import STUDIES, VARIANTS, Variant


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(harmonizer_faces, "_PEOPLE", 3)
    monkeypatch.setattr(harmonizer_faces, "_JUDGED", {"drawn": 3})


TWO = [Variant("plain", {"pairs": 8, "batch": 4}, None), Variant("pool", {"pairs": 8, "batch": 4, "pool": 4, "turns": False}, "plain")]


def test_a_study_trains_judges_and_goes_on(tmp_path, few):
    said = []
    found = harmonizer_study.run("rendered", tmp_path, 24, 2, variants=TWO, report=lambda name, done: said.append((name, done)))
    assert said == [("plain, seed 0", 1), ("pool, seed 0", 2), ("plain, seed 1", 3), ("pool, seed 1", 4)]
    plain, pool = found["rows"]
    assert plain["changes"] == {}
    numbers = pool["numbers"]
    assert {"psnr", "seam_error", "doubt", "told_apart", "forgotten", "auc_at_the_time"} <= set(numbers)
    low, high = numbers["psnr"]["interval_95"]
    assert low <= numbers["psnr"]["mean"] <= high
    assert set(found["given"]) == set(harmonizer_study.SCORES)
    assert found["given"]["identity_given"] == pytest.approx(1)
    made = sorted(tmp_path.glob("*/study.json"))
    assert len(made) == 4
    times = [path.stat().st_mtime_ns for path in made]
    changed = json.loads(made[0].read_text()) | {"psnr": 99.0}
    made[0].write_text(json.dumps(changed))
    made[-1].unlink()  # as if killed before the last was done
    again = harmonizer_study.run("rendered", tmp_path, 24, 2, variants=TWO)
    assert again["rows"][0]["numbers"]["psnr"]["mean"] > 40  # what was done is read, not made again
    assert [path.stat().st_mtime_ns for path in made[1:-1]] == times[1:-1]
    made[0].unlink()
    assert harmonizer_study.run("rendered", tmp_path, 24, 2, variants=TWO) == found  # and what was lost comes out as before


def test_changes_are_taken_seed_by_seed():
    numbers = {"plain": [{"psnr": 10.0}, {"psnr": 20.0}, {"psnr": 30.0}], "pool": [{"psnr": 11.0}, {"psnr": 21.1}, {"psnr": 30.9}]}
    _, pool = harmonizer_study.table(numbers, TWO)
    assert pool["numbers"]["psnr"]["mean"] == pytest.approx(21)
    change = pool["changes"]["psnr"]
    assert change["mean"] == pytest.approx(1)
    half = 4.3027 * 0.1 / np.sqrt(3)  # Student's t with two degrees of freedom
    assert change["interval_95"] == pytest.approx([1 - half, 1 + half], abs=1e-3)
    assert harmonizer_study.is_sure(change)
    assert not harmonizer_study.is_sure({"mean": 1.0, "interval_95": [-1.0, 3.0]})
    assert not harmonizer_study.is_sure({"mean": 1.0, "interval_95": None})


@pytest.mark.parametrize("variants", STUDIES.values(), ids=STUDIES)
def test_every_variant_is_a_valid_configuration_and_has_its_base_before_it(variants):
    names = [variant.name for variant in variants]
    assert len(set(names)) == len(names)
    for index, variant in enumerate(variants):
        config = variant.config(1000, 3)
        assert config.seed == 3
        assert config.pairs <= 5000
        assert variant.base is None or variant.base in names[:index]


def test_the_command_knows_the_studies():
    assert set(STUDIES) == set(command.STUDIES)


def test_without_the_mask_channel_neither_network_sees_the_mask():
    blind = next(variant for variant in STUDIES["borrowed"] if variant.name == "no mask channel").config(1000, 0)
    nets = GENERATORS[blind.generator](), Discriminator(blind.spectral, blind.patches, blind.masked)
    picture, mask = torch.rand(2, 3, 32, 32), torch.ones(2, 1, 32, 32)
    generator, discriminator = (net.eval() for net in nets)
    assert torch.equal(generator(picture, picture, mask), generator(picture, picture, 0 * mask))
    assert torch.equal(discriminator(picture, mask), discriminator(picture, 0 * mask))


def test_variants_of_the_reports_recipe():
    together = VARIANTS[-1].config(1000, 0)
    assert together.pool
    assert together.past
    assert together.augment
    assert together.spectral
    assert together.r1
    assert together.slower < 1
    assert together.ema_decay
    no_pixels = next(variant for variant in VARIANTS if variant.name == "no pixel loss at all").config(1000, 0)
    assert dict(no_pixels.weights)["outside"] == dict(no_pixels.weights)["everywhere"] == 0
    assert dict(no_pixels.weights)["moments"] > 0
