"""Scores that side with raters, or do not."""

import json

import numpy as np
import pytest

from facelib.__main__ import main
from facelib.evaluation import agreement, preferences
from facelib.evaluation.preferences import Comparison
from facelib.evaluation.swaps import Scored


def said(*choices):
    return [Comparison("s", "ann", number, "a", "b", choice) for number, choice in enumerate(choices)]


def scored(**scores):
    """Two ways, a and b, of four pairs."""
    found = {name: {"a": np.array(a, float), "b": np.array(b, float)} for name, (a, b) in scores.items()}
    return Scored(found, ["p", "q", "r", "s"], [""] * 4)


def test_a_score_that_prefers_what_was_preferred_agrees():
    all_a = said("left", "left", "left", "left")
    rows = agreement.table(
        all_a,
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


def test_the_right_one_may_be_preferred_and_equals_do_not_count():
    rows = agreement.table(said("right", "equal", "left", "equal"), scored(psnr=([1, 9, 9, 1], [9, 1, 1, 9])))
    assert rows == [{"score": "psnr", "agrees": 1.0, "interval_95": [1.0, 1.0], "n": 2}]


def test_what_has_no_number_does_not_count():
    rows = agreement.table(said("left", "left"), scored(psnr=([np.nan, np.inf, 0, 0], [1, 1, 0, 0])))
    assert (rows[0]["agrees"], rows[0]["n"]) == (1.0, 1)


def test_choices_of_another_study_are_refused():
    with pytest.raises(ValueError, match="got none in 2"):
        agreement.table(said("equal", "equal"), scored(psnr=([1] * 4, [1] * 4)))
    for wrong in (Comparison("s", "ann", 4, "a", "b", "left"), Comparison("s", "ann", 0, "a", "c", "left")):
        with pytest.raises(ValueError, match="expected pairs and ways of the study"):
            agreement.table([wrong], scored(psnr=([1] * 4, [1] * 4)))


def test_the_command_scores_the_pages_pairs_again(tmp_path, capsys):
    command = "facelib evaluate blind --protocol rendered --n 2 --size 48 --seed 0 --blends none target-less"
    file, out = tmp_path / "choices.json", tmp_path / "agreement.json"
    record = {"kind": preferences.KIND, "rater": {"id": "x", "name": ""}, "saved": "2026-01-01T00:00:00Z"}
    record["choices"] = [{"number": number, "left": "multiband", "right": "none", "choice": "left"} for number in range(2)]
    for blends, status in (("none multiband", 0), ("none nothing", 2)):
        record["study"] = {"id": "s", "command": command.replace("none target-less", blends)}
        file.write_text(json.dumps(record))
        assert main(["evaluate", "agreement", str(file), "--jobs", "1", "--json", str(out)]) == status
    assert "blend: expected one of" in capsys.readouterr().err
    rows = {row["score"]: row for row in json.loads(out.read_text())["table"]}
    assert rows["seam_error"] == {"score": "seam_error", "agrees": 1.0, "interval_95": [1.0, 1.0], "n": 2}


def test_a_page_of_another_network_asks_for_that_network(tmp_path, capsys):
    file = tmp_path / "choices.json"
    record = {"kind": preferences.KIND, "rater": {"id": "x", "name": ""}, "saved": "2026-01-01T00:00:00Z"}
    record["choices"] = [{"number": 0, "left": "multiband", "right": "none", "choice": "left"}]
    for made, given, says in (
        (" --weights mine", [], "expected the run by which the page was made, with --weights mine, got None"),
        (" --weights mine", ["--weights", "other"], "with --weights mine, got other"),
        ("", ["--weights", "other"], "without --weights, got other"),
    ):
        record["study"] = {"id": "s", "command": "facelib evaluate blind --n 1 --blends none multiband" + made}
        file.write_text(json.dumps(record))
        assert main(["evaluate", "agreement", str(file), *given]) == 2
        assert says in capsys.readouterr().err


def test_pages_that_do_not_belong_together_are_refused(tmp_path, capsys):
    files = []
    for number in range(2):
        files.append(tmp_path / f"{number}.json")
        record = {"kind": preferences.KIND, "rater": {"id": "x", "name": ""}, "saved": "2026-01-01T00:00:00Z"}
        record["study"] = {"id": str(number), "command": f"facelib evaluate blind --n {number}"}
        record["choices"] = [{"number": 0, "left": "a", "right": "b", "choice": "left"}]
        files[-1].write_text(json.dumps(record))
    assert main(["evaluate", "agreement", *map(str, files)]) == 2
    assert "expected choices of one page, got 2 pages" in capsys.readouterr().err
