import hashlib
import os
import shutil

import cv2
import numpy as np
import pytest

from facelib.datasets import ytf68

HEADER = ",".join(["", *map(str, range(136))])


def line(name, numbers):
    return ",".join([name, *map(str, numbers)])


def numbers(start=0):
    """136 numbers, none of them outside a picture of 200 x 150 pixels."""
    return [float((start + i) % 140) for i in range(136)]


@pytest.fixture
def write(encoded):
    """Writes one part of a data set: lines of a table, and a picture for each name in it unless it is told otherwise."""

    def write(folder, part, lines, pictures=True):
        (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / f"{part}_frames_keypoints.csv").write_text("\n".join([HEADER, *lines]) + "\n")
        for text in lines if pictures else []:
            (folder / part / text.split(",")[0]).write_bytes(encoded((150, 200)))
        return folder

    return write


@pytest.fixture
def folder(tmp_path, write):
    write(tmp_path, "training", [line("Bo_Li_10.jpg", numbers(5)), line("Ann_Lee_00.jpg", numbers())])
    return write(tmp_path, "test", [line("Ann_Lee_51.jpg", numbers(9))])


def names(frames):
    return [frame.path.name for frame in frames]


def test_rows_become_frames(folder):
    frames = ytf68.load(folder)
    assert [frame.path.relative_to(folder).as_posix() for frame in frames] == [
        "training/Ann_Lee_00.jpg", "training/Bo_Li_10.jpg", "test/Ann_Lee_51.jpg",
    ]  # fmt: skip
    np.testing.assert_array_equal(frames[0].points, np.reshape(numbers(), (68, 2)))
    assert frames[0].person == "Ann_Lee"


def test_people_can_be_chosen(folder):
    assert {frame.person for frame in ytf68.load(folder, ["Ann_Lee"])} == {"Ann_Lee"}
    with pytest.raises(ValueError, match="no frame of 1 of the 2 people asked for, such as Zoe"):
        ytf68.load(folder, ["Ann_Lee", "Zoe"])


def test_a_name_is_looked_up_in_the_environment_then_in_the_cache(write, nowhere, tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match="facelib fetch ytf68"):
        ytf68.load("ytf68")
    write(nowhere / "ytf68", "training", [line("Bo_Li_10.jpg", numbers())])
    assert names(ytf68.load("ytf68")) == ["Bo_Li_10.jpg"]
    write(tmp_path / "mine" / "ytf68", "training", [line("Ann_Lee_10.jpg", numbers())])
    monkeypatch.setenv("FACELIB_DATA", str(tmp_path / "mine"))
    assert names(ytf68.load("ytf68")) == ["Ann_Lee_10.jpg"]


def test_a_folder_without_tables_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="ytf68 layout"):
        ytf68.load(tmp_path)


def test_a_table_without_rows_is_refused(tmp_path, write):
    write(tmp_path, "test", [])
    with pytest.raises(ValueError, match="no usable frame"):
        ytf68.load(tmp_path)


BAD = {
    "short": (line("Bo_Li_10.jpg", numbers()[:-1]), "expected 136 numbers, got 135"),
    "long": (line("Bo_Li_10.jpg", [*numbers(), 1]), "expected 136 numbers, got 137"),
    "nan": (line("Bo_Li_10.jpg", ["nan", *numbers()[1:]]), "landmark 0 is not a number"),
    "text": (line("Bo_Li_10.jpg", ["left", *numbers()[1:]]), "could not convert string to float: 'left'"),
    "empty": (line("Bo_Li_10.jpg", ["", *numbers()[1:]]), "could not convert string to float: ''"),
    "outside": (line("Bo_Li_10.jpg", [*numbers()[:-2], 10, 226]), r"landmark 67 at \(10, 226\) is far outside the picture of 200 x 150"),
    "name": (line("Bo_Li.jpg", numbers()), r"expected a file's name like First_Last_10\.jpg, got Bo_Li\.jpg"),
    "folder": (line("../test/Bo_Li_10.jpg", numbers()), "expected a file's name like"),
}


@pytest.mark.parametrize(("row", "reason"), BAD.values(), ids=BAD)
def test_a_bad_row_is_named_and_refused_or_skipped(tmp_path, write, row, reason):
    good = [line("Ann_Lee_00.jpg", numbers()), "", line("Ann_Lee_01.jpg", numbers())]  # a blank line counts for an editor
    write(tmp_path, "training", [line for line in good if line])
    write(tmp_path, "training", [*good, row], pictures=False)
    if row.startswith("Bo_Li_10.jpg"):
        shutil.copy(tmp_path / "training" / "Ann_Lee_00.jpg", tmp_path / "training" / "Bo_Li_10.jpg")
    place = r"training_frames_keypoints\.csv, row 5: [./a-z]*Bo_Li[^:]*: " + reason
    with pytest.raises(ValueError, match=place):
        ytf68.load(tmp_path)
    lines = []
    assert names(ytf68.load(tmp_path, bad="skip", report=lines.append)) == ["Ann_Lee_00.jpg", "Ann_Lee_01.jpg"]
    assert len(lines) == 1
    with pytest.warns(UserWarning, match=place):
        ytf68.load(tmp_path, bad="skip")


@pytest.mark.parametrize(("spoil", "reason"), [("remove", "no such picture"), ("cut", "cut off"), ("text", "not a picture")])
def test_a_bad_picture_is_named_and_refused_or_skipped(folder, spoil, reason):
    picture = folder / "training" / "Ann_Lee_00.jpg"
    contents = {"cut": picture.read_bytes()[:5000], "text": b"Ann Lee"}.get(spoil)
    picture.unlink()
    if contents:
        picture.write_bytes(contents)
    with pytest.raises(ValueError, match=rf"training_frames_keypoints\.csv, row 3: Ann_Lee_00\.jpg: .*{reason}"):
        ytf68.load(folder)
    lines = []
    assert names(ytf68.load(folder, bad="skip", report=lines.append)) == ["Bo_Li_10.jpg", "Ann_Lee_51.jpg"]
    assert len(lines) == 1


def test_rows_of_other_people_may_be_bad(folder):
    (folder / "training" / "Bo_Li_10.jpg").unlink()
    assert len(ytf68.load(folder, ["Ann_Lee"])) == 2


def test_pictures_without_labels_are_listed(folder, encoded):
    assert ytf68.unlabelled(folder) == []
    for name in ("Zoe_Yi_01.jpg", "Ann_Lee_52.jpg"):
        (folder / "test" / name).write_bytes(encoded())
    assert ytf68.unlabelled(folder) == [folder / "test" / "Ann_Lee_52.jpg", folder / "test" / "Zoe_Yi_01.jpg"]


@pytest.fixture
def online(server, pack, folder, monkeypatch):
    """GitHub's archive of a small repository, on a server that knows no ranges, as GitHub's."""
    members = {f"P1-6e55adc/data/{file.relative_to(folder).as_posix()}": file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    server.contents = pack({"P1-6e55adc/README.md": b"Keypoints", **members, "P1-6e55adc/data/updated_test_frames_keypoints.csv": b"old"})
    server.ranges = False
    monkeypatch.setattr(ytf68, "URL", server.url)
    for part, table in ytf68.TABLES.items():
        monkeypatch.setitem(ytf68.SHA256, part, hashlib.sha256((folder / table).read_bytes()).hexdigest())
    return server


def test_the_data_set_is_fetched_once(online, nowhere):
    assert ytf68.fetch() == nowhere / "ytf68"
    assert len(ytf68.load("ytf68")) == 3
    assert sorted(file.name for file in (nowhere / "ytf68").iterdir()) == [
        "test",
        "test_frames_keypoints.csv",
        "training",
        "training_frames_keypoints.csv",
    ]
    ytf68.fetch()
    assert len(online.asked) == 1


def test_a_fetch_goes_into_the_folder_that_was_named(online, tmp_path):
    assert ytf68.fetch(tmp_path / "new" / "faces") == tmp_path / "new" / "faces"
    assert len(ytf68.load(tmp_path / "new" / "faces")) == 3


def test_other_labels_are_refused(online, nowhere, monkeypatch):
    monkeypatch.setitem(ytf68.SHA256, "test", "0" * 64)
    with pytest.raises(ValueError, match=r"test_frames_keypoints\.csv: expected sha256 000"):
        ytf68.fetch()
    assert list(nowhere.iterdir()) == []


def test_an_archive_that_lacks_a_picture_is_refused(online, pack, folder, nowhere):
    members = {f"P1/data/{file.relative_to(folder).as_posix()}": file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    del members["P1/data/test/Ann_Lee_51.jpg"]
    online.contents = pack(members)
    with pytest.raises(ValueError, match=r"test/Ann_Lee_51\.jpg: there is no such picture; nothing was kept"):
        ytf68.fetch()
    assert list(nowhere.iterdir()) == []


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
    assert ytf68.unlabelled(ytf68_folder) == []


def test_originals_are_read(ytf68_folder, tmp_path):
    """Twelve training pictures as GitHub has them, RGBA PNGs that are called .jpg, beside the same as JPEG."""
    shutil.copytree(ytf68_folder / "original_bytes", tmp_path / "training")
    wanted = set(os.listdir(tmp_path / "training"))
    rows = (ytf68_folder / ytf68.TABLES["training"]).read_text().splitlines()
    chosen = [row for row in rows[1:] if row.split(",")[0] in wanted]
    (tmp_path / ytf68.TABLES["training"]).write_text("\n".join([HEADER, *chosen]) + "\n")
    frames = ytf68.load(tmp_path)
    assert names(frames) == sorted(wanted)
    assert len(frames) == 12
    for frame in frames:
        assert frame.path.read_bytes().startswith(b"\x89PNG")
        as_jpeg = cv2.imread(str(ytf68_folder / "training" / frame.path.name), cv2.IMREAD_GRAYSCALE)
        assert np.abs(frame.grey().astype(float) - as_jpeg).mean() < 2


def test_committed_validation_people_are_those_drawn(ytf68_folder):
    assert ytf68.draw_validation_people(ytf68.load(ytf68_folder), 40, seed=20261122) == ytf68.validation_people()
