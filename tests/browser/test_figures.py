"""Figures as readers use them: by mouse, by finger, by keys and by ear, in light and dark, with scripts and without."""

import cv2
import numpy as np
import pytest

from facelib import figures, keypoints

RED, GREEN, BLUE = (0.8, 0.0, 0.0), (0.0, 0.6, 0.0), (0.0, 0.0, 0.8)
COLOURS = {"raw": RED, "multiband": GREEN, "Poisson": BLUE}


def plain(colour):
    return np.broadcast_to(np.float32(colour), (80, 120, 3)).copy()


def plain_pictures(count=3):
    return {name: plain(colour) for name, colour in list(COLOURS.items())[:count]}


@pytest.fixture
def divider():
    return figures.divider(plain_pictures(2), "raw and blended", "a swap")


@pytest.fixture
def switch():
    return figures.switch(plain_pictures(), "blender", "a swap", start=1)


@pytest.fixture
def slider():
    return figures.slider(plain_pictures(), "blender", "a swap", start=1)


@pytest.fixture(scope="module")
def points():
    return keypoints.mean_shape() * 260 + (200, 200)


@pytest.fixture
def named_points(points):
    return figures.named_points(np.full((400, 400, 3), 0.4, np.float32), points, "a grey face")


@pytest.fixture
def every_figure(divider, switch, slider, named_points):
    return (
        divider,
        switch,
        named_points,
        figures.menu({"one": {"slider": slider, "switch": switch}, "two": {"divider": divider}}, "figure:"),
    )


def pixel(page, x, y):
    """The colour at a place of the window, as floats."""
    shot = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    return shot[round(y), round(x), ::-1] / 255


def assert_colour(page, x, y, colour):
    np.testing.assert_allclose(pixel(page, x, y), colour, atol=0.03)  # WebP


def across(locator, share):
    """A place on an element: a share of its width from the left, a third of its height down."""
    box = locator.bounding_box()
    return box["x"] + share * box["width"], box["y"] + box["height"] / 3


def swipe(page, start, end):
    """A finger that goes from one place to another."""
    fingers = page.context.new_cdp_session(page)
    fingers.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": start[0], "y": start[1]}]})
    for x, y in np.linspace(start, end, 9)[1:]:
        fingers.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]})
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def sayings(page):
    """The values of the sliders that are to be seen, in words. (Chromium's own tree, as the snapshot shows it, has their numbers only.)"""
    return [handle.get_attribute("aria-valuetext") for handle in page.get_by_role("slider").all()]


def visible_names(page):
    """The alt texts of the pictures that are to be seen."""
    return [image.get_attribute("alt") for image in page.locator("img").all() if image.is_visible()]


def test_a_page_notices_what_leaves_it_and_what_breaks(show, divider, trouble):
    divider.data += '<img alt="" src="http://elsewhere.invalid/a.png"><script>nothing.at.all</script>'
    show(divider)
    assert len(trouble) >= 2
    trouble.clear()


def test_a_divider_follows_the_mouse(show, divider):
    page = show(divider)
    handle, drag = page.get_by_role("slider"), page.locator(".facelib-divider span")
    for share in (0.25, 0.8):
        page.mouse.move(*across(drag, float(handle.input_value()) / 100))
        page.mouse.down()
        page.mouse.move(*across(drag, 0.4), steps=3)
        page.mouse.move(*across(drag, share), steps=3)
        page.mouse.up()
        page.mouse.move(*across(drag, 0.5))  # let go, it stays
        assert handle.input_value() == f"{100 * share:.0f}"
        assert_colour(page, *across(drag, share - 0.03), RED)
        assert_colour(page, *across(drag, share + 0.03), GREEN)


def test_a_divider_stops_at_the_edges(show, divider):
    page = show(divider)
    drag = page.locator(".facelib-divider span")
    page.mouse.move(*across(drag, 0.5))
    page.mouse.down()
    page.mouse.move(*across(drag, 1.5))
    assert page.get_by_role("slider").input_value() == "100"
    assert_colour(page, *across(drag, 0.95), RED)
    page.mouse.move(*across(drag, -0.5))
    assert page.get_by_role("slider").input_value() == "0"
    assert_colour(page, *across(drag, 0.05), GREEN)


def test_a_divider_follows_a_finger_but_lets_it_scroll(show, divider):
    page = show(*[divider] * 4, size="phone")
    handle, drag = page.get_by_role("slider").first, page.locator(".facelib-divider span").first
    page.touchscreen.tap(*across(drag, 0.7))
    assert abs(float(handle.input_value()) - 70) <= 1
    swipe(page, across(drag, 0.5), across(drag, 0.25))
    assert abs(float(handle.input_value()) - 25) <= 1
    x, y = across(drag, 0.8)
    swipe(page, (x, y + 60), (x, y - 40))
    page.wait_for_function("scrollY > 20")
    assert abs(float(handle.input_value()) - 25) <= 1


def test_keys_move_a_divider(show, divider):
    page = show(divider)
    page.keyboard.press("Tab")
    handle, drag = page.locator(":focus"), page.locator(".facelib-divider span")
    for key, share in {"ArrowRight": 51, "ArrowLeft": 50, "PageUp": 60, "End": 100, "Home": 0, "ArrowUp": 1}.items():
        page.keyboard.press(key)
        assert handle.input_value() == str(share)
        assert handle.get_attribute("aria-valuetext") == f"{share} % raw, {100 - share} % multiband"
    assert_colour(page, *across(drag, 0.5), GREEN)
    page.keyboard.press("End")
    assert_colour(page, *across(drag, 0.5), RED)


def test_a_mouse_that_moved_a_divider_leaves_it_to_the_keys(show, divider):
    page = show(divider)
    page.mouse.click(*across(page.locator(".facelib-divider span"), 0.3))
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("slider").input_value() == "31"


def test_keys_and_clicks_flick_between_pictures_at_one_place(show, switch):
    page = show(switch)
    places = set()
    page.keyboard.press("Tab")
    for name, colour in [("multiband", GREEN), ("Poisson", BLUE), ("raw", RED)]:
        assert page.get_by_role("radio", name=name).is_checked()
        assert visible_names(page) == [f"a swap: {name}"]
        (shown,) = (image for image in page.locator("img").all() if image.is_visible())
        places.add(tuple(shown.bounding_box().values()))
        assert_colour(page, *across(shown, 0.5), colour)
        page.keyboard.press("ArrowRight")
    assert len(places) == 1
    page.get_by_text("Poisson").click()
    assert visible_names(page) == ["a swap: Poisson"]
    page.keyboard.press("Enter")  # in a form, which is not to be sent
    assert visible_names(page) == ["a swap: Poisson"]


def test_a_finger_switches(show, switch):
    page = show(switch, size="phone")
    page.get_by_text("raw").tap()
    assert visible_names(page) == ["a swap: raw"]


def test_the_point_under_the_mouse_says_its_name(show, named_points, points):
    page = show(named_points)
    picture, label = page.locator("img"), page.locator(".facelib-points span")
    box = picture.bounding_box()
    for group, members in keypoints.GROUPS.items():
        for k in (members[0], members[-1]):
            x, y = (points[k] + 0.5) / 400 * box["width"]
            page.mouse.move(box["x"] + x, box["y"] + y)
            assert label.inner_text() == f"{k}: {group}"
            assert page.get_by_role("slider").get_attribute("aria-valuetext") == f"{k}: {group}"
            dot = page.locator("circle.now").bounding_box()
            assert abs(dot["x"] + dot["width"] / 2 - box["x"] - x) < 1  # what is marked is where it is
            assert abs(dot["y"] + dot["height"] / 2 - box["y"] - y) < 1
            beside = label.bounding_box()
            assert abs(beside["y"] + beside["height"] - dot["y"]) < 20
            assert box["x"] <= beside["x"]
            assert beside["x"] + beside["width"] <= box["x"] + box["width"]


def test_a_finger_need_not_hit_a_point(show, named_points, points):
    page = show(named_points, size="phone")
    box, label = page.locator("img").bounding_box(), page.locator(".facelib-points span")
    x, y = points[8] / 400 * box["width"]
    page.touchscreen.tap(box["x"] + x, box["y"] + y + 20)  # below the chin
    assert label.inner_text() == "8: jaw"
    x, y = points[0] / 400 * box["width"]
    swipe(page, (box["x"] + x + 60, box["y"] + y), (box["x"] + x - 15, box["y"] + y))  # over the eye to the ear
    assert label.inner_text() == "0: jaw"


def test_keys_go_through_the_points(show, named_points):
    page = show(named_points)
    page.keyboard.press("Tab")
    names = [page.locator(":focus").get_attribute("aria-valuetext")]
    for key in ("ArrowRight", "End", "Home"):
        page.keyboard.press(key)
        names.append(page.locator(":focus").get_attribute("aria-valuetext"))
    assert names == ["30: nose bridge", "31: nostrils", "67: inner lips", "0: jaw"]
    assert page.locator(".facelib-points span").inner_text() == "0: jaw"
    assert page.locator(".now").count() == 2  # the point and its group, and no other


def test_keys_mouse_and_finger_move_a_slider(show, slider):
    page = show(slider)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert visible_names(page) == ["a swap: Poisson"]
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "Poisson"
    page.mouse.click(*across(page.get_by_role("slider"), 0.02))
    assert visible_names(page) == ["a swap: raw"]
    page = show(slider, size="phone")
    handle = page.get_by_role("slider")
    swipe(page, across(handle, 0.5), across(handle, 0.98))
    assert visible_names(page) == ["a swap: Poisson"]


def test_a_menu_changes_the_figure(show, every_figure):
    page = show(every_figure[-1])
    assert visible_names(page) == ["a swap: multiband"]
    page.get_by_label("figure:").select_option("divider")
    assert visible_names(page) == ["a swap: raw", "a swap: multiband"]
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.locator(":focus").get_attribute("aria-valuetext") == "51 % raw, 49 % multiband"  # no key is lost to hidden figures


def test_figures_on_one_page_leave_each_other_alone(show, divider, switch, slider, named_points):
    page = show(divider, switch, slider, named_points, divider, switch, slider, named_points)
    before, shown = sayings(page), visible_names(page)
    assert before == ["50 % raw, 50 % multiband", "multiband", "30: nose bridge"] * 2
    assert shown == ["a swap: raw", "a swap: multiband", "a swap: multiband", "a swap: multiband", "a grey face"] * 2
    for _ in range(4):
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")
    assert sayings(page) == ["51 % raw, 49 % multiband", "Poisson", "31: nostrils", *before[3:]]
    assert visible_names(page) == ["a swap: raw", "a swap: multiband", "a swap: Poisson", "a swap: Poisson", "a grey face", *shown[5:]]


def test_a_screen_reader_is_told_roles_names_and_values(show, every_figure):
    page = show(*every_figure)
    assert (
        page.locator("body").aria_snapshot().splitlines()
        == """\
- figure "raw":
  - 'img "a swap: raw"'
  - text: raw
- figure "multiband":
  - 'img "a swap: multiband"'
  - text: multiband
- slider "raw and blended": "50"
- radiogroup "blender":
  - radio "raw"
  - text: raw
  - radio "multiband" [checked]
  - text: multiband
  - 'img "a swap: multiband"'
  - radio "Poisson"
  - text: Poisson
- img "a grey face"
- slider "keypoint": "30"
- text: "figure:"
- combobox "figure:"
- slider "blender": "1"
- figure "multiband":
  - 'img "a swap: multiband"'
  - text: multiband""".splitlines()
    )
    assert sayings(page) == ["50 % raw, 50 % multiband", "30: nose bridge", "multiband"]


def test_without_scripts_a_still_picture_is_left_and_nothing_that_does_nothing(show, every_figure, keep):
    page = show(*every_figure, scripts=False)
    keep(page, "no-scripts")
    assert page.locator("input[type=range]:visible, select:visible").count() == 0
    assert visible_names(page) == ["a swap: raw", "a swap: multiband", "a swap: multiband", "a grey face", "a swap: multiband"]
    page.get_by_text("Poisson").first.click()  # which needs no script
    assert "a swap: Poisson" in visible_names(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(show, every_figure, scheme):
    """By WCAG's contrast of 4.5, against the page's own background."""
    page = show(*every_figure, scheme=scheme)
    colours = page.evaluate("""() => [document.body, ...document.querySelectorAll('figcaption, label')].map(
        element => getComputedStyle(element).color.match(/[0-9.]+/g).slice(0, 3).map(Number))""")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).map(Number)")

    def luminance(colour):
        levels = np.array(colour) / 255
        return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)

    assert len(colours) > 8
    for colour in colours:
        dark, light = sorted((luminance(colour), luminance(ground)))
        assert (light + 0.05) / (dark + 0.05) > 4.5


def test_a_phone_is_wide_enough_and_fingers_find_everything(show, every_figure):
    page = show(*every_figure, size="phone")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for control in page.locator("input[type=range], label, select").all():
        if control.is_visible():
            assert control.bounding_box()["height"] >= 24  # WCAG's least


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_portraits_in_every_figure(show, keep, collins_on_hopper, size, scheme):
    swap, points = collins_on_hopper, collins_on_hopper.target_points
    alt = "Grace Hopper with the face of Eileen Collins"
    pictures = {"raw composite": swap.composite, "multi-band": swap.blended, "target": swap.target}
    cut = {name: figures.around(picture, points) for name, picture in pictures.items()}
    moved = keypoints.transform(figures.around_matrix(points), points)
    divider = figures.divider(dict(list(cut.items())[:2]), "raw composite and blend", alt)
    switch, slider = (figure(cut, "stage", alt) for figure in (figures.switch, figures.slider))
    named = figures.named_points(cut["target"], moved, "Grace Hopper")
    page = show(divider, switch, named, figures.menu({"stages": {"slider": slider}}, "figure:"), size=size, scheme=scheme)
    keep(page, f"{size}-{scheme}-start")
    for keys in (["PageDown"], ["ArrowRight"], ["End"], [], ["ArrowRight"]):
        page.keyboard.press("Tab")
        for key in keys:
            page.keyboard.press(key)
        if keys == ["PageDown"]:
            keep(page, f"{size}-{scheme}-focus")
    keep(page, f"{size}-{scheme}-moved")
    assert sayings(page) == ["40 % raw composite, 60 % multi-band", "67: inner lips", "multi-band"]
    assert figures.weigh(divider, switch, named, slider) < figures.PAGE_LIMIT / 3
