import numpy as np

from facelib.datasets import photographs, ytf68
from facelib.datasets.frame import Frame
from facelib.detect import Face


def test_a_photograph_beside_the_folders_is_a_person_of_its_own(tmp_path, monkeypatch):
    files = ["ann.jpg", "ann.png", "ann/1.jpg", "ann/2.jpg", "bob/ann/1.jpg"]
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    points, face = np.zeros((68, 2), np.float32), Face(np.zeros(4), 0.9, np.zeros((5, 2)))
    monkeypatch.setattr(photographs.images, "load", lambda file: None)
    monkeypatch.setattr(photographs.detect, "find_faces", lambda picture: [face])
    monkeypatch.setattr(photographs.keypoints, "predict_with_errors", lambda pictures, boxes: (points[None], np.zeros((1, 68))))
    people = {frame.path.relative_to(tmp_path).as_posix(): frame.person for frame in photographs.load(tmp_path)}
    assert people == {"ann.jpg": "ann.jpg", "ann.png": "ann.png", "ann/1.jpg": "ann", "ann/2.jpg": "ann", "bob/ann/1.jpg": "bob/ann"}


def test_photographs_of_one_person_are_no_video(tmp_path):
    frames = [Frame(tmp_path / "ann" / f"ann_{number}.jpg", "ann", np.zeros((68, 2))) for number in ("01", "02")]
    assert len({ytf68.video_of(frame) for frame in frames}) == 2
