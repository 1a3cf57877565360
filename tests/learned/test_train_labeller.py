"""The labeller's way from the command line, on a small ytf68 made of the two portraits."""

import json
import re
import shutil

import pytest

from facelib import images
from facelib.__main__ import main
from facelib.datasets import ytf68_offset
from facelib.learned import weights
from facelib.learned.labeller import SHIFTED, SIZE

PEOPLE = {"Eileen_Collins": "source", "Grace_Hopper": "target"}


@pytest.fixture
def data(tmp_path, collins, hopper, collins_on_hopper):
    """Each portrait ten times, as if ytf68's labeller had labelled it, with a whim of a pixel for each frame."""
    folder, lines = tmp_path / "ytf68", ["," * 136]
    (folder / "training").mkdir(parents=True)
    for (person, side), picture in zip(PEOPLE.items(), (collins, hopper), strict=True):
        points = ytf68_offset.as_labelled(getattr(collins_on_hopper, f"{side}_points")[None])[0]
        for number in range(10):
            name = f"{person}_{number:02d}.png"
            images.save(picture, folder / "training" / name)
            whim = points + (number % 3 - 1, (number + 1) % 3 - 1)
            lines.append(",".join([name, *(f"{value:.1f}" for value in whim.ravel())]))
    (folder / "training_frames_keypoints.csv").write_text("\n".join(lines) + "\n")
    return folder


def made(place, **changed):
    """A folder as `facelib train keypoints` leaves it."""
    place.mkdir()
    shutil.copy(weights.FOLDER / "keypoints.safetensors", place)
    (place / "keypoints.json").write_text(json.dumps(weights.card("keypoints") | {"people_trained_on": list(PEOPLE)} | changed))
    return place


@pytest.fixture
def run(tmp_path):
    return made(tmp_path / "run")


def evaluated(data, run, *more):
    file = run.with_name("scores.json")
    assert main(["evaluate", "keypoints", "--data", str(data), "--weights", str(run), "--json", str(file), *more]) == 0
    return json.loads(file.read_text())


def test_a_labeller_is_trained_beside_its_network_and_used_in_scores(data, run, tmp_path, capsys):
    before = evaluated(data, run)
    assert before["stages"][-1]["name"] == SHIFTED
    assert before["labeller"] is None
    assert main(["train", "labeller", "--data", str(data), "--weights", str(run)]) == 0
    assert str(run / "keypoints-labeller.safetensors") in capsys.readouterr().out
    card = weights.card("keypoints-labeller", run)
    assert card["boxes"] == ["labels", "detected"]
    assert card["network"] == weights.card("keypoints", run)["sha256"]
    assert card["data"].startswith("20 frames of 2 people")
    record = evaluated(data, run)
    assert record["stages"][-1]["name"] == SIZE
    assert record["labeller"]["sha256"] == card["sha256"]
    assert record["nme_inter_ocular"] == record["stages"][-1]["nme_inter_ocular"]
    assert record["stages"][: len(before["stages"])] == before["stages"]
    assert record["nme_inter_ocular"] < before["nme_inter_ocular"]  # two portraits, by heart
    assert "NME inter-ocular, with one allowance" in capsys.readouterr().out


def test_seeds_are_scored_alike(data, run, tmp_path, capsys):
    other = made(tmp_path / "other", seed=5, people_trained_on=[])
    record = evaluated(data, run, "--also", str(other))
    error = record["nme_inter_ocular"]
    networks = [weights.which("keypoints", folder) for folder in (run, other)]
    assert record["seeds"]["networks"] == networks
    assert record["seeds"]["stages"][-1] == {"name": SHIFTED, "each": [error] * 2, "mean": error, "spread": 0}
    assert record["command"].endswith("--also other")
    assert main(["train", "labeller", "--data", str(data), "--weights", str(run)]) == 0
    for folder, reason in (
        (other, "train labeller"),
        (run, r"differ in their seed"),
        (made(tmp_path / "longer", seed=6, pictures_seen=7), "with another seed"),
    ):
        assert main(["evaluate", "keypoints", "--data", str(data), "--weights", str(run), "--also", str(folder)]) != 0
        said = capsys.readouterr().err
        assert re.search(rf"{folder}: .*{reason}", said), said


def test_nothing_is_written_where_there_is_nothing_to_learn_from(run, tmp_path, data, capsys):
    assert main(["train", "labeller", "--data", "nowhere", "--weights", str(run)]) != 0
    rendered = made(tmp_path / "rendered", people_trained_on=[])
    assert main(["train", "labeller", "--data", str(data), "--weights", str(rendered)]) != 0
    assert f"{rendered}: its network was trained on no people" in capsys.readouterr().err
    assert not list(tmp_path.glob("*/keypoints-labeller*"))
