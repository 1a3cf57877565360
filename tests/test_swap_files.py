"""facelib swap on files as their owners have them: profiles, alpha, pages, tags, HEIC."""

import numpy as np
import pytest
from PIL import Image

from facelib import encoding, images, picture_file, profiles
from facelib.__main__ import main


@pytest.fixture
def run(tmp_path, collins, hopper, collins_on_hopper, capsys):
    """`facelib swap` with the portraits' keypoints given; the result's file and what else than the face's enlargement was said on
    stderr."""
    from facelib.datasets import pts

    images.save(collins, tmp_path / "collins.png")
    for side, points in (("source", collins_on_hopper.source_points), ("target", collins_on_hopper.target_points)):
        (tmp_path / f"{side}.pts").write_text(pts.write(points))

    def swap(target, out, *options, source="collins.png"):
        points = [f"--{side}-points={tmp_path / side}.pts" for side in ("source", "target")]
        command = ["swap", str(tmp_path / source), str(tmp_path / target), "-o", str(tmp_path / out), *points, *options]
        assert main(command) == 0
        enlarged, *said = sorted(capsys.readouterr().err.splitlines(), key=lambda line: "enlarged" not in line)
        assert enlarged.startswith("facelib: warning: source: the face is enlarged 1.9 times")  # of every swap here; what else is said?
        return picture_file.read(tmp_path / out), said

    return swap


def assert_swapped(after, before, swapped, tolerance=0.012):
    """Outside what the swap may change every number is the old one; and the picture is the one that Python gives."""
    untouched = (np.abs(swapped.blended - swapped.target) < 0.2 / 255).all(axis=2)
    same = (after.original == before.original).all(axis=2)
    far = np.ones(untouched.shape, bool)
    far[swapped.window] = False
    assert same[far].all()
    assert same[untouched].mean() > 0.9
    assert np.abs(np.float32(after.pixels) / 255 - swapped.blended).mean() < tolerance
    assert not same.all()


@pytest.mark.parametrize("profile", ["adobe_like", "prophoto_like"])
def test_a_profile_is_obeyed_and_kept(run, tmp_path, request, hopper, collins_on_hopper, profile):
    icc = request.getfixturevalue(profile)
    wide = profiles.check(icc, 3).from_srgb(images.to_bytes(hopper))
    Image.fromarray(wide).save(tmp_path / "hopper.jpg", quality=95, subsampling=0, icc_profile=icc)
    after, said = run("hopper.jpg", "out.png")
    assert said == []
    assert after.icc == icc
    assert_swapped(after, picture_file.read(tmp_path / "hopper.jpg"), collins_on_hopper)


def test_profiles_of_source_and_target_may_differ(
    run, tmp_path, collins, hopper_picture, collins_on_hopper, adobe_like, prophoto_like, hopper
):
    for name, picture, icc in (("source.png", collins, prophoto_like), ("target.png", hopper, adobe_like)):
        Image.fromarray(profiles.check(icc, 3).from_srgb(images.to_bytes(picture))).save(tmp_path / name, icc_profile=icc)
    after, _ = run("target.png", "out.png", source="source.png")
    assert after.icc == adobe_like
    assert_swapped(after, picture_file.read(tmp_path / "target.png"), collins_on_hopper)


def test_a_cut_out_stays_cut_out(run, tmp_path, hopper_picture, collins_on_hopper):
    rows, columns = np.mgrid[:600, :512]
    alpha = ((((columns - 256) / 230) ** 2 + ((rows - 270) / 288) ** 2) < 1).astype(np.uint8) * 255
    hopper_picture.putalpha(Image.fromarray(alpha))
    hopper_picture.save(tmp_path / "cut-out.png")
    after, said = run("cut-out.png", "out.png")
    assert said == []
    np.testing.assert_array_equal(after.original[..., 3], alpha)
    shown = np.abs(after.pixels / 255 - collins_on_hopper.blended).max(axis=2)
    assert shown[200:280, 230:300].mean() < 0.02
    white, said = run("cut-out.png", "out.jpg")
    assert said == [f"facelib: {tmp_path / 'out.jpg'}: JPEG holds no transparency; it has become white"]
    assert white.pixels[:40, :40].min() > 250


def test_a_frame_is_named_and_another_can_be_taken(run, tmp_path, hopper_picture, collins_on_hopper):
    frames = [Image.fromarray(np.roll(np.asarray(hopper_picture), 20 * k, 1)) for k in range(4)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:], duration=100)
    _, said = run("moving.gif", "out.png")
    assert said == [f"facelib: {tmp_path / 'moving.gif'}: first of 4 frames is taken; --page N takes another"]
    Image.new("RGB", (512, 600), (40, 40, 40)).save(tmp_path / "two.tif", save_all=True, append_images=[hopper_picture])
    after, said = run("two.tif", "out.png", "--page", "2")
    assert said == []
    assert np.abs(after.pixels / 255 - collins_on_hopper.blended).mean() < 0.001


def test_a_page_that_is_not_there_is_one_line(tmp_path, hopper_picture, capsys):
    hopper_picture.save(tmp_path / "two.tif", save_all=True, append_images=[hopper_picture])
    hopper_picture.save(tmp_path / "one.png")
    for page in ("3", "0"):
        command = ["swap", str(tmp_path / "one.png"), str(tmp_path / "two.tif"), "-o", str(tmp_path / "out.png"), "--page", page]
        assert main(command) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert f"two.tif: page {page} asked for, but it has 2; give one from 1 to 2" in said


@pytest.mark.parametrize("name", ["deep.png", "deep.tif"])
def test_sixteen_bits_stay(run, tmp_path, hopper, collins_on_hopper, name):
    values = (hopper * 65000 + np.random.default_rng(0).uniform(0, 500, hopper.shape)).astype(np.uint16)
    (tmp_path / name).write_bytes(encoding.encode(values, name))
    after, said = run(name, f"out-{name}")
    assert said == []
    assert after.original.dtype == np.uint16
    before = picture_file.read(tmp_path / name)
    far = np.ones(values.shape[:2], bool)
    far[collins_on_hopper.window] = False
    np.testing.assert_array_equal(after.original[far], values[far])
    face = collins_on_hopper.mask > 0
    assert len(np.unique(after.original[face])) > 3000  # more than bytes could tell apart
    assert (after.original[face] != before.original[face]).any(axis=1).mean() > 0.99


def test_a_grey_file_stays_grey(run, tmp_path, hopper_picture):
    hopper_picture.convert("L").save(tmp_path / "grey.png")
    run("grey.png", "out.png")
    assert Image.open(tmp_path / "out.png").mode == "L"


def test_tags_are_kept_as_asked(run, tmp_path, hopper_picture):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8825] = 6, "Camera", {1: "N", 2: (52.0, 31.0, 12.0)}
    hopper_picture.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "held.jpg", exif=exif, quality=95)
    for keep, camera, place in (([], True, False), (["--keep-metadata", "all"], True, True), (["--keep-metadata", "none"], False, False)):
        after, _ = run("held.jpg", "out.jpg", *keep)
        assert after.pixels.shape == (600, 512, 3)
        assert (0x010F in after.said.tags) == camera
        assert bool(after.said.folders.get(0x8825)) == place
        assert after.said.tags.get(0x0112, 1) == 1
        assert images.is_marked(tmp_path / "out.jpg")


def test_heic_is_taken(run, tmp_path, hopper_picture, collins_on_hopper):
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.from_pillow(hopper_picture).save(tmp_path / "hopper.heic", quality=95)
    after, _ = run("hopper.heic", "out.png")
    assert np.abs(after.pixels / 255 - collins_on_hopper.blended).mean() < 0.01


def test_a_small_source_is_warned_of(tmp_path, collins, hopper, collins_on_hopper, capsys):
    images.save(collins, tmp_path / "collins.png")
    Image.fromarray(images.to_bytes(hopper)).resize((2048, 2400)).save(tmp_path / "large.png")
    box = ",".join(str(4 * value) for value in collins_on_hopper.target_box)
    command = ["swap", str(tmp_path / "collins.png"), str(tmp_path / "large.png"), "-o", str(tmp_path / "out.png"), "--target-box", box]
    assert main(command) == 0
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("facelib: warning: source: the face is enlarged 7.")


def test_stages_are_written_of_files_of_every_kind(run, tmp_path, hopper_picture):
    hopper_picture.convert("CMYK").save(tmp_path / "four.tif")
    _, said = run("four.tif", "out.webp", "--stages", str(tmp_path / "stages"))
    assert said == [f"facelib: {tmp_path / 'out.webp'}: {tmp_path / 'four.tif'} is CMYK; it is written as RGB, in sRGB"]
    assert len(list((tmp_path / "stages").iterdir())) == 11
