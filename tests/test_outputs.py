"""Every command, with its output where something would be lost: collected from the parser, so that none can be forgotten."""

import argparse
import os
import stat
from pathlib import Path

import pytest

from facelib.__main__ import _parser, main
from facelib.commands import outputs

WRITTEN = {"--draw", "-o", "--out", "--json", "--html", "--stages"}  # whatever is called so is written
NULL = Path("/dev/null")


def leaves(parser, *words):
    """Each command's words and parser."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield words, parser
    for group in groups:
        for name, sub in group.choices.items():
            yield from leaves(sub, *words, name)


COMMANDS = dict(leaves(_parser()))
FILES, FOLDERS = (
    [(words, action.dest) for words, sub in COMMANDS.items() for action in sub._actions if action.type is kind]
    for kind in (outputs.File, outputs.Folder)
)


def inputs_of(words):
    """The options that name what is read."""
    return [action for action in COMMANDS[words]._actions if action.type is Path or action.dest == "data"]


def line(words, given, **chosen):
    """The shortest command line that sets some options, by their names; what else must be there is `given`."""
    arguments = list(words)
    for action in COMMANDS[words]._actions:
        value = chosen.get(action.dest)
        if value is None and (action.required or not action.option_strings) and action.dest != "help":
            place = given.with_name("new.png") if (words, action.dest) in {*FILES, *FOLDERS} else given
            value = next(iter(action.choices)) if action.choices else place
        if value is not None:
            arguments += [*([action.option_strings[-1]] if action.option_strings else []), str(value)]
    return arguments


def refusal(arguments, capsys):
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


def name(command):
    return " ".join((*command[0], *command[1:]))


def test_all_that_a_command_writes_is_declared_as_such():
    named = {
        (words, action.dest)
        for words, sub in COMMANDS.items()
        for action in sub._actions
        if WRITTEN & set(action.option_strings) and action.nargs != 0
    }
    assert named <= {*FILES, *FOLDERS}
    blind = {(("evaluate", "blind"), name) for name in ("trials", "sheets", "pictures")}
    assert {*FILES, *FOLDERS} - named == blind | {(("evaluate", "swaps"), "resume")}
    assert len(FILES) > 12
    assert len(FOLDERS) > 12


@pytest.mark.parametrize("command", FILES, ids=name)
def test_an_input_is_never_replaced(tmp_path, command, capsys):
    words, dest = command
    read = inputs_of(words)
    assert read
    (tmp_path / "folder").mkdir()
    contents = {tmp_path / "in.png": b"a photograph", tmp_path / "folder" / "table.csv": b"a table"}
    for file, content in contents.items():
        file.write_bytes(content)
    (tmp_path / "link.png").symlink_to(tmp_path / "in.png")
    for action in read:
        for given in contents:  # a file, and a folder by one of its files
            for place in (given, tmp_path / "link.png") if given.parent == tmp_path else (given,):
                value = given if given.parent == tmp_path else given.parent
                said = refusal(line(words, tmp_path / "other.png", **{action.dest: value, dest: place}), capsys)
                assert str(place) in said
                assert "is the same file as the input" in said or "is a file of the input folder" in said
    for file, content in contents.items():
        assert file.read_bytes() == content
    assert sorted(os.listdir(tmp_path)) == ["folder", "in.png", "link.png"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
@pytest.mark.parametrize("command", FILES, ids=name)
def test_an_output_is_refused_where_no_file_can_be(tmp_path, command, capsys):
    words, dest = command
    os.mkfifo(tmp_path / "fifo.png")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "null.png").symlink_to(NULL)
    before, null = sorted(os.listdir(tmp_path)), NULL.stat().st_ino
    for place, complaint in (
        (tmp_path / "fifo.png", "is a device, a pipe or a socket"),
        (tmp_path / "null.png", "is a device, a pipe or a socket"),
        (NULL, "is a device, a pipe or a socket"),
        (tmp_path / "folder.png", "is a folder"),
        (tmp_path / "nowhere" / "out.png", "there is no folder"),
        (tmp_path / ("n" * 300), "File name too long"),
    ):
        said = refusal(line(words, tmp_path / "other", **{dest: place}), capsys)
        assert complaint in said
        assert str(place) in said
    assert sorted(os.listdir(tmp_path)) == before
    assert stat.S_ISFIFO((tmp_path / "fifo.png").stat().st_mode)
    assert stat.S_ISCHR(NULL.stat().st_mode)
    assert NULL.stat().st_ino == null


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
@pytest.mark.parametrize("command", FOLDERS, ids=name)
def test_a_folder_is_refused_where_none_can_be(tmp_path, command, capsys):
    words, dest = command
    (tmp_path / "file").write_bytes(b"old")
    os.mkfifo(tmp_path / "fifo")
    for place in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "fifo", NULL):
        said = refusal(line(words, tmp_path / "other", **{dest: place}), capsys)
        assert "is a file; give a folder" in said
    (tmp_path / "in").mkdir()
    for action in inputs_of(words):
        said = refusal(line(words, tmp_path / "other", **{action.dest: tmp_path / "in", dest: tmp_path / "in"}), capsys)
        assert "is the input" in said
    assert (tmp_path / "file").read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["fifo", "file", "in"]
    assert not os.listdir(tmp_path / "in")


def test_a_data_set_that_is_named_is_an_input_too(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("FACELIB_DATA", str(tmp_path))
    (tmp_path / "ytf68").mkdir()
    table = tmp_path / "ytf68" / "training_frames_keypoints.csv"
    table.write_bytes(b"a table")
    assert "is a file of the input folder" in refusal(["describe", "ytf68", "--json", str(table)], capsys)
    assert table.read_bytes() == b"a table"


def test_what_is_written_twice_is_refused(tmp_path, capsys):
    page = str(tmp_path / "page")
    assert "is to be written twice" in refusal(["evaluate", "swaps", "--json", page, "--html", page], capsys)
