"""Who is trained on, who is held out, and how photographs and rendered faces are mixed."""

import numpy as np
import pytest

from facelib import pose
from facelib.datasets import ytf68, ytf68_offset
from facelib.datasets.frame import MadeFrame
from facelib.learned import keypoint_faces
from facelib.learned.keypoint_faces import RenderedFaces, choose


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """A machine without ytf68."""
    monkeypatch.delenv("FACELIB_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(keypoint_faces, "_JUDGED", 8)


def test_rendered_faces_need_no_data_set(nowhere):
    faces = choose("ytf68", photographs=False, drawn=RenderedFaces(12), corrected=True, bad="refuse", warn=None)
    assert (len(faces.training), len(faces.validation), faces.as_labelled) == (12, 8, False)
    assert not {frame.person for frame in faces.training} & {frame.person for frame in faces.validation}
    assert faces.people == []
    assert "12 frames of 3 people, rendered" in faces.source


def test_a_group_that_does_not_vary_is_the_average_ones(nowhere):
    usual, frontal = (choose("ytf68", False, RenderedFaces(8, average=average), True, "refuse", None).training for average in ("", "pose"))
    spreads = [pose.yaw(np.stack([frame.points for frame in frames])).std() for frames in (usual, frontal)]
    assert spreads[1] < 0.3 * spreads[0]
    with pytest.raises(ValueError, match="mood"):
        choose("ytf68", False, RenderedFaces(8, average="mood"), True, "refuse", None)


def test_no_faces_at_all_are_refused(nowhere):
    with pytest.raises(ValueError, match=r"rendered\.count: expected at least 1"):
        choose("ytf68", photographs=False, drawn=RenderedFaces(), corrected=True, bad="refuse", warn=None)


def test_rendered_faces_have_the_share_that_was_asked_for(ytf68_folder):
    faces = choose(ytf68_folder, True, RenderedFaces(count=1000, share=0.1), True, "refuse", None)
    made = [frame for frame in faces.training if frame.path.parent.name == "rendered"]
    assert len(made) == 1000
    assert len(made) / len(faces.training) == pytest.approx(0.1, abs=0.02)
    assert not {frame.person for frame in faces.training} & set(ytf68.validation_people())
    read = [frame.made for frame in faces.training if isinstance(frame, MadeFrame)]
    assert len({id(picture) for picture in read}) < len(read) / 2  # photographs are kept once, however often they are seen


def test_photographs_are_judged_where_their_labels_belong(ytf68_folder):
    right = choose(ytf68_folder, True, RenderedFaces(), True, "refuse", None)
    as_they_are = choose(ytf68_folder, True, RenderedFaces(), False, "refuse", None)
    assert len(right.people) == len({frame.person for frame in right.training}) > 100
    np.testing.assert_array_equal(right.labelled[0].points, as_they_are.validation[0].points)
    np.testing.assert_array_equal(right.validation[0].points, ytf68_offset.corrected(right.labelled[0].points[None])[0])


def test_rendered_faces_by_themselves_are_always_where_they_belong():
    both = (True, False)
    runs = {(photographs, corrected): keypoint_faces.is_put_right(photographs, corrected) for photographs in both for corrected in both}
    assert runs == {(True, True): True, (True, False): False, (False, True): True, (False, False): True}
