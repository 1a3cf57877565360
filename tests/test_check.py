"""facelib check: every face gets a line that can be read and numbers that can be used, and the file's mark is seen."""

import json

import numpy as np
import pytest

from facelib import detect, images
from facelib.__main__ import main
from facelib.learned import forensic, weights


@pytest.fixture(scope="module")
def checked(tmp_path_factory, collins, hopper, collins_on_hopper):
    """The portraits, a swap of them, and that swap saved by somebody else, as `facelib check` sees them."""
    folder = tmp_path_factory.mktemp("checked")
    for name, picture in {"collins": collins, "hopper": hopper, "swap": collins_on_hopper.blended}.items():
        images.save(picture, folder / f"{name}.png")
    for name in ("collins", "hopper"):
        unmarked(folder / f"{name}.png")
    images.save(collins_on_hopper.composite, folder / "crude.png")
    unmarked(folder / "crude.png")
    images.save(np.full((64, 80, 3), 0.5, np.float32), folder / "blank.png")
    return folder


def unmarked(file):
    from PIL import Image

    with Image.open(file) as opened:
        pixels = np.asarray(opened)
    Image.fromarray(pixels).save(file)


def test_every_picture_gets_its_line_and_its_numbers(checked, tmp_path, capsys):
    names = ["collins.png", "hopper.png", "swap.png", "crude.png", "blank.png"]
    file = tmp_path / "check.json"
    assert main(["check", *(str(checked / name) for name in names), "--json", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    record = json.loads(file.read_text())
    pictures = dict(zip(names, record["pictures"], strict=True))
    assert len(lines) == sum(max(1, len(one["faces"])) for one in pictures.values())
    assert [one["marked"] for one in pictures.values()] == [False, False, True, False, True]
    assert lines[-1].endswith("blank.png: no face found; the file is marked as a composite by facelib")
    assert all(len(pictures[name]["faces"]) >= 1 for name in names[:4])
    assert record["forensic"]["name"] == "forensic"
    for line in lines[:-1]:
        assert "looks swapped" in line or "looks untouched" in line
        assert "% of untouched faces" in line
    scores = {name: pictures[name]["faces"][0]["score"] for name in names[:4]}
    assert scores["crude.png"] > scores["hopper.png"]
    for one in pictures.values():
        assert all(face["swapped"] == (face["score"] > record["threshold"]) for face in one["faces"])


def test_the_largest_face_is_the_one_that_a_swap_uses(collins):
    found = forensic.suspects(collins)
    np.testing.assert_allclose(found[0].box, detect.find_faces(collins)[0].box)
    assert not found[0].unsure
    assert forensic.suspects(np.full((64, 80, 3), 0.5, np.float32)) == []


def test_crops_of_other_sizes_are_brought_to_the_network_s():
    crops = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), np.uint8)
    assert forensic.suspicion(crops).shape == (2,)
    large = np.repeat(np.repeat(crops, 4, 1), 4, 2)  # shrinks to what the crop grows to but for smoothness
    assert np.isfinite(forensic.suspicion(large)).all()


def test_rates_are_those_of_the_card():
    rates = forensic.rates()
    scores = weights.card("forensic")["scores_in_photographs"]
    assert rates.threshold == scores["threshold"]
    assert min(scores["found"].values()) <= rates.found <= max(scores["found"].values())
    assert rates.false_alarms < rates.found


def test_bad_files_are_refused_in_one_line(checked, tmp_path, capsys):
    (tmp_path / "text.png").write_text("no picture")
    assert main(["check", str(tmp_path / "text.png")]) == 2
    assert "not a picture that can be read" in capsys.readouterr().err
    assert main(["check", str(checked / "nothing.png")]) == 2
    assert "no such file" in capsys.readouterr().err
    assert main(["check", str(checked / "hopper.png"), "--json", str(tmp_path / "no" / "check.json")]) == 2
    assert "there is no folder" in capsys.readouterr().err


def test_without_weights_the_command_says_which_are_missing(checked, monkeypatch, tmp_path, capsys):
    found = weights.card
    monkeypatch.setattr(weights, "card", lambda name, folder=tmp_path: found(name, tmp_path))
    assert main(["check", str(checked / "hopper.png")]) == 2
    assert "forensic.json: no such card of weights" in capsys.readouterr().err
