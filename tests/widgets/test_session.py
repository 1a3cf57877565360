from dataclasses import replace
from functools import partial
from time import perf_counter

import numpy as np
import pytest

import facelib
from facelib import blend, blenders, images
from facelib.mouth import MOUTHS

pytest.importorskip("anywidget")
from facelib.widgets import photo, session
from facelib.widgets.canvas import jpeg
from facelib.widgets.session import Wish


@pytest.fixture(scope="module")
def wish(collins, hopper):
    return Wish(photo.read(collins, "Collins"), photo.read(hopper, "Hopper"))


@pytest.fixture
def registered(monkeypatch):
    """Lists a blender for the length of a test."""
    return lambda name, blender: monkeypatch.setitem(blenders.BLENDERS, name, blender)


@pytest.mark.parametrize("name", list(blenders.BLENDERS))
def test_a_wish_is_fulfilled_as_swap_does_it(wish, collins, hopper, name):
    outcome, expected = session.fulfil(replace(wish, blend=name)), facelib.swap(collins, hopper, blend=name).blended
    apart = np.abs(outcome.picture - expected)  # predicted one by one, points differ in their last digits
    assert apart.max() < 0.03
    assert apart.mean() < 1e-5


@pytest.mark.parametrize("whose", MOUTHS)
def test_the_mouth_is_the_one_that_was_wished_for(wish, whose):
    outcome = session.fulfil(replace(wish, mouth=whose))
    points = {"source_points": wish.source.points, "target_points": wish.target.points}
    np.testing.assert_array_equal(outcome.picture, facelib.swap(wish.source.picture, wish.target.picture, mouth=whose, **points).blended)
    assert (session.fulfil(replace(wish, mouth="target"), before=outcome).swap is outcome.swap) == (whose == "target")


def test_options_reach_the_blender(wish):
    few = session.fulfil(replace(wish, options={"levels": 1}))
    near = few.swap.near
    made, bare = blend.multiband(near.matched, near.placed.bare, near.placed.mask, levels=1), near.placed.cover == 0
    np.testing.assert_allclose(near.blended[bare], (near.target + made - near.placed.bare).clip(0, 1)[bare], atol=1e-6)


def test_no_level_is_too_deep_for_what_a_swap_changes(wish, collins_on_hopper):
    """In a picture with room all round, the blend is that of the whole picture: nothing is cut off where the window ends."""
    wall = np.full((1100, 1100, 3), 0.3, np.float32)
    mesh = 0.25 * (collins_on_hopper.target_points - collins_on_hopper.target_points.mean(axis=0)) + 550
    deep = replace(wish, target=replace(wish.target, picture=wall, points=mesh.astype(np.float32)), options={"levels": 6})
    swap = session.fulfil(deep).swap
    rows, columns = swap.window
    edge = np.ones(swap.near.mask.shape, bool)
    edge[1:-1, 1:-1] = False
    assert 0 < rows.start < rows.stop < 1100
    assert 0 < columns.start < columns.stop < 1100
    np.testing.assert_array_equal(swap.near.blended[edge], np.float32(0.3))


def test_levels_of_another_kind_are_no_pyramids(wish, registered):
    registered("posterize", lambda source, target, mask, levels=256: np.round(target * levels) / np.float32(levels))
    outcome = session.fulfil(replace(wish, blend="posterize", options={"levels": 256}))
    assert outcome.swap.near.blended.shape == outcome.swap.target.shape


def test_strength_goes_from_target_to_result(wish):
    whole = session.fulfil(wish)
    assert session.fulfil(replace(wish, strength=0.0), before=whole).picture == pytest.approx(wish.target.picture, abs=1e-6)
    half = session.fulfil(replace(wish, strength=0.5), before=whole)
    np.testing.assert_allclose(half.picture, (whole.picture + wish.target.picture) / 2, atol=1e-6)
    images.check_picture(half.picture, "half")
    assert half.swap is whole.swap  # no blender ran for it
    assert session.fulfil(replace(wish, strength=0.5, blend="none"), before=whole).swap is not whole.swap


def test_a_blender_is_found_by_its_name_alone(wish, registered):
    registered("green", lambda source, target, mask, amount=1.0: np.where(mask[..., None] > 0, np.float32((0, amount, 0)), target))
    outcome = session.fulfil(replace(wish, blend="green", options={"amount": 0.5}))
    bare = (outcome.swap.mask > 0) & (outcome.picture == (0, 0.5, 0)).all(axis=2)  # where nothing is in front, and nothing was painted over
    assert bare.sum() > 0.5 * (outcome.swap.mask > 0).sum()


def test_stages_are_reported_as_they_begin(wish):
    stages = []
    whole = session.fulfil(wish, stages.append)
    assert stages == ["placing the face", "blending (multiband)"]
    session.fulfil(replace(wish, strength=0.5), stages.append, whole)
    assert len(stages) == 2


@pytest.mark.parametrize(
    ("blender", "words"),
    [
        (lambda source, target, mask: target[1:], "the result of odd: expected the target's shape"),
        (lambda source, target, mask: target * 2 + 1, "the result of odd: expected values in"),
        (lambda source, target, mask: None, "the result of odd: expected a NumPy array, got NoneType"),
        (lambda source, target, mask: target.astype(float), "the result of odd: expected float32"),
    ],
)
def test_a_blender_that_returns_no_picture_is_named(wish, registered, blender, words):
    registered("odd", blender)
    with pytest.raises((ValueError, TypeError), match=words):
        session.fulfil(replace(wish, blend="odd"))


def test_a_blender_that_writes_into_its_target_spoils_no_photograph(wish, registered, hopper):
    def spoil(source, target, mask):
        target[:] = 0
        return target

    registered("spoil", spoil)
    before = hopper.copy()
    session.fulfil(replace(wish, blend="spoil"))
    np.testing.assert_array_equal(wish.target.picture, before)


def test_a_draft_looks_like_the_result(wish):
    drafted, whole = session.draft(wish, close=False), session.fulfil(wish)
    assert max(drafted.picture.shape) == photo.PREVIEW
    small = photo._previews(whole.picture)[0]
    assert np.abs(drafted.picture - small).mean() < 0.01
    assert list(drafted.measures) == list(session.QUICK)


def test_a_draft_of_a_small_face_in_a_large_picture_looks_like_the_result(wish, collins):
    large, face = np.full((2000, 3000, 3), 0.5, np.float32), wish.source
    large[900:1412, 2100:2612] = collins
    there = {"box": face.box + (2100, 900, 0, 0), "points": face.points + (2100, 900)}
    wide = Wish(wish.target, replace(face, picture=large, previews=photo._previews(large), **there))
    drafted, whole = session.draft(wide), session.fulfil(wide)
    assert max(drafted.picture.shape) <= photo.PREVIEW
    drafted, whole = (photo.cut(made.picture, photo.frame(made.swap.target_box, made.picture.shape)) for made in (drafted, whole))
    height, width = np.minimum(drafted.shape, whole.shape)[:2]
    assert np.abs(drafted[:height, :width] - whole[:height, :width]).mean() < 0.02


def test_in_a_draft_no_network_runs(wish, registered, monkeypatch):
    def network(source, target, mask):
        raise AssertionError("ran")

    monkeypatch.setitem(blenders.BLENDERS, "unet", network)
    assert session.stands_in(replace(wish, blend="unet"))
    assert session.stands_in(replace(wish, placing="segment"))
    assert not session.stands_in(wish)
    assert not session.stands_in(replace(wish, blend="classic"))
    assert session.draft(replace(wish, blend="unet")).draft
    assert session.draft(replace(wish, placing="segment+inpaint")).draft


def test_measures_say_what_they_mean(wish):
    raw, whole = (session.measured(session.fulfil(replace(wish, blend=name))).measures for name in ("none", "multiband"))
    assert set(raw) == set(whole) == set(session.MEASURES)
    assert raw["seam"] > 1.5 * whole["seam"]
    assert raw["background"] == 0 < whole["background"]
    untouched = session.measured(session.fulfil(replace(wish, strength=0.0))).measures
    assert untouched["seam"] == pytest.approx(1)
    assert untouched["colour"] == pytest.approx(0, abs=1e-6)


def test_a_difference_is_black_where_nothing_changed(wish):
    shown = session.difference(session.fulfil(replace(wish, blend="none")))
    images.check_picture(shown, "difference")
    assert not shown[session.fulfil(wish).swap.mask == 0].any()
    assert shown.max() > 0.2


@pytest.mark.parametrize("shape", [(300, 500, 3), (91, 64, 3), (900, 901, 3)])
def test_a_close_up_lies_in_the_picture(shape):
    for box in ([-30, -30, 80, 80], [200, 250, 120, 120], [10, 10, 900, 900]):
        x, y, width, height = photo.frame(np.array(box, float), shape)
        assert width == height
        assert 0 <= x <= x + width <= shape[1]
        assert 0 <= y <= y + height <= shape[0]
    assert photo.cut(np.zeros(shape, np.float32), (x, y, width, height)).shape[:2] == pytest.approx((height, width), abs=1)


@pytest.mark.parametrize("move", ["point", "box"])
def test_a_draft_takes_less_time_than_a_swap(wish, collins, hopper, move):
    """From the moved hand to the picture that is sent, beside the same from the files; `make bench` has both in milliseconds."""
    picture = hopper[:512].copy()
    wish = replace(wish, target=photo.read(picture, "Hopper"))

    def drafted(k: int) -> None:
        face = wish.target
        if move == "point":
            face = photo.with_point(face, 30, face.points[30] + (k % 3, 0))
        else:
            face = photo.with_box(face, face.box + (k % 3, 0, 0, 0), passes=1)
        jpeg(session.draft(replace(wish, target=face)).picture)

    seconds = [(_timed(partial(drafted, k)), _timed(partial(facelib.swap, collins, picture))) for k in range(9)]
    draft, swap = np.median(seconds, axis=0)
    assert draft < 0.9 * swap


def test_a_photograph_of_12_megapixels_is_drafted_as_quickly(collins, wish):
    large = np.repeat(np.repeat(collins, 7, axis=0), 7, axis=1)
    face = photo.read(collins, "Collins")
    big = replace(face, picture=large, box=face.box * 7, points=face.points * 7 + 3, previews=photo._previews(large))
    works = [partial(session.draft, replace(wish, source=one, target=one)) for one in (face, big)]
    small, large = np.min([[_timed(work) for work in works] for _ in range(7)], axis=0)
    assert large < 2 * small


def _timed(work):
    started = perf_counter()
    work()
    return perf_counter() - started
