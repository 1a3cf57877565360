import base64
import re

import cv2
import numpy as np
import pytest

from facelib import figures, images, keypoints
from facelib.datasets import people


def test_stages_are_pictures_named_as_the_command_line_writes_them(collins_on_hopper):
    from facelib.commands.swapping import STAGE_FILES

    drawn = figures.stages(collins_on_hopper)
    assert [f"{number:02d}-{name}.png" for number, name in enumerate(drawn, start=1)] == STAGE_FILES
    for name, picture in drawn.items():
        images.check_picture(picture, name)


def test_drawing_leaves_the_picture_alone(collins, collins_on_hopper):
    before = collins.copy()
    for draw in (figures.draw_points, figures.draw_triangles):
        drawn = draw(collins, collins_on_hopper.source_points)
        assert (drawn != collins).any()
    np.testing.assert_array_equal(collins, before)


def test_points_are_drawn_where_they_are():
    points = keypoints.mean_shape() * 150 + 100
    canvas = figures.draw_points(np.zeros((200, 200, 3), np.float32), points, lines=False)
    for x, y in points:
        assert canvas[round(y), round(x)].max() > 0.5


def test_within_shows_nothing_beyond_the_picture():
    one = people.portrait("frankie")
    picture = one.colour() * 0.5 + 0.5  # above the grey that `around` would show
    for points in (one.points, one.points + (100, 0), one.points + (0, 200)):
        cut = figures.within(picture, points, 90)
        assert cut.shape == (90, 90, 3)
        assert cut.min() > 0.49
    np.testing.assert_allclose(figures.within(picture, 9 * one.points, 473).shape, (473, 473, 3))


def test_a_sheet_has_four_pictures_for_each_swap(collins_on_hopper, hopper_on_collins):
    shown = figures.sheet([collins_on_hopper, hopper_on_collins], 80)
    assert [name.strip() for name in shown] == 2 * ["source", "target", "raw composite", "blended"]
    assert all(picture.shape == (80, 80, 3) for picture in shown.values())


def test_around_moves_points_and_picture_alike(collins, collins_on_hopper):
    points = collins_on_hopper.source_points
    cut = figures.around(collins, points, 300)
    moved = keypoints.transform(figures.around_matrix(points, 300), points)
    assert cut.shape == (300, 300, 3)
    assert moved.min() > 0
    assert moved.max() < 300
    # the pupil is dark in both
    for eye in (keypoints.RIGHT_EYE, keypoints.LEFT_EYE):
        x, y = np.round(points[eye].mean(axis=0)).astype(int)
        u, v = np.round(moved[eye].mean(axis=0)).astype(int)
        assert abs(cut[v - 2 : v + 3, u - 2 : u + 3].mean() - collins[y - 1 : y + 2, x - 1 : x + 2].mean()) < 0.12


def test_a_row_of_pictures_becomes_one(collins_on_hopper):
    page = figures.picture(figures.strip(collins_on_hopper, side=100), columns=3, width=6, dpi=80)
    images.check_picture(page, "page")
    assert page.shape[1] == 480
    assert page.std() > 0.1


def test_a_slider_holds_every_picture_and_shows_one():
    levels = np.linspace(0, 1, 4)
    pictures = {f"<{level:.1f}>": np.full((20, 30, 3), level, np.float32) for level in levels}
    page = figures.slider(pictures, 'from "dark" to bright', "a grey square", start=2).data
    frames = re.findall(r"<figure[^>]*?(hidden)?>(.*?)</figure>", page)
    assert [hidden for hidden, _ in frames] == ["hidden", "hidden", "", "hidden"]
    assert 'max="3"' in page
    assert "&quot;dark&quot;" in page
    assert "http" not in page  # nothing to be fetched
    for level, (_, frame) in zip(levels, frames, strict=True):
        assert f"&lt;{level:.1f}&gt;" in frame
        encoded = np.frombuffer(base64.b64decode(re.search('base64,([^"]*)', frame)[1]), np.uint8)
        decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
        assert decoded.shape == (20, 30, 3)
        assert abs(decoded.mean() / 255 - level) < 0.01


def test_a_slider_over_nothing_is_refused():
    square, wide = np.zeros((4, 4, 3), np.float32), np.zeros((4, 8, 3), np.float32)
    with pytest.raises(ValueError, match="pictures: expected one or more of one size"):
        figures.slider({}, "nothing", "nothing")
    with pytest.raises(ValueError, match="pictures: expected one or more of one size"):
        figures.slider({"a": square, "b": wide}, "sizes", "squares")
    with pytest.raises(ValueError, match="start: expected 0 to 0, got 1"):
        figures.slider({"a": square}, "one", "a square", start=1)


def test_a_grey_picture_is_shown_as_it_is():
    rising = np.tile(np.linspace(0, 1, 60, dtype=np.float32), (40, 1))
    page = figures.slider({"grey": rising}, "brightness", "a ramp").data
    encoded = np.frombuffer(base64.b64decode(re.search('base64,([^"]*)', page)[1]), np.uint8)
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR)[..., 0] / 255
    assert np.abs(decoded - rising).max() < 0.05


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (np.zeros((4, 6, 4), np.float32), "a square: one: expected shape (H, W, 3), got (4, 6, 4)"),
        (np.zeros((4, 6, 3), np.uint8), "a square: one: expected float32, got uint8"),
        (np.full((4, 6, 3), np.nan, np.float32), "a square: one: expected values in [0, 1]"),
        (np.zeros((2, 16_384, 3), np.float32), "a square: one: expected at most 16383 pixels a side, got shape (2, 16384, 3); shrink it"),
    ],
)
def test_what_cannot_be_shown_as_it_is_is_refused(picture, words):
    with pytest.raises((TypeError, ValueError), match=re.escape(words)):
        figures.slider({"one": picture}, "brightness", "a square")


def test_a_menu_shows_the_first_of_its_panels_and_names_all():
    square = np.zeros((4, 4, 3), np.float32)
    sliders = {name: figures.slider({"a": square, "b": square}, name, f"a square by {name}") for name in ("<one>", "two", "three")}
    panels = {"first & foremost": {"<one>": sliders["<one>"]}, "second": {name: sliders[name] for name in ("two", "three")}}
    page = figures.menu(panels, "what changes").data
    assert re.findall(r'<optgroup label="(.*?)">', page) == ["first &amp; foremost", "second"]
    assert re.findall(r"<option>(.*?)</option>", page) == ["&lt;one&gt;", "two", "three"]
    shown = re.findall(r"<section (hidden)?>(.*?)</section>", page, re.DOTALL)
    assert [hidden for hidden, _ in shown] == ["", "hidden", "hidden"]
    assert [panel for _, panel in shown] == [slider.data for slider in sliders.values()]
    assert re.search(r"<label[^>]*>what changes <select", page)  # its name, for those who do not see it
    with pytest.raises(ValueError, match="panels: expected one or more entries"):
        figures.menu({"empty": {}}, "nothing")


def test_a_table_holds_text_and_pictures():
    grey = np.full((6, 9, 3), 0.5, np.float32)
    page = figures.table(["set", "source", "n"], [["<same>", grey, "12.5\n(12–13)"], ["light\nlamp", grey, "3"]]).data
    assert page.count("<tr>") == 3
    assert page.count("<th ") == 3
    assert page.count("text-align:right") == 3  # the head and two cells of the column of numbers
    assert "12.5<br>(12–13)" in page
    signed = figures.table(["set", "gain"], [["a", "—"], ["b", "+1.5"], ["c", "−0.2"]]).data
    assert signed.count("text-align:right") == 4  # a dash says nothing of its column
    assert signed.count("nowrap") == 2
    assert "&lt;same&gt;" in page
    assert re.findall('alt="(.*?)"', page) == ["&lt;same&gt;: source", "light lamp: source"]
    encoded = np.frombuffer(base64.b64decode(re.search('base64,([^"]*)', page)[1]), np.uint8)
    assert abs(cv2.imdecode(encoded, cv2.IMREAD_COLOR).mean() - 127.5) < 2
    assert "http" not in page
    with pytest.raises(ValueError, match="rows: expected 2 cells in each, as there are heads, got 1"):
        figures.table(["a", "b"], [["only one"]])


def test_a_lower_quality_weighs_less(collins):
    heavy, light = (len(figures.slider({"a": collins[:150, :150]}, "one", "a", quality=q).data) for q in (95, 60))
    assert light < 0.7 * heavy
