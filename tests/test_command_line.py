import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import facelib
from facelib import images
from facelib.__main__ import main
from facelib.datasets import people


@pytest.fixture(scope="module")
def files(tmp_path_factory, collins, hopper):
    folder = tmp_path_factory.mktemp("pictures")
    images.save(collins, folder / "collins.png")
    images.save(hopper, folder / "hopper.jpg")
    return folder


def refused(arguments, capsys):
    """Run a command that must fail; its one line on stderr."""
    try:
        status = main([str(argument) for argument in arguments])
    except SystemExit as stop:
        status = stop.code
    said = capsys.readouterr()
    assert status == 2
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith("facelib: error: ")
    return said.err


@pytest.mark.parametrize("name", ["out.png", "out.jpg"])
def test_swap_writes_what_python_gives(files, tmp_path, name, collins_on_hopper, capsys):
    assert main(["swap", str(files / "collins.png"), str(files / "hopper.jpg"), "-o", str(tmp_path / name)]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / name)
    written = images.load(tmp_path / name)
    assert written.shape == collins_on_hopper.blended.shape
    assert np.abs(written - collins_on_hopper.blended).mean() < 0.02  # JPEG, twice
    assert os.listdir(tmp_path) == [name]


def test_stages_are_written_in_order(files, tmp_path):
    out, stages = tmp_path / "out.png", tmp_path / "deep" / "stages"
    assert main(["swap", str(files / "collins.png"), str(files / "hopper.jpg"), "-o", str(out), "--stages", str(stages)]) == 0
    names = sorted(os.listdir(stages))
    assert [name[:2] for name in names] == [f"{number:02d}" for number in range(1, 12)]
    assert images.load(stages / names[-1]).shape == images.load(out).shape


@pytest.mark.parametrize("blend", ["multiband", "feather", "poisson", "seamless-clone", "classic", "none", "dih", "gp-gan", "fsgan"])
def test_blends_differ(files, tmp_path, blend, collins_on_hopper):
    out = tmp_path / "out.png"
    box = ",".join(f"{value:.2f}" for value in collins_on_hopper.source_box)
    arguments = ["swap", str(files / "collins.png"), str(files / "hopper.jpg"), "-o", str(out), "--blend", blend, "--source-box", box]
    assert main(arguments) == 0
    expected = collins_on_hopper.composite if blend == "none" else None
    if expected is not None:
        assert np.abs(images.load(out) - expected).mean() < 0.01
    else:
        assert np.abs(images.load(out) - collins_on_hopper.composite).max() > 0.1


def test_demo_writes_the_real_pair_both_ways_and_five_invented_ones(tmp_path, capsys):
    assert main(["demo", "-o", str(tmp_path / "demo")]) == 0
    names = sorted(os.listdir(tmp_path / "demo"))
    real = ["collins-on-hopper-strip.png", "collins-on-hopper.png", "hopper-on-collins-strip.png", "hopper-on-collins.png"]
    five = [f"{source.name}-on-{target.name}.png" for source, target in people.strangers()]
    assert names == sorted([*real, *five, "five-pairs.png"])
    sheet = images.load(tmp_path / "demo" / "five-pairs.png")
    assert sheet.shape[0] > sheet.shape[1]  # five rows of four
    assert capsys.readouterr().out.count("\n") == 10


def test_gallery_writes_pictures_and_points_that_swap_takes(tmp_path, capsys):
    folder, out = tmp_path / "gallery", tmp_path / "out.png"
    assert main(["gallery", "-o", str(folder)]) == 0
    assert len(os.listdir(folder)) == 66
    assert main(["gallery", "-o", str(folder)]) == 0  # the same again
    source, target = people.portrait("casey"), people.portrait("frankie")
    points = [f"--{side}-points={folder / one.name}.pts" for side, one in (("source", source), ("target", target))]
    assert main(["swap", str(folder / "casey.jpg"), str(folder / "frankie.jpg"), "-o", str(out), *points]) == 0
    given = {"source_points": source.points, "target_points": target.points}
    expected = facelib.swap(source.colour(), target.colour(), **given).blended
    assert np.abs(images.load(out) - expected).max() < 0.02
    (folder / "alex.pts").write_text("mine")
    capsys.readouterr()
    arguments = ["swap", folder / "casey.jpg", folder / "frankie.jpg", "-o", tmp_path / "other.png", "--source-points", folder / "alex.pts"]
    assert "alex.pts: expected 300-W's .pts form" in refused(arguments, capsys)
    assert "alex.pts: is there already, and is something else" in refused(["gallery", "-o", folder], capsys)
    assert (folder / "alex.pts").read_text() == "mine"


def test_blenders_are_listed(capsys):
    assert main(["blenders"]) == 0
    methods = [tuple(line.split()[:2]) for line in capsys.readouterr().out.splitlines()]
    ways = ("multiband", "feather", "poisson", "seamless-clone", "classic", "none", "unet", "unet-writeup", "dih", "gp-gan", "fsgan")
    expected = [("--blend", name) for name in ways]
    expected += [("--colours", name) for name in ("lab", "rgb", "covariance", "histogram", "none")]
    expected += [("--place", name) for name in ("triangles", "no-mouth", "reenact", "reenact-at-once", "segment", "inpaint")]
    assert methods == expected


def test_colours_can_be_kept(files, tmp_path, collins_on_hopper):
    out, box = tmp_path / "out.png", ",".join(f"{value:.2f}" for value in collins_on_hopper.source_box)
    arguments = ["swap", str(files / "collins.png"), str(files / "hopper.jpg"), "-o", str(out), "--source-box", box]
    assert main([*arguments, "--colours", "none"]) == 0
    kept = images.load(out)
    assert main(arguments) == 0
    assert np.abs(images.load(out) - kept).max() > 0.1


def test_a_face_is_placed_as_the_blend_wants_it_or_as_asked(files, tmp_path, collins_on_hopper):
    out, box = tmp_path / "out.png", ",".join(f"{value:.2f}" for value in collins_on_hopper.source_box)
    arguments = ["swap", str(files / "collins.png"), str(files / "hopper.jpg"), "-o", str(out), "--source-box", box, "--blend", "fsgan"]
    results = []
    for place in ([], ["--place", "reenact+segment+inpaint"], ["--place", "triangles"]):
        assert main([*arguments, *place]) == 0
        results.append(images.load(out))
    assert (results[0] == results[1]).all()
    assert np.abs(results[0] - results[2]).max() > 0.05


def make_bad(folder):
    (folder / "text.png").write_text("no picture")
    (folder / "cut.jpg").write_bytes((folder / "hopper.jpg").read_bytes()[:2000])
    Image.new("RGB", (1, 1)).save(folder / "dot.png")
    Image.new("RGB", (64, 80), "white").save(folder / "blank.png")


@pytest.fixture
def bad(files):
    make_bad(files)
    return files


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.png", "hopper.jpg"], "no such file"),
        (["text.png", "hopper.jpg"], "not a picture"),
        (["collins.png", "cut.jpg"], "damaged or cut off"),
        (["dot.png", "hopper.jpg"], "1 x 1"),
        (["blank.png", "hopper.jpg"], "--source-box"),
        (["collins.png", "blank.png"], "--target-box"),
        (["collins.png", "hopper.jpg", "--source-box", "600,10,50,50"], "outside the picture"),
        (["collins.png", "hopper.jpg", "--source-box", "-600,10,50,50"], "outside the picture"),
        (["collins.png", "hopper.jpg", "--target-box", "1,2,3"], "four numbers"),
        (["collins.png", "hopper.jpg", "--source-face", "7"], "face 7 asked for"),
        (["collins.png", "hopper.jpg", "--source-points", "missing.pts"], "missing.pts: cannot be read (No such file or directory)"),
        (["collins.png", "hopper.jpg", "--source-face", "0"], "counted from 1"),
        (["collins.png", "hopper.jpg", "--blend", "glue"], "glue"),
        (["collins.png", "hopper.jpg", "--colours", "sepia"], "sepia"),
        (["collins.png", "hopper.jpg", "--place", "segment+glue"], "place: expected triangles, no-mouth, or some of reenact"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(bad, tmp_path, arguments, says, capsys):
    source, target, *rest = arguments
    command = ["swap", bad / source, bad / target, "-o", tmp_path / "out.png", "--stages", tmp_path / "stages", *rest]
    assert says in refused(command, capsys)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("out", "says"),
    [("out.gif", ".png or .jpg"), ("nowhere/out.png", "no folder"), ("folder.png", "folder")],
)
def test_bad_output_is_refused_before_work(files, tmp_path, out, says, capsys):
    (tmp_path / "folder.png").mkdir()
    assert says in refused(["swap", files / "collins.png", files / "hopper.jpg", "-o", tmp_path / out], capsys)
    assert os.listdir(tmp_path) == ["folder.png"]


def test_inputs_are_never_overwritten(files, tmp_path, capsys):
    before = (files / "hopper.jpg").read_bytes()
    assert "same file" in refused(["swap", files / "collins.png", files / "hopper.jpg", "-o", files / "hopper.jpg"], capsys)
    stages = tmp_path / "stages"
    stages.mkdir()
    (stages / "01-source.png").symlink_to(files / "collins.png")
    command = ["swap", files / "collins.png", files / "hopper.jpg", "-o", tmp_path / "out.png", "--stages", stages]
    assert "same file" in refused(command, capsys)
    assert (files / "hopper.jpg").read_bytes() == before
    assert not (tmp_path / "out.png").exists()


def test_the_result_is_not_written_over_a_stage(files, tmp_path, capsys):
    (tmp_path / "stages").mkdir()
    out = tmp_path / "stages" / "01-source.png"
    command = ["swap", files / "collins.png", files / "hopper.jpg", "-o", out, "--stages", tmp_path / "stages"]
    assert "same file" in refused(command, capsys)
    assert os.listdir(tmp_path / "stages") == []


def test_errors_stay_on_one_line(files, tmp_path, capsys):
    command = ["swap", files / "collins.png", files / "hopper.jpg", "-o", tmp_path / "a.png", "--source-box", "1\n2"]
    assert "four numbers" in refused(command, capsys)


def test_long_names_are_written(files, tmp_path):
    out = tmp_path / ("a" * 240 + ".png")
    assert main(["swap", str(files / "collins.png"), str(files / "hopper.jpg"), "-o", str(out)]) == 0


def test_missing_arguments_are_one_line(capsys):
    assert "SOURCE" in refused(["swap"], capsys)
    assert "COMMAND" in refused([], capsys)


def test_module_and_script_are_the_same_program():
    script = subprocess.run([os.path.join(os.path.dirname(sys.executable), "facelib"), "--version"], capture_output=True, text=True)
    module = subprocess.run([sys.executable, "-m", "facelib", "--version"], capture_output=True, text=True)
    assert script.stdout == module.stdout
    assert script.stdout.startswith("facelib ")


def test_evaluation_needs_data(monkeypatch, tmp_path, capsys):
    monkeypatch.delenv("FACELIB_DATA", raising=False)
    assert "FACELIB_DATA" in refused(["evaluate", "keypoints"], capsys)
    assert "layout" in refused(["evaluate", "keypoints", "--data", tmp_path], capsys)


def test_evaluation_prints_and_writes_the_same_numbers(ytf68_folder, tmp_path, capsys):
    from facelib.datasets import ytf68

    (tmp_path / "people.txt").write_text("\n".join(ytf68.validation_people()[:3]))
    command = ["evaluate", "keypoints", "--data", ytf68_folder, "--people", tmp_path / "people.txt", "--json", tmp_path / "scores.json"]
    assert main([str(argument) for argument in command]) == 0
    record = json.loads((tmp_path / "scores.json").read_text())
    said = capsys.readouterr().out
    for boxes in ("labels", "detected"):
        assert f"{record[boxes]['nme_inter_ocular']:.2f} %" in said
        assert f"{record[boxes]['auc_8']:.2f} %" in said
        assert f"{record[boxes]['n']} of 3 people, 0 of them seen in training" in said
    assert record["command"].startswith("facelib evaluate keypoints --data ")
