"""Photographs on which swappers fail: turned, small, cut close, several people. Each is swapped at the right place, or refused."""

import json

import cv2
import numpy as np
import pytest
from PIL import Image

from facelib import detect, images
from facelib.__main__ import main
from facelib.evaluation.detection import turned

HOPPER = np.array([183.0, 120, 170, 212])  # her face's box: x, y, width, height


@pytest.fixture(scope="module")
def portraits(tmp_path_factory, collins, hopper):
    folder = tmp_path_factory.mktemp("portraits")
    for name, picture in {"collins": collins, "hopper": hopper}.items():
        images.save(picture, folder / f"{name}.png")
    return folder


def swapped_at(target, box, portraits, tmp_path, *more, source="collins"):
    """Swap a face onto a picture, uint8: which share of the pixels that changed much lies in a box a half larger than its face's."""
    images.save(target, tmp_path / "target.png")
    assert main(["swap", str(portraits / f"{source}.png"), str(tmp_path / "target.png"), "-o", str(tmp_path / "out.png"), *more]) == 0
    change = np.abs(images.load(tmp_path / "out.png") - images.to_float(target)).max(axis=2) > 0.1
    x, y, width, height = box
    rows, columns = (slice(max(0, int(low - size / 4)), int(low + 1.25 * size)) for low, size in ((y, height), (x, width)))
    assert change.sum() > 0.1 * width * height
    return change[rows, columns].sum() / change.sum()


@pytest.mark.parametrize("degrees", [90, 180, 270, 30, 60, -75])
def test_a_turned_head_is_swapped_where_it_is(portraits, hopper, tmp_path, degrees):
    whole, matrix = turned(images.to_bytes(hopper), degrees)
    assert swapped_at(whole, detect.moved(HOPPER, matrix), portraits, tmp_path) > 0.95


def test_a_tight_crop_is_swapped(portraits, hopper, tmp_path):
    tight = images.to_bytes(hopper[150:330, 170:350])
    assert swapped_at(tight, HOPPER - (170, 150, 0, 0), portraits, tmp_path) > 0.95
    images.save(tight, tmp_path / "tight.png")
    assert main(["swap", str(tmp_path / "tight.png"), str(portraits / "collins.png"), "-o", str(tmp_path / "onto.png")]) == 0


@pytest.mark.parametrize("height", [600, 300, 150])
def test_a_small_face_in_twelve_megapixels_is_swapped(portraits, hopper, tmp_path, height):
    scene = np.full((3000, 4000, 3), 120, np.uint8)
    scale = height / len(hopper)
    small = cv2.resize(images.to_bytes(hopper), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    scene[1500 : 1500 + len(small), 1800 : 1800 + small.shape[1]] = small
    assert swapped_at(scene, HOPPER * scale + (1800, 1500, 0, 0), portraits, tmp_path) > 0.95


@pytest.fixture(scope="module")
def group(collins, hopper):
    """A smaller upright face, and a larger one that is tilted; their boxes."""
    picture = np.full((800, 1300, 3), 150, np.uint8)
    picture[100:612, 40:552] = images.to_bytes(collins)
    tilted, matrix = turned(images.to_bytes(hopper), -25)
    left = 1290 - tilted.shape[1]
    picture[10 : 10 + len(tilted), left:1290] = tilted
    return picture, [detect.moved(HOPPER, matrix) + (left, 10, 0, 0), np.array([218.0, 163, 90, 113])]


@pytest.mark.parametrize(("number", "source"), [(1, "collins"), (2, "hopper")])
def test_each_face_of_a_group_has_its_number(portraits, group, tmp_path, number, source):
    picture, boxes = group
    assert swapped_at(picture, boxes[number - 1], portraits, tmp_path, "--target-face", str(number), source=source) > 0.95


def test_a_face_that_is_not_there_is_refused(portraits, group, tmp_path, capsys):
    images.save(group[0], tmp_path / "group.png")
    command = ["swap", str(portraits / "collins.png"), str(tmp_path / "group.png"), "-o", str(tmp_path / "out.png"), "--target-face", "3"]
    assert main(command) == 2
    assert "face 3 asked for, 2 found" in capsys.readouterr().err
    assert not (tmp_path / "out.png").exists()


def test_no_face_is_refused_and_so_is_what_is_none(portraits, tmp_path, capsys):
    source, out = str(portraits / "collins.png"), str(tmp_path / "out.png")
    images.save(np.full((300, 300, 3), 0.5, np.float32), tmp_path / "blank.png")
    assert main(["swap", source, str(tmp_path / "blank.png"), "-o", out]) == 2
    assert "no face found" in capsys.readouterr().err
    flag = ["swap", source, str(portraits / "hopper.png"), "-o", out, "--target-box", "5,60,150,150"]
    assert main(flag) == 2
    said = capsys.readouterr().err
    assert said.startswith("facelib: error: target: the keypoints are most likely wrong (expected error ")
    assert said.count("\n") == 1
    assert "--unsure" in said
    assert not (tmp_path / "out.png").exists()
    assert main([*flag, "--unsure"]) == 0
    assert "warning: target: unsure of the keypoints" in capsys.readouterr().err


def test_faces_are_listed_for_a_person_and_for_a_program(portraits, group, tmp_path, capsys):
    picture, boxes = group
    images.save(picture, tmp_path / "group.png")
    images.save(np.full((64, 80, 3), 0.5, np.float32), tmp_path / "blank.png")
    files = [str(tmp_path / "group.png"), str(portraits / "hopper.png"), str(tmp_path / "blank.png")]
    assert main(["faces", *files]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.startswith(f"{files[0]}, face {number}: ") for number, line in enumerate(lines[:2], start=1)] == [True, True]
    assert lines[3] == f"{files[2]}: no face found"
    assert main(["faces", *files, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["path"] for one in listed] == files
    assert [len(one["faces"]) for one in listed] == [2, 1, 0]
    for row, box in zip(listed[0]["faces"], boxes, strict=True):
        assert set(row) == {"number", "box", "score", "tilt", "error"}
        assert detect.overlap(np.array(row["box"]), box) > 0.6
        assert row["error"] < 0.06
    assert [row["number"] for row in listed[0]["faces"]] == [1, 2]
    assert -45 < listed[0]["faces"][0]["tilt"] < -10 < listed[0]["faces"][1]["tilt"] < 10


def test_faces_are_drawn_with_their_numbers(portraits, tmp_path, capsys):
    out, source = tmp_path / "drawn.png", str(portraits / "hopper.png")
    assert main(["faces", source, "--draw", str(out)]) == 0
    drawn, before = images.load(out), images.load(source)
    change = np.abs(drawn - before).max(axis=2) > 0.1
    rows, columns = np.nonzero(change)
    assert detect.overlap(np.array([columns.min(), rows.min(), np.ptp(columns), np.ptp(rows)], float), HOPPER) > 0.8
    assert not images.is_marked(out)  # nothing was swapped
    capsys.readouterr()
    assert main(["faces", source, source, "--draw", str(out)]) == 2
    assert "draws one picture, got 2" in capsys.readouterr().err
    assert main(["faces", source, "--draw", source]) == 2
    assert "input" in capsys.readouterr().err


def test_a_box_round_a_turned_face_is_enough(portraits, hopper, tmp_path):
    whole, matrix = turned(images.to_bytes(hopper), 90)
    box = detect.moved(HOPPER, matrix)
    said = ",".join(f"{value:.0f}" for value in box)
    assert swapped_at(whole, box, portraits, tmp_path, "--target-box", said) > 0.95


def test_faces_of_another_page_and_of_files_that_are_none(portraits, hopper, tmp_path, capsys):
    blank = Image.new("RGB", (512, 600), (40, 40, 40))
    pages = tmp_path / "pages.tif"
    blank.save(pages, save_all=True, append_images=[Image.fromarray(images.to_bytes(hopper))])
    assert main(["faces", str(pages)]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [f"{pages}: no face found"]
    assert "first of 2 frames is taken; --page N takes another" in said.err
    assert main(["faces", str(pages), "--page", "2"]) == 0
    assert capsys.readouterr().out.startswith(f"{pages}, face 1: ")
    (tmp_path / "text.jpg").write_text("no picture")
    assert main(["faces", str(tmp_path / "text.jpg"), str(portraits / "hopper.png"), "--json"]) == 2
    said = capsys.readouterr()
    assert [one["path"] for one in json.loads(said.out)] == [str(portraits / "hopper.png")]
    assert said.err.splitlines()[-1].endswith("error: 1 of 2 pictures could not be read")
