import numpy as np
import pytest
from PIL import Image

from facelib.datasets import named


@pytest.fixture
def folders(tmp_path):
    """One frame in each layout."""
    picture = Image.fromarray(np.zeros((150, 200), np.uint8))
    for folder in ("ytf68/training", "ibug300w/ibug"):
        (tmp_path / folder).mkdir(parents=True)
        picture.save(tmp_path / folder / "Ann_Lee_00.jpg")
    (tmp_path / "ytf68" / "training_frames_keypoints.csv").write_text("," * 136 + "\nAnn_Lee_00.jpg" + ",50" * 136 + "\n")
    parts = "".join(f"<part name='{number:02d}' x='50' y='50'/>" for number in range(68))
    box = f"<box top='1' left='2' width='3' height='4'>{parts}</box>"
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "people.json").write_text("{}")
    (tmp_path / "ibug300w" / "labels_ibug_300W.xml").write_text(f"<dataset><image file='ibug/Ann_Lee_00.jpg'>{box}</image></dataset>")
    return tmp_path


@pytest.mark.parametrize(("data", "person"), [("ytf68", "Ann_Lee"), ("ibug300w", "ibug/Ann_Lee_00")])
def test_a_data_set_is_known_by_its_name_and_by_its_folder(folders, monkeypatch, data, person):
    monkeypatch.setenv("FACELIB_DATA", str(folders))
    assert [frame.person for frame in named.load(data)] == [person]
    assert [frame.person for frame in named.load(folders / data)] == [person]


def test_an_xml_file_is_in_dlibs_form(folders):
    assert len(named.load(folders / "ibug300w" / "labels_ibug_300W.xml")) == 1


def test_people_and_subsets_go_with_their_data_set(folders):
    assert len(named.load(folders / "ytf68", people=["Ann_Lee"])) == 1
    assert len(named.load(folders / "ibug300w", subset="challenging")) == 1
    with pytest.raises(ValueError, match="people: ibug300w names nobody"):
        named.load(folders / "ibug300w", people=["Ann_Lee"])
    with pytest.raises(ValueError, match="subset: ytf68 has none"):
        named.load(folders / "ytf68", subset="common")


def test_what_has_no_name_cannot_be_fetched():
    with pytest.raises(ValueError, match="expected one of ytf68, ibug300w, people, got 'celeba'"):
        named.fetch("celeba")


def test_what_is_there_is_not_fetched_again(folders, monkeypatch):
    monkeypatch.setenv("FACELIB_DATA", str(folders))
    for name in named.NAMED:
        assert named.fetch(name) == folders / name
