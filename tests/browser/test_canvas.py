"""The canvas alone, in a page that stands in for Jupyter: what is sent to Python is kept, and what Python would say is set."""

import json

import pytest

from facelib import keypoints

pytest.importorskip("anywidget")
from facelib.widgets.canvas import Canvas

MODEL = """
class Model {
  constructor(state) { Object.assign(this, { state, sent: [], heard: {} }) }
  get(name) { return this.state[name] }
  set(values) {
    Object.assign(this.state, values);
    for (const name in values) for (const react of this.heard[`change:${name}`] ?? []) react();
  }
  on(event, react) { (this.heard[event] ??= []).push(react) }
  off() {}
  send(message) { this.sent.push(message) }
}
function drop(name, bytes) {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name));
  document.querySelector(".facelib-stage").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}
const streams = []; // a camera that takes its time
const getUserMedia = async () => {
  await new Promise((go) => setTimeout(go, 200));
  const picture = document.createElement("canvas");
  picture.getContext("2d").fillRect(0, 0, 9, 9);
  streams.push(picture.captureStream(10));
  return streams.at(-1);
};
Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia } });
const live = () => streams.flatMap((stream) => stream.getTracks()).filter((track) => track.readyState === "live").length;
"""
POINTS = (keypoints.mean_shape() * 150 + [150, 160]).round(2).tolist()
GROUPS = [{"name": name, "members": list(group), "closed": name in keypoints.CLOSED} for name, group in keypoints.GROUPS.items()]


@pytest.fixture
def opened(visit):
    """A page with one canvas, of a picture of 300 x 300 pixels where nothing else is said."""

    def opened(window="desktop", **state):
        state = {
            **{"size": [300, 300], "box": [70, 70, 160, 160], "points": POINTS, "frame": [0, 0, 300, 300], "groups": GROUPS},
            **{"beyond": [], "mesh": [], "folded": [], "boxed": True, "role": "Source", "name": "old", "answered": 0, **state},
        }
        script = f"{MODEL}{Canvas._esm.replace('export default', 'const script =')}"
        script += (
            f"const model = new Model({json.dumps(state)}); const end = script.render({{ model, el: document.getElementById('here') }});"
        )
        style = f"<style>body {{ margin: 0 }} #here {{ width: 360px }} {Canvas._css}</style>"
        head = f"<!doctype html><meta name='viewport' content='width=device-width'><link rel='icon' href='data:,'>{style}"
        page = visit(f"{head}<div class='facelib-app'><div id='here'></div></div><script>{script}</script>", window)
        page.set_default_timeout(5000)
        return page

    return opened


def place(page, index):
    box = page.locator("circle").nth(index).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def sent(page):
    return page.evaluate("model.sent")


def press_and_pull(page, index, way):
    x, y = place(page, index)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + way, y, steps=3)
    return x, y


def test_a_move_names_the_picture_that_the_hand_saw(opened):
    page = opened()
    press_and_pull(page, 30, 20)
    page.mouse.up()
    assert {move["picture"] for move in sent(page)} == {"old"}
    page.evaluate("model.set({ name: 'new' })")
    press_and_pull(page, 30, 20)
    assert sent(page)[-1]["picture"] == "new"


def test_a_second_finger_does_not_take_the_first_ones_point_away(opened):
    page = opened("phone")
    fingers = page.context.new_cdp_session(page)

    def touch(kind, *places):
        points = [{"x": x, "y": y, "id": number} for number, x, y in places]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    (x, y), (other_x, other_y) = place(page, 8), place(page, 0)
    touch("touchStart", (0, x, y))
    for way in (5, 10, 15, 20):
        touch("touchMove", (0, x, y + way))
    touch("touchStart", (0, x, y + 20), (1, other_x, other_y))
    touch("touchEnd", (1, other_x, other_y))
    touch("touchEnd")
    page.wait_for_function("model.sent.at(-1)?.done")
    assert {move["index"] for move in sent(page)} == {8}


def test_keys_wait_while_a_hand_drags(opened):
    page = opened()
    x, y = press_and_pull(page, 30, 10)
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowDown")
    page.mouse.move(x + 20, y)
    page.mouse.up()
    assert {move["index"] for move in sent(page)} == {30}
    assert sent(page)[-1]["done"]
    assert sent(page)[-1]["place"] == pytest.approx([POINTS[30][0] + 20 * 300 / 360, POINTS[30][1]], abs=0.6)


@pytest.mark.parametrize("leave", ["Tab", "PageDown"])
def test_what_a_key_moved_is_settled_when_the_hand_goes_on_to_something_else(opened, leave):
    page = opened()
    page.locator("svg").focus()
    page.keyboard.down("ArrowRight")
    assert [move["done"] for move in sent(page)] == [False]
    page.keyboard.press(leave)
    page.keyboard.up("ArrowRight")
    assert [(move["index"], move["done"]) for move in sent(page)] == [(30, False), (30, True)]


def test_a_close_up_that_comes_during_a_drag_is_shown_after_it(opened):
    page = opened()
    press_and_pull(page, 30, 10)
    page.evaluate("model.set({ frame: [50, 50, 200, 200] })")
    assert page.locator("svg").get_attribute("viewBox") == "-0.5 -0.5 300 300"
    page.mouse.up()
    assert page.locator("svg").get_attribute("viewBox") == "49.5 49.5 200 200"


def test_the_name_of_a_point_stands_beside_it_in_a_picture_that_is_not_square(opened):
    page = opened(size=[900, 300])
    page.get_by_role("button", name="Close-up").click()
    page.locator("select").select_option("8")
    page.locator("svg").focus()
    x, y = place(page, 8)
    name = page.locator(".facelib-name").bounding_box()
    assert name["x"] - 5 < x < name["x"] + name["width"] + 5
    assert 0 < y - name["y"] - name["height"] < 25


def test_two_files_at_once_can_be_told_apart(opened):
    page = opened()
    page.evaluate("drop('a.png', 5 * 2 ** 20); drop('b.png', 5 * 2 ** 20)")
    page.wait_for_function("model.sent.length === 4")
    assert len({(message["name"], message["id"]) for message in sent(page)}) == 2
    assert len({message["id"] for message in sent(page)}) == 2


def test_a_canvas_without_a_box_takes_no_files(opened):
    page = opened(boxed=False)
    assert page.evaluate("drop('a.png', 10)") is None
    page.wait_for_timeout(100)
    assert sent(page) == []


def test_a_camera_that_is_asked_twice_is_opened_once_and_closed(opened):
    page = opened()
    page.get_by_role("button", name="Camera").dblclick()
    page.get_by_role("button", name="Take picture").wait_for()
    assert page.evaluate("live()") == 1
    page.get_by_role("button", name="Take picture").click()
    page.wait_for_function("model.sent.length")
    assert page.evaluate("live()") == 0
    assert sent(page)[0]["name"] == "camera"


def test_a_camera_that_opens_after_its_canvas_has_gone_is_closed(opened):
    page = opened()
    page.get_by_role("button", name="Camera").click()
    page.evaluate("end()")
    page.wait_for_function("streams.length")
    page.wait_for_timeout(50)
    assert page.evaluate("live()") == 0


def test_a_cancelled_camera_is_no_trouble(opened):
    page = opened()
    page.get_by_role("button", name="Camera").click()
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_timeout(100)
    assert page.evaluate("live()") == 0
    assert sent(page) == []
