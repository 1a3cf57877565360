from pathlib import Path

import pytest

from facelib.datasets import places


def test_the_environment_comes_before_the_cache(nowhere, tmp_path, monkeypatch):
    assert places.places("faces") == [nowhere / "faces"]
    monkeypatch.setenv("FACELIB_DATA", str(tmp_path))
    assert places.places("faces") == [tmp_path / "faces", nowhere / "faces"]


def test_the_cache_is_in_the_home_folder(monkeypatch):
    monkeypatch.delenv("FACELIB_DATA", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert places.places("faces") == [Path.home() / ".cache" / "facelib" / "faces"]


def test_the_first_place_that_holds_it_is_found(nowhere, tmp_path, monkeypatch):
    monkeypatch.setenv("FACELIB_DATA", str(tmp_path))
    (nowhere / "faces").mkdir(parents=True)
    assert places.find("faces", Path.is_dir) == nowhere / "faces"
    (tmp_path / "faces").mkdir()
    assert places.find("faces", Path.is_dir) == tmp_path / "faces"


def test_where_there_is_none_the_remedy_is_named(nowhere):
    with pytest.raises(FileNotFoundError, match="`facelib fetch faces` downloads it, or set FACELIB_DATA"):
        places.find("faces", Path.is_dir)
