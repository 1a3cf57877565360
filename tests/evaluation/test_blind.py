"""Blind trials: which results are shown together, and what page and sheets may say of them."""

import json
import re
from collections import Counter

import numpy as np
import pytest

from facelib.__main__ import main
from facelib.evaluation import blind, blind_page, blind_pairs, blind_sheets, blind_study, verdicts
from facelib.evaluation.blind import CATCH, RAW, UNTOUCHED

METHODS = ["multiband", "poisson", "unet"]


def plain(trials):
    return [one for one in trials if one.repeats is None and not set(one.results) & set(CATCH)]


def test_each_method_is_in_each_trial_and_as_often_in_each_place():
    trials = blind.trials(METHODS, 12, seed=5)
    assert all(sorted(one.results) == METHODS for one in trials)
    for place in range(3):
        assert set(Counter(one.results[place] for one in trials).values()) == {4}
    assert [one.pair for one in trials] == list(range(12))


def test_the_order_is_random_but_its_seed_repeats_it():
    first, again, other = (blind.trials(METHODS, 30, 3, 4, seed) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_repeats_come_later_in_another_order_and_hold_no_catch():
    for seed in range(20):
        trials = blind.trials(METHODS, 9, repeats=4, catch=5, seed=seed)
        assert [one.number for one in trials] == list(range(1, 14))
        repeats = [one for one in trials if one.repeats]
        assert len(repeats) == len({one.pair for one in repeats}) == 4
        for one in repeats:
            first = trials[one.repeats - 1]
            assert first.repeats is None
            assert first.number < one.number
            assert first.pair == one.pair
            assert sorted(first.results) == sorted(one.results) == METHODS
            assert first.results != one.results


def test_catches_take_turns_and_leave_the_methods_in_their_order():
    trials = blind.trials(METHODS, 10, catch=4, seed=1)
    assert Counter(name for one in trials for name in one.results if name in CATCH) == {UNTOUCHED: 2, RAW: 2}
    assert len(plain(trials)) == 6
    without = blind.trials(METHODS, 10, seed=1)
    assert [tuple(name for name in one.results if name in METHODS) for one in trials] == [one.results for one in without]
    only = {name for one in blind.trials(["none", "poisson"], 4, catch=4) for name in one.results}
    assert only == {"none", "poisson", UNTOUCHED}  # the raw composite is a method itself


def test_counts_and_names_that_do_not_fit_are_refused():
    for wrong, words in (
        (([], 4), "methods: expected one or more different ones"),
        ((["a", "a"], 4), "different ones"),
        ((["a", RAW], 4), "none called untouched target or raw composite"),
        (([str(number) for number in range(26)], 4), "at most 25"),
        ((["a"], 0), "n: expected at least 1 pair, got 0"),
        ((["a"], 4, 3), "repeats: expected 0 to 2"),
        ((["a"], 4, 1, 4), "catch: expected 0 to 3"),
        ((["a"], 4, 0, 0, -1), "seed: expected at least 0, got -1"),
    ):
        with pytest.raises(ValueError, match=words):
            blind.trials(*wrong)
    assert len(blind.trials(["a"], 1, 1)) == 2


def shown(trials):
    pair = blind_page.ShownPair("data:image/jpeg;base64,S", "data:image/jpeg;base64,T", {name: f"data:,{len(name)}" for name in METHODS})
    return [(pair, one.results) for one in trials]


def test_no_name_of_a_method_is_in_the_page():
    html = blind_page.page(shown(blind.trials(METHODS, 5, 1)), "abc")
    assert not any(name in html for name in (*METHODS, *CATCH))
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html)[1])
    assert (data["kind"], data["study"], len(data["trials"])) == (verdicts.KIND, "abc", 6)
    assert len(data["pictures"]) == 5  # each once
    assert not re.search(r'(?:src|href)="(?!data:)', html)


def test_the_page_shows_what_the_trial_says():
    trials = blind.trials(METHODS, 3)
    html = blind_page.page(shown(trials), "abc")
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html)[1])
    for one, row in zip(trials, data["trials"], strict=True):
        assert [data["pictures"][picture] for picture in row["results"]] == [f"data:,{len(name)}" for name in one.results]


def test_a_sheet_shows_its_pictures_pixel_by_pixel_in_the_letters_order():
    target, *results = (np.full((50, 50, 3), grey, np.float32) for grey in (0.2, 0.3, 0.4, 0.5))
    pair = blind_pairs.Seen(np.full((70, 70, 3), 0.15, np.float32), target, dict(zip("xyz", results, strict=True)))
    sheet = blind_sheets.sheet(pair, "xyz")
    greys = [round(float(grey), 2) for grey in np.unique(sheet[:, :, 0]) if (sheet[:, :, 0] == grey).sum() == 2500]
    assert greys == [0.15, 0.2, 0.3, 0.4, 0.5]
    columns = [int(np.argwhere(np.isclose(sheet[:, :, 0], grey).sum(0) == 50).min()) for grey in (0.3, 0.4, 0.5)]
    assert columns[0] == columns[2] < columns[1]


def test_the_text_beside_sheets_shows_an_answer_that_is_read(tmp_path):
    text = blind_sheets.instructions(2)
    example = json.loads(re.search(r'^ +(\{"trial".*)$', text, re.MULTILINE)[1])
    study = study_of(blind.trials(METHODS, 2))
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(blind_sheets.form(study.id) | {"rater": "ann", "answers": [example]}))
    assert verdicts.read([file], study)[0].ranking == (0, 1, 2)


def study_of(trials, names=(("a", "b"),)):
    record = blind_study.record({"command": "facelib evaluate blind"}, "abc", METHODS, names, trials)
    return blind_study.Study("abc", tuple(METHODS), tuple(trials), tuple(names), record)


def test_a_key_is_read_as_it_was_written(tmp_path):
    study = study_of(blind.trials(METHODS, 4, 1, 1))
    file = tmp_path / "trials.json"
    file.write_text(json.dumps(study.record))
    assert blind_study.read(file) == study
    with pytest.raises(FileNotFoundError, match="no such file"):
        blind_study.read(tmp_path / "none.json")
    for text in (
        "",
        "[]",
        "{}",
        json.dumps(study.record | {"kind": "x"}),
        json.dumps(study.record | {"trials": study.record["trials"][1:]}),
    ):
        file.write_text(text)
        with pytest.raises(ValueError, match=r"trials\.json: expected the file that"):
            blind_study.read(file)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """What the command writes of two pairs of the gallery."""
    folder = tmp_path_factory.mktemp("blind")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("FACELIB_DATA", raising=False)
        patch.setenv("XDG_CACHE_HOME", str(folder / "none"))
        assert run(folder, "--sheets", folder / "sheets", "--pictures", folder / "pictures", "--trials", folder / "trials.json") == 0
    return folder


def run(folder, *more, blends=("feather", "none")):
    return main(["evaluate", "blind", "--n", "2", "--blends", *blends, "-o", str(folder / "page.html"), *map(str, more)])


@pytest.fixture
def gallery_only(monkeypatch, tmp_path):
    monkeypatch.delenv("FACELIB_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "none"))


def test_the_command_writes_page_sheets_key_and_pictures(written):
    study = blind_study.read(written / "trials.json")
    assert study.methods == ("feather", "none")
    assert study.record["refused"] == []
    assert sorted(file.name for file in (written / "sheets").iterdir()) == [
        *(f"{one.number:03d}.png" for one in study.trials),
        "HOW.txt",
        "answers.json",
    ]
    names = {f"{folder}/{number}.png" for folder in ("source", "target", "feather", "none") for number in ("001", "002")}
    assert {file.relative_to(written / "pictures").as_posix() for file in (written / "pictures").rglob("*.png")} == names
    assert study.id in (written / "page.html").read_text(encoding="utf-8")
    assert json.loads((written / "sheets" / "answers.json").read_text())["study"] == study.id


def test_pictures_are_swaps_as_a_user_makes_them(written):
    from facelib import images, swap
    from facelib.datasets import people

    source, target = (images.to_bytes(people.portrait(name).colour()) for name in blind_study.read(written / "trials.json").pairs[0])
    saved = images.to_bytes(images.load(written / "pictures" / "feather" / "001.png"))
    assert (saved == swap(source, target, blend="feather").blended).all()


def test_results_that_are_ready_join_where_pairs_and_sizes_agree(written, tmp_path, gallery_only, capsys):
    import shutil

    from facelib import images

    pictures = shutil.copytree(written / "pictures", tmp_path / "pictures")
    also = "--also", f"old={pictures / 'feather'}"
    assert run(tmp_path, *also, "--trials", tmp_path / "trials.json", blends=["none"]) == 0
    assert blind_study.read(tmp_path / "trials.json").methods == ("none", "old")
    assert run(tmp_path, *also, "--seed", "7", "--trials", tmp_path / "trials.json") == 2
    assert "make the pictures with the same" in capsys.readouterr().err
    (pictures / "feather" / "001.png").unlink()
    assert run(tmp_path, *also, "--trials", tmp_path / "trials.json", blends=["none"]) == 0
    assert "1 of 2 pairs have no picture" in capsys.readouterr().err
    assert len(blind_study.read(tmp_path / "trials.json").pairs) == 1
    images.save(np.zeros((50, 60, 3), np.float32), pictures / "feather" / "002.png")
    assert run(tmp_path, *also, "--trials", tmp_path / "trials.json") == 2
    assert "the target's size, got 60 x 50" in capsys.readouterr().err


def test_a_pair_that_is_refused_is_drawn_anew_and_counted(monkeypatch, gallery_only):
    from facelib.evaluation import strangers
    from facelib.evaluation.swapped import ways
    from facelib.swap import KeypointsRefused

    frames = strangers.load()
    expected = [names for names, _ in zip(strangers.draw(frames, 0), range(3), strict=False)]
    calls = []

    def make(frames, names, chosen):
        calls.append(names)
        if len(calls) == 1:
            raise KeypointsRefused("source: no")
        return names

    monkeypatch.setattr(blind_pairs, "_make", make)
    refused = []
    assert list(blind_pairs.made(frames, 2, 0, ways(["none"]), refused)) == expected[1:]
    assert refused == [blind_pairs.Refused(*expected[0], "source: no")]
    monkeypatch.setattr(blind_pairs, "_make", lambda *given: (_ for _ in ()).throw(KeypointsRefused("no")))
    with pytest.raises(ValueError, match="expected 2 pairs that can be swapped, got 0, and 6 that cannot"):
        list(blind_pairs.made(frames, 2, 0, ways(["none"]), []))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "expected --html, --sheets or --pictures"),
        (["-o", "page.html"], "--trials: expected a file beside"),
        (["--sheets", "s"], "--trials: expected a file beside"),
        (["--pictures", "p", "--also", "old=nowhere"], "no such folder: nowhere"),
        (["--pictures", "p", "--also", "old"], "expected NAME=DIR, got old"),
        (["--pictures", "p", "--also", "old=.", "old=.."], "--also: expected different names, got old, old"),
        (["--pictures", "p", "--blends", "nothing"], "blend: expected one of"),
        (["--pictures", "p", "--blends", "none:none::found"], "the points are always found here"),
        (["--pictures", "p", "--yaw", "0"], "yaw: expected more than 0 degrees, got 0"),
        (["--pictures", "p", "--repeats", "11"], "repeats: expected 0 to 10"),
        (["--pictures", "p", "--data", "nowhere"], "nowhere: no pictures in it"),
    ],
)
def test_the_command_refuses_in_one_line(arguments, words, tmp_path, monkeypatch, capsys, gallery_only):
    monkeypatch.chdir(tmp_path)
    try:
        status = main(["evaluate", "blind", *arguments])
    except SystemExit as stop:
        status = stop.code
    said = capsys.readouterr().err
    assert status == 2
    assert words in said
    assert said.splitlines()[-1].startswith("facelib: ")
    assert not (tmp_path / "p").exists()


def test_pictures_that_are_an_input_are_not_replaced(written, capsys):
    also = f"old={written / 'pictures' / 'feather'}"
    assert main(["evaluate", "blind", "--pictures", str(written / "pictures"), "--also", also, "--blends", "feather"]) == 2
    assert "would replace the pictures of old" in capsys.readouterr().err
