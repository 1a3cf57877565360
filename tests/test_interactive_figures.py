"""What can be told of figures without a browser; `tests/browser/` has one."""

import re

import numpy as np
import pytest

from facelib import figures, keypoints

GREY, WIDE = np.full((20, 30, 3), 0.5, np.float32), np.full((20, 40, 3), 0.5, np.float32)
POINTS = keypoints.mean_shape() * 150 + 100


def every_figure():
    two = {"<raw>": GREY, "blended": GREY}
    slider = figures.slider(two, "stage", "a square")
    return {
        "slider": slider,
        "switch": figures.switch(two, 'which "stage"', "a square"),
        "divider": figures.divider(two, "raw & blended", "a square"),
        "named_points": figures.named_points(GREY, POINTS, "a <square>"),
        "grid": figures.grid(two, "a <square>"),
        "menu": figures.menu({"all": {"<one>": slider}}, "figure:"),
    }


@pytest.mark.parametrize("name", every_figure())
def test_a_figure_fetches_nothing_and_is_the_same_each_time(name):
    page = every_figure()[name].data
    assert page == every_figure()[name].data  # a notebook's outputs do not change by themselves
    assert all(source.startswith("data:image/webp;base64,") for source in re.findall(r'src="(.*?)"', page))
    assert not re.search(r"//|url\(|@import|href|\bid=", re.sub(r'src=".*?"', "", page))
    assert "<raw>" not in page
    assert "<square>" not in page


@pytest.mark.parametrize("name", every_figure())
def test_every_picture_and_every_control_has_a_name(name):
    page = every_figure()[name].data
    assert all(re.search(r'alt="[^"]+"', image) for image in re.findall("<img .*?>", page))
    for control in re.findall('<input type="range".*?>', page, re.DOTALL):
        assert re.search(r'aria-label="[^"]+" aria-valuetext="[^"]+"', control)
    for control in re.findall("<input.*?>|<select.*?>", page, re.DOTALL):
        assert "data-lm-suppress-shortcuts" in control


def test_a_switch_holds_every_picture_and_one_is_on():
    page = figures.switch({"raw": GREY, "multiband": GREY, "Poisson": GREY}, "blender", "a swap", start=1).data
    assert re.findall(r'<input type="radio"[^>]*?( checked)?>(\w+)</label><img alt="(.*?)"', page) == [
        ("", "raw", "a swap: raw"),
        (" checked", "multiband", "a swap: multiband"),
        ("", "Poisson", "a swap: Poisson"),
    ]


def test_a_grid_names_each_picture_and_refuses_odd_rows():
    page = figures.grid({"raw": GREY, "blended": GREY, "raw ": WIDE}, "a swap", columns=2).data
    assert re.findall(r'alt="(.*?)"', page) == ["a swap: raw", "a swap: blended", "a swap: raw"]
    assert re.findall(r"<figcaption>(.*?)</figcaption>", page) == ["raw", "blended", "raw"]
    assert "--columns:2" in page
    with pytest.raises(ValueError, match="columns: expected an even number of at least 2, got 3"):
        figures.grid({"raw": GREY}, "a swap", columns=3)
    with pytest.raises(ValueError, match="pictures: expected one or more"):
        figures.grid({}, "a swap")


def test_a_divider_begins_where_it_is_told():
    page = figures.divider({"raw": GREY, "blended": GREY}, "raw and blended", "a swap", start=30).data
    assert "--at:30%" in page
    assert 'value="30"' in page
    assert 'aria-valuetext="30 % raw, 70 % blended"' in page


def test_points_are_named_where_they_are():
    page = figures.named_points(np.zeros((200, 250, 3), np.float32), POINTS, "a face", start=36).data
    assert 'viewBox="-0.5 -0.5 250 200"' in page
    centres = np.array(re.findall(r'<circle cx="(.*?)" cy="(.*?)"', page), float)
    np.testing.assert_allclose(centres, POINTS, atol=0.051)
    groups = re.findall(r'<g data-name="(.*?)".*?</g>', page, re.DOTALL)
    assert groups == list(keypoints.GROUPS)
    assert 'aria-valuetext="36: right eye"' in page


def test_figures_that_cannot_be_are_refused():
    for figure in (figures.switch, figures.divider):
        with pytest.raises(ValueError, match=r"pictures: expected \w+( or more)? of one size, got \[\(20, 30, 3\), \(20, 40, 3\)\]"):
            figure({"a": GREY, "b": WIDE}, "size", "a square")
    with pytest.raises(ValueError, match="pictures: expected 2 of one size"):
        figures.divider({"a": GREY}, "one", "a square")
    with pytest.raises(ValueError, match="pictures: expected one or more of one size"):
        figures.switch({}, "nothing", "nothing")
    with pytest.raises(ValueError, match="start: expected 0 to 1, got 2"):
        figures.switch({"a": GREY, "b": GREY}, "two", "a square", start=2)
    with pytest.raises(ValueError, match="start: expected 0 to 100, got 101"):
        figures.divider({"a": GREY, "b": GREY}, "two", "a square", start=101)
    with pytest.raises(ValueError, match=r"points: expected an array of shape \(68, 2\)"):
        figures.named_points(GREY, POINTS[:5], "a square")
    with pytest.raises(ValueError, match="start: expected 0 to 67, got -1"):
        figures.named_points(GREY, POINTS, "a square", start=-1)


def test_what_a_page_can_bear_is_said(collins):
    light = figures.slider({"a": GREY}, "one", "a square")
    heavy = figures.divider({"a": collins, "b": collins}, "twice", "Eileen Collins")
    assert figures.weigh(light, light) == 2 * len(light.data.encode())
    assert figures.weigh(heavy) < figures.PAGE_LIMIT
    with pytest.raises(ValueError, match=r"figures: expected at most 0.05 MB in all, got 0.\d\d"):
        figures.weigh(light, heavy, limit=50_000)
