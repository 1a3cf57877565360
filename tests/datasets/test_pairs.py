"""Pairs, on a small labelled data set in ytf68's layout: photographs of two people, moved about."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from facelib import blenders, images
from facelib.__main__ import main
from facelib.datasets import pair_set, pairs, recolour, ytf68
from facelib.datasets.build_pairs import PairConfig, build
from facelib.datasets.frame import Frame
from facelib.learned import finder

SMALL = ("--n", "21", "--size", "48", "--seed", "3", "--jobs", "1")
NAMES = ("Eileen_Collins", "Grace_Hopper")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, collins, hopper, collins_on_hopper):
    """Three frames of each person, at several sizes; pictures of 130 pixels and more."""
    folder = tmp_path_factory.mktemp("faces")
    (folder / "training").mkdir()
    lines = ["," + ",".join(map(str, range(136)))]
    shapes = (collins_on_hopper.source_points, collins_on_hopper.target_points)
    for person, picture, points in zip(NAMES, (collins, hopper), shapes, strict=True):
        low, high = points.min(axis=0).astype(int), points.max(axis=0).astype(int)
        for number, room in enumerate((60, 75, 110)):
            top, left = max(low[1] - room, 0), max(low[0] - room, 0)
            name = f"{person}_{number:02d}.png"
            images.save(picture[top : high[1] + room, left : high[0] + room], folder / "training" / name)
            lines.append(",".join([name, *(f"{value:.3f}" for value in (points - (left, top)).ravel())]))
    (folder / "training_frames_keypoints.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def frames(folder):
    return finder.labelled(ytf68.load(folder))


@pytest.fixture(scope="module")
def made(folder, tmp_path_factory):
    """Pairs with a blend, as the command makes them."""
    out = tmp_path_factory.mktemp("made") / "pairs"
    assert run(folder, out, *SMALL, "--blend", "multiband") == 0
    return pair_set.read(out)


def run(data, out, *more):
    return main(["pairs", "--data", str(data), "-o", str(out), *map(str, more)])


def contents(folder):
    """Every file's bytes; of the card, what is neither the day nor the machine."""
    files = {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
    card = json.loads(files.pop("card.json"))
    return files, {name: value for name, value in card.items() if name not in ("date", "hardware")}


def test_outside_the_mask_raw_is_target(made):
    raw, mask, target = (made.fields[name] for name in ("raw", "mask", "target"))
    assert raw.shape == target.shape == (21, 48, 48, 3)
    assert set(np.unique(mask)) == {0, 255}
    assert (raw[mask == 0] == target[mask == 0]).all()
    assert all((raw[i] != target[i])[mask[i] == 255].mean() > 0.5 for i in range(len(made)))


def test_target_is_the_crop_that_its_row_says(made, frames):
    by_name = {f"training/{frame.path.name}": frame for frame in frames}
    for row, target in zip(made.rows, made.fields["target"], strict=True):
        (x, y, side), picture = row["box"], by_name[row["target"]].colour()
        assert min(x, y) >= 0
        block = images.to_bytes(picture[y : y + side, x : x + side])
        assert block.shape == (side, side, 3)
        assert np.abs(block.mean(axis=(0, 1)) - target.mean(axis=(0, 1))).max() < 1  # area averages keep the mean


def test_points_follow_the_face_into_the_crop(made, frames):
    by_name = {f"training/{frame.path.name}": frame for frame in frames}
    for row, points, mask in zip(made.rows, made.fields["points"], made.fields["mask"], strict=True):
        x, y, side = row["box"]
        np.testing.assert_allclose((points + 0.5) * side / 48 - 0.5 + (x, y), by_name[row["target"]].points, atol=1e-3)
        assert mask[tuple(points[33].round().astype(int)[::-1])] == 255  # the tip of the nose


def test_blend_is_that_of_the_blender(frames):
    source, target = (pairs.face(frame, 48) for frame in (frames[0], frames[4]))
    pictures = pairs.make(source, target, blends=["feather", "none"])
    np.testing.assert_array_equal(pictures["none"], pictures["raw"])
    assert (pictures["feather"] != pictures["raw"]).any()
    assert list(pictures) == ["raw", "mask", "target", "feather", "none"]


def test_a_face_onto_itself_is_itself(frames):
    """The crop and the warp sample the same picture at the same places, each by its own way."""
    face = pairs.face(frames[1], 90)  # about as large as it is in the picture
    pictures = pairs.make(face, face)
    assert np.abs(pictures["raw"].astype(int) - pictures["target"])[pictures["mask"] > 0].mean() < 4


def test_fine_detail_does_not_alias(frames, tmp_path):
    """A checkerboard of single pixels, made ten times smaller, is grey."""
    board = np.indices((400, 400)).sum(axis=0) % 2
    images.save(np.repeat(board[..., None], 3, axis=2).astype(np.float32), tmp_path / "board.png")
    points = frames[0].points
    low, high = points.min(axis=0), points.max(axis=0)
    points = (points - low) / (high - low).max() * 280 + 60
    face = pairs.face(Frame(tmp_path / "board.png", "Nobody", points.astype(np.float32)), 20)
    pictures = pairs.make(face, face)
    for name in ("raw", "target"):
        assert np.ptp(pictures[name].astype(int)) < 60


def test_crop_lies_inside_the_picture_where_it_fits():
    points = np.stack([np.linspace(0, 100, 68), np.linspace(5, 90, 68)], axis=1)
    assert pairs.crop_box(points, (200, 300)) == (0, 0, 140)
    assert pairs.crop_box(points + 60, (200, 300)) == (40, 28, 140)
    assert pairs.crop_box(points, (121, 300)) == (0, -10, 140)


def test_pairs_are_of_two_people_or_of_two_frames_of_one(frames):
    for pair in pairs.draw(frames, 50, seed=0):
        assert pair.source.person != pair.target.person
    for pair in pairs.draw(frames, 50, seed=0, same_person=True):
        assert pair.source.person == pair.target.person
        assert pair.source is not pair.target


def test_a_draw_depends_on_seed_and_number_alone(frames):
    names = lambda *arguments: [(pair.source.path.name, pair.target.path.name) for pair in pairs.draw(frames, *arguments)]  # noqa: E731
    assert names(10, 5) == names(30, 5)[:10]
    assert names(30, 5) != names(30, 6)
    assert names(10, 5) == names(10, 5, False, True)


def test_recolour_is_what_the_row_says(frames, folder, tmp_path):
    assert run(folder, tmp_path / "out", *SMALL, "--same-person", "--recolour") == 0
    made = pair_set.read(tmp_path / "out")
    by_name = {f"training/{frame.path.name}": pairs.face(frame, 48) for frame in frames}
    for row, raw in zip(made.rows, made.fields["raw"], strict=True):
        assert row["source_person"] == row["target_person"]
        source, target = by_name[row["source"]], by_name[row["target"]]
        again = pairs.make(source, target, recolour.Recolour(**row["recolour"]))["raw"]
        np.testing.assert_array_equal(again, raw)
        assert (again != pairs.make(source, target)["raw"]).any()


def test_recolour_of_nothing_is_nothing():
    image = np.random.default_rng(0).random((7, 5, 3), np.float32)
    same = recolour.Recolour((1.0,) * 3, (1.0,) * 3, (0.0,) * 3)
    np.testing.assert_allclose(same.apply(image), image, atol=1e-6)
    changed = recolour.draw(np.random.default_rng(0)).apply(image)
    assert changed.dtype == np.float32
    assert 0 <= changed.min() < changed.max() <= 1


def test_bytes_do_not_depend_on_the_number_of_jobs(made, folder, tmp_path):
    assert run(folder, tmp_path / "two", *SMALL, "--jobs", "2", "--blend", "multiband") == 0
    assert contents(tmp_path / "two") == contents(made.folder)


def test_another_seed_gives_other_pairs(made, folder, tmp_path):
    assert run(folder, tmp_path / "other", *SMALL, "--seed", "4", "--blend", "multiband") == 0
    assert (tmp_path / "other" / "raw.npy").read_bytes() != (made.folder / "raw.npy").read_bytes()


def test_a_killed_run_goes_on_to_the_same_bytes(folder, tmp_path):
    arguments = ("--n", "1500", "--size", "64", "--jobs", "2", "--blend", "multiband")
    out, partial = tmp_path / "killed", tmp_path / "killed.partial"
    words = [sys.executable, "-m", "facelib", "pairs", "--data", str(folder), "-o", str(out), *arguments]
    process = subprocess.Popen(words, start_new_session=True)
    deadline = time.monotonic() + 120
    while progress(partial) == 0 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert 0 < progress(partial) < 1500
    assert not out.exists()
    with pytest.raises(ValueError, match="expected 1500 pairs, got"):
        pair_set.read(partial)
    assert run(folder, out, *arguments) == 0
    assert not partial.exists()
    assert run(folder, tmp_path / "whole", *arguments) == 0
    assert contents(out) == contents(tmp_path / "whole")


def progress(partial):
    try:
        return json.loads((partial / "done.json").read_text())["pairs"]
    except FileNotFoundError:
        return 0


def test_a_run_goes_on_where_it_stopped(made, frames, folder, tmp_path, monkeypatch):
    """In one process, after an error in the middle: pairs that are done are not made again."""
    monkeypatch.setattr("facelib.datasets.build_pairs._BLOCK", 5)
    monkeypatch.setattr("facelib.datasets.pair_writer._SECONDS", 0)
    config, counts = PairConfig(n=21, size=48, seed=3, blends=("multiband",)), []

    def stop(done):
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(tmp_path / "out", frames, folder, config, report=stop)
    build(tmp_path / "out", frames, folder, config, report=counts.append)
    assert counts == [10, 15, 20, 21]
    assert contents(tmp_path / "out")[0] == contents(made.folder)[0]


def test_the_same_again_is_there_already(made, folder, tmp_path, capsys):
    before = (made.folder / "raw.npy").stat().st_mtime_ns
    assert run(folder, made.folder, *SMALL, "--blend", "multiband", "--jobs", "2") == 0
    assert capsys.readouterr().out.strip() == str(made.folder)
    assert (made.folder / "raw.npy").stat().st_mtime_ns == before


def test_a_pair_set_is_a_data_set_for_torch(made):
    import torch

    for workers in (0, 1):
        loader = torch.utils.data.DataLoader(made, 4, num_workers=workers, multiprocessing_context="spawn" if workers else None)
        batch = next(iter(loader))
        assert batch["raw"].shape == (4, 48, 48, 3)
        np.testing.assert_array_equal(batch["mask"].numpy(), made.fields["mask"][:4])


def test_card_says_what_was_made(made):
    assert made.card["command"].endswith("--n 21 --size 48 --seed 3 --blend multiband")
    assert made.card["data"] == "ytf68"
    assert "research" in made.card["terms"]
    assert made.card["blends"] == ["multiband"]
    assert "facelib" in made.card["note"]


def test_photographs_need_no_labels(tmp_path, collins, hopper, capsys):
    for name, picture in (("collins.png", collins), ("hopper.jpg", hopper)):
        images.save(picture, tmp_path / name)
    images.save(np.full((90, 90, 3), 0.5, np.float32), tmp_path / "wall.png")
    assert run(tmp_path, tmp_path / "out", *SMALL) == 2
    assert "wall.png: no face found; bad='skip'" in capsys.readouterr().err
    assert run(tmp_path, tmp_path / "out", *SMALL, "--bad", "skip") == 0
    assert "skipped" in capsys.readouterr().err
    made = pair_set.read(tmp_path / "out")
    assert {(row["source"], row["target"]) for row in made.rows} == {("collins.png", "hopper.jpg"), ("hopper.jpg", "collins.png")}
    assert run(tmp_path, tmp_path / "same", *SMALL, "--bad", "skip", "--same-person") == 2


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--n", "0"], "n: expected at least 1 pair, got 0"),
        (["--size", "8"], "size: expected at least 16 pixels, got 8"),
        (["--jobs", "0"], "jobs: expected at least 1 process, got 0"),
        (["--seed", "-1"], "seed: expected at least 0, got -1"),
        (["--blend", "none"], "invalid choice: 'none'"),
        (["--without-people", "PEOPLE"], "expected frames of at least two people, got 1"),
        (["--data", "rendered", "--subset", "full"], "rendered faces have no list of people"),
        (["--data", "nowhere"], "expected ytf68, ibug300w, people, a folder"),
        (["--n", "99999999"], "are free; make fewer"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(folder, tmp_path, capsys, more, says):
    (tmp_path / "people.txt").write_text("Grace_Hopper\n")
    more = [str(tmp_path / "people.txt") if word == "PEOPLE" else word for word in more]
    try:
        status = run(folder, tmp_path / "out", *SMALL, *more)
    except SystemExit as stop:
        status = stop.code
    said = capsys.readouterr()
    assert (status, said.out, said.err.count("\n")) == (2, "", 1)
    assert says in said.err
    assert not (tmp_path / "out").exists()


def test_other_pairs_are_not_touched(made, folder, tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear")
    (tmp_path / "begun.partial").mkdir()
    (tmp_path / "begun.partial" / "card.json").write_text(json.dumps(made.card))
    (tmp_path / "full.partial").mkdir()
    (tmp_path / "full.partial" / "letter.txt").write_text("Dear")
    for out, says in (
        (made.folder, "holds other pairs (blends ['multiband'], not [])"),
        (tmp_path / "mine", "holds no pairs"),
        (tmp_path / "begun", "other pairs were begun there"),
        (tmp_path / "full", "holds something else, such as letter.txt"),
    ):
        assert run(folder, out, *SMALL) == 2
        assert says in capsys.readouterr().err


def test_people_of_ibug300w_are_not_known(tmp_path, capsys):
    (tmp_path / "labels.xml").write_text("<dataset><images></images></dataset>")
    assert run(tmp_path / "labels.xml", tmp_path / "out", *SMALL, "--same-person") == 2
    assert "ibug300w names nobody" in capsys.readouterr().err


def test_every_blender_but_the_raw_one_is_offered(capsys):
    with pytest.raises(SystemExit):
        main(["pairs", "--help"])
    offered = "".join(capsys.readouterr().out.split())  # lines may break at a hyphen
    assert all(name in offered for name in blenders.BLENDERS if name != "none")


def test_pairs_of_people_who_do_not_exist_need_no_download(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FACELIB_DATA", str(tmp_path / "empty"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    assert main(["pairs", "--data", "people", "--n", "5", "--size", "64", "-o", str(tmp_path / "pairs"), "--jobs", "1"]) == 0
    made = pair_set.read(tmp_path / "pairs")
    assert len(made) == 5
    assert made.fields["raw"].shape == (5, 64, 64, 3)
    assert main(["pairs", "--data", "people", "--n", "5", "-o", str(tmp_path / "others"), "--same-person"]) == 2
    assert "people names nobody" in capsys.readouterr().err
