"""A loss that weighs more comes out lower; what has no weight has no say."""

import numpy as np
import pytest

from facelib.learned.harmonizer_losses import LOSSES
from facelib.widgets import pixels
from facelib.widgets.pixels import Told


def last(weights, steps=30, **more):
    return list(pixels.optimise(Told(weights, **more), steps, steps))[-1]


def test_every_loss_is_offered_but_those_of_other_networks():
    assert set(LOSSES) - set(pixels.TERMS) == {"adversarial", "wasserstein", "parsing"}


@pytest.mark.parametrize("name", pixels.TERMS)
def test_each_loss_alone_goes_down(name):
    step = last({name: 1.0}, steps=15)
    assert step.values[name] < 0.8 * step.first[name]
    assert step.shares == {name: 1.0} or step.values[name] < 1e-9


def test_a_loss_that_weighs_more_comes_out_lower():
    light = last({"everywhere": 0.2, "reconstruction": 5.0}, steps=40)
    heavy = last({"everywhere": 20.0, "reconstruction": 5.0}, steps=40)
    assert heavy.values["everywhere"] < light.values["everywhere"]
    assert heavy.values["reconstruction"] > light.values["reconstruction"]
    assert sum(heavy.shares.values()) == pytest.approx(1)


def test_no_loss_moves_nothing():
    step = last({})
    assert step.values == step.first
    assert step.shares == {}


def test_a_right_answer_is_found():
    step = last({"squared": 10.0}, steps=60)
    task = pixels.task_of("recoloured")
    assert np.abs(step.picture - task.answer).mean() < 0.02


def test_without_an_answer_its_losses_say_nothing():
    step = last({"everywhere": 1.0}, steps=5, task="strangers", start="composite")
    assert all(step.values[name] == 0 for name in pixels.ANSWERED)
    assert np.abs(step.picture - pixels.task_of("strangers").raw).max() < 0.01


def test_it_reports_on_its_way():
    steps = list(pixels.optimise(Told({"outside": 1.0}), 30, 10))
    assert [step.count for step in steps] == [10, 20, 30]
    values = [step.values["outside"] for step in steps]
    assert values == sorted(values, reverse=True)


def test_the_same_weights_give_the_same_picture():
    assert np.array_equal(last({"structure": 1.0}, 5).picture, last({"structure": 1.0}, 5).picture)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (Told({"adversarial": 1.0}), "weights: expected outside"),
        (Told({"outside": -1.0}), "at least 0 for outside"),
        (Told({"outside": np.nan}), "at least 0 for outside"),
        (Told({}, task="none"), "task: expected"),
        (Told({}, start="none"), "start: expected"),
    ],
)
def test_bad_wishes_are_refused(told, says):
    with pytest.raises(ValueError, match=says):
        list(pixels.optimise(told))


class TestLossWeights:
    @pytest.fixture
    def widget(self):
        pytest.importorskip("anywidget")
        from facelib.widgets import LossWeights

        made = LossWeights()
        assert made.wait()
        yield made
        made.close()

    def test_a_newer_wish_replaces_an_older_one(self, widget):
        shown = []
        widget._view.observe(lambda change: shown.append(change), "pictures")
        for weight in (1.0, 2.0, 3.0, 4.0):
            widget._sliders["everywhere"].value = weight
        assert widget.wait()
        assert widget.shown.values.count == pixels.STEPS
        assert widget.state.weights["everywhere"] == 4.0
        assert len(shown) < 3 * pixels.STEPS / pixels.EVERY  # the first ones were given up on their way
        assert widget._preset.value == "your own"

    def test_a_recipe_sets_all_sliders(self, widget):
        widget._preset.value = "the report's"
        assert widget.wait()
        assert {name: each.value for name, each in widget._sliders.items() if each.value} == pixels.recipe("writeup")
        assert "reconstruction" in widget.shown.line
        assert widget.error is None

    def test_without_an_answer_its_sliders_rest(self, widget):
        widget._task.value = "a stranger's face"
        assert widget.wait()
        assert all(widget._sliders[name].disabled for name in pixels.ANSWERED)
        assert "right answer" not in widget.shown.pictures
        assert "reconstruction" not in widget.shown.line

    def test_an_error_is_one_line_and_it_goes_on(self, widget, monkeypatch):
        with monkeypatch.context() as broken:
            broken.setattr(pixels, "optimise", lambda told: 1 / 0)
            widget._clear(None)
            assert widget.wait()
        assert "ZeroDivisionError: division by zero" in widget._status.value
        assert "\n" not in widget._status.value
        widget._preset.value = "the report's"
        assert widget.wait()
        assert widget.error is None
        assert widget._status.value == ""
