"""Against a real server on this machine."""

import os
import tarfile

import numpy as np
import pytest

from facelib.datasets import download

CONTENTS = np.random.default_rng(0).bytes(700_001)


def everything(name):
    return name


def nothing_wrong(folder):
    pass


@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_arrives_whole(server, tmp_path, chunked):
    server.contents, server.chunked = CONTENTS, chunked
    download.download(server.url, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENTS
    assert os.listdir(tmp_path) == ["file"]


def test_what_broke_off_goes_on_where_it_stopped(server, tmp_path):
    server.contents, server.break_after = CONTENTS, 300_000
    with pytest.raises(ConnectionError, match=r"broke off after 300,000 of 700,001 bytes; run it again"):
        download.download(server.url, tmp_path / "file")
    assert os.listdir(tmp_path) == ["file.part"]
    download.download(server.url, tmp_path / "file")
    assert server.asked == [None, "bytes=300000-"]
    assert (tmp_path / "file").read_bytes() == CONTENTS
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("chunked", [False, True])
def test_without_ranges_it_begins_anew(server, tmp_path, chunked):
    server.contents, server.ranges, server.chunked, server.break_after = CONTENTS, False, chunked, 300_000
    with pytest.raises(ConnectionError, match="broke off"):
        download.download(server.url, tmp_path / "file")
    assert os.listdir(tmp_path) == ["file.part"]
    download.download(server.url, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENTS


def test_a_part_that_is_the_whole_is_taken(server, tmp_path):
    server.contents = CONTENTS
    (tmp_path / "file.part").write_bytes(CONTENTS)
    download.download(server.url, tmp_path / "file")
    assert server.asked == [f"bytes={len(CONTENTS)}-"]
    assert (tmp_path / "file").read_bytes() == CONTENTS


def test_a_part_of_something_longer_is_thrown_away(server, tmp_path):
    server.contents = CONTENTS
    (tmp_path / "file.part").write_bytes(CONTENTS + b"more")
    download.download(server.url, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENTS


def test_what_is_there_is_not_asked_for_again(server, tmp_path):
    (tmp_path / "file").write_bytes(b"here")
    download.download(server.url, tmp_path / "file")
    assert server.asked == []


def test_a_refusal_is_named(server, tmp_path):
    with pytest.raises(ConnectionError, match="the server answers 404 Not Found"):
        download.download(server.url.replace("data.tar.gz", "missing"), tmp_path / "file")
    assert os.listdir(tmp_path) == []


def test_a_server_that_is_away_is_named(server, tmp_path):
    server.server_close()
    with pytest.raises(ConnectionError, match="cannot be reached"):
        download.download(server.url, tmp_path / "file")
    assert os.listdir(tmp_path) == []


def test_a_data_set_appears_in_its_place(server, pack, tmp_path):
    server.contents = pack({"top/a/one.txt": b"one", "top/two.txt": b"two", "top/unwanted": b"three"})
    wanted = {"top/a/one.txt": "a/one.txt", "top/two.txt": "two.txt"}
    seen = []
    download.fetch(server.url, tmp_path / "new" / "set", wanted.get, seen.append)
    assert (tmp_path / "new" / "set" / "a" / "one.txt").read_bytes() == b"one"
    assert sorted(os.listdir(tmp_path / "new" / "set")) == ["a", "two.txt"]
    assert os.listdir(tmp_path / "new") == ["set"]
    assert seen != [tmp_path / "new" / "set"]  # it was checked before it was moved


def test_a_fetch_goes_on_too(server, pack, tmp_path):
    server.contents, server.break_after = pack({"file": CONTENTS}), 1000
    with pytest.raises(ConnectionError, match="run it again"):
        download.fetch(server.url, tmp_path / "set", everything, nothing_wrong)
    assert not (tmp_path / "set").exists()
    download.fetch(server.url, tmp_path / "set", everything, nothing_wrong)
    assert server.asked == [None, "bytes=1000-"]
    assert (tmp_path / "set" / "file").read_bytes() == CONTENTS
    assert os.listdir(tmp_path) == ["set"]


def test_what_fails_its_check_leaves_nothing(server, pack, tmp_path):
    server.contents = pack({"table.csv": b"other numbers"})

    def check(folder):
        download.check_sha256(folder / "table.csv", "0" * 64)

    with pytest.raises(ValueError, match=r"table\.csv: expected sha256 0000.*, got [0-9a-f]{64}; nothing was kept"):
        download.fetch(server.url, tmp_path / "set", everything, check)
    assert os.listdir(tmp_path) == []


def test_an_interrupted_unpacking_leaves_no_folder(server, pack, tmp_path):
    server.contents = pack({"file": b"contents"})

    def stop(folder):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download.fetch(server.url, tmp_path / "set", everything, stop)
    assert os.listdir(tmp_path) == [".set.tar.gz"]  # so that the next call need not download it again
    download.fetch(server.url, tmp_path / "set", everything, nothing_wrong)
    assert os.listdir(tmp_path) == ["set"]
    assert len(server.asked) == 1


def test_other_files_are_not_touched(server, tmp_path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(FileExistsError, match="give another folder"):
        download.fetch(server.url, tmp_path, everything, nothing_wrong)
    assert server.asked == []


def link(kind, to):
    member = tarfile.TarInfo()
    member.type, member.linkname = kind, to
    return member


@pytest.mark.parametrize(
    "members",
    [
        {"/etc/evil": b"!"},
        {"../evil": b"!"},
        {"top/../../evil": b"!"},
        {"..\\evil": b"!"},
        {"C:/evil": b"!"},
        {"top/link": link(tarfile.SYMTYPE, "/etc/passwd")},
        {"top/link": link(tarfile.SYMTYPE, ".."), "top/link/evil": b"!"},
        {"top/link": link(tarfile.LNKTYPE, "/etc/passwd")},
        {"top/device": link(tarfile.CHRTYPE, "")},
        {"top/pipe": link(tarfile.FIFOTYPE, "")},
    ],
    ids=["absolute", "up", "up-inside", "backslash", "drive", "symlink", "through-symlink", "hard-link", "device", "pipe"],
)
def test_unsafe_members_are_refused(server, pack, tmp_path, members):
    server.contents = pack({"top/good": b"good", **members})
    with pytest.raises(ValueError, match=r"unsafe archive: .*; nothing was kept"):
        download.fetch(server.url, tmp_path / "deep" / "set", everything, nothing_wrong)
    assert os.listdir(tmp_path) == ["deep"]
    assert os.listdir(tmp_path / "deep") == []


def test_links_that_nobody_wants_do_no_harm(server, pack, tmp_path):
    server.contents = pack({"good": b"good", "link": link(tarfile.SYMTYPE, "/etc/passwd")})
    download.fetch(server.url, tmp_path / "set", {"good": "good"}.get, nothing_wrong)
    assert os.listdir(tmp_path / "set") == ["good"]


def test_an_archive_larger_than_expected_is_refused(pack, tmp_path):
    (tmp_path / "archive").write_bytes(pack({"zeros": bytes(1_000_000)}))
    with pytest.raises(ValueError, match="unpacks to more than expected"):
        download.unpack(tmp_path / "archive", tmp_path, everything, limit=999_999)
    assert os.listdir(tmp_path) == ["archive"]


def damage(contents, place):
    return contents[:place] + bytes([contents[place] ^ 1]) + contents[place + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda packed: packed[:-2000],  # cut off where the server said it was whole
        lambda packed: damage(packed, -6),  # in gzip's checksum, after the last member: two versions of a file put together
        lambda packed: b"<html>not today</html>",
    ],
    ids=["cut", "checksum", "page"],
)
def test_a_damaged_archive_is_refused(server, pack, tmp_path, spoil):
    server.contents = spoil(pack({"file": CONTENTS}))
    with pytest.raises(ValueError, match=r"damaged archive .*; nothing was kept"):
        download.fetch(server.url, tmp_path / "set", everything, nothing_wrong)
    assert os.listdir(tmp_path) == []
