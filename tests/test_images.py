import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from facelib import images


def gradient(height=33, width=47):
    """Red grows to the right, green downwards, blue is constant."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x / (width - 1), y / (height - 1), np.full((height, width), 0.25)], axis=2).astype(np.float32)


def as_pillow(image):
    return Image.fromarray(images.to_bytes(image))


def assert_same(image, expected, tolerance=1.5 / 255):
    assert image.dtype == np.float32
    assert image.shape == expected.shape
    np.testing.assert_allclose(image, expected, atol=tolerance)


@pytest.mark.parametrize("name", ["picture.png", "picture.jpg", "PICTURE.JPEG"])
def test_what_is_saved_is_loaded(tmp_path, name):
    images.save(gradient(), tmp_path / name)
    assert_same(images.load(tmp_path / name), gradient(), tolerance=(0.6 if name.endswith("png") else 6) / 255)
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", ["picture.png", "picture.jpg"])
def test_saved_files_carry_the_provenance_mark(tmp_path, name):
    images.save(gradient(), tmp_path / name)
    assert Image.open(tmp_path / name).getexif()[0x010E] == images.PROVENANCE


@pytest.mark.parametrize("name", ["picture.png", "picture.jpg"])
def test_a_mark_is_found_and_goes_where_a_file_is_saved_without_it(tmp_path, name):
    images.save(gradient(), tmp_path / name)
    assert images.is_marked(tmp_path / name)
    with Image.open(tmp_path / name) as opened:
        opened.info.clear()
        Image.fromarray(np.asarray(opened)).save(tmp_path / f"again-{name}")
        Image.fromarray(np.asarray(opened)).save(tmp_path / "comment.jpg", comment=images.PROVENANCE)
    assert not images.is_marked(tmp_path / f"again-{name}")
    assert images.is_marked(tmp_path / "comment.jpg")
    with pytest.raises(images.PictureError, match="no such file"):
        images.is_marked(tmp_path / "nothing.png")
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(images.PictureError, match="not a picture"):
        images.is_marked(tmp_path / "text.png")


@pytest.mark.parametrize("name", ["picture.png", "picture.jpg"])
def test_encoded_bytes_are_the_file_and_are_read_as_the_file(tmp_path, name):
    images.save(gradient(), tmp_path / name)
    contents = images.encode(gradient(), name)
    assert contents == (tmp_path / name).read_bytes()
    np.testing.assert_array_equal(images.read(contents, "upload"), images.load(tmp_path / name))


@pytest.mark.parametrize("contents", [b"", b"text", images.encode(gradient(), "a.png")[:150]])
def test_bytes_that_are_no_picture_are_refused_by_name(contents):
    with pytest.raises(images.PictureError, match=r"^holiday\.png: [^\n]*$"):
        images.read(contents, "holiday.png")


def test_saved_files_obey_the_umask(tmp_path):
    old = os.umask(0o027)
    try:
        images.save(gradient(), tmp_path / "a.png")
    finally:
        os.umask(old)
    assert (tmp_path / "a.png").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(("mode", "name"), [("RGBA", "a.png"), ("CMYK", "a.tiff"), ("CMYK", "a.jpg"), ("YCbCr", "a.tiff")])
def test_other_modes_are_converted(tmp_path, mode, name):
    as_pillow(gradient()).convert(mode).save(tmp_path / name)
    assert_same(images.load(tmp_path / name), gradient(), tolerance=8 / 255)


def test_grey_is_converted(tmp_path):
    as_pillow(gradient()).convert("L").save(tmp_path / "a.png")
    assert_same(images.load(tmp_path / "a.png"), np.repeat(images.to_grey(gradient())[..., None], 3, axis=2))


def test_palettes_are_converted(tmp_path):
    few_colours = np.round(gradient() * 3) / 3
    as_pillow(few_colours).convert("P", palette=Image.Palette.ADAPTIVE).save(tmp_path / "a.png")
    assert_same(images.load(tmp_path / "a.png"), few_colours)


def test_sixteen_bits_of_grey_keep_their_range(tmp_path):
    grey = np.linspace(0, 65535, 40 * 30).reshape(30, 40).astype(np.uint16)
    Image.fromarray(grey).save(tmp_path / "grey.png")
    loaded = images.load(tmp_path / "grey.png")
    np.testing.assert_allclose(loaded[..., 0], grey / 65535, atol=1e-4)
    np.testing.assert_array_equal(loaded[..., 0], loaded[..., 2])


def test_sixteen_bits_of_colour_are_read(tmp_path):
    colour = np.repeat(np.linspace(0, 65535, 40 * 30).reshape(30, 40, 1), 3, axis=2).astype(">u2")
    path = tmp_path / "colour.png"
    path.write_bytes(png_of(40, 30, b"".join(b"\0" + row.tobytes() for row in colour), bits=16))
    np.testing.assert_allclose(images.load(path), colour.astype(float) / 65535, atol=1 / 255)


def test_transparency_goes_onto_white(tmp_path):
    clear = np.zeros((20, 20, 4), np.uint8)
    clear[:10] = [255, 0, 0, 255]
    Image.fromarray(clear).save(tmp_path / "clear.png")
    loaded = images.load(tmp_path / "clear.png")
    np.testing.assert_array_equal(loaded[0, 0], [1, 0, 0])
    np.testing.assert_array_equal(loaded[15, 0], [1, 1, 1])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_obeyed(tmp_path, orientation):
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transpose that a camera held so has done to an upright picture
    picture = as_pillow(gradient())
    if orientation in undo:
        picture = picture.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture.save(tmp_path / "turned.png", exif=exif)
    assert_same(images.load(tmp_path / "turned.png"), gradient())


def test_a_malformed_tag_does_not_spoil_a_good_picture(tmp_path):
    entries = struct.pack("<HHII", 0x0112, 3, 1, 6) + struct.pack("<HHI4s", 0x011A, 2, 4, b"abc")  # a resolution in letters
    exif = b"Exif\0\0" + struct.pack("<2sHIH", b"II", 42, 8, 2) + entries + struct.pack("<I", 0)
    as_pillow(gradient()).transpose(Image.Transpose.ROTATE_90).save(tmp_path / "a.jpg", exif=exif, quality=98)
    assert images.load(tmp_path / "a.jpg").shape == gradient().shape


def test_contents_count_not_the_ending(tmp_path):
    as_pillow(gradient()).convert("RGBA").save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.jpg")
    assert_same(images.load(tmp_path / "a.jpg"), gradient())


def test_originals_of_ytf68_are_read(ytf68_folder):
    files = sorted((ytf68_folder / "original_bytes").glob("*.jpg"))
    assert files
    for file in files:
        loaded = images.load(file)
        expected = np.asarray(Image.open(file).convert("RGB"), np.float32) / 255
        np.testing.assert_allclose(loaded, expected, atol=1e-6)


def png_of(width, height, rows, bits=8):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def bomb(path):
    path.write_bytes(png_of(30_000, 30_000, b"\0" * 1_000_000))


def truncated(path):
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (64, 64, 3), np.uint8)).save(path, "JPEG" if path.suffix == ".jpg" else "PNG")
    path.write_bytes(path.read_bytes()[:900])


BAD = {
    "missing": lambda path: None,
    "a folder": lambda path: path.mkdir(),
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("not a picture"),
    "truncated": truncated,
    "bomb": bomb,
    "too long": lambda path: Image.new("L", (33_000, 20)).save(path, "PNG"),
    "one pixel": lambda path: Image.new("RGB", (1, 1)).save(path, "PNG"),
}


@pytest.mark.parametrize("ending", [".png", ".jpg"])
@pytest.mark.parametrize("kind", BAD)
def test_bad_files_are_refused_in_one_line(tmp_path, kind, ending):
    path = tmp_path / f"bad{ending}"
    BAD[kind](path)
    with pytest.raises(images.PictureError) as caught:
        images.load(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message


def test_bomb_is_refused_before_decoding(tmp_path, monkeypatch):
    bomb(tmp_path / "bomb.png")
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("decoded"))
    with pytest.raises(images.PictureError, match="at most 50,000,000"):
        images.load(tmp_path / "bomb.png")


def test_save_leaves_nothing_where_it_fails(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(b"old")

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(images.PictureError, match="No space left"):
        images.save(gradient(), tmp_path / "a.png")
    assert os.listdir(tmp_path) == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == b"old"
    with pytest.raises(images.PictureError):
        images.save_all({tmp_path / "new" / "deep" / "b.png": gradient(), tmp_path / "c.png": gradient()})
    assert os.listdir(tmp_path) == ["a.png"]


def test_of_several_pictures_all_are_written_or_none(tmp_path):
    (tmp_path / "a.png").write_bytes(b"old")
    (tmp_path / "z.png").mkdir()
    with pytest.raises(images.PictureError, match=r"z\.png: cannot be written"):
        images.save_all({tmp_path / "a.png": gradient(), tmp_path / "z.png": gradient()})
    assert (tmp_path / "a.png").read_bytes() == b"old"
    for picture, name in ((gradient(), "new/a.gif"), (gradient().astype(np.float64), "other/deep/a.png")):
        with pytest.raises((images.PictureError, TypeError)):
            images.save(picture, tmp_path / name)
    assert sorted(os.listdir(tmp_path)) == ["a.png", "z.png"]


@pytest.mark.parametrize("white", [1, 255, 65535])
def test_grey_of_floats_keeps_its_range(tmp_path, white):
    values = np.linspace(0, white, 400, dtype=np.float32).reshape(20, 20)
    Image.fromarray(values).save(tmp_path / "deep.tiff")
    np.testing.assert_allclose(images.load(tmp_path / "deep.tiff")[..., 1], values / white, atol=1e-6)
    values[3, 3] = np.nan
    Image.fromarray(values).save(tmp_path / "deep.tiff")
    with pytest.raises(images.PictureError, match="pixels that are no numbers"):
        images.load(tmp_path / "deep.tiff")


def test_transparency_of_deep_grey_goes_onto_white(tmp_path):
    values = np.full((20, 20), 30_000, np.uint16)
    values[:5] = 1000
    Image.fromarray(values).save(tmp_path / "deep.png", transparency=1000)
    picture = images.load(tmp_path / "deep.png")
    assert picture[:5].min() == 1
    np.testing.assert_allclose(picture[5:], 30_000 / 65_535, atol=1e-6)


def test_endings_are_checked_before_work():
    images.check_ending("out.JPEG")
    for name in ("out.gif", "out", ".png"):
        with pytest.raises(images.PictureError, match=r"\.png or \.jpg"):
            images.check_ending(name)


def test_wrong_pictures_are_named():
    with pytest.raises(TypeError, match="source: expected float32, got uint8"):
        images.check_picture(np.zeros((4, 4, 3), np.uint8), "source")
    with pytest.raises(ValueError, match=r"\(H, W, 3\)"):
        images.check_picture(np.zeros((4, 4), np.float32), "source")
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        images.check_picture(np.full((4, 4, 3), 2, np.float32), "source")
    with pytest.raises(ValueError, match="nan"):
        images.check_picture(np.full((4, 4, 3), np.nan, np.float32), "source")
