"""Who is trained on, and who is held out, by the name of a data set."""

import numpy as np
import pytest

from facelib import images
from facelib.datasets import ibug300w, pts
from facelib.datasets.frame import MadeFrame
from facelib.learned import finder, keypoint_faces, weights
from facelib.learned.keypoint_faces import choose


@pytest.fixture(scope="module")
def folder(tmp_path_factory, collins, collins_on_hopper):
    """Twelve photographs in the official form of 300-W, two of them for tests."""
    place = tmp_path_factory.mktemp("data") / "photographs"
    for number in range(12):
        part = "helen/testset" if number < 2 else "helen/trainset"
        file = place / part / f"face {number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        images.save(collins[:300], file)
        file.with_suffix(pts.ENDING).write_text(pts.write(collins_on_hopper.source_points))
    return place


def test_of_300w_one_photograph_in_ten_is_held_out_and_no_test_face_is_read(folder, monkeypatch):
    monkeypatch.setattr(ibug300w, "_ONE_IN", 3)
    faces = choose([folder])
    trained, judged = ({frame.person for frame in part} for part in (faces.training, faces.validation))
    assert len(trained) + len(judged) == 10
    assert judged == {person for person in trained | judged if ibug300w.is_held_out(person)}
    assert len(judged) > 0
    assert not any("testset" in person for person in trained | judged)
    assert faces.source == f"{len(trained)} faces of ibug300w"


def test_of_300w_about_a_tenth_is_held_out():
    shares = np.mean([ibug300w.is_held_out(f"helen/trainset/{number}") for number in range(2000)])
    assert shares == pytest.approx(0.1, abs=0.02)


def test_rendered_faces_need_no_data_set(monkeypatch):
    monkeypatch.setattr(keypoint_faces, "_COUNT", 12)
    monkeypatch.setattr(keypoint_faces, "_JUDGED", 8)
    faces = choose(["rendered"])
    assert (len(faces.training), len(faces.validation)) == (12, 8)
    assert not {frame.person for frame in faces.training} & {frame.person for frame in faces.validation}


def test_several_data_sets_are_judged_on_the_first(folder, monkeypatch):
    monkeypatch.setattr(keypoint_faces, "_COUNT", 12)
    monkeypatch.setattr(keypoint_faces, "_JUDGED", 8)
    alone, both = choose([folder]), choose([folder, "rendered"])
    assert len(both.training) == len(alone.training) + 12
    assert [frame.path for frame in both.validation] == [frame.path for frame in alone.validation]
    assert both.source == f"{alone.source}; 12 faces of rendered"


def test_labels_that_no_person_made_can_be_those_of_an_earlier_run(monkeypatch, collins_on_hopper, hopper):
    picture, points = images.to_bytes(hopper), collins_on_hopper.target_points
    made = MadeFrame(weights.FOLDER / "none.png", "nobody", (points + 3).astype(np.float32), made=picture)
    (again,) = finder.labelled([made])
    assert np.linalg.norm(again.points - points, axis=1).mean() < 2.5  # pixels, of a face of 200; it was 4.2
    assert (again.person, again.made is picture) == ("nobody", True)


def test_a_folder_in_no_such_layout_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected ibug300w, ytf68, people, rendered, or a folder in the layout of one of them, got"):
        choose([tmp_path])
