import os
from pathlib import Path

import numpy as np
import pytest

from facelib.datasets import ibug300w, pts

POINTS = np.stack([np.arange(68) + 10, np.arange(68)[::-1] + 20], axis=1).astype(np.float32)
BOX = "top='11' left='-3' width='60' height='61'"


def parts(points=POINTS, names=range(68)):
    return "".join(f"<part name='{name:02d}' x='{points[name][0]:g}' y='{points[name][1]:g}'/>" for name in names)


def box(inside=None, attributes=BOX):
    return f"<box {attributes}>{parts() if inside is None else inside}</box>"


@pytest.fixture
def write(encoded):
    """Writes an XML file as dlib does, from {picture: boxes}, and the pictures."""

    def write(table, pictures, draw=True):
        table.parent.mkdir(parents=True, exist_ok=True)
        images = "".join(f"<image file='{file}' width='200' height='150'>{boxes}</image>" for file, boxes in pictures.items())
        table.write_text(
            "<?xml version='1.0' encoding='ISO-8859-1'?>\n<?xml-stylesheet type='text/xsl' href='image_metadata_stylesheet.xsl'?>\n"
            f"<dataset><name>faces</name><images>{images}</images></dataset>"
        )
        for file in pictures if draw else []:
            (table.parent / file).parent.mkdir(parents=True, exist_ok=True)
            (table.parent / file).write_bytes(encoded((150, 200), "PNG" if file.endswith("png") else "JPEG"))
        return table

    return write


@pytest.fixture
def folder(tmp_path, write):
    """One picture in each of dlib's folders, and its mirrored copy; dlib's own parts cut across the folders."""
    names = [
        "afw/1_1.jpg",
        "helen/trainset/2_1.jpg",
        "helen/testset/3_1.jpg",
        "ibug/image_092 _01.jpg",
        "lfpw/trainset/4.png",
        "lfpw/testset/4.png",
    ]
    everything = {file: box() for name in names for file in (name, name[:-4] + "_mirror.jpg")}
    write(tmp_path / "set" / ibug300w.TABLES["all"], everything)
    write(tmp_path / "set" / ibug300w.TABLES["train"], dict(list(everything.items())[4:]))
    write(tmp_path / "set" / ibug300w.TABLES["test"], dict(list(everything.items())[:4]))
    return tmp_path / "set"


def people(frames):
    return [frame.person for frame in frames]


def test_boxes_and_parts_become_frames(tmp_path, write):
    other = POINTS + 30
    table = write(
        tmp_path / "faces.xml", {"party.jpg": box() + box(parts(other), "top='5' left='6' width='7.5' height='8'"), "one.jpg": box()}
    )
    frames = ibug300w.load(table)
    assert people(frames) == ["party", "party", "one"]
    np.testing.assert_array_equal(frames[0].points, POINTS, strict=True)
    np.testing.assert_array_equal(frames[1].points, other)
    np.testing.assert_array_equal(frames[0].box, [-3.0, 11, 60, 61])
    np.testing.assert_array_equal(frames[1].box, [6, 5, 7.5, 8])
    assert frames[0].grey().shape == (150, 200)


def test_the_order_of_parts_does_not_matter(tmp_path, write):
    shuffled = np.random.default_rng(0).permutation(68)
    table = write(tmp_path / "faces.xml", {"a.jpg": box(parts(names=shuffled))})
    np.testing.assert_array_equal(ibug300w.load(table)[0].points, POINTS)


def test_faces_that_are_to_be_ignored_are_left_out(tmp_path, write):
    table = write(tmp_path / "faces.xml", {"a.jpg": box("", BOX + " ignore='1'") + box()})
    assert len(ibug300w.load(table)) == 1


@pytest.mark.parametrize(
    ("subset", "expected"),
    [
        (None, ["afw/1", "helen/trainset/2_1", "helen/testset/3_1", "ibug/image_092 _01", "lfpw/trainset/4", "lfpw/testset/4"]),
        ("training", ["afw/1", "helen/trainset/2_1", "lfpw/trainset/4"]),
        ("common", ["helen/testset/3_1", "lfpw/testset/4"]),
        ("challenging", ["ibug/image_092 _01"]),
        ("full", ["helen/testset/3_1", "ibug/image_092 _01", "lfpw/testset/4"]),
    ],
)
def test_subsets_go_by_folder_and_leave_mirrored_copies_out(folder, subset, expected):
    assert people(ibug300w.load(folder, subset=subset)) == expected


def test_the_standard_sets_count_as_in_the_papers():
    counts = {name: count for name, (_, count) in ibug300w.SUBSETS.items()}
    assert counts["common"] + counts["challenging"] == counts["full"]
    assert not set(ibug300w.SUBSETS["training"][0]) & set(ibug300w.SUBSETS["full"][0])


def test_parts_are_those_of_dlib(folder):
    assert people(ibug300w.load(folder, part="test")) == ["afw/1", "helen/trainset/2_1"]
    assert len(ibug300w.load(folder, part="train")) == 4
    with pytest.raises(ValueError, match="dlib's parts cut across"):
        ibug300w.load(folder, part="test", subset="common")


def test_mirrored_copies_come_when_asked_for_under_the_same_name(folder):
    frames = ibug300w.load(folder, subset="challenging", mirrored=True)
    assert people(frames) == ["ibug/image_092 _01", "ibug/image_092 _01"]
    assert frames[1].path.name == "image_092 _01_mirror.jpg"


@pytest.mark.parametrize("option", [{"part": "validation"}, {"subset": "hard"}, {"bad": "ignore"}])
def test_choices_that_do_not_exist_are_refused(folder, option):
    with pytest.raises(ValueError, match="expected one of"):
        ibug300w.load(folder, **option)


BAD = {
    "missing part": (box(parts(names=range(67))), "expected the parts 00 to 67, each once; missing: 67; others: none"),
    "few parts": (box(parts(names=range(36, 48))), "missing: 00, 01, 02, 03, 04 and 51 more; others: none"),
    "no part": (box(""), "missing: 00, 01, 02, 03, 04 and 63 more"),
    "other part": (box(parts() + "<part name='chin' x='1' y='2'/>"), "missing: none; others: chin"),
    "twice": (box(parts() + "<part name='00' x='1' y='2'/>"), "each once"),
    "no number": (box(parts().replace("x='10'", "x='left'")), "part 00: expected a number, got 'left'"),
    "no x": (box(parts().replace("x='10'", "")), "part 00: expected a number, got None"),
    "nan": (box(parts().replace("x='10'", "x='nan'")), "landmark 0 is not a number"),
    "outside": (box(parts().replace("x='10'", "x='500'")), r"landmark 0 at \(500, 87\) is far outside the picture of 200 x 150 pixels"),
    "no side": (box(attributes="top='1' left='2' width='3'"), "height: expected a number, got None"),
    "flat": (box(attributes="top='1' left='2' width='3' height='0'"), "expected a box with an area, got 3 x 0 pixels"),
}


@pytest.mark.parametrize(("spoilt", "reason"), BAD.values(), ids=BAD)
def test_a_bad_face_is_named_and_refused_or_skipped(tmp_path, write, spoilt, reason):
    table = write(tmp_path / "faces.xml", {"a.jpg": box(), "b.jpg": box() + spoilt})
    with pytest.raises(ValueError, match=rf"faces\.xml: b\.jpg, box 2: .*{reason}"):
        ibug300w.load(table)
    lines = []
    assert people(ibug300w.load(table, bad="skip", report=lines.append)) == ["a", "b"]
    assert len(lines) == 1


@pytest.mark.parametrize(("keep", "reason"), [(None, "there is no such picture"), (3, "not a picture"), (4000, "cut off")])
def test_a_bad_picture_is_named_and_refused_or_skipped(tmp_path, write, keep, reason):
    table = write(tmp_path / "faces.xml", {"a.jpg": box(), "deep/b.jpg": box()})
    contents = (tmp_path / "deep" / "b.jpg").read_bytes()
    (tmp_path / "deep" / "b.jpg").unlink()
    if keep:
        (tmp_path / "deep" / "b.jpg").write_bytes(contents[:keep])
    with pytest.raises(ValueError, match=rf"faces\.xml: deep/b\.jpg, box 1: .*{reason}"):
        ibug300w.load(table)
    assert len(ibug300w.load(table, bad="skip", report=lambda line: None)) == 1


@pytest.mark.parametrize("file", ["../a.jpg", "/a.jpg", "deep\\..\\..\\a.jpg"])
def test_pictures_outside_the_folder_are_refused(tmp_path, write, file):
    table = write(tmp_path / "deep" / "faces.xml", {file: box()}, draw=False)
    with pytest.raises(ValueError, match="expected a picture inside"):
        ibug300w.load(table)


def test_files_that_are_not_in_dlibs_form_are_refused(tmp_path):
    table = tmp_path / "faces.xml"
    table.write_text("<dataset><images>")
    with pytest.raises(ValueError, match="not well-formed XML"):
        ibug300w.load(table)
    table.write_text("<html/>")
    with pytest.raises(ValueError, match="no usable face"):
        ibug300w.load(table)
    with pytest.raises(FileNotFoundError, match="an XML file in dlib's form"):
        ibug300w.load(tmp_path)


def test_a_name_is_looked_up_and_the_remedy_named(nowhere, folder):
    with pytest.raises(FileNotFoundError, match="facelib fetch ibug300w"):
        ibug300w.load("ibug300w")
    nowhere.mkdir(parents=True)
    folder.rename(nowhere / "ibug300w")
    assert len(ibug300w.load("ibug300w")) == 6


@pytest.fixture
def online(server, pack, folder, monkeypatch):
    members = {f"ibug_300W/{file.relative_to(folder).as_posix()}": file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    server.members = {**members, "ibug_300W/image_metadata_stylesheet.xsl": b"<xsl/>", "ibug_300W/afw/1_1.pts": b"points"}
    server.contents = pack(server.members)
    monkeypatch.setattr(ibug300w, "URL", server.url)
    return server


def test_the_data_set_is_fetched_once(online, nowhere, folder):
    online.break_after = 2000
    with pytest.raises(ConnectionError, match="run it again"):
        ibug300w.fetch()
    assert ibug300w.fetch() == nowhere / "ibug300w"
    assert people(ibug300w.load("ibug300w", mirrored=True)) == people(ibug300w.load(folder, mirrored=True))
    assert not list((nowhere / "ibug300w").rglob("*.pts"))
    ibug300w.fetch()
    assert online.asked == [None, "bytes=2000-"]


@pytest.mark.parametrize("lacks", ["labels_ibug_300W_test.xml", "lfpw/testset/4.png"])
def test_an_archive_that_lacks_something_is_refused(online, pack, nowhere, lacks):
    del online.members[f"ibug_300W/{lacks}"]
    online.contents = pack(online.members)
    with pytest.raises(ValueError, match=rf"{lacks}.*archive; nothing was kept"):
        ibug300w.fetch()
    assert list(nowhere.iterdir()) == []


def test_dlibs_own_sample_is_read():
    root = Path(os.environ.get("FACELIB_DATA") or "nowhere") / "ibug_sample"
    if not root.is_dir():
        pytest.skip("needs dlib's sample: FACELIB_DATA does not lead to a folder with ibug_sample/ in it")
    frames = ibug300w.load(root / "training_with_face_landmarks.xml")
    assert len(frames) == 18
    assert len(set(people(frames))) == 4
    for frame in frames:
        centre = frame.box[:2] + frame.box[2:] / 2
        assert np.abs(frame.points.mean(axis=0) - centre).max() < 0.3 * frame.box[2]


@pytest.fixture
def official(tmp_path, encoded):
    """The official form: a picture and its points side by side, in the official folders."""
    for name in ("afw/1_1.jpg", "afw/1_2.jpg", "helen/trainset/2_1.jpg", "helen/testset/3_1.png", "ibug/image_092 _01.jpg"):
        picture = tmp_path / "official" / name
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(encoded((150, 200), "PNG" if name.endswith("png") else "JPEG"))
        picture.with_suffix(".pts").write_text(pts.write(POINTS))
    (tmp_path / "official" / "readme.txt").write_text("no picture")
    return tmp_path / "official"


def test_the_official_form_counts_from_one_and_has_no_boxes(official):
    frames = ibug300w.load(official)
    assert [frame.path.relative_to(official).as_posix() for frame in frames] == sorted(
        ["afw/1_1.jpg", "afw/1_2.jpg", "helen/testset/3_1.png", "helen/trainset/2_1.jpg", "ibug/image_092 _01.jpg"]
    )
    for frame in frames:
        np.testing.assert_allclose(frame.points, POINTS, atol=1e-3)
        assert frame.box is None
    assert (official / "afw/1_1.pts").read_text().splitlines()[3].startswith(f"{POINTS[0, 0] + 1:.3f} ")


def test_faces_of_one_photograph_stay_together(official):
    assert people(ibug300w.load(official)) == ["afw/1", "afw/1", "helen/testset/3_1", "helen/trainset/2_1", "ibug/image_092 _01"]


@pytest.mark.parametrize(("subset", "count"), [("training", 3), ("common", 1), ("challenging", 1), ("full", 2), ("afw", 2), ("helen", 2)])
def test_subsets_of_the_official_form(official, subset, count):
    assert len(ibug300w.load(official, subset=subset)) == count


def test_a_folder_of_one_subset_will_do(official):
    assert len(ibug300w.load(official / "afw")) == 2
    assert len(ibug300w.load(official / "afw", subset="afw")) == 2
    with pytest.raises(ValueError, match="no usable face in it that belongs to lfpw"):
        ibug300w.load(official, subset="lfpw")
    with pytest.raises(ValueError, match="belongs to train"):
        ibug300w.load(official, part="train")


def test_bad_points_of_the_official_form_are_named(official):
    (official / "afw" / "1_2.pts").write_text("version: 1\nn_points: 68\n{\n1 2\n}\n")
    with pytest.raises(ValueError, match=r"1_2\.jpg: .*expected 68 points, got 1"):
        ibug300w.load(official)
    said = []
    assert len(ibug300w.load(official, bad="skip", report=said.append)) == 4
    assert len(said) == 1


def test_the_official_form_is_told_by_its_files(official, tmp_path):
    assert ibug300w.is_there(official)
    assert ibug300w.find(official) == official
    (tmp_path / "photographs").mkdir()
    (tmp_path / "photographs" / "a.jpg").write_bytes((official / "afw" / "1_1.jpg").read_bytes())
    assert not ibug300w.is_there(tmp_path / "photographs")
