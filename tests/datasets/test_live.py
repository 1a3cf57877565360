import numpy as np

from facelib import keypoints
from facelib.datasets import live


def test_without_a_data_set_the_last_portrait_is_the_stranger(monkeypatch, tmp_path):
    monkeypatch.delenv("FACELIB_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    portrait = np.full((200, 200, 3), 0.5, np.float32), keypoints.mean_shape() * 100 + 100
    training, known, strangers = live.faces({"ann": portrait, "bob": portrait})
    assert {frame.person for frame in (*training, *known)} == {"ann"}
    assert {frame.person for frame in strangers} == {"bob"}
    assert not {frame.path for frame in training} & {frame.path for frame in known}


def test_with_the_data_set_strangers_are_people_whom_nobody_trained_on(ytf68_folder):
    from facelib.datasets import ytf68

    training, known, strangers = live.faces({})
    assert {frame.person for frame in known} <= {frame.person for frame in training}
    assert {frame.person for frame in strangers} <= set(ytf68.validation_people())
    assert not {frame.person for frame in training} & {frame.person for frame in strangers}
    assert not {frame.path for frame in training} & {frame.path for frame in known}


def test_what_a_page_shows_is_never_from_the_data_set(ytf68_folder):
    portrait = np.full((200, 200, 3), 0.5, np.float32), keypoints.mean_shape() * 100 + 100
    shown = live.faces({"ann": portrait, "bob": portrait}, shown=True)
    assert {frame.person for frames in shown for frame in frames} == {"ann", "bob"}
