import io
import struct

import cv2
import numpy as np
import pytest
from PIL import Image

from facelib import encoding, images, metadata, opening, picture_file, profiles

WINDOW = np.s_[100:400, 130:420]  # Hopper's face


def changed(pixels):
    """A part with an ellipse in it that is someone else's, as a swap gives it."""
    part = pixels[WINDOW].copy()
    y, x = np.mgrid[-1 : 1 : part.shape[0] * 1j, -1 : 1 : part.shape[1] * 1j]
    inside = x**2 + y**2 < 0.5
    part[inside] = part[inside][::-1]
    return part, inside


def written(file, tmp_path, name, part=None, keep="safe"):
    """Save a file with its part swapped; read it again, and the lines that were said."""
    part = changed(file.pixels)[0] if part is None else part
    contents, said = file.with_part(WINDOW, part).encode(name, keep)
    (tmp_path / f"out-{name}").write_bytes(contents)
    return picture_file.read(tmp_path / f"out-{name}"), said


def assert_only_the_face_differs(after, before):
    inside = changed(before.pixels)[1]
    outside = np.ones(before.original.shape[:2], bool)
    outside[WINDOW] = ~inside
    assert after.original.shape == before.original.shape
    assert after.original.dtype == before.original.dtype
    np.testing.assert_array_equal(after.original[outside], before.original[outside])
    differs = (changed(before.pixels)[0] != before.pixels[WINDOW]).any(axis=2)
    assert (after.original[WINDOW] != before.original[WINDOW]).any(axis=2)[differs].mean() > 0.9


@pytest.mark.parametrize("profile", ["adobe_like", "prophoto_like", "srgb_like", None])
@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
def test_the_profile_stays_and_what_was_not_swapped_is_the_same_to_the_bit(tmp_path, request, hopper, hopper_picture, profile, name):
    icc = request.getfixturevalue(profile) if profile else None
    wide = profiles.check(icc, 3) if icc else None
    own = Image.fromarray(wide.from_srgb(images.to_bytes(hopper))) if wide else hopper_picture
    own.save(tmp_path / "hopper.jpg", quality=95, subsampling=0, icc_profile=icc)
    before = picture_file.read(tmp_path / "hopper.jpg")
    assert np.abs(before.pixels / 255 - hopper).mean() < 0.012
    assert np.abs(images.load(tmp_path / "hopper.jpg") - hopper).mean() < 0.012
    after, said = written(before, tmp_path, name)
    assert not said
    assert after.icc == (icc or b"")
    assert_only_the_face_differs(after, before)
    part, inside = changed(before.pixels)
    shown = np.abs(after.pixels[WINDOW].astype(int) - part)
    assert shown[inside].mean() < 0.5
    assert shown.max() <= (0 if wide is None else 8)


def test_srgb_takes_no_second_copy(hopper_picture, tmp_path, srgb_like):
    hopper_picture.save(tmp_path / "a.png", icc_profile=srgb_like)
    file = picture_file.read(tmp_path / "a.png")
    assert file.pixels is file.original
    assert file.pixels.dtype == np.uint8


def test_colours_that_srgb_lacks_have_no_edge_where_a_swap_fades_out(prophoto_like):
    """A ramp of change over a green that is far outside: each step is small in the file, too."""
    icc = prophoto_like
    own = np.full((64, 256, 3), (20, 250, 20), np.uint8)
    file = picture_file.PictureFile("a", own, icc, profiles.check(icc, 3))
    part = file.pixels.copy()
    part[..., 0] += np.arange(256, dtype=np.uint8) // 4
    after = file.with_part(np.s_[:, :], part).original.astype(int)
    np.testing.assert_array_equal(after[:, :4], own[:, :4])
    assert np.abs(np.diff(after[0], axis=0)).max() < 16
    assert np.abs(profiles.check(icc, 3).from_srgb(file.pixels).astype(int) - own).max() > 40  # what a plain conversion would jump by


def test_a_profile_that_cannot_be_read_is_left_out_with_a_line(tmp_path, hopper, hopper_picture):
    hopper_picture.save(tmp_path / "a.png", icc_profile=b"no profile" * 40)
    file = picture_file.read(tmp_path / "a.png")
    assert file.icc == b""
    assert file.notes == (f"{tmp_path / 'a.png'}: its colour profile cannot be read; colours are taken for sRGB",)
    np.testing.assert_array_equal(file.pixels, images.to_bytes(hopper))


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
def test_alpha_is_kept(tmp_path, hopper, hopper_picture, name):
    alpha = np.zeros((600, 512), np.uint8)
    alpha[50:500, 60:450] = 255
    alpha[90:300, 200:240] = 128
    hopper_picture.putalpha(Image.fromarray(alpha))
    hopper_picture.save(tmp_path / "cut.png")
    before = picture_file.read(tmp_path / "cut.png")
    np.testing.assert_array_equal(before.pixels[alpha == 0], 255)
    after, said = written(before, tmp_path, name)
    assert not said
    assert_only_the_face_differs(after, before)
    np.testing.assert_array_equal(after.original[..., 3], alpha)
    part = changed(before.pixels)[0]
    seen = alpha[WINDOW] == 255
    assert np.abs(after.pixels[WINDOW].astype(int) - part)[seen].max() <= 1


def test_jpeg_gets_white_for_transparency_and_says_so(tmp_path, hopper_picture):
    cut = hopper_picture.copy()
    cut.putalpha(Image.new("L", cut.size, 0))
    cut.save(tmp_path / "cut.png")
    after, said = written(picture_file.read(tmp_path / "cut.png"), tmp_path, "a.jpg")
    assert said == ["a.jpg: JPEG holds no transparency; it has become white"]
    assert after.pixels[:90].min() > 250


def deep_png(values):
    return encoding.encode(values, "a.png")


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("source", ["a.png", "a.tif", "opencv.png", "opencv.tif"])
def test_sixteen_bits_stay(tmp_path, hopper, name, channels, source):
    rng = np.random.default_rng(0)
    values = (np.dstack([hopper, hopper[..., :1]])[..., :channels] * 65000 + rng.uniform(0, 500, (600, 512, channels))).astype(np.uint16)
    if source.startswith("opencv"):
        order = [2, 1, 0, 3][:channels] if channels > 1 else [0]
        (tmp_path / source).write_bytes(cv2.imencode(source[-4:], values[..., order])[1].tobytes())
    else:
        (tmp_path / source).write_bytes(encoding.encode(values, source))
    before = picture_file.read(tmp_path / source)
    np.testing.assert_array_equal(before.original, values)
    assert before.pixels.dtype == np.float32
    if channels < 4:
        np.testing.assert_allclose(before.pixels, np.repeat(values / 65535, 3 // channels, axis=2), atol=1e-6)
    after, said = written(before, tmp_path, name)
    assert not said
    assert_only_the_face_differs(after, before)
    for ending in ("a.jpg", "a.webp"):
        shallow, said = written(before, tmp_path, ending)
        assert f"{ending}: {before.name} has 16 bits a channel; {encoding.format_of(ending)} holds 8" in said
        assert shallow.original.dtype == np.uint8


def test_sixteen_bits_in_a_wide_profile_are_converted_finely(tmp_path, hopper, prophoto_like):
    wide = profiles.check(prophoto_like, 3)
    values = (wide.from_srgb(hopper) * 65535 + 0.5).astype(np.uint16)
    (tmp_path / "a.tif").write_bytes(encoding.encode(values, "a.tif", prophoto_like))
    before = picture_file.read(tmp_path / "a.tif")
    assert np.abs(before.pixels - hopper).max() < 2e-3
    after, _ = written(before, tmp_path, "b.tif")
    assert after.icc == prophoto_like
    assert_only_the_face_differs(after, before)
    part, inside = changed(before.pixels)
    assert np.abs(after.pixels[WINDOW] - part)[inside].mean() < 1e-4  # far below a level of 8 bits


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16", "F"])
@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.jpg"])
def test_a_grey_file_gives_a_grey_file(tmp_path, hopper, hopper_picture, mode, name):
    grey = hopper_picture.convert("L")
    if mode in ("I;16", "F"):
        values = images.to_grey(hopper)
        grey = Image.fromarray(values if mode == "F" else (values * 65535).astype(np.uint16))
    else:
        grey = grey.convert(mode)
    grey.save(tmp_path / "grey.tif")
    before = picture_file.read(tmp_path / "grey.tif")
    part = changed(before.pixels)[0]
    part[..., 0] = part[..., 0] // 2 if part.dtype == np.uint8 else part[..., 0] / 2  # a colour that no grey file can hold
    after, _ = written(before, tmp_path, name, part)
    assert after.original.shape[2] == (2 if mode == "LA" and name != "a.jpg" else 1)
    deep = mode in ("I;16", "F") and name != "a.jpg"
    assert after.original.dtype == (np.uint16 if deep else np.uint8)
    assert Image.open(tmp_path / f"out-{name}").mode == ("I;16" if deep else "LA" if mode == "LA" and name != "a.jpg" else "L")


def test_a_grey_profile_is_obeyed_and_kept(tmp_path, hopper_picture):
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, 256) + bytes(2)  # linear light
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    text = b"desc" + bytes(4) + struct.pack(">I", 5) + b"made\0" + bytes(79)
    tags, at = [(b"wtpt", white), (b"kTRC", curve), (b"desc", text)], 128 + 4 + 36
    table, data = struct.pack(">I", 3), b""
    for name, body in tags:
        table += name + struct.pack(">II", at + len(data), len(body))
        data += body
    header = b"none" + bytes.fromhex("02100000") + b"mntrGRAYXYZ " + bytes(12) + b"acsp" + bytes(28) + white[8:] + bytes(48)
    icc = struct.pack(">I", 8 + len(header) - 4 + len(table) + len(data)) + bytes(0) + bytes(4)[:0] + header + table + data
    icc = struct.pack(">I", len(icc)) + bytes(4)[:0] + icc[4:]
    hopper_picture.convert("L").save(tmp_path / "a.png", icc_profile=icc)
    before = picture_file.read(tmp_path / "a.png")
    assert not before.notes
    assert before.pixels.mean() > before.original.mean() + 20
    after, _ = written(before, tmp_path, "b.png")
    assert after.icc == icc
    assert_only_the_face_differs(after, before)


def test_cmyk_becomes_srgb_and_says_so(tmp_path, hopper, hopper_picture):
    hopper_picture.convert("CMYK").save(tmp_path / "a.tif")
    before = picture_file.read(tmp_path / "a.tif")
    assert np.abs(before.pixels / 255 - hopper).mean() < 0.02
    after, said = written(before, tmp_path, "b.png")
    assert said == [f"b.png: {tmp_path / 'a.tif'} is CMYK; it is written as RGB, in sRGB"]
    assert after.icc == b""
    assert_only_the_face_differs(after, before)


def test_a_palette_with_transparency_becomes_rgba(tmp_path, hopper_picture):
    few = hopper_picture.quantize(64)
    few.save(tmp_path / "a.png", transparency=bytes([0, 128] + [255] * 62))
    before = picture_file.read(tmp_path / "a.png")
    assert before.original.shape == (600, 512, 4)
    assert set(np.unique(before.original[..., 3])) == {0, 128, 255}
    after, _ = written(before, tmp_path, "b.png")
    assert_only_the_face_differs(after, before)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_orientation_is_obeyed_and_written_as_upright(tmp_path, hopper, hopper_picture, orientation, name):
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    held = hopper_picture.transpose(Image.Transpose(undo[orientation])) if orientation in undo else hopper_picture
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Camera"
    held.save(tmp_path / name, exif=exif)
    file = picture_file.read(tmp_path / name)
    assert np.abs(file.pixels / 255 - hopper).mean() < 0.02
    with opening.opened(tmp_path / name) as opened:
        assert opening.upright_size(opened) == (512, 600)
    _, _ = written(file, tmp_path, name)
    with Image.open(tmp_path / f"out-{name}") as opened:
        assert opened.getexif()[0x0112] == 1
        assert opened.getexif()[0x010F] == "Camera"
        assert opened.size == (512, 600)


def told(picture, name, **more):
    """A picture's contents, with everything in its Exif that a camera or a person may have put there."""
    exif = Image.Exif()
    exif[0x010E], exif[0x010F], exif[0x0110], exif[0x0132] = "On the bridge", "Maker", "Model 1", "2024:01:02 03:04:05"
    exif[0x013B], exif[0x8298] = "Zoë".encode(), "(c) Zoe"
    exif[0x8769] = {
        0x9003: "2024:01:02 03:04:05",
        0x829A: 0.01,
        0xA434: "Lens 50",
        0xA430: "OWNER",
        0xA431: "SERIAL",
        0xA435: "LENS-SERIAL",
        0xA420: "UNIQUE",
        0x927C: b"MAKERNOTE" * 9,
        0x9286: b"ASCII\0\0\0COMMENT",
    }
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0)}
    encoded = io.BytesIO()
    picture.save(encoded, encoding.format_of(name), exif=exif, **more)
    return encoded.getvalue()


SECRETS = (b"OWNER", b"SERIAL", b"UNIQUE", b"MAKERNOTE", b"COMMENT", b"XMP-PERSON")


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
@pytest.mark.parametrize("keep", metadata.KEPT)
def test_tags_are_kept_as_asked(tmp_path, hopper_picture, name, keep):
    packet = metadata.xmp().replace(b"</rdf:RDF>", b"<rdf:Description>XMP-PERSON</rdf:Description></rdf:RDF>")
    segment = b"http://ns.adobe.com/xap/1.0/\0" + packet
    contents = told(hopper_picture, "in.jpg", comment="COMMENT")
    contents = contents[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + contents[2:]
    file = picture_file.read(contents, "in.jpg")
    written(file, tmp_path, name, keep=keep)
    raw = (tmp_path / f"out-{name}").read_bytes()
    with opening.opened(raw, name) as opened:
        assert metadata.is_marked(opened)
        assert opened.getexif()[0x0131] == "facelib"
        said = metadata.of(opened)
    assert b"compositeSynthetic" in said.xmp
    kept = {
        0x010F: "Maker",
        0x0110: "Model 1",
        0x0132: "2024:01:02 03:04:05",
        0x013B: "Zoë".encode().decode("latin-1"),
        0x8298: "(c) Zoe",
        0x010E: f"{images.PROVENANCE}; On the bridge",
    }
    exif = said.folders.get(metadata.EXIF, {})
    if keep == "none":
        assert not set(said.tags) & set(kept) - {0x010E}
        assert said.tags[0x010E] == images.PROVENANCE
        assert not exif
    else:
        assert {tag: said.tags[tag] for tag in kept} == kept
        assert exif[0x9003] == "2024:01:02 03:04:05"
        assert exif[0xA434] == "Lens 50"
        assert abs(float(exif[0x829A]) - 0.01) < 1e-6
    assert bool(said.folders.get(metadata.GPS)) == (keep == "all")
    found = [secret for secret in SECRETS if secret in raw + said.xmp]
    assert found == (list(SECRETS) if keep == "all" else [])


def test_a_second_swap_does_not_repeat_the_mark(hopper_picture, tmp_path):
    file = picture_file.read(told(hopper_picture, "in.jpg"), "in.jpg")
    once, _ = written(file, tmp_path, "a.jpg")
    twice, _ = written(once, tmp_path, "b.jpg")
    assert twice.said.tags[0x010E] == f"{images.PROVENANCE}; On the bridge"
    assert images.is_marked(tmp_path / "out-b.jpg")


@pytest.mark.parametrize("keep", ["all", "safe"])
def test_a_thumbnail_never_comes_along(tmp_path, hopper_picture, keep):
    """A camera writes it as a second folder of tags, behind the first."""
    small = io.BytesIO()
    hopper_picture.resize((60, 70)).save(small, "JPEG")
    first = struct.pack("<HHHII", 1, 0x0112, 3, 1, 1) + struct.pack("<I", 8 + 18)
    second = struct.pack("<HHHIIHHII", 2, 0x0201, 4, 1, 8 + 18 + 30, 0x0202, 4, 1, len(small.getvalue())) + bytes(4)
    exif = b"Exif\0\0II*\0" + struct.pack("<I", 8) + first + second + small.getvalue()
    hopper_picture.save(tmp_path / "a.jpg", exif=exif)
    assert (tmp_path / "a.jpg").read_bytes().count(b"\xff\xd8\xff") == 2
    written(picture_file.read(tmp_path / "a.jpg"), tmp_path, "b.jpg", keep=keep)
    assert (tmp_path / "out-b.jpg").read_bytes().count(b"\xff\xd8\xff") == 1


@pytest.mark.parametrize("keep", metadata.KEPT)
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_malformed_tags_never_fail(tmp_path, hopper_picture, keep, name):
    rng = np.random.default_rng(1)
    whole = told(hopper_picture.resize((64, 80)), "in.jpg")
    start = whole.index(b"Exif")
    for _ in range(25):
        spoilt = bytearray(whole)
        for place in rng.integers(start + 6, start + 500, 12):
            spoilt[place] = rng.integers(256)
        file = picture_file.read(bytes(spoilt), "in.jpg")
        contents, _ = file.encode(name, keep)
        with opening.opened(contents, name) as opened:
            assert metadata.is_marked(opened)


def test_tags_that_do_not_fit_into_a_jpeg_are_left_out(hopper_picture):
    said = metadata.Metadata(tags={0x010F: "Maker"}, folders={metadata.EXIF: {0x927C: b"x" * 100_000, 0xA434: "Lens"}})
    file = picture_file.PictureFile("a", np.asarray(hopper_picture), said=said)
    contents, _ = file.encode("a.jpg", "all")
    with opening.opened(contents, "a.jpg") as opened:
        assert opened.getexif()[0x010F] == "Maker"
        assert dict(opened.getexif().get_ifd(metadata.EXIF)) == {0xA434: "Lens"}


def test_pages_are_counted_and_chosen(tmp_path, hopper, hopper_picture):
    blank = Image.new("RGB", (300, 200), (40, 40, 40))
    blank.save(tmp_path / "a.tif", save_all=True, append_images=[hopper_picture])
    first, second = picture_file.read(tmp_path / "a.tif"), picture_file.read(tmp_path / "a.tif", page=2)
    assert (first.page, first.pages, first.pixels.shape) == (1, 2, (200, 300, 3))
    assert (second.page, second.pages) == (2, 2)
    np.testing.assert_array_equal(second.pixels, images.to_bytes(hopper))
    frames = [Image.fromarray(np.roll(np.asarray(hopper_picture), 50 * k, 1)) for k in range(3)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    third = picture_file.read(tmp_path / "a.gif", page=3)
    assert np.abs(third.pixels.astype(int) - np.asarray(frames[2])).mean() < 6
    assert np.abs(picture_file.read(tmp_path / "a.gif").pixels.astype(int) - np.asarray(frames[0])).mean() < 6


def test_a_part_of_another_size_is_refused(hopper_picture):
    file = picture_file.PictureFile("a", np.asarray(hopper_picture))
    with pytest.raises(ValueError, match="part: expected shape"):
        file.with_part(WINDOW, np.zeros((3, 3, 3), np.float32))
    with pytest.raises(images.PictureError, match=r"\.png or \.jpg"):
        file.encode("a.gif")


def test_webp_says_how_large_it_may_be():
    with pytest.raises(images.PictureError, match="16,383"):
        encoding.encode(np.zeros((20, 17_000, 3), np.uint8), "a.webp")
