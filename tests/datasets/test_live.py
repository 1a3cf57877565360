import pytest

from facelib.datasets import live


@pytest.fixture(scope="module")
def drawn():
    return live.faces(real=False)


def test_strangers_are_people_whom_nobody_learns_from(drawn):
    training, known, strangers = drawn
    assert {frame.person for frame in known} <= {frame.person for frame in training}
    assert not {frame.person for frame in training} & {frame.person for frame in strangers}
    assert not {frame.path for frame in training} & {frame.path for frame in known}
    assert len({frame.person for frame in training}) == live.PEOPLE
    assert len(known) == len(strangers) == 80


def test_without_a_data_set_faces_are_rendered(monkeypatch, tmp_path, drawn):
    monkeypatch.delenv("FACELIB_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for ours, theirs in zip(live.faces(), drawn, strict=True):
        assert [frame.path for frame in ours] == [frame.path for frame in theirs]
        assert (ours[0].grey() == theirs[0].grey()).all()


def test_with_the_data_set_strangers_are_people_whom_nobody_trained_on(ytf68_folder):
    from facelib.datasets import ytf68

    training, known, strangers = live.faces()
    assert {frame.person for frame in known} <= {frame.person for frame in training}
    assert {frame.person for frame in strangers} <= set(ytf68.validation_people())
    assert not {frame.person for frame in training} & {frame.person for frame in strangers}
    assert not {frame.path for frame in training} & {frame.path for frame in known}


def test_what_a_page_shows_is_never_from_the_data_set(ytf68_folder, drawn):
    assert all(frame.path.parent.name == "rendered" for frames in drawn for frame in frames)
