"""The page of blind trials as raters use it: by keys alone, by finger; and what it saves is what they said."""

import json

import numpy as np
import pytest

from facelib import pages
from facelib.evaluation import blind, blind_page, blind_study, verdicts
from facelib.evaluation.verdicts import Answer

METHODS = ("multiband", "poisson", "unet")
TRIALS = blind.trials(METHODS, 2, repeats=1, catch=1, seed=2)
STUDY = blind_study.Study("abcdef0123", METHODS, tuple(TRIALS), (("a", "b"), ("c", "d")), {})


def plain(grey):
    return pages.jpeg(np.full((410, 410, 3), grey, np.float32), 90)


@pytest.fixture(scope="module")
def html():
    names = (*METHODS, *blind.CATCH)
    pairs = [
        blind_page.ShownPair(plain(0.1 + part), plain(0.2 + part), {name: plain(0.3 + 0.1 * at + part) for at, name in enumerate(names)})
        for part in (0, 0.05)
    ]
    return blind_page.page([(pairs[one.pair], one.results) for one in TRIALS], STUDY.id)


def saved(page, folder):
    """What the page saves, as the package reads it."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save answers").click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return verdicts.read([file], STUDY)


def prompt(page):
    return page.get_by_role("status").inner_text()


def press(page, keys):
    for key in keys.split():
        page.keyboard.press({"Space": " "}.get(key, key))


def count_of(number):
    return len(TRIALS[number].results)


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_shows_no_name(visit, html, size, scheme, keep):
    page = visit(html, size=size, scheme=scheme)
    for keys in ("", "2", "m", "1"):
        press(page, keys)
        keep(page, f"blind-{size}-{scheme}-{keys or 0}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for text in (page.content().split('id="data"')[0], page.locator("body").inner_text(), page.locator("body").aria_snapshot()):
            assert not any(name in text for name in (*METHODS, *blind.CATCH))
        for button in page.locator("#choices").get_by_role("button").all():
            box = button.bounding_box()
            assert box["height"] >= 44
            assert box["y"] + box["height"] <= page.viewport_size["height"]
        for name in ("Source", "Target"):
            top = page.get_by_alt_text(f"the {name.lower()}").bounding_box()
            assert top["y"] > -2
            assert top["y"] + top["height"] < page.locator("#ask").bounding_box()["y"] + 2
    result = page.get_by_alt_text("result C").bounding_box()
    assert result["y"] < page.locator("#ask").bounding_box()["y"] - 100


def test_a_study_is_done_by_keys_alone(visit, html, tmp_path):
    page = visit(html)
    answers = []
    for number, trial in enumerate(TRIALS):
        assert page.locator("#count").inner_text() == f"{number + 1} of 3"
        for letter in "ABCD"[: count_of(number)]:
            assert prompt(page) == f"Result {letter}: accept, flaw or fail?"
            press(page, {"A": "1", "B": "2 m", "C": "3 h", "D": "3 i"}[letter])
        assert prompt(page).startswith("From best to worst")
        press(page, ("A b" if number != 1 else "c B A") + " Enter")
        said = [("accept", None), ("flaw", "mouth"), ("fail", "cover"), ("fail", "identity")][: count_of(number)]
        places = (0, 1, 2, 2) if number != 1 else (2, 1, 0, 3)
        own = Answer("ann", trial.number, *(tuple(part) for part in zip(*said, strict=True)), places[: count_of(number)])
        answers.append(own)
    assert page.locator("#count").inner_text() == "3 of 3 answered"
    page.keyboard.press("1")  # after the last one, nothing is judged any more
    page.keyboard.press("Tab")
    while not page.evaluate("document.activeElement.id === 'rater'"):
        page.keyboard.press("Tab")
    page.keyboard.type("ann")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename == "verdicts-abcdef-ann.json"
    waiting.value.save_as(tmp_path / "ann.json")
    assert verdicts.read([tmp_path / "ann.json"], STUDY) == answers


def test_backspace_takes_back_step_by_step(visit, html, tmp_path):
    page = visit(html)
    press(page, "2")
    assert prompt(page) == "Result A, flaw: what is wrong above all?"
    press(page, "Backspace")
    assert prompt(page) == "Result A: accept, flaw or fail?"
    press(page, "3 e 1 1" + " 1" * (count_of(0) - 3) + " B A")
    press(page, "Backspace")  # A is not ranked any more
    press(page, "C Enter Backspace")
    assert page.locator("#count").inner_text() == "1 of 3"
    assert prompt(page).startswith("From best to worst")
    press(page, "Backspace Backspace Backspace")
    assert prompt(page).startswith(f"Result {'ABCD'[count_of(0) - 1]}")
    assert page.get_by_role("button", name="Accept").get_attribute("aria-pressed") == "true"
    press(page, "2 o a Enter")
    (answer,) = saved(page, tmp_path)
    assert answer.verdicts == ("fail", *["accept"] * (count_of(0) - 2), "flaw")
    assert answer.ranking == (0, *[1] * (count_of(0) - 1))


def test_the_space_bar_enlarges_and_shows_the_target_in_the_same_place(visit, html):
    page = visit(html)
    large = page.locator("#large")
    for alt in ("Result A, large", "Target, large", None, "Result A, large"):
        press(page, "Space")
        assert large.is_visible() == bool(alt)
        if alt:
            assert large.locator("img").get_attribute("alt") == alt
    press(page, "2")
    assert page.locator("#choices").get_by_role("button").count() == 10
    page.locator("#choices").get_by_role("button", name="Rim").click()  # what is asked stays in reach
    assert large.locator("img").get_attribute("alt") == "Result B, large"
    press(page, "Escape")
    assert not large.is_visible()


def test_a_finger_does_what_keys_do(visit, html, tmp_path):
    page = visit(html, size="phone")

    def tap(name):
        page.locator("#choices").get_by_role("button", name=name).first.tap()

    for number in range(count_of(0)):
        tap("Fail" if number == 1 else "Accept")
        if number == 1:
            tap("Rim")
    tap("C")
    tap("Done")
    (answer,) = saved(page, tmp_path)
    assert answer.classes[:3] == (None, "rim", None)
    assert answer.ranking[:3] == (1, 1, 0)


def test_answers_survive_a_page_that_is_closed_and_the_next_person_starts_anew(visit, html, tmp_path):
    page = visit(html)
    press(page, "1 3 r")
    page.reload()
    assert prompt(page).startswith("Result C")
    press(page, "1 " * (count_of(0) - 2) + "A Enter")
    page.reload()
    assert page.locator("#count").inner_text() == "2 of 3"
    for number in (1, 2):
        press(page, "1 " * count_of(number) + "Enter")
    assert len(saved(page, tmp_path)) == 3
    page.get_by_role("button", name="Start anew").click()
    assert page.locator("#count").inner_text() == "1 of 3"
    press(page, "2 m " * count_of(0) + "Enter")
    saved(page, tmp_path)
    files = list(tmp_path.iterdir())
    assert len(files) == 2
    assert len(verdicts.read(files, STUDY)) == 4  # two raters, by what the page drew


def test_a_name_is_typed_without_judging(visit, html):
    page = visit(html)
    page.get_by_label("Your name").press_sequentially("m2 1")
    assert prompt(page) == "Result A: accept, flaw or fail?"


def test_where_nothing_can_be_saved_there_is_text_to_copy(visit, html):
    page = visit(html)
    press(page, "1 " * count_of(0) + "Enter")
    page.get_by_text("If saving does not work here").click()
    page.wait_for_function("document.getElementById('text').value")
    assert len(json.loads(page.locator("#text").input_value())["answers"]) == 1


def test_without_scripts_the_page_says_so(visit, html):
    page = visit(html, scripts=False)
    assert "needs scripts" in page.locator("main").inner_text()
    assert not page.get_by_role("button").count() or not page.get_by_role("button").first.is_visible()
