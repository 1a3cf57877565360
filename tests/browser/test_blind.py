"""The page of blind comparisons as raters use it: by keys, by mouse, by finger; and what it saves is what they chose."""

import json

import numpy as np
import pytest

from facelib.evaluation import blind_page, preferences
from facelib.evaluation.blind import Shown

NAMES = [("multiband", "poisson"), ("poisson", "multiband"), ("poisson", "multiband")]


def plain(grey):
    return np.full((64, 64, 3), grey, np.float32)


@pytest.fixture(scope="module")
def html():
    shown = [Shown(*(plain(0.1 + 0.2 * part + 0.01 * number) for part in range(4)), names) for number, names in enumerate(NAMES)]
    return blind_page.page(shown, {"seed": 0})


def saved(page, folder):
    """What the page saves, as the package reads it."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save choices").click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return [(one.left, one.right, one.choice) for one in preferences.read([file])]


def visible_alts(page):
    return [image.get_attribute("alt") for image in page.locator("img").all() if image.is_visible()]


def count(page):
    return page.get_by_role("status").inner_text()


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_shows_no_name(visit, html, size, scheme, keep):
    page = visit(html, size=size, scheme=scheme)
    keep(page, f"blind-{size}-{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert len(visible_alts(page)) == 4
    for text in (page.locator("body").inner_text(), page.locator("body").aria_snapshot(), page.title()):
        assert not any(name in text for name in ("multiband", "poisson"))
    for button in page.get_by_role("button").all():
        assert button.bounding_box()["height"] >= 44
    assert page.get_by_role("button", name="Right").bounding_box()["y"] < page.viewport_size["height"] - 60


def test_keys_choose_and_go_back(visit, html, tmp_path):
    page = visit(html)
    for key, now in [("ArrowLeft", "2 of 3"), ("ArrowDown", "3 of 3"), ("Backspace", "2 of 3"), ("ArrowRight", "3 of 3")]:
        page.keyboard.press(key)
        assert count(page) == now
    page.keyboard.press("=")
    assert count(page) == "3 of 3 made"
    page.keyboard.press("ArrowLeft")  # after the last one, nothing is chosen any more
    assert saved(page, tmp_path) == [("multiband", "poisson", "left"), ("poisson", "multiband", "right"), ("poisson", "multiband", "equal")]


def test_a_finger_chooses_by_buttons_and_by_pictures(visit, html, tmp_path):
    page = visit(html, size="phone")
    page.get_by_role("button", name="Equal").tap()
    page.get_by_alt_text("the right result").locator("visible=true").tap()
    assert count(page) == "3 of 3"
    assert [choice for *_, choice in saved(page, tmp_path)] == ["equal", "right"]  # not all need be made


def test_a_choice_is_seen_when_somebody_goes_back(visit, html):
    page = visit(html)
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Back").click()
    assert page.get_by_role("button", name="Right").get_attribute("aria-pressed") == "true"
    assert page.get_by_role("button", name="Left").get_attribute("aria-pressed") == "false"


def test_a_name_is_typed_without_choosing(visit, html, tmp_path):
    page = visit(html)
    page.keyboard.press("ArrowLeft")
    page.get_by_label("Your name").press_sequentially("Zoë = 1")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Backspace")
    assert count(page) == "2 of 3"
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    record = json.loads(waiting.value.path().read_text(encoding="utf-8"))
    assert record["rater"]["name"] == "Zoë =1"
    assert record["study"]["seed"] == 0
    assert waiting.value.suggested_filename.endswith(".json")


def test_choices_survive_a_page_that_is_closed_and_the_next_person_starts_anew(visit, html, tmp_path):
    page = visit(html)
    page.keyboard.press("ArrowLeft")
    page.reload()
    assert count(page) == "2 of 3"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    first = saved(page, tmp_path)
    page.get_by_role("button", name="Start anew").click()
    assert count(page) == "1 of 3"
    for _ in NAMES:
        page.keyboard.press("ArrowRight")
    saved(page, tmp_path)
    files = list(tmp_path.iterdir())
    assert len(files) == 2
    assert len(preferences.read(files)) == 2 * len(first)


def test_where_nothing_can_be_saved_there_is_text_to_copy(visit, html):
    page = visit(html)
    page.keyboard.press("ArrowLeft")
    page.get_by_text("If saving does not work here").click()
    page.wait_for_function("document.getElementById('text').value")
    assert len(json.loads(page.locator("#text").input_value())["choices"]) == 1


def test_without_scripts_the_page_says_so(visit, html):
    page = visit(html, scripts=False)
    assert "needs scripts" in page.locator("main").inner_text()
    assert not page.get_by_role("button").count() or not page.get_by_role("button").first.is_visible()
