"""A pair in several ways, and blenders that somebody registers in a notebook."""

import json

import numpy as np
import pytest

import facelib
from facelib import blenders, colour, images
from facelib.__main__ import main
from facelib.datasets.pairs import face
from facelib.evaluation import swaps
from facelib.evaluation.swapped import swapped, ways

SIZE = 48


def mine(source_warped, target, mask):
    """The mean of source and target inside the mask: as short as a blender in a notebook."""
    inside = mask[..., None]
    return (target + inside * (source_warped - target) / 2).astype(np.float32)


mine.__module__ = "__main__"  # as a notebook's functions are


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setitem(blenders.BLENDERS, "mine", mine)


@pytest.fixture(scope="module")
def pair():
    return swaps.rendered_swaps([], 1, 0, SIZE)[0]


def test_every_way_has_a_result_and_a_time(pair):
    made = swapped(pair, ways(["multiband", "none", "multiband:none"]), SIZE)
    assert list(made.results) == list(made.seconds) == ["multiband", "none", "multiband, colours none"]
    assert all(result.shape == (SIZE, SIZE, 3) for result in made.results.values())
    assert min(made.seconds.values()) > 0


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("name", blenders.CLASSICAL)
def test_what_is_measured_is_what_a_swap_gives(pair, monkeypatch, name, grey):
    if grey:
        monkeypatch.setattr("facelib.images.to_float", lambda picture, to_float=images.to_float: colour.grey(to_float(picture)))
    source, target = (face(frame, SIZE) for frame in (pair.source, pair.target))
    points = {"source_points": source.source_points, "target_points": target.target_points}
    expected = facelib.swap(images.to_float(source.source), images.to_float(target.target), blend=name, **points).blended
    result = swapped(pair, ways([name]), SIZE).results[name]
    assert np.abs(result - expected).max() < 1e-5
    assert (result[..., :1] == result).all() == grey


def test_without_a_drawn_answer_it_is_the_target(pair):
    alone = swaps.Pair(pair.source, pair.target)
    made = swapped(alone, [], SIZE)
    assert made.answer is made.target


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_blender_of_ones_own_gets_into_the_tables_without_touching_the_package(registered, jobs, tmp_path, capsys):
    files = tmp_path / "swaps.json", tmp_path / "swaps.html"
    arguments = ["--protocol", "rendered", "--n", "9", "--size", str(SIZE), "--jobs", jobs, "--blends", "mine", "multiband"]
    assert main(["evaluate", "swaps", *arguments, "--json", str(files[0]), "--html", str(files[1])]) == 0
    rows = {row["way"]: row for row in json.loads(files[0].read_text())["table"]}
    assert 0 <= rows["mine"]["wins over multiband"]["psnr"]["mean"] <= 1
    assert rows["mine"]["seconds"]["median"] > 0
    assert rows["mine"]["outside"]["mean"] == 0
    assert "mine better than multiband" in capsys.readouterr().out
    assert ">mine</th>" in files[1].read_text(encoding="utf-8")


def test_a_blender_of_ones_own_is_compared_blindly(registered, tmp_path):
    files = ["-o", str(tmp_path / "blind.html"), "--trials", str(tmp_path / "trials.json")]
    assert main(["evaluate", "blind", "--n", "1", "--blends", "mine", "none", *files]) == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda source, target, mask: target * np.float32(np.nan), r"expected values in \[0, 1\], got \[nan, nan\]"),
        (lambda source, target, mask: target * np.float32(2), r"expected values in \[0, 1\]"),
        (lambda source, target, mask: target.astype(float), "expected float32, got float64; facelib.images.to_float converts"),
        (lambda source, target, mask: target[1:], "expected the target's shape"),
        (lambda source, target, mask: None, "expected a NumPy array, got NoneType"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_makers_name(pair, monkeypatch, wrong, words):
    monkeypatch.setitem(blenders.BLENDERS, "wrong", wrong)
    with pytest.raises((TypeError, ValueError), match=rf"what wrong makes.*{words}"):
        swapped(pair, ways(["wrong"]), SIZE)


def test_the_command_says_whose_pictures_have_no_numbers(monkeypatch, capsys):
    monkeypatch.setitem(blenders.BLENDERS, "wrong", lambda source, target, mask: target * np.float32(np.nan))
    arguments = ["--protocol", "rendered", "--n", "1", "--size", str(SIZE), "--jobs", "1", "--blends", "wrong"]
    assert main(["evaluate", "swaps", *arguments]) == 2
    said = capsys.readouterr().err
    assert "what wrong makes of same_000_source.png on same_000_target.png: expected values in [0, 1], got [nan, nan]" in said


def test_found_points_are_the_networks_and_everything_else_is_the_labels(pair):
    chosen = ways(["none", "none:::found"])
    made = swapped(pair, chosen, SIZE)
    by_labels, found = made.results.values()
    assert list(made.results) == ["none", "none, points found"]
    assert np.abs(by_labels - found).max() > 0.02
    np.testing.assert_array_equal(made.points, swapped(pair, chosen[:1], SIZE).points)
    off = made.mask == 0
    assert np.abs(by_labels - made.target)[off].max() == 0


def test_points_found_on_the_labels_give_the_labels_swap(pair, monkeypatch):
    monkeypatch.setattr("facelib.learned.finder.find", lambda pictures, points: points)
    by_labels, found = swapped(pair, ways(["multiband", "multiband:::found"]), SIZE).results.values()
    np.testing.assert_array_equal(by_labels, found)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none:::guessed", "points: expected one of labels, found, got guessed"),
        ("none:lab:triangles:found:more", "blends: expected BLEND:COLOURS:PLACE:POINTS at most, got none:lab:triangles:found:more"),
    ],
)
def test_a_way_that_there_is_not_is_refused(name, words):
    with pytest.raises(ValueError, match=words):
        ways([name])
