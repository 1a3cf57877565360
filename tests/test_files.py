import os
import socket
import stat
import threading

import pytest

from facelib.files import OutputError, check_folders, check_outputs, write_all, write_whole


def test_files_obey_the_umask_and_never_touch_it(tmp_path, monkeypatch):
    old = os.umask(0o027)
    try:
        monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("another thread would make a file that anybody may write"))
        write_whole({tmp_path / "a": b"new"})
    finally:
        monkeypatch.undo()
        os.umask(old)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_threads_that_write_at_once_leave_the_umask_alone(tmp_path):
    old = os.umask(0o022)
    try:
        threads = [threading.Thread(target=lambda i=i: [write_whole({tmp_path / f"{i}": b"x"}) for _ in range(50)]) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        now = os.umask(old)
    assert now == 0o022
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o644}
    assert len(list(tmp_path.iterdir())) == 8


def test_several_files_are_written_or_none(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "z").mkdir()
    for files in (
        {tmp_path / "a": b"new", tmp_path / "z": b"new"},
        {tmp_path / "a": b"new", tmp_path / "deep" / "er" / ("z" * 300): b"new"},
    ):
        with pytest.raises(OutputError, match="cannot be written"):
            write_all(files)
        assert (tmp_path / "a").read_bytes() == b"old"
        assert sorted(os.listdir(tmp_path)) == ["a", "z"]
    write_all({tmp_path / "deep" / "er" / "b": b"new"})
    assert (tmp_path / "deep" / "er" / "b").read_bytes() == b"new"


@pytest.fixture
def irregular(tmp_path):
    """A FIFO, a socket and a link to a device, by name."""
    os.mkfifo(tmp_path / "fifo")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(os.path.relpath(tmp_path / "socket"))
    (tmp_path / "device").symlink_to("/dev/null")
    yield tmp_path
    listening.close()
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert stat.S_ISFIFO(os.stat(tmp_path / "fifo").st_mode)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
@pytest.mark.parametrize("name", ["fifo", "socket", "device"])
def test_what_is_no_file_is_never_replaced(irregular, name):
    (irregular / "old").write_bytes(b"old")
    with pytest.raises(OutputError, match=rf"{name}: cannot be written \(it is a device, a pipe or a socket\)"):
        check_outputs([irregular / name])
    with pytest.raises(OutputError, match=name):
        write_whole({irregular / "old": b"new", irregular / name: b"new"})
    with pytest.raises(OutputError, match=f"{name}: is a file"):
        check_folders([irregular / name])
    with pytest.raises(OutputError, match="is a file; give a folder"):
        check_folders([irregular / name / "below"])
    assert (irregular / "old").read_bytes() == b"old"


def test_a_device_is_refused_before_anything_is_written():
    before = os.stat("/dev/null").st_ino
    with pytest.raises(OutputError, match="/dev/null"):
        check_outputs(["/dev/null"])
    with pytest.raises(OutputError, match="/dev/null"):
        write_whole({"/dev/null": b"new"})
    assert os.stat("/dev/null").st_ino == before
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_outputs_are_checked_before_work(tmp_path):
    (tmp_path / "in").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    os.link(tmp_path / "in", tmp_path / "hard")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "table.csv").write_bytes(b"old")
    before = sorted(os.listdir(tmp_path))
    for name in ("in", "link", "hard", "folder/../in"):
        with pytest.raises(OutputError, match="same file as the input"):
            check_outputs([tmp_path / name], [tmp_path / "in"])
    for name, said in (
        ("nowhere/out", "there is no folder"),
        ("folder", "is a folder"),
        ("in/out", "there is no folder"),
        ("n" * 300, "File name too long"),
        ("folder/table.csv", "is a file of the input folder"),
    ):
        with pytest.raises(OutputError, match=said) as caught:
            check_outputs([tmp_path / name], [tmp_path / "folder"])
        assert "\n" not in str(caught.value)
    with pytest.raises(OutputError, match="written twice"):
        check_outputs([tmp_path / "out", tmp_path / "folder" / ".." / "out"])
    check_outputs([tmp_path / "out", None, tmp_path / "folder" / "new.json"], [tmp_path / "in", tmp_path / "folder", tmp_path / "missing"])
    assert sorted(os.listdir(tmp_path)) == before


def test_folders_are_checked_before_work(tmp_path):
    (tmp_path / "file").write_bytes(b"old")
    for name in ("file", "file/below"):
        with pytest.raises(OutputError, match="is a file; give a folder"):
            check_folders([tmp_path / name])
    with pytest.raises(OutputError, match="is the input"):
        check_folders([tmp_path], [tmp_path / "."])
    check_folders([tmp_path, None, tmp_path / "new" / "er"], [tmp_path / "file"])
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_places_that_may_not_be_written_are_refused(tmp_path):
    tmp_path.chmod(0o555)
    with pytest.raises(OutputError, match="Permission denied"):
        check_outputs([tmp_path / "out"])
    with pytest.raises(OutputError, match="Permission denied"):
        check_folders([tmp_path / "out"])
    tmp_path.chmod(0o755)
