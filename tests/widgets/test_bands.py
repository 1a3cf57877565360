"""The pieces of a blend are those of `facelib.blend`, and they add up."""

import numpy as np
import pytest

from facelib import blend
from facelib.widgets import bands


@pytest.fixture(scope="module")
def pair(collins, hopper):
    return bands.pair(collins, hopper, 161)


@pytest.mark.parametrize("levels", [0, 1, 4, 6])
@pytest.mark.parametrize("feather", [0, 12])
def test_the_sum_of_all_bands_is_the_blend(pair, levels, feather):
    made = bands.split(pair, levels, feather)
    whole = blend.multiband(pair.source, pair.target, bands.softened(pair.mask, feather), levels)
    assert np.allclose(bands.summed(made.mixed, 0).clip(0, 1), whole, atol=2e-5)
    assert np.allclose(bands.summed(made.target, 0), pair.target, atol=1e-5)


def test_each_band_adds_its_own(pair):
    made = bands.split(pair, 4)
    sums = [bands.summed(made.mixed, level) for level in range(5)]
    assert np.allclose(sums[1] + made.mixed[0], sums[0], atol=1e-5)
    away = [np.abs(each - sums[0]).mean() for each in sums]
    assert away == sorted(away)  # each band brings it nearer


def test_without_levels_it_is_a_feather(pair):
    made = bands.split(pair, 0, 9)
    assert np.allclose(made.mixed[0], blend.feather(pair.source, pair.target, pair.mask, 9), atol=1e-5)


def test_what_is_not_there_is_refused(pair):
    with pytest.raises(ValueError, match="expected 0 to 2, got 3"):
        bands.summed(bands.split(pair, 2).mixed, 3)
    with pytest.raises(ValueError, match="feather: expected at least 0"):
        bands.split(pair, 2, -1)


class TestPyramidExplorer:
    @pytest.fixture
    def widget(self):
        pytest.importorskip("anywidget")
        from facelib.widgets import PyramidExplorer

        made = PyramidExplorer()
        assert made.wait()
        yield made
        made.close()

    def test_the_level_stays_in_the_pyramid(self, widget):
        widget._level.value = widget._levels.value
        widget._levels.value = 1
        assert widget.wait()
        assert widget.error is None
        assert widget.state.level == widget.state.levels == 1
        assert "source, residual 1" in widget.shown.pictures
        widget._levels.value = 0
        assert widget.wait()
        assert widget.error is None
        assert "sum of 1 of 1" in widget.shown.pictures

    def test_feather_changes_the_blend(self, widget):
        before = widget.shown.pictures["the whole blend"]
        widget._feather.value = 40.0
        assert widget.wait()
        after = widget.shown.pictures["the whole blend"]
        assert np.abs(after - before).max() > 0.05
        assert np.allclose(after, bands.summed(widget.shown.values.mixed, 0).clip(0, 1))
