"""The swapping app as a reader meets it: JupyterLab, a notebook, Chromium, a mouse, a finger and the keys."""

import re

import numpy as np
import pytest

from facelib import images
from facelib.datasets import pts

pytest.importorskip("anywidget")
nbformat = pytest.importorskip("nbformat")

FIRST = "from facelib.widgets import SwapApp\napp = SwapApp()\napp"
SECOND = """from facelib import blenders
blenders.BLENDERS["half"] = lambda source, target, mask, share=0.5: target + share * mask[..., None] * (source - target)
def broken(source, target, mask):
    raise ValueError("no glue left")
blenders.BLENDERS["broken"] = broken"""
READY = '.facelib-view[data-ready="true"][data-busy="false"]'


@pytest.fixture(scope="module")
def notebook(chromium, lab):
    """Opens a new notebook with these cells; `run(page)` runs the next one."""
    address, folder = lab
    contexts = []

    def open_notebook(name, *cells, size=(1280, 900), scheme="light", **more):
        written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        written.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(written, folder / f"{name}.ipynb")
        context = chromium.new_context(viewport=dict(zip(("width", "height"), size, strict=True)), color_scheme=scheme, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{address}/doc/tree/{name}.ipynb")
        page.get_by_text("| Idle").wait_for(state="attached")
        page.locator(".jp-CodeCell .cm-content").first.click()
        return page

    yield open_notebook
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def page(notebook):
    """The app in a wide window; the tests below use it one after the other."""
    page = notebook("wide", FIRST, SECOND)
    page.keyboard.press("Shift+Enter")
    ready(page)
    return page


@pytest.fixture(autouse=True)
def quiet_page(page, trouble):
    """Errors of the scripts fail the test in which they come."""

    def heard(error):
        trouble.append(f"script: {error}")

    page.on("pageerror", heard)
    yield
    page.remove_listener("pageerror", heard)


def ready(page):
    page.locator(READY).wait_for()


def canvas(page, side):
    return page.get_by_role("application", name=re.compile(f"^{side}: "))


def point(page, side, index):
    """Where a keypoint is on the screen."""
    box = canvas(page, side).locator("circle").nth(index).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def result(page):
    """The bytes of the picture that is shown."""
    return page.evaluate(
        """async () => [...new Uint8Array(await (await fetch(document.querySelector('.facelib-pictures img').src)).arrayBuffer())]"""
    )


def changes(page, act):
    """Does something after which another result must be shown."""
    source = page.locator(".facelib-pictures img").first.get_attribute("src")
    act()
    page.wait_for_function("old => document.querySelector('.facelib-pictures img').src != old", arg=source)
    ready(page)


def upload(page, side, path):
    with page.expect_file_chooser() as chooser:
        page.locator(f".facelib-{side}").get_by_role("button", name="Upload").click()
    chooser.value.set_files(path)


def drag(page, start, way, steps=12):
    x, y = start
    page.mouse.move(x, y)
    page.mouse.down()
    for share in np.linspace(0, 1, steps + 1)[1:]:
        page.mouse.move(x + share * way[0], y + share * way[1])
        page.wait_for_timeout(30)
    page.mouse.up()


def test_the_app_shows_faces_boxes_points_and_the_swap(page, keep):
    keep(page, "swap-app")
    for side in ("Source", "Target"):
        assert canvas(page, side).locator("circle").count() == 68
        assert canvas(page, side).locator(".facelib-box").is_visible()
    assert page.get_by_role("img", name="Grace Hopper with the face of Eileen Collins").is_visible()
    assert page.locator(".facelib-measures b").first.inner_text() != "…"


def test_a_dragged_keypoint_is_followed_by_the_swap(page, keep):
    start = point(page, "Source", 8)
    changes(page, lambda: drag(page, start, (12, 25)))
    end = point(page, "Source", 8)
    assert np.subtract(end, start) == pytest.approx((12, 25), abs=1.5)
    assert page.get_by_role("status").filter(has_text="8: jaw at").count() == 1  # a screen reader hears where it went
    took = [int(each) for each in page.locator(".facelib-canvas").first.get_attribute("data-took").split()]
    print(f"drag to picture and back: median {np.median(took):.0f} ms, n {len(took)}")
    assert len(took) >= 3
    assert np.median(took) < 400  # the promise is 100 ms on 2 idle cores; the limit leaves room for a busy machine
    keep(page, "swap-app-dragged")


def test_a_dragged_box_moves_all_points(page):
    start, corner = point(page, "Target", 30), canvas(page, "Target").locator(".facelib-handle").nth(2).bounding_box()
    before = point(page, "Target", 8)
    changes(page, lambda: drag(page, (corner["x"] + 4, corner["y"] + 4), (25, 25)))
    assert np.abs(np.subtract(point(page, "Target", 30), start)).max() > 0.2 or point(page, "Target", 8) != before
    changes(page, lambda: page.locator(".facelib-target").get_by_role("button", name="Reset").click())


def test_arrow_keys_move_the_chosen_point(page):
    page.locator(".facelib-source select").nth(1).select_option("30")
    canvas(page, "Source").focus()
    start = point(page, "Source", 30)

    def press():
        for _ in range(4):
            page.keyboard.press("ArrowRight")

    changes(page, press)
    assert point(page, "Source", 30)[0] > start[0] + 1
    page.keyboard.press("PageDown")
    assert page.locator(".facelib-source select").nth(1).input_value() == "31"


def test_another_blender_comes_with_its_own_slider(page):
    changes(page, lambda: page.get_by_label("Blender").select_option("feather"))
    assert page.get_by_text("Width", exact=True).is_visible()
    changes(page, lambda: page.get_by_role("button", name="auto").click())
    page.get_by_role("button", name="Before | after").click()
    slider = page.get_by_role("slider", name="where the divider stands")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "51 % before, 49 % after"
    grip = page.locator(".facelib-grip").bounding_box()
    page.mouse.click(grip["x"] + grip["width"] / 4, grip["y"] + 40)
    assert slider.input_value() == "25"
    for kind, pictures in (("Difference", 1), ("Stages", 9), ("Result", 1)):
        page.get_by_role("button", name=kind).click()
        page.wait_for_function("count => document.querySelectorAll('.facelib-pictures img').length == count", arg=pictures)


def test_the_gallery_is_chosen_by_its_small_pictures(page, keep):
    strip = page.get_by_role("listbox", name="the target picture")
    assert strip.get_by_role("option").count() == 34
    changes(page, lambda: strip.get_by_role("option", name="frankie").click())
    assert strip.get_by_role("option", name="frankie").get_attribute("aria-selected") == "true"
    assert canvas(page, "Target").get_attribute("aria-label").startswith("Target: frankie")
    keep(page, "swap-app-gallery")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    changes(page, lambda: page.keyboard.press("Enter"))
    assert strip.get_by_role("option", name="Grace Hopper").get_attribute("aria-selected") == "true"


def test_points_are_saved_and_come_back(page, tmp_path):
    def save(name):
        with page.expect_download() as download:
            page.locator(".facelib-target").get_by_role("button", name="Save points").click()
        assert download.value.suggested_filename == "grace-hopper.pts"
        download.value.save_as(tmp_path / name)
        return pts.read(tmp_path / name)

    found = save("found.pts")
    changes(page, lambda: drag(page, point(page, "Target", 30), (9, 0)))
    moved = save("moved.pts")
    assert moved[30, 0] > found[30, 0] + 3
    assert np.delete(moved, 30, axis=0) == pytest.approx(np.delete(found, 30, axis=0))
    changes(page, lambda: upload(page, "target", tmp_path / "found.pts"))
    assert save("back.pts") == pytest.approx(found)


def test_an_upload_becomes_the_source(page, hopper, tmp_path):
    mirrored = np.repeat(np.repeat(hopper[:, ::-1], 4, axis=0), 4, axis=1)
    noise = np.random.default_rng(1).uniform(-0.15, 0.15, mirrored.shape)
    images.save((mirrored + noise).clip(0, 1).astype(np.float32), tmp_path / "mirrored.png")
    assert (tmp_path / "mirrored.png").stat().st_size > 11 * 2**20  # more than Jupyter's server takes at once
    changes(page, lambda: upload(page, "source", tmp_path / "mirrored.png"))
    assert page.get_by_role("img", name="Grace Hopper with the face of mirrored.png").is_visible()
    (tmp_path / "notes.png").write_text("no picture")
    upload(page, "target", tmp_path / "notes.png")
    page.get_by_role("alert").filter(has_text="notes.png: not a picture that can be read").wait_for()


def test_a_blender_of_the_next_cell_appears_and_its_errors_show(page, keep):
    page.locator(".jp-CodeCell .cm-content").nth(1).click()
    page.keyboard.press("Shift+Enter")
    page.locator("option", has_text="half").wait_for(state="attached")
    changes(page, lambda: page.get_by_label("Blender").select_option("half"))
    assert page.get_by_text("Share", exact=True).is_visible()
    page.get_by_label("Blender").select_option("broken")
    page.get_by_role("alert").filter(has_text="broken: ValueError: no glue left").wait_for()
    keep(page, "swap-app-error")
    changes(page, lambda: page.get_by_label("Blender").select_option("multiband"))
    assert page.get_by_role("alert").count() == 0


def test_the_download_is_the_picture_with_its_mark(page, tmp_path):
    from PIL import Image

    with page.expect_download() as download:
        page.get_by_role("button", name="Download PNG").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == "mirrored-on-grace-hopper.png"
    assert images.PROVENANCE in Image.open(path).getexif().values()
    saved = images.load(path)
    assert saved.shape == (600, 512, 3)
    (tmp_path / "shown.jpg").write_bytes(bytes(result(page)))
    assert images.load(tmp_path / "shown.jpg").shape[0] < 600  # a close-up of the same


def test_the_camera_takes_a_picture(page):
    """Chromium's own test picture, which has no face: that is said."""
    target = page.locator(".facelib-target")
    target.get_by_role("button", name="Camera").click()
    target.get_by_role("button", name="Cancel").click()
    target.get_by_role("button", name="Camera").click()
    changes(page, lambda: target.get_by_role("button", name="Take picture").click())
    assert page.get_by_role("img", name="camera with the face of mirrored.png").is_visible()
    assert target.get_by_role("button", name="Camera").is_visible()
    assert page.get_by_text("camera: ").is_visible()


def test_on_a_telephone_in_the_dark_fingers_do_it_all(notebook, keep):
    page = notebook("phone", FIRST, size=(390, 844), scheme="dark", has_touch=True)
    page.keyboard.press("Shift+Enter")
    ready(page)
    page.set_viewport_size({"width": 390, "height": 2400})  # all of it, to look at
    keep(page, "swap-app-phone")
    assert page.locator(".facelib-app").evaluate("app => app.scrollWidth <= app.clientWidth")
    start = point(page, "Source", 8)
    fingers = page.context.new_cdp_session(page)

    def swipe():
        for kind, way in (("touchStart", 0), *(("touchMove", way) for way in range(2, 21, 2)), ("touchEnd", None)):
            places = [] if way is None else [{"x": start[0], "y": start[1] + way}]
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    changes(page, swipe)
    assert point(page, "Source", 8)[1] - start[1] == pytest.approx(20, abs=2)
