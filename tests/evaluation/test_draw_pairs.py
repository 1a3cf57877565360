"""Pairs for evaluations: as many as there are, or plain words."""

import json
from pathlib import Path

import numpy as np
import pytest

from facelib import keypoints
from facelib.__main__ import main
from facelib.commands import protocol
from facelib.datasets.frame import Frame
from facelib.datasets.rendered import labelled
from facelib.evaluation import draw_pairs
from facelib.evaluation.swaps import PROTOCOLS


def frame(person, number):
    return Frame(Path(f"training/{person}_{number}.jpg"), person, (keypoints.mean_shape() * 90).astype(np.float32))


FRAMES = [frame("Ada", "00"), frame("Ada", "01"), frame("Ada", "10"), frame("Bob", "00"), frame("Cy", "00"), frame("Cy", "10")]


@pytest.mark.parametrize("protocol", ["self", "five"])
def test_what_there_is_is_counted_as_it_is_drawn(protocol):
    drawn = draw_pairs.draw(protocol, FRAMES, 2000, 0)
    assert len({(id(pair.source), id(pair.target)) for pair in drawn}) == draw_pairs.different(protocol, FRAMES)


def test_of_self_swaps_and_strangers_the_numbers_are_known():
    assert draw_pairs.different("self", FRAMES) == 4 + 2  # Ada's third frame with either other one, both ways; Cy's two
    assert draw_pairs.different("five", FRAMES) == 36 - 9 - 1 - 4
    assert draw_pairs.different("recolour", FRAMES) == 6


def test_more_pairs_than_there_are_come_again_and_that_is_said():
    said = []
    assert len(draw_pairs.draw("recolour", FRAMES, 7, 0, report=said.append)) == 7
    assert len(said) == 1
    assert "7 pairs are drawn with replacement from 6 different ones" in said[0]
    draw_pairs.draw("recolour", FRAMES, 6, 0, report=said.append)
    assert len(said) == 1


def test_rendered_pairs_are_frozen_and_end():
    with pytest.raises(ValueError, match=r"n: expected at most 1400 pairs, .* got 1401"):
        draw_pairs.draw("rendered", [], 1401, 0)


@pytest.mark.parametrize("protocol", [name for name in PROTOCOLS if name != "rendered"])
def test_an_empty_data_set_is_refused(protocol):
    with pytest.raises(ValueError, match=f"frames: expected labelled faces for the protocol {protocol}, got none; give another"):
        draw_pairs.draw(protocol, [], 4, 0)


def test_bad_numbers_are_named():
    for wrong, words in (((0, 0), "n: expected at least 1 pair, got 0"), ((1, -1), "seed: expected at least 0, got -1")):
        with pytest.raises(ValueError, match=words):
            draw_pairs.draw("recolour", FRAMES, *wrong)
    with pytest.raises(ValueError, match="protocol: expected one of self, recolour, rendered, five, got six"):
        draw_pairs.draw("six", FRAMES, 1, 0)


def test_frames_of_which_no_pair_can_be_made_are_refused():
    with pytest.raises(ValueError, match="protocol five: expected two people, got 3 frames of 1 people; give more, or another protocol"):
        draw_pairs.draw("five", FRAMES[:3], 5, 0)
    with pytest.raises(ValueError, match="protocol self: expected people in two videos each, got 2 frames of 1 people"):
        draw_pairs.draw("self", FRAMES[:2], 5, 0)


@pytest.fixture
def two_faces(monkeypatch):
    """A data set of two people with a face each."""
    monkeypatch.setattr(protocol, "_frames", lambda options, count: labelled.later(2 * labelled.FRAMES_EACH, 0, 72)[3:5])
    return ["--size", "48", "--jobs", "1", "--blends", "none"]


@pytest.mark.parametrize("name", ["recolour", "five"])
def test_on_the_command_line_more_than_there_are_is_refused(name, two_faces, capsys):
    assert main(["evaluate", "swaps", "--protocol", name, *two_faces, "--n", "3"]) == 2
    assert "n: expected at most 2 pairs, as many different ones as there are, got 3; --n 2, or more faces" in capsys.readouterr().err


def test_where_nobody_said_how_many_it_is_all_that_there_are(two_faces, tmp_path):
    out = tmp_path / "swaps.json"
    assert main(["evaluate", "swaps", "--protocol", "recolour", *two_faces, "--json", str(out)]) == 0
    assert json.loads(out.read_text())["table"][0]["n"] == 2
