"""What raters said: files in, tables out."""

import json

import numpy as np
import pytest

from facelib.__main__ import main
from facelib.evaluation import bradley_terry, raters, verdict_table, verdicts
from facelib.evaluation.blind import RAW, UNTOUCHED, Trial
from facelib.evaluation.blind_study import Study, record

TRIALS = (
    Trial(1, 0, ("a", "b")),
    Trial(2, 1, ("b", UNTOUCHED, "a")),
    Trial(3, 2, ("a", "b")),
    Trial(4, 3, ("b", "a", RAW)),
    Trial(5, 0, ("b", "a"), 1),
)
PAIRS = tuple((f"s{number}", f"t{number}") for number in range(4))
KEY = record({"command": "facelib evaluate blind", "data": "people", "yaw": 45}, "abc", ["a", "b"], PAIRS, TRIALS)
STUDY = Study("abc", ("a", "b"), TRIALS, PAIRS, KEY)
ANN = [
    {"trial": 1, "verdicts": {"A": "accept", "B": "flaw: mouth"}, "ranking": ["A"]},
    {"trial": 2, "verdicts": {"A": "fail: rim", "B": "fail: identity", "C": "accept"}, "ranking": ["C", "B", "A"]},
    {"trial": 3, "verdicts": {"A": "flaw: mouth", "B": "accept"}, "ranking": ["B", "A"]},
    {"trial": 4, "verdicts": {"A": "fail: mouth", "B": "flaw: eyes", "C": "fail: rim"}, "ranking": []},
    {"trial": 5, "verdicts": {"A": "flaw: eyes", "B": "flaw: eyes"}, "ranking": ["B", "A"]},
]
BOB = [
    {"trial": 1, "verdicts": {"A": "accept", "B": "accept"}, "ranking": ["B", "A"]},
    {"trial": 2, "verdicts": {"A": "fail: light", "B": "accept", "C": "accept"}, "ranking": ["B", "C"]},
]


def write(folder, answers=ANN, name="ann.json", **more):
    file = folder / name
    file.write_text(json.dumps({"kind": verdicts.KIND, "study": "abc", "rater": name.removesuffix(".json"), "answers": answers} | more))
    return file


@pytest.fixture
def answers(tmp_path):
    return verdicts.read([write(tmp_path), write(tmp_path, BOB, "bob.json")], STUDY)


def test_letters_become_verdicts_and_places(answers):
    first = answers[0]
    assert (first.rater, first.trial, first.verdicts, first.classes, first.ranking) == (
        "ann",
        1,
        ("accept", "flaw"),
        (None, "mouth"),
        (0, 1),
    )
    assert answers[1].ranking == (2, 1, 0)
    assert answers[3].ranking == (0, 0, 0)  # nobody named: all share a place


def test_the_table_is_what_one_counts_by_hand(answers):
    found = verdict_table.table(STUDY, answers, rounds=50)
    rows = {row["method"]: row for row in found["methods"]}
    # a: accept, accept, flaw: mouth, flaw: eyes of ann; accept, accept of bob; trial 5 is a repeat
    assert rows["a"]["n"] == 6
    assert [rows["a"][name]["share"] for name in verdicts.VERDICTS] == [pytest.approx(4 / 6, abs=1e-4), pytest.approx(2 / 6, abs=1e-4), 0]
    assert rows["a"]["classes"] == {"mouth": 1, "eyes": 1}
    # b: flaw: mouth, fail: rim, accept, fail: mouth of ann; accept, fail: light of bob
    assert [rows["b"][name]["share"] for name in verdicts.VERDICTS] == [pytest.approx(2 / 6, abs=1e-4), pytest.approx(1 / 6, abs=1e-4), 0.5]
    assert rows["b"]["classes"] == {"mouth": 2, "rim": 1, "light": 1}
    # a over b: ann yes, yes, no, tie; bob no, yes
    (between,) = found["between"]
    assert (between["method"], between["other"], between["decided"], between["ties"]) == ("a", "b", 5, 1)
    assert between["preferred"]["share"] == 0.6
    strength = bradley_terry.strengths(np.array([[0, 3.5], [2.5, 0]]))
    assert [rows[name]["strength"] for name in "ab"] == pytest.approx(strength.tolist(), abs=1e-4)
    low, high = rows["a"]["accept"]["interval_95"]
    assert low < 4 / 6 < high
    assert (found["pairs"], found["trials"], found["raters"]) == (4, 7, ["ann", "bob"])


def test_repeats_say_how_far_a_rater_agrees_with_themselves(answers):
    (row,) = verdict_table.table(STUDY, answers, rounds=20)["self_agreement"]
    # a was accepted and is flawed the second time; b is flawed both times; a is preferred both times. One of two agrees, as by chance.
    assert row == {"rater": "ann", "results": 2, "same_verdict": 0.5, "kappa": 0.0, "comparisons": 1, "same_order": 1.0}


def test_raters_are_compared_where_both_answered(answers):
    (row,) = raters.with_others(STUDY, answers)
    # trial 1: a accept, accept; b flaw, accept; trial 2: b fail, fail; untouched fail, accept; a accept, accept
    # chance: accept 2/5 * 4/5, fail 2/5 * 1/5 = 0.4; kappa = (0.6 - 0.4) / 0.6
    assert row == {"rater": "ann", "other": "bob", "results": 5, "same_verdict": 0.6, "kappa": 0.3333, "comparisons": 2, "same_order": 0.5}


def test_catches_are_listed_for_each_rater_and_never_among_the_methods(answers):
    rows = raters.caught(STUDY, answers)
    assert rows == [
        {"rater": "ann", "shown": UNTOUCHED, "n": 1, "accept": 0, "flaw": 0, "fail": 1, "classes": {"identity": 1}},
        {"rater": "ann", "shown": RAW, "n": 1, "accept": 0, "flaw": 0, "fail": 1, "classes": {"rim": 1}},
        {"rater": "bob", "shown": UNTOUCHED, "n": 1, "accept": 1, "flaw": 0, "fail": 0, "classes": {}},
    ]


def test_kappa_is_one_for_equals_and_nothing_where_chance_explains_all():
    assert raters.kappa("aab", "aab") == 1
    assert raters.kappa("ab", "ba") == -1
    assert raters.kappa("aa", "aa") is None
    assert raters.kappa("", "") is None


def test_one_method_has_no_strength(tmp_path):
    study = Study("abc", ("a",), (Trial(1, 0, ("a",)),), PAIRS, KEY)
    file = write(tmp_path, [{"trial": 1, "verdicts": {"A": "accept"}, "ranking": []}])
    found = verdict_table.table(study, verdicts.read([file], study))
    assert "strength" not in found["methods"][0]
    assert found["between"] == []
    assert "a" in verdict_table.as_text(found)


def test_of_answers_that_a_page_saved_twice_the_later_count(tmp_path):
    early = write(tmp_path, BOB[:1], "early.json", rater="bob", saved="2026-01-01T00:00:00Z")
    late = write(tmp_path, [BOB[0] | {"ranking": ["A"]}], "late.json", rater="bob", saved="2026-01-01T00:05:00Z")
    for files in ([early, late], [late, early], [late, late, early]):
        (answer,) = verdicts.read(files, STUDY)
        assert answer.ranking == (0, 1)
    other = write(tmp_path, BOB[:1], "other.json", rater="bob")
    with pytest.raises(ValueError, match=r"rater bob answered trial 1 in .*late\.json too; give each rater a name"):
        verdicts.read([late, other], STUDY)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kind": "facelib preferences 1"}, 'expected "kind": "facelib verdicts 1"'),
        ({"study": "xyz"}, "expected answers to study abc, got xyz"),
        ({"rater": " "}, 'expected a name as "rater"'),
        ({"saved": 3}, 'a time as "saved"'),
        ({"answers": {}}, 'expected a list as "answers"'),
        ({"answers": []}, "expected answers, got none in 1 files"),
        ({"answers": [ANN[0], ANN[0]]}, "trial 1 is answered twice"),
        ({"answers": [7]}, "expected answers with trial, verdicts and ranking, got 7"),
        ({"answers": [{"trial": 1, "verdicts": {}}]}, "expected answers with trial, verdicts and ranking"),
        ({"answers": [ANN[0] | {"note": "x"}]}, "expected answers with trial, verdicts and ranking"),
        ({"answers": [ANN[0] | {"trial": 6}]}, "trial: expected a number from 1 to 5, got 6"),
        ({"answers": [ANN[0] | {"trial": True}]}, "got True"),
        ({"answers": [ANN[0] | {"verdicts": {"A": "accept"}}]}, "trial 1: expected a verdict for each of A, B"),
        ({"answers": [ANN[0] | {"verdicts": {"A": "accept", "B": "flaw"}}]}, 'trial 1, B: expected "accept", or "flaw: CLASS"'),
        ({"answers": [ANN[0] | {"verdicts": {"A": "accept: mouth", "B": "accept"}}]}, "trial 1, A: expected"),
        ({"answers": [ANN[0] | {"verdicts": {"A": "fail: nose", "B": "accept"}}]}, 'got "fail: nose"'),
        ({"answers": [ANN[0] | {"verdicts": {"A": None, "B": "accept"}}]}, "got null"),
        ({"answers": [ANN[0] | {"ranking": ["C"]}]}, "trial 1: expected a ranking of some of A, B"),
        ({"answers": [ANN[0] | {"ranking": ["A", "A"]}]}, "none twice"),
        ({"answers": [ANN[0] | {"ranking": [["A"]]}]}, "expected a ranking"),
        ({"answers": [ANN[0] | {"ranking": "AB"}]}, "expected a ranking"),
    ],
)
def test_a_file_of_another_form_is_refused_in_one_line(tmp_path, changed, words):
    with pytest.raises(ValueError, match=words) as caught:
        verdicts.read([write(tmp_path, **changed)], STUDY)
    assert "\n" not in str(caught.value)


def test_what_is_no_json_or_not_there_is_named(tmp_path):
    wrong = tmp_path / "wrong.json"
    for text in ("", "\x00", "[]", "3"):
        wrong.write_text(text)
        with pytest.raises(ValueError, match=r"wrong\.json: expected"):
            verdicts.read([wrong], STUDY)
    with pytest.raises(FileNotFoundError, match="no such file"):
        verdicts.read([tmp_path / "none.json"], STUDY)


def test_the_command_prints_and_writes_the_tables(tmp_path, capsys):
    key, out = tmp_path / "trials.json", tmp_path / "table.json"
    key.write_text(json.dumps(KEY))
    files = [str(write(tmp_path)), str(write(tmp_path, BOB, "bob.json"))]
    assert main(["evaluate", "verdicts", *files, "--trials", str(key), "--json", str(out)]) == 0
    said = capsys.readouterr().out
    for part in (
        "67 (",
        "a to b: 60 (",
        "ann the second time: the same verdict on 50 % of 2 results, kappa 0.00",
        "ann and bob: the same verdict on 60 % of 5",
        "ann on the untouched target, of 1: accept 0, flaw 0, fail 1 (identity 1)",
        "7 trials of 4 pairs, answered by ann, bob",
    ):
        assert part in said
    assert json.loads(out.read_text())["methods"][0]["method"] == "a"
    assert main(["evaluate", "verdicts", str(tmp_path / "none.json"), "--trials", str(key)]) == 2
    assert "no such file" in capsys.readouterr().err
