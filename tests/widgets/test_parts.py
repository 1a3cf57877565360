"""What must be said to ipywidgets 8 and 7 in their own words, and the end of a widget."""

import gc
import weakref

import pytest

pytest.importorskip("anywidget")
from facelib.widgets import FaceLaboratory, Morph, explorer, parts


def test_every_control_has_its_tooltip():
    made = [
        explorer.slider("size", 1, 0, 5, print, "how large"),
        explorer.slider("share", 0.5, 0, 1, print, "how large"),
        explorer.choice("which", ["one", "two"], print, tooltip="how large"),
        explorer.tick("whether", True, print, "how large"),
        explorer.button("go", print, "how large"),
    ]
    for control in made:
        state = control.get_state()
        assert "how large" in (state.get("tooltip"), state.get("description_tooltip"))


def test_an_old_kind_of_widget_gets_its_tooltip_by_the_old_name():
    class Old:
        description_tooltip = None

    assert parts.tooltip(Old, "how large") == {"description_tooltip": "how large"}


def test_the_film_of_a_morph_begins_again():
    widget = Morph()
    state = widget._play.get_state()
    assert state.get("repeat", state.get("_repeat")) is True
    widget.close()


def test_nothing_is_left_of_a_closed_explorer():
    widget = FaceLaboratory()
    first = widget._made["Pose"][0]
    widget._group.value = "Hair"
    assert widget.wait()
    widget.close()
    assert first.comm is widget._group.comm is widget._view.comm is None
    widget._latest._thread.join(5)
    kept = weakref.ref(widget)
    del widget, first
    gc.collect()
    assert kept() is None
