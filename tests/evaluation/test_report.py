"""The page of an evaluation: every way in the table, its cases in pictures, and nothing that leaves it."""

import json
import re

import numpy as np
import pytest

from facelib.__main__ import main
from facelib.evaluation import report, swaps
from facelib.evaluation.cases import cases, pick
from facelib.evaluation.swapped import ways
from facelib.evaluation.swaps import Scored
from facelib.learned import weights

SIZE, WAYS = 48, ways(["none", "feather"])
BLENDS = ["--blends", "none", "feather", "--jobs", "1", "--size", str(SIZE)]


def test_of_few_values_fewer_cases_are_shown():
    assert pick(np.array([1.0])) == {"best": 0}
    assert pick(np.array([1.0, 2.0])) == {"best": 1, "worst": 0}
    assert pick(np.array([np.nan, np.inf])) == {}
    assert pick(np.array([5.0, 1.0, 2.0, 4.0, 3.0])) == {"best": 0, "median": 4, "worst": 1}


def test_cases_are_the_pairs_that_were_picked():
    pairs = swaps.rendered_swaps([], 3, 0, SIZE)
    psnr = {"none": np.array([20.0, 30.0, 10.0]), "feather": np.array([3.0, 2.0, 1.0])}
    found = cases(Scored({"psnr": psnr}, list("abc"), [""] * 3), pairs, WAYS, SIZE)
    assert [(case.way, case.rank, case.value) for case in found[:3]] == [
        ("none", "best", 30),
        ("none", "median", 20),
        ("none", "worst", 10),
    ]
    assert list(found[0].made.results) == ["none"]
    assert (found[0].made.target == found[4].made.target).all()  # feather's median is the same pair


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    arguments = [*BLENDS, "--n", "4", "--json", str(folder / "swaps.json"), "--html", str(folder / "swaps.html")]
    assert main(["evaluate", "swaps", "--protocol", "rendered", *arguments]) == 0
    return json.loads((folder / "swaps.json").read_text()), (folder / "swaps.html").read_text(encoding="utf-8")


def test_the_page_has_every_way_and_its_cases(written):
    record, page = written
    for row in record["table"]:
        assert f'<th scope="row">{row["way"]}</th>' in page
    alts = re.findall(r'<img alt="([^"]*)"', page)
    assert len(alts) == len(set(alts)) == 2 * 3 * 4
    assert "feather, worst: answer" in alts
    assert "∞" in page  # the answer's own PSNR
    assert "Caught, AUC" in page


def test_the_page_asks_for_nothing_outside_it(written):
    _, page = written
    assert not re.search(r'(?:src|href)="(?!data:)|url\(|@import|https?:', page)
    assert "default-src 'none'" in page


def test_names_cannot_break_the_page():
    row = {"way": "<b>&", "n": 1, "people": 1} | {score: {"mean": 1.0, "interval_95": [1.0, 1.0]} for score in swaps.BETTER}
    about = {"protocol": "self", "data": "<i>", "size": 64, "seed": 0, "date": "today", "hardware": "none", "command": "facelib </code>"}
    page = report.page({**about, "table": [row]}, Scored({}, ["p"], [""]))
    assert not any(text in page for text in ("<b>&", "<i>", "facelib </code>"))


def test_strangers_have_only_scores_that_need_no_answer_and_are_all_shown(tmp_path, capsys):
    files = tmp_path / "five.json", tmp_path / "five.html"
    arguments = ["--protocol", "five", "--data", "rendered", *BLENDS, "--json", str(files[0]), "--html", str(files[1])]
    assert main(["evaluate", "swaps", *arguments]) == 0
    record = json.loads(files[0].read_text())
    assert [row["way"] for row in record["table"]] == ["target", "none", "feather"]
    target, none, _ = record["table"]
    assert none["n"] == 5
    assert not {"psnr", "ssim", "identity", "fmse"} & set(none)
    assert none["identity_source"]["mean"] > target["identity_source"]["mean"]
    assert target["expression"]["mean"] == 0
    assert target["rank1"]["mean"] < target["rank1_target"]["mean"]
    assert record["gallery"]["people"] > 1
    page = files[1].read_text(encoding="utf-8")
    assert page.count("<img") == 5 * 4
    assert "there is no right answer" in page
    said = capsys.readouterr()
    assert "identity_source" in said.out
    assert "terms" not in said.err


def test_a_judge_that_is_missing_is_named_before_any_work(tmp_path, monkeypatch, capsys):
    found = weights.embedder
    monkeypatch.setattr(weights, "embedder", lambda role: found(role, tmp_path))
    monkeypatch.setattr(swaps, "measure", None)
    assert main(["evaluate", "swaps", "--protocol", "rendered", "--n", "1", *BLENDS]) == 2
    assert re.search(r"the judge of identity is missing: .*embedding-judge\.json", capsys.readouterr().err)


def test_the_command_goes_on_and_says_so(tmp_path, capsys):
    for n in ("8", "9"):
        assert main(["evaluate", "swaps", "--protocol", "rendered", *BLENDS, "--n", n, "--resume", str(tmp_path)]) == 0
    assert "1 of 2 blocks of pairs are measured already" in capsys.readouterr().err
    assert len(list(tmp_path.iterdir())) == 2
