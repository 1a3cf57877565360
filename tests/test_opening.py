import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import facelib
from facelib import images, opening
from facelib.__main__ import main
from facelib.datasets import faults, people
from facelib.datasets.frame import Frame
from facelib.datasets.people import sheets

POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 200 200\n%%EndComments\n{} loop\n"


def test_pictures_are_opened_in_one_place():
    package = Path(facelib.__file__).parent
    found = [file.name for file in package.rglob("*.py") for _ in re.findall(r"Image\.open\(", file.read_text(encoding="utf-8"))]
    assert found == ["opening.py"]
    assert not {"EPS", "PS", "PDF", "WMF"} & set(opening.FORMATS)


@pytest.fixture
def postscript(tmp_path, monkeypatch):
    """A program that never ends, called a picture; Ghostscript must not be asked."""
    monkeypatch.setattr("PIL.EpsImagePlugin.Ghostscript", lambda *args, **kwargs: pytest.fail("ran"))
    monkeypatch.setattr("PIL.EpsImagePlugin.EpsImageFile.load", lambda *args, **kwargs: pytest.fail("ran"))
    file = tmp_path / "x.png"
    file.write_bytes(POSTSCRIPT)
    return file


@pytest.mark.parametrize(
    "read",
    [
        images.load,
        images.is_marked,
        lambda file: images.load_small(file, 64),
        lambda file: images.read(file.read_bytes(), "x.png"),
        lambda file: faults.picture_size(file),
        lambda file: Frame(file, "ann", np.zeros((68, 2))).size(),
        lambda file: Frame(file, "ann", np.zeros((68, 2))).colour(),
        lambda file: sheets.cut(file, [], file.parent),
    ],
)
def test_programs_are_not_run(postscript, read):
    with pytest.raises(ValueError, match="not a picture"):
        read(postscript)


def test_programs_in_a_data_set_are_not_run(postscript, monkeypatch):
    monkeypatch.setattr(people, "picture_of", lambda name, folder: postscript)
    with pytest.raises(ValueError, match="not a picture"):
        people._frame(people.listed()[0], postscript.parent)
    monkeypatch.setattr(people, "MOSAIC", postscript)
    with pytest.raises(ValueError, match="not a picture"):
        people._small.__wrapped__()


def test_a_swap_runs_no_program(postscript, tmp_path, hopper, capsys):
    images.save(hopper, tmp_path / "hopper.png")
    for faces in ((postscript, tmp_path / "hopper.png"), (tmp_path / "hopper.png", postscript)):
        assert main(["swap", *map(str, faces), "-o", str(tmp_path / "out.png")]) == 2
        assert "x.png: not a picture that can be read" in capsys.readouterr().err


def test_a_page_that_is_not_there_is_named(tmp_path, hopper_picture):
    hopper_picture.save(tmp_path / "a.tif", save_all=True, append_images=[hopper_picture] * 2)
    with pytest.raises(images.PictureError, match=r"a\.tif: page 4 asked for, but it has 3"), opening.opened(tmp_path / "a.tif", page=4):
        pass
    hopper_picture.save(tmp_path / "a.png")
    with opening.opened(tmp_path / "a.png", page=4) as picture:
        assert opening.pages(picture) == 1


def test_heic_names_what_it_needs(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    Image.init()
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)
    file = tmp_path / "a.heic"
    file.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))
    with pytest.raises(images.PictureError, match=r"a\.heic: a HEIC picture needs pillow-heif: pip install 'facelib\[heif\]'"):
        images.load(file)
    with pytest.raises(images.PictureError, match="pillow-heif"):
        images.read(file.read_bytes(), "a.heic")


def test_heic_is_read_where_it_can_be(tmp_path, hopper, hopper_picture):
    pillow_heif = pytest.importorskip("pillow_heif")
    heif = pillow_heif.from_pillow(hopper_picture)
    heif.save(tmp_path / "a.heic", quality=90)
    assert np.abs(images.load(tmp_path / "a.heic") - hopper).mean() < 0.01
