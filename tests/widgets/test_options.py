from typing import Optional

import pytest

from facelib import blenders

pytest.importorskip("anywidget")
options = pytest.importorskip("facelib.widgets.options")


def test_options_come_from_the_signature():
    found = {name: [option.name for option in options.of(blenders.get(name))] for name in blenders.CLASSICAL}
    with_one = {"multiband": ["levels"], "feather": ["width"], "poisson": ["margin"]}
    assert found == {**with_one, "seamless-clone": [], "classic": [], "none": []}


@pytest.mark.parametrize("name", list(blenders.BLENDERS))
def test_every_blender_has_options_within_its_range(name):
    for option in options.of(blenders.get(name)):
        assert option.low < option.high
        assert option.default is None or option.low <= option.default <= option.high


def test_kinds_and_ranges():
    def blend(
        source,
        target,
        mask,
        steps=4,
        gain=-0.5,
        *,
        soft=True,
        names: list[int] | None = None,
        depth: Optional[int] = None,  # noqa: UP045
        far: float | None = None,
    ):
        raise NotImplementedError

    found = {option.name: option for option in options.of(blend)}
    assert list(found) == ["steps", "gain", "soft", "depth", "far"]
    assert [option.kind for option in found.values()] == [int, float, bool, int, float]
    assert (found["steps"].low, found["steps"].high) == (0, 8)
    assert (found["gain"].low, found["gain"].high) == (-1, 1)
    assert found["depth"].default is None


def test_a_range_holds_the_blenders_own_default():
    def blend(source, target, mask, width=120.0, levels=-1):
        raise NotImplementedError

    assert [(option.low, option.high) for option in options.of(blend)] == [(0, 120.0), (-1, 8)]


def test_what_has_no_default_or_takes_anything_is_no_option():
    def blend(source, target, mask, needed, *rest, free=None, name="a", **more):
        raise NotImplementedError

    assert options.of(blend) == []


def test_settings_shrink_with_the_picture():
    assert options.scaled({"levels": 1, "width": 8.0, "gain": 3.0}, 0.25) == {"levels": 0, "width": 2.0, "gain": 3.0}
