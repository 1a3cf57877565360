"""Downloading and cutting, on a small sheet served from this machine: the real host cannot be asked in a test."""

import hashlib
import io
import os

import numpy as np
import pytest
from PIL import Image

from facelib.datasets.people import sheets
from facelib.datasets.people.table import Face, Sheet

SIZE = (97, 61)
FACES = {"one": (3, 5, 20, 20), "two": (40, 0, 57, 61)}


@pytest.fixture
def sheet():
    """A picture as JPEG, and what a list would say of it."""
    rng = np.random.default_rng(4)
    blocks = np.kron(rng.integers(0, 255, (8, 13, 3)), np.ones((8, 8, 1)))[: SIZE[1], : SIZE[0]].astype(np.uint8)
    encoded = io.BytesIO()
    Image.fromarray(blocks).save(encoded, "JPEG", quality=95)
    contents = encoded.getvalue()
    return contents, Sheet("some/body", "c" * 40, "figures/a sheet.jpg", len(contents), hashlib.sha256(contents).hexdigest())


def address(server):
    return server.url.replace("data.tar.gz", "{repository}/{commit}/{path}")


def faces(sheet):
    return [Face(name, sheet, tile, adult=True) for name, tile in FACES.items()]


def fetch(folder, server, sheet):
    sheets.fetch(folder, address(server), faces(sheet), report=iter)


def test_faces_are_cut_pixel_by_pixel_as_the_sheet_shows_them(server, sheet, tmp_path):
    server.contents, about = sheet
    fetch(tmp_path / "people", server, about)
    whole = np.asarray(Image.open(io.BytesIO(server.contents)).convert("RGB"))
    for name, (x, y, width, height) in FACES.items():
        cut = np.asarray(Image.open(tmp_path / "people" / "pictures" / f"{name}.png"))
        np.testing.assert_array_equal(cut, whole[y : y + height, x : x + width])
    assert sorted(os.listdir(tmp_path)) == ["people"]  # neither the sheets nor half a folder
    assert sorted(os.listdir(tmp_path / "people")) == ["NOTICES.txt", "people.json", "pictures"]


def test_the_same_sheet_gives_the_same_bytes(server, sheet, tmp_path):
    server.contents, about = sheet
    for folder in ("first", "second"):
        fetch(tmp_path / folder, server, about)
    for name in FACES:
        first, second = ((tmp_path / folder / "pictures" / f"{name}.png").read_bytes() for folder in ("first", "second"))
        assert first == second


def test_another_sheet_is_refused_and_not_kept(server, sheet, tmp_path):
    contents, about = sheet
    server.contents = contents[:-1] + b"x"
    with pytest.raises(ValueError, match=r"figures/a sheet.jpg of some/body: expected sha256 .*, got .*; nothing of it was kept"):
        fetch(tmp_path / "people", server, about)
    assert not (tmp_path / "people").exists()
    server.contents = contents
    fetch(tmp_path / "people", server, about)


def test_what_broke_off_goes_on_where_it_stopped(server, sheet, tmp_path):
    server.contents, about = sheet
    server.break_after = 1000
    with pytest.raises(ConnectionError, match="run it again"):
        fetch(tmp_path / "people", server, about)
    fetch(tmp_path / "people", server, about)
    assert server.asked == [None, "bytes=1000-"]
    assert (tmp_path / "people" / "pictures" / "one.png").is_file()


def test_a_sheet_that_is_here_is_not_asked_for_again(server, sheet, tmp_path):
    server.contents, about = sheet
    (tmp_path / ".people.sheets").mkdir()
    (tmp_path / ".people.sheets" / f"{about.sha256[:16]}.jpg").write_bytes(server.contents)
    fetch(tmp_path / "people", server, about)
    assert server.asked == []


def test_a_full_folder_is_left_alone(server, sheet, tmp_path):
    server.contents, about = sheet
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="is there already"):
        fetch(tmp_path / "people", server, about)
    assert server.asked == []


def test_a_tile_outside_its_sheet_is_named(server, sheet, tmp_path):
    server.contents, about = sheet
    with pytest.raises(ValueError, match=r"wide: its tile \(50, 0, 60, 60\) is outside the sheet, which is 97 x 61 pixels"):
        sheets.fetch(tmp_path / "people", address(server), [Face("wide", about, (50, 0, 60, 60), adult=True)], report=iter)
    assert not (tmp_path / "people").exists()
