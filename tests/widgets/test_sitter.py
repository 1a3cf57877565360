"""Each slider moves one number of a face, and the picture follows."""

import dataclasses

import numpy as np
import pytest

from facelib import pose
from facelib.datasets.rendered import Face, Skin, render
from facelib.widgets import sitter

SLIDERS = [(group, each) for group, those in sitter.GROUPS.items() for each in those]


def slider(group, name):
    return next(each for each in sitter.GROUPS[group] if each.name == name)


def test_the_sliders_move_the_head():
    face = sitter.start(3)
    for yaw in (-40, 0, 40):
        turned = slider("Pose", "yaw").within(face, yaw)
        assert turned.pose.yaw == yaw
        _, known = sitter.drawn(turned, 160)
        assert pose.yaw(known.points[None].astype(float))[0] == pytest.approx(yaw, abs=8)


@pytest.mark.parametrize(("group", "each"), SLIDERS, ids=[f"{group}-{each.name}" for group, each in SLIDERS])
def test_every_slider_goes_to_both_of_its_ends(group, each):
    face = sitter.start(3)
    assert each.low <= each.default <= each.high
    for value in (each.low, each.high):
        there = each.within(face, value)
        assert each.of(there) == value
        assert each.within(there, each.of(face)) == face  # nothing else has moved


def test_no_number_is_without_a_slider():
    found = {each.name for each in sitter.GROUPS["Skin"]}
    assert found == {entry.name for entry in dataclasses.fields(Skin) if isinstance(entry.default, float)}


def test_what_the_renderer_refuses_is_refused():
    with pytest.raises(ValueError, match=r"pose\.yaw: expected -90 to 90"):
        slider("Pose", "yaw").within(Face(), 100)


def test_another_person_keeps_pose_and_light():
    face = slider("Pose", "yaw").within(sitter.start(3), 25)
    other = sitter.another(face, 4)
    assert other.identity != face.identity
    assert (other.pose, other.light, other.expression, other.scene) == (face.pose, face.light, face.expression, face.scene)
    assert sitter.average(other, "Pose").pose == Face().pose


def test_points_and_parts_are_drawn_over_the_picture():
    face = slider("Glasses, hand", "glasses").within(sitter.start(3), 0.8)
    plain, known = sitter.drawn(face, 128)
    assert np.array_equal(plain, render(face, 128).picture)
    parts, _ = sitter.drawn(face, 128, parts=True)
    untouched = (known.skin == 0) & (known.occluder == 0)
    assert np.array_equal(parts[untouched], plain[untouched])
    skin = known.skin > 0.99
    assert (parts[skin][:, 2] > parts[skin][:, 0]).all()  # blue
    dotted, _ = sitter.drawn(face, 128, points=True)
    x, y = known.points[30].round().astype(int)
    assert dotted[y, x, 1] > 0.9


class TestFaceLaboratory:
    @pytest.fixture
    def widget(self):
        pytest.importorskip("anywidget")
        from facelib.widgets import FaceLaboratory

        made = FaceLaboratory()
        assert made.wait()
        yield made
        made.close()

    def control(self, widget, group, name):
        widget._group.value = group
        place = [each.name for each in sitter.GROUPS[group]].index(name)
        return widget._panel.children[place]

    def test_a_slider_turns_the_face(self, widget):
        before = widget._view.pictures
        self.control(widget, "Pose", "yaw").value = -30.0
        assert widget.wait()
        assert widget.state.face.pose.yaw == -30
        assert widget._view.pictures != before
        points = widget.shown.values.points[None].astype(float)
        assert pose.yaw(points)[0] == pytest.approx(-30, abs=8)
        assert widget.shown.pictures["the face"].shape == (400, 400, 3)  # coarse first, fine at last

    def test_what_a_browser_rounds_moves_nothing(self, widget):
        jaw = self.control(widget, "Shape", "jaw_width")
        before = widget.state
        jaw.value += 0.4 * jaw.step
        assert widget.state is before
        jaw.value += jaw.step
        assert widget.state.face.identity.shape.jaw_width == jaw.value

    def test_another_person_is_read_off_the_sliders(self, widget):
        jaw = self.control(widget, "Shape", "jaw_width")
        before = jaw.value
        widget._another(None)
        assert widget.wait()
        assert jaw.value == widget.state.face.identity.shape.jaw_width != before

    def test_its_toggles_draw(self, widget):
        before = widget._view.pictures
        widget._parts.value = True
        assert widget.wait()
        assert widget._view.pictures != before
        assert widget.error is None
