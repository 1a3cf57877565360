"""A morph begins with one face and ends with the other; shape and colours go their own ways."""

import numpy as np
import pytest

from facelib import keypoints
from facelib.datasets import morphs
from facelib.widgets.between import between, morph


@pytest.fixture(scope="module")
def pair(collins, hopper):
    return between(collins, hopper, 161)


@pytest.mark.parametrize("end", [0, 1])
def test_the_ends_are_the_two_pictures(pair, end):
    made = morph(pair, end, end)
    whole = morphs.reshaped(pair.pictures[end], pair.points[end], pair.shapes[end], pair.side)
    assert np.array_equal(made, whole.clip(0, 1))
    x, y = pair.shapes[end][30].round().astype(int)  # the tip of the nose is where the picture has it
    back = keypoints.transform(keypoints.similarity(pair.shapes[end], pair.points[end]), np.array([[x, y]], float))[0].round().astype(int)
    assert np.abs(made[y, x] - pair.pictures[end][back[1], back[0]]).max() < 0.1


def test_colours_alone_leave_the_shape(pair):
    halves = [morph(pair, 0.3, colour) for colour in (0, 0.5, 1)]
    assert np.allclose(halves[1], (halves[0] + halves[2]) / 2, atol=2e-3)


def test_the_shape_alone_moves_no_colours_but_places(pair):
    first, last = morph(pair, 0, 0), morph(pair, 1, 0)
    assert np.abs(first - last).max() > 0.1
    assert np.abs(first.mean(axis=(0, 1)) - last.mean(axis=(0, 1))).max() < 0.05


@pytest.mark.parametrize(("shape", "colour"), [(-0.1, 0), (0, 1.1), (np.nan, 0)])
def test_beyond_the_ends_is_refused(pair, shape, colour):
    with pytest.raises(ValueError, match="expected 0 to 1"):
        morph(pair, shape, colour)


class TestMorph:
    @pytest.fixture
    def widget(self):
        pytest.importorskip("anywidget")
        from facelib.widgets import Morph

        made = Morph()
        assert made.wait()
        yield made
        made.close()

    def test_both_move_together_and_each_alone(self, widget):
        widget._step.value = 0.76
        assert widget.state == (0.76, 0.76)
        assert widget._shape.value == widget._colour.value == 0.76
        widget._shape.value = 0.24
        assert widget.wait()
        assert widget.state == (0.24, 0.76)
        assert "shape 24%, colours 76%" in widget.shown.line
        assert widget._step.value == 0.76

    def test_the_film_goes_there_and_back(self, widget):
        ways = []
        for tick in (25, 50, 75, 100):
            widget._play.value = tick
            ways.append(widget.state[0])
        assert ways == [0.5, 1.0, 0.5, 0.0]
        assert widget.wait()
        assert widget.error is None
