"""Scores that side with raters, or do not."""

import json

import numpy as np
import pytest

from facelib.__main__ import main
from facelib.evaluation import agreement, blind, blind_study, verdicts
from facelib.evaluation.judged import Comparison
from facelib.evaluation.swaps import Scored


def said(*outcomes):
    return [Comparison("ann", pair, "a", "b", outcome) for pair, outcome in enumerate(outcomes)]


def scored(**scores):
    """Two methods, a and b, on four pairs."""
    found = {name: {"a": np.array(a, float), "b": np.array(b, float)} for name, (a, b) in scores.items()}
    return Scored(found, ["p", "q", "r", "s"], [""] * 4)


def test_a_score_that_prefers_what_was_preferred_agrees():
    rows = agreement.table(
        said(1, 1, 1, 1),
        scored(
            psnr=([9, 9, 9, 9], [1, 1, 1, 1]),
            seam_error=([9, 9, 9, 9], [1, 1, 1, 1]),
            sharpness=([1, 2, 0.5, 1], [3, 3, 0.3, 3]),
            colour_gap=([-1, 1, 0, 1], [-2, 2, 1, -2]),
            ssim=([1, 1, 0, 1], [1, 1, 1, 0]),
        ),
    )
    assert {row["score"]: row["agrees"] for row in rows} == {"psnr": 1, "sharpness": 1, "colour_gap": 1, "ssim": 0.5, "seam_error": 0}
    assert rows[-1]["score"] == "seam_error"


def test_the_second_one_may_be_preferred_and_ties_do_not_count():
    rows = agreement.table(said(-1, 0, 1, 0), scored(psnr=([1, 9, 9, 1], [9, 1, 1, 9])))
    assert rows == [{"score": "psnr", "agrees": 1.0, "interval_95": [1.0, 1.0], "n": 2}]


def test_what_has_no_number_does_not_count():
    rows = agreement.table(said(1, 1), scored(psnr=([np.nan, np.inf, 0, 0], [1, 1, 0, 0])))
    assert (rows[0]["agrees"], rows[0]["n"]) == (1.0, 1)


def test_comparisons_that_were_not_scored_are_refused():
    with pytest.raises(ValueError, match="got none in 2"):
        agreement.table(said(0, 0), scored(psnr=([1] * 4, [1] * 4)))
    for wrong in (Comparison("ann", 4, "a", "b", 1), Comparison("ann", 0, "a", "c", 1)):
        with pytest.raises(ValueError, match="expected pairs and methods that were scored"):
            agreement.table([wrong], scored(psnr=([1] * 4, [1] * 4)))


@pytest.fixture
def files(monkeypatch, tmp_path):
    """A key of two pairs of the gallery with a method that was ready, and answers that prefer the blend to the raw composite."""
    monkeypatch.delenv("FACELIB_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "none"))

    def write(weights=None, blends=("none", "multiband"), pairs=(("alex", "kim"), ("lou", "casey"))):
        methods = ["none", "multiband", "old"]
        trials = blind.trials(methods, 2)
        about = {"data": "people", "yaw": 45.0, "blends": blends, "weights": weights}
        (tmp_path / "trials.json").write_text(json.dumps(blind_study.record(about, "abc", methods, pairs, trials)))
        answers = [
            {
                "trial": one.number,
                "verdicts": dict.fromkeys(one.behind(), "accept"),
                "ranking": sorted(one.behind(), key=lambda letter: {"multiband": 0, "old": 1, "none": 2}[one.behind()[letter]]),
            }
            for one in trials
        ]
        record = {"kind": verdicts.KIND, "study": "abc", "rater": "ann", "answers": answers}
        (tmp_path / "ann.json").write_text(json.dumps(record))
        return [str(tmp_path / "ann.json"), "--trials", str(tmp_path / "trials.json")]

    return write


def test_the_command_makes_the_pairs_again_and_leaves_out_what_was_ready(files, tmp_path):
    out = tmp_path / "agreement.json"
    assert main(["evaluate", "agreement", *files(), "--jobs", "1", "--json", str(out)]) == 0
    record = json.loads(out.read_text())
    rows = {row["score"]: row for row in record["table"]}
    assert record["raters"] == ["ann"]
    assert rows["seam_error"] == {"score": "seam_error", "agrees": 1.0, "interval_95": [1.0, 1.0], "n": 2}
    assert "psnr" not in rows  # strangers have no answer


@pytest.mark.parametrize(
    ("how", "given", "words"),
    [
        ({"weights": "mine"}, [], "expected the run by which the study was made, with --weights mine, got None"),
        ({"weights": "mine"}, ["--weights", "other"], "with --weights mine, got other"),
        ({}, ["--weights", "other"], "without --weights, got other"),
        ({"blends": ["none", "nothing"]}, [], "blend: expected one of"),
        ({"pairs": (("alex", "nobody"), ("lou", "casey"))}, [], "got no nobody in people"),
    ],
)
def test_a_study_that_cannot_be_made_again_is_refused(files, capsys, how, given, words):
    assert main(["evaluate", "agreement", *files(**how), *given]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
