"""The report of an evaluation as somebody reads it: sorted by mouse and by keys, in light and dark, wide and narrow."""

import numpy as np
import pytest

from facelib.evaluation import report, swaps
from facelib.evaluation.cases import Case
from facelib.evaluation.swapped import Swapped
from facelib.evaluation.swaps import Scored

VALUES = {"target": np.inf, "multiband": 20.0, "none": 3.0, "unet": 21.5}
ABOUT = {
    "protocol": "self",
    "data": "rendered",
    "size": 64,
    "seed": 0,
    "date": "today",
    "hardware": "CPU",
    "command": "facelib " + "evaluate " * 9,
}


def case(way, rank):
    grey, points, mask = np.full((64, 64, 3), 0.5, np.float32), np.zeros((68, 2)), np.ones((64, 64), np.float32)
    return Case(way, rank, 20.0, Swapped(grey, grey, points, grey, points, grey, grey, mask, {way: grey}, {way: 0.1}))


@pytest.fixture(scope="module")
def html():
    people = [f"person {number}" for number in range(4)]
    scores = {score: {way: np.full(4, value) for way, value in VALUES.items()} for score in swaps.BETTER}
    seconds = {way: np.full(4, 0.01 * len(way)) for way in list(VALUES)[1:]}
    scored = Scored(scores, people, [""] * 4, seconds)
    record = {**ABOUT, "table": swaps.table(scored, over="multiband")}
    return report.page(record, scored, [case(way, rank) for way in list(VALUES)[1:] for rank in ("best", "median", "worst")])


def ways(page):
    return [cell.inner_text() for cell in page.locator("tbody th").all()]


def sorts(page):
    return [head.get_attribute("aria-sort") for head in page.locator("thead th").all() if head.get_attribute("aria-sort")]


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_every_picture_is_seen(visit, html, size, scheme, keep):
    page = visit(html, size=size, scheme=scheme)
    keep(page, f"report-{size}-{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shown = page.locator("img").all()
    assert len(shown) == 3 * 3 * 3  # the target is the answer: one picture says both
    assert all(image.get_attribute("alt") and image.bounding_box()["width"] > 60 for image in shown)


def test_a_click_sorts_the_best_first_and_another_the_worst(visit, html):
    page = visit(html)
    assert ways(page) == list(VALUES)
    page.get_by_role("button", name="PSNR, dB").first.click()
    assert ways(page) == ["target", "unet", "multiband", "none"]
    assert sorts(page) == ["descending"]
    page.get_by_role("button", name="PSNR, dB").first.click()
    assert ways(page) == ["none", "multiband", "unet", "target"]
    page.get_by_role("button", name="Seam error").click()  # of which less is better
    assert ways(page)[0] == "none"
    assert sorts(page) == ["ascending"]


def test_keys_sort_and_what_has_no_number_comes_last(visit, html):
    page = visit(html)
    page.get_by_role("button", name="Time a face").focus()
    for order in (["none", "unet", "multiband", "target"], ["multiband", "none", "unet", "target"]):
        page.keyboard.press("Enter")
        assert ways(page) == order
    page.get_by_role("button", name="Way").focus()
    page.keyboard.press("Space")
    assert ways(page) == ["multiband", "none", "target", "unet"]


def test_without_scripts_the_table_is_there(visit, html):
    assert ways(visit(html, scripts=False)) == list(VALUES)
