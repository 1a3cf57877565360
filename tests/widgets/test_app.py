"""The whole app without a browser: what the front end would say is said to its widgets, what it would draw is read off them."""

import gc
import io
import threading
import weakref
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from IPython.core.events import EventManager
from PIL import Image

from facelib import blenders, images
from facelib.datasets import people, pts

pytest.importorskip("anywidget")
from facelib.widgets import SwapApp, session
from facelib.widgets.app import KINDS


@pytest.fixture
def app():
    made = SwapApp()
    assert made.wait()
    assert made.error is None
    yield made
    made.close()


def say(app, side, **message):
    """As the canvas does it in the browser."""
    app._canvases[side]._hear(None, {"picture": app._canvases[side].name} | message, [])


def drag(app, side, index, place, done=False, number=1):
    say(app, side, kind="point", index=index, place=list(place), done=done, number=number)


def upload(app, side, name, contents, parts=1):
    """As the canvas does it, in parts."""
    for part in range(parts):
        send_part(app, side, name, contents, part, parts)


def send_part(app, side, name, contents, part, parts):
    size = -(-len(contents) // parts)
    message = {"kind": "file", "id": hash(name), "name": name, "part": part, "parts": parts}
    app._canvases[side]._hear(None, message, [memoryview(contents[part * size : (part + 1) * size])])


def shown(app):
    return [cv2.imdecode(np.frombuffer(each["data"], np.uint8), cv2.IMREAD_COLOR)[..., ::-1] / 255 for each in app._view.pictures]


def line(app):
    """What the status says, which must be one line."""
    value = app._status.value
    assert "\n" not in value
    return value


def test_its_text_is_short_and_stays_the_same(app):
    assert repr(app) == "SwapApp(source='Eileen Collins', target='Grace Hopper', blend='multiband')"


def test_it_starts_with_a_swap(app):
    assert app.outcome.wish is app.wish
    assert set(app.outcome.measures) == set(session.MEASURES)
    assert app._view.ready
    assert not app._view.busy
    (picture,) = app._view.pictures
    assert picture["alt"] == "Grace Hopper with the face of Eileen Collins"
    assert app._status.value == ""


def test_a_dragged_point_is_followed_by_a_draft_and_then_the_result(app):
    before, place = app._view.pictures, app.wish.source.points[30]
    drag(app, "source", 30, place + (6, 4), number=7)
    assert app.wait()
    assert app._canvases["source"].answered == 7
    assert app._latest_outcome.draft
    assert not app._view.ready
    assert app._view.pictures != before
    drag(app, "source", 30, place + (8, 4), done=True, number=8)
    assert app.wait()
    assert app._canvases["source"].answered == 8
    assert app._view.ready
    assert not app.outcome.draft
    np.testing.assert_allclose(app.outcome.swap.source_points[30], place + (8, 4))
    np.testing.assert_allclose(app._canvases["source"].points[30], place + (8, 4), atol=0.01)


def test_a_dragged_box_moves_the_points(app):
    box, points = app.wish.target.box, app.wish.target.points
    say(app, "target", kind="box", box=list(box + (30, 10, 0, 0)), done=True, number=1)
    assert app.wait()
    np.testing.assert_allclose(app.outcome.swap.target_box, box + (30, 10, 0, 0))
    assert np.abs(app.outcome.swap.target_points - points).max() > 0.1
    app._reset("target", None)
    assert app.wait()
    np.testing.assert_allclose(app.wish.target.points, points, atol=1e-3)


def test_a_long_drag_is_answered_to_the_end(app):
    place = app.wish.source.points[8]
    for k in range(1, 40):
        drag(app, "source", 8, place + (0, k / 4), number=k)
    drag(app, "source", 8, place + (0, 10), done=True, number=40)
    assert app.wait()
    assert app._canvases["source"].answered == 40
    np.testing.assert_allclose(app.outcome.swap.source_points[8], place + (0, 10))


def test_every_kind_of_view_shows_the_outcome(app):
    for kind, expected in zip(KINDS, (1, 2, 1, 9), strict=True):
        app._kind.value = kind
        assert len(app._view.pictures) == expected
        assert app._view.layout_kind == KINDS[kind]
        assert all(picture["alt"] and picture["name"] for picture in app._view.pictures)
    app._kind.value = "Result"
    close = shown(app)[0].shape
    app._close_up.value = False
    assert shown(app)[0].shape == app.outcome.picture.shape != close


def test_choices_reach_the_wish(app):
    app._blend.value, app._colours.value, app._forehead.value, app._strength.value = "feather", "rgb", True, 0.5
    app._mouth.value = "target"
    (control,) = app._option_controls
    assert control.option.name == "width"
    assert app.wish.options == {}
    control._automatic.value = False
    control._value.value = 12.0
    assert app.wait()
    wish = app.outcome.wish
    assert (wish.blend, wish.colours, wish.forehead, wish.strength, wish.options) == ("feather", "rgb", True, 0.5, {"width": 12.0})
    assert wish.mouth == "target"
    app._blend.value = "multiband"
    assert [control.option.name for control in app._option_controls] == ["levels"]
    assert app.wish.options == {}


def test_every_registered_blender_can_be_chosen(app):
    assert app._blend.options == tuple(blenders.BLENDERS)


def test_a_blender_registered_later_appears_by_itself(app, monkeypatch):
    monkeypatch.setitem(blenders.BLENDERS, "mine", lambda source, target, mask, shade=0.25, flat=True: np.full_like(target, shade))
    app.refresh()  # as after each cell
    assert "mine" in app._blend.options
    assert app.wish.blend == "multiband"
    app._blend.value = "mine"
    assert [control.option.name for control in app._option_controls] == ["shade", "flat"]
    assert app.wait()
    assert app.error is None
    assert app.outcome.picture[300, 260] == pytest.approx(0.25)
    monkeypatch.setitem(blenders.BLENDERS, "mine", lambda source, target, mask: np.full_like(target, 0.75))
    app.refresh()  # written anew while it is chosen
    assert app.wait()
    assert app.outcome.picture[300, 260] == pytest.approx(0.75)
    monkeypatch.delitem(blenders.BLENDERS, "mine")
    app.refresh()
    assert app.wait()
    assert app.outcome.wish.blend == blenders.DEFAULT


def test_what_a_blender_made_is_never_used_again_once_it_was_replaced(app, monkeypatch):
    def held(shade):
        started, go_on = threading.Event(), threading.Event()

        def blender(source, target, mask):
            started.set()
            go_on.wait(20)
            return np.full_like(target, shade)

        monkeypatch.setitem(blenders.BLENDERS, "mine", blender)
        app.refresh()
        return started, go_on

    old_started, old_go_on = held(0.25)
    app._blend.value = "mine"
    assert old_started.wait(5)
    new_started, new_go_on = held(0.75)
    old_go_on.set()
    assert new_started.wait(5)
    app._strength.value = 0.99
    new_go_on.set()
    assert app.wait()
    assert app.outcome.picture[300, 260] == pytest.approx(0.75, abs=0.02)


def test_an_exception_shows_in_one_line_and_the_app_stays_usable(app, monkeypatch):
    def broken(source, target, mask):
        raise KeyError("three\nlines <b>of</b>\ntext")

    monkeypatch.setitem(blenders.BLENDERS, "broken", broken)
    app.refresh()
    app._blend.value = "broken"
    assert app.wait()
    assert isinstance(app.error, KeyError)
    assert "broken: KeyError: &#x27;three\\nlines &lt;b&gt;of&lt;/b&gt;\\ntext&#x27;" in line(app)
    assert not app._view.busy
    assert not app._view.ready  # an older result is not to be taken for this one
    app._download()
    assert "download: the result is not ready" in line(app)
    app._blend.value = "none"
    assert app.wait()
    assert app.error is None
    assert line(app) == ""
    assert app.outcome.wish.blend == "none"


def test_a_slow_blender_does_not_hold_up_a_drag(app, monkeypatch):
    started, go_on = threading.Event(), threading.Event()

    def slow(source, target, mask):
        started.set()
        go_on.wait(20)
        return target

    monkeypatch.setitem(blenders.BLENDERS, "slow", slow)
    monkeypatch.setitem(blenders.LEARNED, "slow", slow)
    app.refresh()
    app._blend.value = "slow"
    assert started.wait(5)
    assert app._view.busy
    assert app._view.note == "blending (slow) …"
    drag(app, "source", 30, app.wish.source.points[30] + 3, number=5)
    assert app._drafts.wait(10)
    assert app._canvases["source"].answered == 5  # while the slow one still runs
    assert app._latest_outcome.draft
    assert "draft by multiband" in app._view.note
    app._blend.value = "feather"  # replaces it
    go_on.set()
    assert app.wait()
    assert app.outcome.wish.blend == "feather"


def test_an_older_result_never_covers_a_newer_one(app, monkeypatch):
    new, old = session.fulfil(app.wish), session.draft(app.wish)
    app._done(1000, new)
    app._done(999, old)
    assert app._latest_outcome is new


def test_an_upload_is_checked_and_taken(app, hopper):
    before = app.wish
    upload(app, "source", "holiday.txt", b"no picture")
    assert "holiday.txt: not a picture that can be read" in line(app)
    assert app.wish is before
    upload(app, "source", "Hopper!.png", images.encode(hopper, "a.png"))
    assert app.wait()
    assert app.error is None
    assert app._choosers["source"].value == app.wish.source.name == "Hopper!.png"
    assert "Hopper!.png" in app._choosers["target"].options
    assert app._choosers["target"].value == "Grace Hopper"
    np.testing.assert_allclose(app.wish.source.picture, hopper, atol=1 / 255)
    upload(app, "source", "Hopper!.png", images.encode(hopper, "a.png"), parts=7)
    assert app._choosers["source"].value == "Hopper!.png (2)"


def test_the_gallery_is_offered_with_its_own_points(app):
    portrait = people.portrait("casey")
    strip = app._strips["source"]
    assert strip.names[:3] == ["Eileen Collins", "Grace Hopper", "alex"]
    assert Image.open(io.BytesIO(strip.sprite)).size == (64 * 34, 64)
    strip._hear(None, {"kind": "choose", "name": "casey"}, [])
    assert app.wait()
    assert app.wish.source.name == app._choosers["source"].value == strip.chosen == "casey"
    assert app._strips["target"].chosen == "Grace Hopper"
    np.testing.assert_array_equal(app.wish.source.points, portrait.points)
    strip._hear(None, {"kind": "choose", "name": "nobody"}, [])
    assert app.wish.source.name == "casey"


def test_points_are_saved_and_taken_back(app):
    drag(app, "source", 30, [123.25, 77.5])
    given = []
    app._canvases["source"].give = lambda name, contents: given.append((name, contents))
    app._save_points("source", None)
    ((name, contents),) = given
    assert name == "eileen-collins.pts"
    np.testing.assert_allclose(pts.parse(contents, name), app.wish.source.points, atol=1e-3)
    upload(app, "target", name, contents)
    assert app.wait()
    assert app.error is None
    assert app.wish.target.name == "Grace Hopper"  # her picture, with the other points
    np.testing.assert_allclose(app.wish.target.points, app.wish.source.points, atol=1e-3)
    assert app.wish.target.error is None


def test_a_file_that_holds_no_points_is_refused(app):
    before = app.wish
    upload(app, "target", "mine.pts", b"n_points: 68 { 1 2 }")
    assert "mine.pts: expected 68 points, got 1" in line(app)
    upload(app, "target", "mine.pts", pts.write(np.full((68, 2), 9999.0)).encode())
    assert "the points are outside the picture" in line(app)
    assert app.wish is before


def test_an_upload_gets_a_small_picture(app, hopper):
    upload(app, "source", "mine.png", images.encode(hopper, "a.png"))
    assert app.wait()
    for strip in app._strips.values():
        assert strip.names[-1] == "mine.png"
    assert app._strips["source"].chosen == "mine.png"


def test_two_files_may_come_at_once(app, collins, hopper):
    files = {"one.png": images.encode(collins, "a.png"), "two.png": images.encode(hopper, "a.png")}
    for part in range(3):
        for name, contents in files.items():
            send_part(app, "target", name, contents, part, 3)
    assert app.wait()
    assert app.error is None
    assert app._choosers["target"].options[-2:] == tuple(files)
    assert app._choosers["target"].value == "two.png"
    np.testing.assert_allclose(app._pictures["one.png"], collins, atol=1 / 255)


def test_a_picture_from_the_camera_or_dropped_is_taken_likewise(app, collins):
    upload(app, "target", "camera", images.encode(collins, "a.jpg"))
    assert app.wait()
    assert app.outcome.wish.target.name == "camera"
    say(app, "target", kind="trouble", line="camera: Permission denied")
    assert "camera: Permission denied" in line(app)


def test_a_move_of_a_picture_that_was_replaced_is_dropped(app):
    old = app.wish.source
    app._choosers["source"].value = "Grace Hopper"
    after = app.wish
    say(app, "source", kind="point", picture=old.name, index=30, place=[5, 5], done=True, number=4)
    say(app, "source", kind="box", picture=old.name, box=list(old.box), done=True, number=5)
    assert app.wish is after
    assert app._canvases["source"].answered == 5
    assert app.error is None


def test_a_refused_move_is_said_and_undone(app):
    before, sent = app.wish, []
    app._canvases["source"].send_state = lambda key=None: sent.append(key)
    say(app, "source", kind="box", box=[-999, 0, 50, 50], done=True, number=3)
    assert "outside the picture" in line(app)
    assert app.wish is before
    assert ["box", "points"] in sent
    assert app._canvases["source"].answered == 3


def test_a_refusal_is_not_wiped_away_by_work_that_was_under_way(app):
    app._strength.value = 0.4
    upload(app, "source", "holiday.txt", b"no picture")
    assert app.wait()
    assert "holiday.txt" in line(app)
    app._strength.value = 0.5
    assert app.wait()
    assert line(app) == ""


def test_a_face_that_is_not_found_is_said(app):
    noise = np.random.default_rng(2).random((140, 160, 3), np.float32)
    upload(app, "source", "noise.png", images.encode(noise, "a.png"))
    assert app.wait()
    assert "noise.png: no face found; drag the box onto the face" in line(app)


def test_the_download_is_the_result_with_the_provenance_mark(app):
    given = []
    app._view.give = lambda name, contents: given.append((name, contents))
    app._view._hear(None, {"kind": "download"}, [])
    ((name, contents),) = given
    assert name == "eileen-collins-on-grace-hopper.png"
    opened = Image.open(io.BytesIO(contents))
    assert opened.format == "PNG"
    assert images.PROVENANCE in opened.getexif().values()
    np.testing.assert_allclose(images.read(contents, name), app.outcome.picture, atol=0.51 / 255)


def test_a_picture_that_is_refused_is_not_chosen(app):
    app._pictures["broken"] = lambda: np.zeros((30, 30), np.float32)
    app._choosers["source"].options = list(app._pictures)
    before = app.wish
    app._choosers["source"].value = "broken"
    assert "broken: expected shape (H, W, 3), got (30, 30)" in line(app)
    assert app._choosers["source"].value == app._canvases["source"].name == "Eileen Collins"
    assert app.wish is before


def test_what_is_no_picture_is_refused_at_once(hopper):
    with pytest.raises(TypeError, match="bytes: expected float32, got uint8"):
        SwapApp({"one": hopper, "two": hopper, "bytes": images.to_bytes(hopper)})


def test_nothing_is_left_of_a_closed_app(monkeypatch):
    events = EventManager(None, {"post_run_cell": lambda result: None})
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(events=events))
    app = SwapApp(blend="feather")
    app._blend.value = "multiband"  # another slider takes the place of the first
    assert app.wait()
    assert len(events.callbacks["post_run_cell"]) == 1
    before, canvas, slider = app.wish, app._canvases["source"], app._option_controls[0]._value
    app.close()
    app.close()
    assert events.callbacks["post_run_cell"] == []
    assert canvas.comm is slider.comm is None
    monkeypatch.setitem(blenders.BLENDERS, "multiband", blenders.get("none"))
    app.refresh()
    assert app.wish is before
    assert app.error is None
    for worker in (app._drafts, app._finals):
        if worker._thread:
            worker._thread.join(5)
    kept = weakref.ref(app)
    del app, canvas, slider, worker
    gc.collect()
    assert kept() is None


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match=r"source: expected one of Eileen Collins, Grace Hopper, alex, .*, got nobody"):
        SwapApp(source="nobody")
    with pytest.raises(ValueError, match="blend: expected one of"):
        SwapApp(blend="glue")


def test_own_pictures_come_first(collins, hopper):
    app = SwapApp({"one": hopper, "two": collins}, blend="none")
    assert app.wait()
    assert (app.outcome.wish.source.name, app.outcome.wish.target.name, app.outcome.wish.blend) == ("one", "two", "none")
    app.close()


def test_a_single_picture_of_ones_own_is_the_source(hopper):
    app = SwapApp({"one": hopper})
    assert (app.wish.source.name, app.wish.target.name) == ("one", "Eileen Collins")
    app.close()
