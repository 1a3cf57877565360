"""The pictures in the package: who is there, how large, where the points lie, who is in which part."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facelib import images, keypoints, pose, triangulation
from facelib.datasets import named, people
from facelib.datasets.people import portraits, table

TURNED_FAR = "taylor"  # only 360 pixels of such a head are at hand


def by_name():
    return {one.name: one for one in people.gallery()}


def test_there_are_32_portraits_of_full_size():
    assert len(people.gallery()) == len(by_name()) == 32
    for one in people.gallery():
        assert one.size() == ((360, 360) if one.name == TURNED_FAR else (max(one.size()),) * 2)
        assert 448 <= max(one.size()) <= 512 or one.name == TURNED_FAR
        images.check_picture(one.colour(), one.name)


def test_the_package_stays_small():
    gallery = sum(file.stat().st_size for file in portraits.PICTURES.iterdir())
    everything = sum(file.stat().st_size for file in people.FOLDER.rglob("*") if file.is_file())
    assert gallery <= 3e6
    assert people.MOSAIC.stat().st_size <= 6e6
    assert everything <= 9e6


def test_the_gallery_has_the_cases_that_swaps_differ_by():
    mouths = {one.mouth for one in people.gallery()}
    assert mouths == {"closed", "parted", "teeth", "open"}
    assert {one.age for one in people.gallery()} == {"younger", "middle", "older"}
    assert {one.light for one in people.gallery()} >= {"even", "side"}
    assert {"none", "stubble", "full"} == {one.beard for one in people.gallery()}
    assert sum(one.glasses for one in people.gallery()) >= 4
    assert any(one.fringe for one in people.gallery())
    turns = sorted(abs(one.yaw) for one in people.gallery())
    assert turns[-1] > 40
    assert any(20 <= turn < 30 for turn in turns)
    assert any(30 <= turn < 40 for turn in turns)
    tones = [one.tone for one in people.gallery() if one.tone is not None]
    assert max(tones) > 40
    assert min(tones) < -50
    assert max(one.sharpness for one in people.gallery()) > 2 * min(one.sharpness for one in people.gallery())


def test_the_grey_portrait_is_grey_to_the_bit():
    grey = [one for one in people.gallery() if one.colours == "grey"]
    assert grey
    for one in grey:
        assert np.ptp(one.colour(), axis=2).max() == 0


@pytest.mark.parametrize("name", sorted(by_name()))
def test_points_of_a_portrait_are_a_face_inside_the_picture(name):
    one = people.portrait(name)
    keypoints.check_points(one.points, name)
    height, width = one.size()
    assert (one.points >= 0).all()
    assert (one.points <= (width - 1, height - 1)).all()
    assert abs(pose.yaw(one.points[None])[0] - one.yaw) <= 0.51  # what is written down was measured on these points
    if abs(one.yaw) < 20:  # elsewhere triangles at the far cheek may be turned away
        table_of = triangulation.triangles()
        table_of = table_of[~np.isin(table_of, range(17, 27)).all(axis=1)]
        assert triangulation.triangle_areas(one.points.astype(float), table_of).min() > -2


@pytest.mark.parametrize("name", sorted(by_name()))
def test_the_mouth_is_as_it_is_said_to_be(name):
    one = people.portrait(name)
    apart = np.linalg.norm(one.points[36] - one.points[45])
    opened = np.linalg.norm(one.points[62] - one.points[66]) / apart
    low, high = {"closed": (0, 0.04), "parted": (0.005, 0.11), "teeth": (0.03, 0.3), "open": (0.15, 0.6)}[one.mouth]
    assert low <= opened <= high


def test_each_portrait_says_its_sheet_and_tile():
    for one in people.gallery():
        assert one.origin.adult
        assert one.origin.part == "gallery"
        assert one.origin.sheet.repository.startswith("SelfishGene/SFHQ")
        assert max(one.size()) <= 1.1 * one.origin.tile[2]  # never enlarged by more than a tenth
    assert len({one.face for one in people.gallery()}) == 32


def test_nobody_of_that_name():
    with pytest.raises(ValueError, match=r"portrait: expected one of alex, ari, .*, got 'nobody'"):
        people.portrait("nobody")


def test_strangers_are_drawn_without_repeats():
    five = people.strangers(5, seed=3)
    assert len({one.name for pair in five for one in pair}) == 10
    assert people.strangers(16, seed=3)[:5] == five
    assert people.strangers(5, seed=4) != five
    with pytest.raises(ValueError, match="count: expected 1 to 16 pairs, got 17"):
        people.strangers(17)


def test_small_faces_have_three_parts_and_nobody_twice():
    parts = {part: people.faces(part) for part in people.PARTS}
    assert {part: len(frames) for part, frames in parts.items()} == {"training": 420, "validation": 90, "test": 90}
    persons = [frame.person for frames in parts.values() for frame in frames]
    assert len(set(persons)) == 600
    assert not set(persons) & {one.face for one in people.gallery()}
    listed = {face.name: face for face in table.faces()}
    assert all(listed[person].adult for person in persons)
    with pytest.raises(ValueError, match="part: expected one of training, validation, test, got 'all'"):
        people.faces("all")


def test_ages_are_shares_of_the_small_faces():
    assert list(people.ages()) == ["younger", "middle", "older"]
    assert sum(people.ages().values()) == pytest.approx(1)
    assert all(face.age in people.ages() for face in table.faces() if face.adult)


def test_small_faces_are_labelled_pictures():
    for frame in people.faces("validation"):
        assert frame.made.shape == (128, 128, 3)
        assert frame.made.dtype == np.uint8
        assert frame.points.shape == (68, 2)
        assert ((frame.points > -6) & (frame.points < 134)).mean() > 0.97
        assert 55 < np.ptp(frame.points, axis=0).max() < 110
    assert frame.grey().shape == (128, 128)


def test_the_points_of_a_small_face_lie_where_those_of_its_tile_do(tmp_path):
    """A mark at a point of the tile is at that point of the crop that the tool makes."""
    tool = _tool()
    frame = people.faces("training")[7]
    face = next(one for one in table.faces() if one.name == frame.person)
    tile = np.zeros((470, 470, 3), np.float32)
    x, y = face.points(470, 470)[30].round().astype(int)
    tile[y, x] = 1
    made = tool.small(tile, face)[..., 0].astype(float)
    at = np.array([(made * axis).sum() / made.sum() for axis in np.mgrid[:128, :128]])[::-1]
    assert np.abs(at - frame.points[30]).max() < 0.5


def _tool():
    import importlib.util

    file = Path(__file__).parents[3] / "tools" / "people.py"
    if not file.is_file():
        pytest.skip("needs the repository")
    spec = importlib.util.spec_from_file_location("people_tool", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_list_names_every_sheet_by_commit_and_hash():
    assert len(table.faces()) == 2142
    assert len(table.sheets()) == 46
    for sheet in table.sheets():
        assert len(sheet.commit) == 40
        assert len(sheet.sha256) == 64
    assert all(len(face.tile) == 4 and min(face.tile[2:]) > 200 for face in table.faces())


def test_what_is_in_the_package_needs_nothing_heavy():
    code = "import sys; from facelib.datasets import people; people.gallery(); people.faces('test'); print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("torch", "matplotlib", "scipy", "skimage", "tqdm", "urllib.request"):
        assert f"'{heavy}'" not in loaded


def test_files_to_try_are_the_pictures_points_and_licences():
    files = people.files()
    assert len(files) == 2 * 32 + 2
    assert files["alex.jpg"] == people.portrait("alex").path.read_bytes()
    assert b"MIT License" in files["NOTICES.txt"]


def folder_of(tmp_path, names):
    (tmp_path / "people" / "pictures").mkdir(parents=True)
    (tmp_path / "people" / "people.json").write_bytes(table.FILE.read_bytes())
    for name in names:
        Image.new("RGB", (94, 94)).save(tmp_path / "people" / "pictures" / f"{name}.png")
    return tmp_path / "people"


def test_a_folder_is_read_with_points_in_its_pictures_own_pixels(tmp_path):
    face = next(one for one in table.faces() if one.part == "training")
    folder, said = folder_of(tmp_path, [face.name]), []
    frames = people.load(folder, parts=["training"], bad="skip", report=said.append)
    assert [frame.person for frame in frames] == [face.name]
    np.testing.assert_allclose(frames[0].points, face.shape * 94 - 0.5, atol=1e-3)
    assert len(said) == 419
    assert "its picture is missing" in said[0]
    with pytest.raises(ValueError, match="its picture is missing"):
        people.load(folder)


def test_a_folder_without_the_list_is_none(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no people.json in it; `facelib fetch people -o .*` makes such a folder"):
        people.load(tmp_path)


def test_it_is_a_data_set_by_its_name(tmp_path, monkeypatch):
    face = next(one for one in table.faces() if one.adult)
    folder_of(tmp_path, [face.name])
    monkeypatch.setenv("FACELIB_DATA", str(tmp_path))
    assert named.is_labelled("people")
    assert named.name_of("people") == named.name_of(tmp_path / "people") == "people"
    assert len(named.load("people", bad="skip", report=lambda line: None)) == 1
    with pytest.raises(ValueError, match="people: people names nobody"):
        named.load("people", people=["ann"])
    with pytest.raises(ValueError, match="subset: people has"):
        named.load("people", subset="common")


def test_the_full_set_has_the_packages_faces():
    root = os.environ.get("FACELIB_DATA")
    if not root or not people.is_there(Path(root) / "people"):
        pytest.skip("needs the full set: FACELIB_DATA does not lead to a folder with people/ in it")
    frames = people.load(Path(root) / "people")
    assert len(frames) == sum(face.adult for face in table.faces())
    tool, small = _tool(), {frame.person: frame for frame in people.faces("test")}
    face = next(one for one in table.faces() if one.part == "test")
    picture = images.load(people.picture_of(face.name, Path(root) / "people"))
    again = tool.small(picture, face).astype(float)
    assert np.abs(again - small[face.name].made).mean() < 3  # grey levels: JPEG's loss
