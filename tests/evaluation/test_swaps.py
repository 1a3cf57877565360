"""Swaps against a right answer: a way that gives the answer is perfect, and tables say what is better than what."""

import json

import numpy as np
import pytest

from facelib import blenders
from facelib.__main__ import main
from facelib.evaluation import swaps
from facelib.evaluation.swapped import ways
from facelib.evaluation.swaps import Scored

PAIRS = 4


def finder(pictures, points):
    """Points that move to the right where the picture is lighter."""
    return points + pictures.mean((1, 2, 3))[:, None, None] * (0.01, 0)


@pytest.fixture(scope="module")
def scored():
    pairs = swaps.rendered_swaps([], PAIRS, 0, 64)
    return swaps.measure(pairs, ways(["multiband", "none", "multiband:none"]), judge, finder, size=64)


def judge(pictures, points):
    """Small grey pictures as vectors."""
    small = pictures[:, ::8, ::8].mean(-1).reshape(len(pictures), -1) - 100
    return small / np.linalg.norm(small, axis=1, keepdims=True)


def test_every_way_is_scored_on_every_pair(scored):
    assert list(scored.scores["psnr"]) == ["target", "oracle", "multiband", "none", "multiband, colours none"]
    assert all(values.shape == (PAIRS,) for of in scored.scores.values() for values in of.values())
    assert scored.groups == ["same", "light", "pose", "mouth"]


def test_a_pyramid_reaches_over_the_border_and_the_raw_composite_does_not(scored):
    for name in ("target", "none"):
        assert scored.scores["outside"][name].max() == 0
    assert scored.scores["outside"]["multiband"].min() > 1


def test_what_is_found_in_a_result_is_compared_with_the_answer(scored):
    assert (scored.scores["moved"]["multiband"] > 0).all()
    assert scored.scores["moved"]["multiband"].max() < 5


def test_every_blend_has_every_score(scored):
    assert list(scored.scores) == list(swaps.SCORES)
    for of in scored.scores.values():
        for name in ("multiband", "none"):
            assert np.isfinite(of[name]).all()


def test_what_is_for_information_says_what_it_should(scored):
    """The raw composite keeps the source's detail, the target does not have it; finder's shift changes neither expression nor pose."""
    detail = scored.scores["source_detail"]
    assert detail["none"].min() > 0.95
    assert (detail["target"] < detail["none"]).all()
    for score in ("expression", "pose"):
        assert max(values.max() for values in scored.scores[score].values()) < 1e-4
    assert scored.scores["outside_mean"]["none"].max() == 0
    np.testing.assert_allclose(scored.scores["identity_target"]["target"], 1, atol=1e-6)
    assert (scored.scores["identity_target"]["none"] < 1 - 1e-6).all()


def test_more_processes_give_the_same_numbers(scored):
    pairs = swaps.rendered_swaps([], PAIRS, 0, 64)
    again = swaps.measure(pairs, ways(["multiband", "none", "multiband:none"]), judge, finder, size=64, jobs=2)
    for score, of in scored.scores.items():
        if score == "skin_gradient":  # which pixels are skin hangs on the last digit of a colour, and that on the processor's state
            continue
        for name, values in of.items():
            # a network's last digit hangs on the number of threads, and may move an edge of a mask
            np.testing.assert_allclose(again.scores[score][name], values, rtol=0.01, atol=0.01)


def test_a_way_that_is_named_twice_is_measured_once():
    pairs = swaps.rendered_swaps([], 2, 0, 64)
    twice = swaps.measure(pairs, ways(["none", "none", "feather"]), judge, finder, size=64)
    once = swaps.measure(pairs, ways(["none", "feather"]), judge, finder, size=64)
    assert list(twice.scores["psnr"]) == list(once.scores["psnr"])
    np.testing.assert_array_equal(twice.scores["psnr"]["feather"], once.scores["psnr"]["feather"])


def test_no_pairs_are_refused():
    with pytest.raises(ValueError, match="pairs: expected at least 1, got none"):
        swaps.measure([], ways(["none"]), judge, finder)


def test_better_is_positive_whichever_way_a_score_goes():
    good, bad = np.full(6, 30.0), np.full(6, 20.0)
    scores = {score: {"a": good if way > 0 else bad, "b": bad if way > 0 else good} for score, way in swaps.BETTER.items()}
    scored = Scored(scores, [f"person {number}" for number in range(6)], [""] * 6)
    for score in swaps.BETTER:
        assert swaps.gain(scored, score, "a", "b") == {"mean": 10.0, "interval_95": [10.0, 10.0]}
        assert swaps.gain(scored, score, "b", "a")["mean"] == -10.0


def test_pairs_without_a_score_do_not_count():
    values = np.array([1.0, np.nan, 3.0])
    scored = Scored({"psnr": {"a": values, "b": np.zeros(3)}}, ["p", "q", "r"], [""] * 3)
    assert swaps.gain(scored, "psnr", "a", "b")["mean"] == 2.0


def test_where_nothing_is_a_number_there_is_no_mean():
    scored = Scored({"psnr": {"a": np.full(2, np.inf), "b": np.zeros(2)}}, ["p", "q"], [""] * 2)
    assert swaps.gain(scored, "psnr", "a", "b") == {"mean": None, "interval_95": None}


def test_the_table_has_a_row_a_way_and_compares_with_rivals(scored):
    rows = swaps.table(scored, ["multiband"])
    assert [row["way"] for row in rows] == list(scored.scores["psnr"])
    assert "better than multiband" in rows[0]
    assert "better than multiband" not in rows[2]
    sets = swaps.by_group(scored, ["multiband"])
    assert list(sets) == ["same", "light", "pose", "mouth"]
    assert "better than multiband" in sets["mouth"][0]
    assert "multiband" in swaps.as_text(rows)


def test_ways_are_named_as_a_swap_uses_them():
    assert [way.name for way in ways(["none", "poisson", "poisson:rgb", "none:lab"])] == [
        "none",
        "poisson",
        "poisson, colours rgb",
        "none, colours lab",
    ]
    assert [way.colours for way in ways(["none", "unet-writeup", "poisson"])] == ["none", "none", "lab"]
    assert ways(blenders.BLENDERS)
    with pytest.raises(ValueError, match="expected one of"):
        ways(["glue"])


def test_the_answer_itself_is_perfect():
    pair = swaps.rendered_swaps([], 1, 0, 64)[0]
    picture = swaps._one(pair, [], 64)["answer"].astype(np.float32) / 255
    scores = swaps._scores(*(picture,) * 3, np.pad(np.ones((32, 32), np.float32), 16), picture, np.ones((64, 64), np.float32))
    assert scores == {
        "psnr": float("inf"),
        "ssim": pytest.approx(1),
        "seam_error": pytest.approx(0),
        "rim_error": pytest.approx(0),
        "tone_spread": 1,
        "outside": 0,
        "ms_ssim": pytest.approx(1),
        "fmse": 0,
        "seam_psnr": float("inf"),
        "colour_error": 0,
        "skin_gradient": 0,
        "colour_gap": 0,
        "sharpness": 1,
        "source_detail": pytest.approx(1),
        "outside_mean": 0,
        "mse": 0,
        "picture_psnr": float("inf"),
        "mouth_psnr": float("inf"),
    }


def test_the_command_writes_its_record(tmp_path, capsys):
    file = tmp_path / "swaps.json"
    arguments = ["--protocol", "rendered", "--n", "3", "--size", "64", "--jobs", "1", "--blends", "multiband", "unet", "none"]
    assert main(["evaluate", "swaps", *arguments, "--json", str(file)]) == 0
    record = json.loads(file.read_text())
    assert [row["way"] for row in record["table"]] == ["target", "oracle", "multiband", "unet", "none"]
    assert set(record["sets"]) == {"same", "light", "pose"}
    assert record["judge"]["name"] == "embedding-judge"
    unet = record["table"][3]
    assert -1 <= unet["identity"]["mean"] <= 1
    assert record["forensic"]["name"] == "forensic"
    assert 0 <= unet["caught"]["mean"] <= 1
    assert unet["outside"]["mean"] == 0
    assert "better than multiband" in unet
    assert "unet" in capsys.readouterr().out


def test_the_command_refuses_an_unknown_blend(capsys):
    assert main(["evaluate", "swaps", "--protocol", "rendered", "--blends", "glue"]) == 2
    assert "got glue" in capsys.readouterr().err


def test_the_answer_is_the_upper_end_of_every_score(scored):
    for score, way in swaps.BETTER.items():
        best = scored.scores[score]["oracle"]
        assert all((way * best >= way * values - 1e-6).all() for values in scored.scores[score].values())
    assert np.isinf(scored.scores["psnr"]["oracle"]).all()


def test_a_win_is_a_pair_on_which_a_way_is_better_and_a_tie_is_half_of_one():
    scores = {
        "psnr": {"a": np.array([3.0, 2.0, 1.0, 2.0, np.nan]), "b": np.array([2.0, 2.0, 2.0, 1.0, 1.0])},
        "seam_error": {"a": np.zeros(5), "b": np.ones(5)},
    }
    scored = Scored(scores, list("pqrst"), [""] * 5)
    assert swaps.win_rate(scored, "psnr", "a", "b")["mean"] == 2.5 / 4
    assert swaps.win_rate(scored, "psnr", "b", "a")["mean"] == 1.5 / 4
    assert swaps.win_rate(scored, "seam_error", "a", "b") == {"mean": 1.0, "interval_95": [1.0, 1.0]}
    exact = Scored({"psnr": {"a": np.array([np.inf, np.inf]), "b": np.array([np.inf, 1.0])}}, ["p", "q"], [""] * 2)
    assert swaps.win_rate(exact, "psnr", "a", "b")["mean"] == 0.75


def test_the_table_counts_wins_and_says_what_a_face_costs(scored):
    target, oracle, multiband, none, _ = swaps.table(scored, over="multiband")
    assert set(none["wins over multiband"]) == {"psnr", "identity"}
    assert oracle["wins over multiband"]["psnr"]["mean"] == 1
    assert "wins over multiband" not in multiband
    assert none["seconds"]["median"] > 0
    assert "seconds" not in target


def suspicious(pictures):
    """A forensic network that finds lighter pictures more suspicious."""
    return pictures.mean((1, 2, 3))


def test_how_easily_each_way_is_caught_is_in_the_table(scored):
    pairs = swaps.rendered_swaps([], PAIRS, 0, 64)
    looked = swaps.measure(pairs, ways(["multiband", "none"]), judge, finder, size=64, forensic=suspicious)
    rows = swaps.table(looked, ["multiband"])
    assert rows[0]["caught"]["mean"] == 0.5  # the target, as often as itself
    for row in rows:
        ours, theirs = looked.scores["trace"][row["way"]], looked.scores["trace"]["target"]
        expected = ((ours[:, None] > theirs) + 0.5 * (ours[:, None] == theirs)).mean()
        assert row["caught"]["mean"] == pytest.approx(expected, abs=1e-4)
    assert "caught" in swaps.as_text(rows)
    assert "caught" in swaps.by_group(looked)["mouth"][0]
    assert "caught" not in rows[0]["better than multiband"]
    assert "caught" not in swaps.as_text(swaps.table(scored))


def test_without_forensic_weights_the_command_says_that_caught_is_left_out(tmp_path, monkeypatch, capsys):
    from facelib.learned import weights

    found = weights.detective
    monkeypatch.setattr(weights, "detective", lambda: found(tmp_path))
    file, page = tmp_path / "swaps.json", tmp_path / "swaps.html"
    arguments = ["--protocol", "rendered", "--n", "2", "--size", "48", "--jobs", "1", "--blends", "none"]
    assert main(["evaluate", "swaps", *arguments, "--json", str(file), "--html", str(page)]) == 0
    assert "caught is left out: " in capsys.readouterr().err
    record = json.loads(file.read_text())
    assert record["forensic"] is None
    assert "caught" not in record["table"][0]
    assert "Caught is left out" in page.read_text(encoding="utf-8")
