"""The page of blind comparisons: who is compared with whom, and what the page may show."""

import json
import re
from collections import Counter

import pytest

from facelib.__main__ import main
from facelib.evaluation import blind, blind_page, swaps
from facelib.evaluation.swapped import ways

SIZE = 48


@pytest.fixture(scope="module")
def shown():
    return blind.show(swaps.rendered_swaps([], 3, 0, SIZE), ways(["multiband", "poisson"]), 0, SIZE)


def test_every_two_are_compared_as_often_and_each_is_as_often_on_the_left():
    assert set(Counter(blind.order("abc", 12, 5)).values()) == {2}
    drawn = blind.order("ab", 7, 1)
    assert abs(drawn.count(("a", "b")) - drawn.count(("b", "a"))) == 1


def test_the_order_is_random_but_its_seed_repeats_it():
    assert blind.order("ab", 20, 3) == blind.order("ab", 20, 3)
    assert blind.order("ab", 20, 3) != blind.order("ab", 20, 4)
    for names in ("a", "", "aa"):
        with pytest.raises(ValueError, match="two or more different ones"):
            blind.order(names, 4, 0)
    for wrong, words in (((0, 0), "n: expected at least 1 comparison, got 0"), ((1, -1), "seed: expected at least 0, got -1")):
        with pytest.raises(ValueError, match=words):
            blind.order("ab", *wrong)


def test_the_pictures_are_where_the_names_say(shown):
    from facelib.evaluation.swapped import swapped

    pair = swaps.rendered_swaps([], 1, 0, SIZE)[0]
    made = swapped(pair, ways(["multiband", "poisson"]), SIZE)
    assert (shown[0].left == made.results[shown[0].names[0]]).all()
    assert (shown[0].right == made.results[shown[0].names[1]]).all()
    assert (shown[0].left != shown[0].right).any()


def test_the_page_keeps_whose_results_they_are_as_data_only(shown):
    page = blind_page.page(shown, {"seed": 0})
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)[1]
    assert [tuple(two) for two in json.loads(data)["names"]] == [one.names for one in shown]
    rest = page.replace(data, "")
    assert not any(name in rest for name in ("multiband", "poisson"))
    assert page.count("data:image/jpeg") == 4 * len(shown)
    assert not re.search(r'(?:src|href)="(?!data:)', page)


def test_pages_of_other_pictures_are_other_studies(shown):
    ids = {re.search(r'"id": "(\w+)"', blind_page.page(one, {"seed": 0}))[1] for one in (shown, shown[:2], shown)}
    assert len(ids) == 2


def test_the_command_writes_a_page_of_rendered_faces(tmp_path, capsys):
    file = tmp_path / "blind.html"
    arguments = ["--n", "2", "--size", "48", "--blends", "multiband", "none", "-o", str(file)]
    assert main(["evaluate", "blind", *arguments]) == 0
    assert capsys.readouterr().out.strip() == str(file)
    assert file.read_text(encoding="utf-8").count("data:image/jpeg") == 8


def test_the_command_refuses_one_blend(tmp_path, capsys):
    assert main(["evaluate", "blind", "--blends", "multiband", "-o", str(tmp_path / "blind.html")]) == 2
    assert "expected two or more different ones, got multiband" in capsys.readouterr().err


def test_the_command_refuses_lists_of_people_for_rendered_faces(tmp_path, capsys):
    arguments = ["--protocol", "self", "--data", "rendered", "--people", "nobody.txt", "-o", str(tmp_path / "blind.html")]
    assert main(["evaluate", "blind", *arguments]) == 2
    assert "rendered faces have no list of people" in capsys.readouterr().err
