"""The small widgets as a reader meets them: one notebook with all five, in JupyterLab and Chromium."""

import re
import time

import pytest

pytest.importorskip("anywidget")
nbformat = pytest.importorskip("nbformat")

NAMES = ("DelaunayExplorer", "Morph", "PyramidExplorer", "LossWeights", "FaceLaboratory")


@pytest.fixture
def opened(chromium, lab, trouble):
    """Opens the notebook, runs all of it, and waits until every widget shows its pictures."""
    address, folder = lab
    contexts = []

    def opened(name, size=(1280, 900), scheme="light", **more):
        cells = [nbformat.v4.new_code_cell(f"from facelib.widgets import {name}\n{name}()") for name in NAMES]
        written = nbformat.v4.new_notebook(cells=cells)
        written.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(written, folder / f"{name}.ipynb")
        context = chromium.new_context(viewport=dict(zip(("width", "height"), size, strict=True)), color_scheme=scheme, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: trouble.append(f"script: {error}"))
        page.on("console", lambda message: message.type == "error" and "facelib" in message.text and trouble.append(message.text[:160]))
        page.goto(f"{address}/doc/tree/{name}.ipynb")
        page.get_by_text("| Idle").wait_for(state="attached")
        page.locator(".jp-CodeCell .cm-content").first.click()
        for _ in NAMES:
            page.keyboard.press("Shift+Enter")
        page.wait_for_function("count => document.querySelectorAll('.facelib-explorer').length == count", arg=len(NAMES))
        for number in range(len(NAMES)):
            ready(page.locator(".facelib-explorer").nth(number))
        return page

    yield opened
    for context in contexts:
        context.close()


def ready(widget):
    widget.locator('.facelib-view[data-ready="true"][data-busy="false"]').wait_for()


def shown(widget):
    """The addresses of its pictures: each new picture has a new one."""
    return widget.locator(".facelib-pictures img").evaluate_all("images => images.map(image => image.src)")


def changes(widget, act):
    """Does something after which other pictures must be shown; says how long the first of them took, the hand's own time included."""
    before, started = shown(widget), time.perf_counter()
    act()
    picture = "([widget, old]) => widget.querySelector('.facelib-pictures img').src != old"
    widget.page.wait_for_function(picture, arg=[widget.element_handle(), before[0]])
    print(f"{1000 * (time.perf_counter() - started):.0f} ms")
    ready(widget)
    assert set(shown(widget)).isdisjoint(before)


def slide(widget, label, key="ArrowRight", times=5):
    """Moves a slider by its keys."""
    widget.locator(".widget-slider").filter(has_text=label).first.locator(".noUi-handle").focus()
    for _ in range(times):
        widget.page.keyboard.press(key)


def test_each_widget_follows_a_hand(opened, keep):
    page = opened("small", size=(1280, 1000))
    widgets = [page.locator(".facelib-explorer").nth(number) for number in range(len(NAMES))]
    delaunay, morph, pyramid, losses, laboratory = widgets

    canvas = delaunay.get_by_role("application", name=re.compile("^Target: "))
    canvas.scroll_into_view_if_needed()
    assert delaunay.get_by_text("0 of 196 triangles fold").is_visible()
    nose = canvas.locator("circle").nth(30).bounding_box()
    start = nose["x"] + nose["width"] / 2, nose["y"] + nose["height"] / 2

    def drag():
        page.mouse.move(*start)
        page.mouse.down()
        for step in range(1, 13):
            page.mouse.move(start[0] + 11 * step, start[1] - 4 * step)
            page.wait_for_timeout(30)
        page.mouse.up()

    changes(delaunay, drag)
    delaunay.get_by_text(re.compile("[1-9][0-9]* of 196 triangles fold")).wait_for()
    assert canvas.locator(".facelib-folded").get_attribute("d") != ""
    took = [int(each) for each in delaunay.locator(".facelib-canvas").get_attribute("data-took").split()]
    print(f"drag to picture and back: median {sorted(took)[len(took) // 2]} ms, n {len(took)}")
    keep(page, "small-delaunay")

    morph.scroll_into_view_if_needed()
    changes(morph, lambda: slide(morph, "Shape"))
    morph.get_by_text(re.compile("shape 6[0-9] ?%, colours 50 ?%")).wait_for()
    keep(page, "small-morph")
    changes(morph, lambda: morph.locator(".widget-play button").first.click())
    morph.locator(".widget-play button").first.click()  # and stop

    pyramid.scroll_into_view_if_needed()
    changes(pyramid, lambda: slide(pyramid, "Look at level", "ArrowLeft", 1))
    pyramid.get_by_text("level 1 is").wait_for()
    keep(page, "small-pyramid")

    losses.scroll_into_view_if_needed()
    changes(losses, lambda: slide(losses, "everywhere", "PageUp", 3))
    assert losses.locator("tr", has_text="everywhere").locator(".facelib-bar").count() == 1
    keep(page, "small-losses")

    laboratory.scroll_into_view_if_needed()
    changes(laboratory, lambda: slide(laboratory, "Yaw", "PageUp", 2))
    changes(laboratory, lambda: laboratory.get_by_text("68 points").click())
    changes(laboratory, lambda: laboratory.get_by_text("Parts").click())
    laboratory.get_by_role("button", name="Shape").click()
    laboratory.get_by_text("Jaw width").wait_for()
    before = shown(laboratory)
    page.wait_for_timeout(500)
    assert shown(laboratory) == before  # sliders that appear move nothing
    keep(page, "small-laboratory")
    assert page.get_by_role("alert").count() == 0


def test_on_a_telephone_in_the_dark_nothing_sticks_out(opened, keep):
    page = opened("small-phone", size=(390, 844), scheme="dark", has_touch=True)
    page.set_viewport_size({"width": 390, "height": 6400})
    keep(page, "small-widgets-phone")
    for number in range(len(NAMES)):
        assert page.locator(".facelib-explorer").nth(number).evaluate("app => app.scrollWidth <= app.clientWidth")
