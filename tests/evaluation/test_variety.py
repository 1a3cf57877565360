"""The table of who rendered faces serve."""

import json

import numpy as np
import pytest

from facelib import keypoints
from facelib.__main__ import main
from facelib.datasets.rendered import labelled
from facelib.evaluation import variety


def in_the_box(greys, boxes):
    """A model that knows the mean face only."""
    return np.stack([keypoints.shape_in_box(box) for box in boxes]).astype(np.float32)


@pytest.fixture(scope="module")
def numbers():
    return variety.measure(in_the_box, count=24, seed=3, batch=10)


def test_each_group_splits_all_faces(numbers):
    counts = {}
    for row in numbers["table"]:
        counts[row["group"]] = counts.get(row["group"], 0) + row["n"]
    assert counts.pop("all") == 24
    assert 0 < counts.pop("clear, tone") < 24
    assert set(counts) == {"tone", "age", "yaw", "beard", "long hair", "glasses", "hand"}
    assert set(counts.values()) == {24}


def test_rows_hold_the_faces_that_they_name(numbers):
    faces, _ = labelled.faces(24, 3)
    palest = next(row for row in numbers["table"] if row["group"] == "tone")
    low, high = map(float, palest["of"].split("-"))
    assert palest["n"] == sum(low <= face.identity.skin.tone < high for face in faces)
    assert palest["n"] == 4 * palest["people"]


def test_a_better_model_has_a_smaller_error(numbers):
    exact = {frame.grey().tobytes(): frame.points for frame in labelled.frames(24, 3, 160)}
    known = variety.measure(lambda greys, boxes: np.stack([exact[grey.tobytes()] for grey in greys]), count=24, seed=3)
    assert known["table"][0]["nme"] == 0
    assert numbers["table"][0]["nme"] > 5
    low, high = numbers["table"][0]["interval_95"]
    assert low < numbers["table"][0]["nme"] < high


def test_the_command_saves_what_it_prints(tmp_path, capsys):
    file = tmp_path / "variety.json"
    assert main(["evaluate", "variety", "--n", "8", "--jobs", "1", "--json", str(file)]) == 0
    record = json.loads(file.read_text())
    assert f"{record['table'][0]['nme']:.2f} %" in capsys.readouterr().out
    assert record["command"] == "facelib evaluate variety --n 8 --seed 0"


@pytest.mark.parametrize("option", [["--n", "0"], ["--seed", "-1"], ["--jobs", "0"]])
def test_nonsense_is_refused(option, capsys):
    assert main(["evaluate", "variety", "--n", "8", *option]) == 2
    assert capsys.readouterr().err.startswith("facelib: error: ")
