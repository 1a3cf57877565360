"""Swaps whose right answer is drawn, the sets of them, and faces as labelled frames."""

import json

import numpy as np
import pytest

from facelib import images
from facelib.__main__ import main
from facelib.commands import pairs as pairs_command
from facelib.datasets import pair_set
from facelib.datasets.rendered import Face, appearance, frames, full, labelled, ladder, render, sample, write


def test_appearance_keeps_the_targets_points():
    source, target = sample.face(1), sample.face(2)
    np.testing.assert_array_equal(render(appearance(source, target), 64).points, render(target, 64).points)


def test_full_moves_the_inner_face_alone(average):
    source, target = sample.face(1), sample.face(2)
    target = target.replace(average, "hair", "pose")
    moved = np.linalg.norm(render(full(source, target), 128).points - render(target, 128).points, axis=1)
    assert moved[17:].mean() > 0.5
    assert moved[:17].mean() < 0.5 * moved[17:].mean()


def test_a_face_onto_itself_is_itself():
    face = sample.face(4)
    for answer in (appearance, full):
        np.testing.assert_array_equal(render(answer(face, face), 64).picture, render(face, 64).picture)


@pytest.mark.parametrize("name", ladder.SETS)
def test_a_set_differs_in_what_it_says(name):
    for index in range(3):
        pair = ladder.swap(name, index)
        assert pair == ladder.swap(name, index)
        same = {group for group in ("expression", "pose", "light") if getattr(pair.source, group) == getattr(pair.target, group)}
        lost = {"light": {"light"}, "pose": {"pose"}, "mouth": {"expression"}, "everything": {"expression", "pose", "light"}}
        assert same == {"expression", "pose", "light"} - lost.get(name, set())
        assert (pair.source.scene.hand > 0) >= (name == "hand-in-source")
        assert (pair.target.scene.hand > 0) >= (name == "hand-in-target")
        assert pair.source.identity != pair.target.identity


def test_unknown_sets_and_numbers_are_refused():
    with pytest.raises(ValueError, match=r"set: expected one of same, .*, got 'hard'"):
        ladder.swap("hard", 0)
    with pytest.raises(ValueError, match="index: expected 0 to 199, got 200"):
        ladder.swap("same", 200)


def test_command_writes_a_set_whole(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(ladder, "COUNT", 3)
    out = tmp_path / "made" / "mouth"
    assert main(["render", "--set", "mouth", "--size", "48", "-o", str(out), "--jobs", "1"]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    shapes = {name: np.load(out / f"{name}.npy").shape for name in ("source", "target", "appearance", "full", "mask", "full_points")}
    assert shapes["source"] == shapes["full"] == (3, 48, 48, 3)
    assert shapes["mask"] == (3, 48, 48)
    assert shapes["full_points"] == (3, 68, 2)
    line = json.loads((out / "pairs.jsonl").read_text().splitlines()[2])
    assert Face.from_json(json.dumps(line["target"])) == ladder.swap("mouth", 2).target
    np.testing.assert_array_equal(np.load(out / "target.npy")[2], images.to_bytes(render(ladder.swap("mouth", 2).target, 48).picture))
    assert main(["render", "--set", "mouth", "--size", "48", "-o", str(out)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert [folder.name for folder in out.parent.iterdir()] == ["mouth"]


def test_a_set_that_fails_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(ladder, "COUNT", 2)
    monkeypatch.setattr(np, "save", lambda *arguments: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write.write("same", tmp_path / "set", 32, {})
    assert not list(tmp_path.iterdir())


def test_frames_depend_on_seed_and_number_alone():
    three, five = frames(3, 9, size=48), frames(5, 9, size=48)
    for one, other in zip(three, five, strict=False):
        np.testing.assert_array_equal(one.made, other.made)
        np.testing.assert_array_equal(one.points, other.points)
    assert [frame.person for frame in five] == ["rendered_9_0"] * 4 + ["rendered_9_1"]
    assert (frames(3, 10, size=48)[0].made != three[0].made).any()
    for made, later in zip(three, labelled.later(3, 9, size=48), strict=True):
        np.testing.assert_array_equal(made.colour(), later.colour())
        np.testing.assert_array_equal(made.grey(), later.grey())
        assert made.size() == later.size() == (48, 48)


def test_bytes_do_not_depend_on_the_number_of_processes():
    one, two = frames(34, 2, size=32), frames(34, 2, size=32, jobs=2)
    assert all((a.made == b.made).all() and (a.points == b.points).all() for a, b in zip(one, two, strict=True))


def test_faces_do_not_fold():
    drawn, again = labelled.faces(40, 0)
    assert not any(labelled.folds(face) for face in drawn)
    assert again <= 10


@pytest.mark.parametrize(("count", "seed", "message"), [(0, 0, "count: expected at least 1"), (3, -1, "seed: expected at least 0")])
def test_bad_counts_are_refused(count, seed, message):
    with pytest.raises(ValueError, match=message):
        frames(count, seed)


def test_pairs_of_rendered_faces(tmp_path, monkeypatch):
    monkeypatch.setattr(pairs_command, "_RENDERED", 8)
    assert main(["pairs", "--data", "rendered", "-o", str(tmp_path / "pairs"), "--n", "3", "--size", "48", "--jobs", "1"]) == 0
    made = pair_set.read(tmp_path / "pairs")
    assert len(made) == 3
    assert made.rows[0]["source_person"] != made.rows[0]["target_person"]
    assert (
        main(["pairs", "--data", "rendered", "-o", str(tmp_path / "same"), "--n", "2", "--size", "48", "--jobs", "1", "--same-person"]) == 0
    )
