import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facelib import keypoints
from facelib.datasets import describe, ytf68
from facelib.datasets.frame import Frame

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    """Mean shapes, 100 pixels wide and high, turned in the plane: three of Ann, one of Bo; the last sticks out below by 11 pixels."""
    folder = tmp_path_factory.mktemp("frames")
    Image.fromarray(np.zeros((140, 160), np.uint8)).save(folder / "picture.png")
    made = []
    for person, degrees, shift in [("Ann", 0, 0), ("Ann", 10, 0), ("Ann", -10, 0), ("Bo", 0, 30)]:
        turn = np.exp(1j * np.radians(degrees))
        matrix = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
        points = 100 * keypoints.mean_shape() @ matrix.T + (80, 70 + shift)
        made.append(Frame(folder / "picture.png", person, points.astype(np.float32)))
    return made


def test_numbers_are_those_that_went_in(frames):
    numbers = describe.describe(frames)
    assert (numbers["frames"], numbers["people"]) == (4, 2)
    assert numbers["people_with"] == {"1": 1, "3": 1}
    assert numbers["people_in_several_folders"] == 0
    assert numbers["picture_width"]["50"] == 160
    assert numbers["picture_height"]["50"] == 140
    assert [numbers["roll"]["quantiles"][q] for q in ("0", "50", "100")] == pytest.approx([-10, 0, 10], abs=0.2)
    assert abs(numbers["yaw"]["quantiles"]["100"]) < 0.2
    assert sum(numbers["roll"]["frames"]) == sum(numbers["yaw"]["frames"]) == 4
    lowest = frames[-1].points[:, 1].max() - 139
    assert numbers["outside"] == {"frames": 1, "furthest": pytest.approx(lowest, abs=0.1)}
    for name in ("mean", "5", "95"):
        np.testing.assert_allclose(numbers["points"][name], keypoints.mean_shape(), atol=1e-3)


def test_a_record_can_be_written_and_says_whence(frames):
    record = json.loads(json.dumps(describe.record("ytf68", frames)))
    assert record["command"] == "facelib describe ytf68 --json FILE"
    assert record["data"] == "ytf68"
    assert describe.as_text(record).startswith("4 frames of 2 people\n")


def test_committed_numbers_are_those_of_the_data(ytf68_folder):
    committed = json.loads((ROOT / "book" / "results" / "data-ytf68.json").read_text())
    again = describe.record("ytf68", ytf68.load(ytf68_folder))
    for name in ("people", "frames", "people_with", "people_in_several_folders", "outside"):
        assert committed[name] == again[name]
    for name in ("yaw", "roll"):
        np.testing.assert_allclose(committed[name]["frames"], again[name]["frames"], atol=2)
    np.testing.assert_allclose(committed["points"]["mean"], again["points"]["mean"], atol=2e-3)
