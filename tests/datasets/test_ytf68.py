import numpy as np
import pytest

from facelib.datasets import ytf68


def write_table(folder, part, rows, header=True):
    folder.mkdir(parents=True, exist_ok=True)
    lines = [",".join(["", *map(str, range(136))])] if header else []
    lines += [",".join([name, *map(str, numbers)]) for name, numbers in rows]
    (folder / f"{part}_frames_keypoints.csv").write_text("\n".join(lines) + "\n")


def numbers(start):
    return [float(start + i) for i in range(136)]


@pytest.fixture
def folder(tmp_path):
    write_table(tmp_path, "training", [("Bo_Li_10.jpg", numbers(5)), ("Ann_Lee_00.jpg", numbers(0))])
    write_table(tmp_path, "test", [("Ann_Lee_51.jpg", numbers(9))])
    return tmp_path


def test_rows_become_frames(folder):
    frames = ytf68.load(folder)
    assert [frame.path.relative_to(folder).as_posix() for frame in frames] == [
        "training/Ann_Lee_00.jpg", "training/Bo_Li_10.jpg", "test/Ann_Lee_51.jpg",
    ]  # fmt: skip
    np.testing.assert_array_equal(frames[0].points, np.arange(136).reshape(68, 2))
    assert frames[0].person == "Ann_Lee"


def test_people_can_be_chosen(folder):
    assert {frame.person for frame in ytf68.load(folder, ["Ann_Lee"])} == {"Ann_Lee"}
    with pytest.raises(ValueError, match="Zoe"):
        ytf68.load(folder, ["Ann_Lee", "Zoe"])


def test_a_name_is_looked_up_in_the_environment(folder, monkeypatch):
    named = folder.parent / "named" / "ytf68"
    write_table(named, "training", [("Bo_Li_10.jpg", numbers(5))])
    monkeypatch.setenv("FACELIB_DATA", str(named.parent))
    assert len(ytf68.load("ytf68")) == 1
    monkeypatch.delenv("FACELIB_DATA")
    with pytest.raises(FileNotFoundError, match="FACELIB_DATA"):
        ytf68.load("ytf68")


def test_a_folder_without_tables_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="ytf68 layout"):
        ytf68.load(tmp_path)


def test_a_short_row_is_named(tmp_path):
    write_table(tmp_path, "training", [("Bo_Li_10.jpg", numbers(0)[:-1])])
    with pytest.raises(ValueError, match=r"Bo_Li_10\.jpg: expected 136 numbers, got 135"):
        ytf68.load(tmp_path)


def test_lists_of_people_may_have_comments(tmp_path):
    (tmp_path / "people.txt").write_text("# drawn\n\nAnn_Lee\n Bo_Li \n")
    assert ytf68.read_people(tmp_path / "people.txt") == ["Ann_Lee", "Bo_Li"]
    (tmp_path / "none.txt").write_text("# nobody\n")
    with pytest.raises(ValueError, match="found none"):
        ytf68.read_people(tmp_path / "none.txt")


def test_real_data_is_complete(ytf68_folder):
    frames = ytf68.load(ytf68_folder)
    assert len(frames) == 2865 + 639
    assert len({frame.person for frame in frames}) == 287
    assert all(frame.path.is_file() for frame in frames)


def test_committed_validation_people_are_those_drawn(ytf68_folder):
    assert ytf68.draw_validation_people(ytf68.load(ytf68_folder), 40, seed=20261122) == ytf68.validation_people()
