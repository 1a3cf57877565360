"""What raters preferred: files in, a table out."""

import json

import numpy as np
import pytest

from facelib.__main__ import main
from facelib.evaluation import preferences
from facelib.evaluation.preferences import Comparison


def said(choices, left="a", right="b", rater="ann", study="s"):
    """Comparisons of one rater, a letter each: l, e or r."""
    names = {name[0]: name for name in preferences.CHOICES}
    return [Comparison(study, rater, number, left, right, names[letter]) for number, letter in enumerate(choices)]


def write(folder, comparisons, name="one.json", saved="2026-01-01T00:00:00Z", **more):
    rows = [{"number": one.number, "left": one.left, "right": one.right, "choice": one.choice} for one in comparisons]
    record = {
        "kind": preferences.KIND,
        "study": {"id": comparisons[0].study},
        "rater": {"id": comparisons[0].rater, "name": ""},
        "saved": saved,
        "choices": rows,
    }
    file = folder / name
    file.write_text(json.dumps(record | more))
    return file


def test_two_ways_differ_by_the_log_odds_of_their_wins():
    found = preferences.table(said("llllllrre"))
    assert [row["way"] for row in found["ways"]] == ["a", "b"]
    assert found["ways"][0]["strength"] - found["ways"][1]["strength"] == pytest.approx(np.log(7 / 3), abs=2e-4)
    assert (found["ways"][0]["wins"], found["ways"][0]["n"]) == (6.5, 9)
    assert found["between"] == [{"way": "a", "other": "b", "wins": 6.5, "losses": 2.5, "n": 9}]
    assert (found["n"], found["ties"], found["raters"], found["on_the_left"]) == (9, 1, 1, 6.5)


def test_where_a_result_was_does_not_matter():
    turned = said("rrrrrrlle", left="b", right="a")
    assert preferences.table(turned)["ways"] == preferences.table(said("llllllrre"))["ways"]


def test_ties_alone_make_equals():
    found = preferences.table(said("eeee"))
    assert [row["strength"] for row in found["ways"]] == [0, 0]
    assert all(row["interval_95"] == [0, 0] for row in found["ways"])


def test_intervals_are_over_comparisons_of_one_rater_and_over_several_raters():
    alone = preferences.table(said("lllllr"))
    low, high = alone["ways"][0]["interval_95"]
    assert low < alone["ways"][0]["strength"] < high
    assert alone["resampled"] == "comparisons"
    agreeing = preferences.table([one for name in "xyz" for one in said("lllr", rater=name)])
    assert agreeing["resampled"] == "raters"
    assert agreeing["ways"][0]["interval_95"] == [agreeing["ways"][0]["strength"]] * 2  # raters who do not differ
    quarrelling = preferences.table([one for name, letter in zip("vwxyz", "lrlrl", strict=True) for one in said(4 * letter, rater=name)])
    low, high = quarrelling["ways"][0]["interval_95"]
    assert low < 0 < high


def test_three_ways_are_put_on_one_scale():
    found = preferences.table(said("llll") + said("llll", left="b", right="c", study="t"))
    assert [row["way"] for row in found["ways"]] == ["a", "b", "c"]  # a and c never met
    with pytest.raises(ValueError, match="got 2 groups"):
        preferences.table(said("l") + said("l", left="c", right="d", study="t"))


def test_of_choices_that_were_saved_twice_the_later_count(tmp_path):
    first = write(tmp_path, said("ll"), "first.json", "2026-01-01T00:00:00Z")
    later = write(tmp_path, said("rrr"), "later.json", "2026-01-01T00:05:00Z")
    other = write(tmp_path, said("e", rater="bob"), "other.json")
    found = preferences.read([later, first, first, other])
    assert [one.choice for one in found if one.rater == "ann"] == ["right"] * 3
    assert len(found) == 4


def test_a_name_joins_a_raters_pages_and_two_of_one_name_lose_nothing(tmp_path):
    named = [write(tmp_path, said("l", rater=drawn), f"{drawn}.json") for drawn in ("x1", "x2")]
    for file in named:
        record = json.loads(file.read_text())
        file.write_text(json.dumps(record | {"rater": record["rater"] | {"name": "ann"}}))
    found = preferences.read(named)
    assert [one.rater for one in found] == ["ann", "ann"]


def test_files_that_are_no_choices_are_named(tmp_path):
    wrong = tmp_path / "wrong.json"
    for text in ("", "[]", "{}", '{"kind": "something else"}', "\x00"):
        wrong.write_text(text)
        with pytest.raises(ValueError, match=r"wrong\.json: expected choices as a page"):
            preferences.read([wrong])
    for broken in (
        [{"number": 0, "left": "a", "right": "b", "choice": "both"}],
        [{"number": 0, "left": "a", "right": "a", "choice": "left"}],
    ):
        with pytest.raises(ValueError, match="expected choices"):
            preferences.read([write(tmp_path, said("l"), choices=broken)])
    with pytest.raises(FileNotFoundError, match="no such file"):
        preferences.read([tmp_path / "nowhere.json"])
    with pytest.raises(ValueError, match="got none in 1 files"):
        preferences.read([write(tmp_path, said("l"), choices=[])])


def test_the_command_prints_and_writes_the_table(tmp_path, capsys):
    files = [str(write(tmp_path, said("lllr", rater=name), f"{name}.json")) for name in ("ann", "bob")]
    out = tmp_path / "preferences.json"
    assert main(["evaluate", "preferences", *files, "--json", str(out)]) == 0
    record = json.loads(out.read_text())
    assert record["ways"][0]["wins"] == 6
    assert "a over b: 6 of 8" in capsys.readouterr().out
    assert main(["evaluate", "preferences", str(tmp_path / "none.json")]) == 2
    assert "no such file" in capsys.readouterr().err
