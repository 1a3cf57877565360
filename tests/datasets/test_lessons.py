"""Kinds of pairs for the harmonizer: who is paired with whom, and what the right answer is."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from facelib import images, metrics
from facelib.composite import hull_mask
from facelib.datasets import lessons, pairs, recolour, ytf68
from facelib.datasets.frame import UNKNOWN, MadeFrame
from facelib.datasets.rendered import labelled, ladder

ONE_PERSON_EACH = 4  # rendered frames


@pytest.fixture(scope="module")
def frames():
    return labelled.later(12, seed=3, size=84)


@pytest.fixture(scope="module")
def videos(frames):
    """Two videos of two frames of each person."""
    return [
        dataclasses.replace(frame, path=Path(f"training/{frame.person}_{number // 2 % 2}{number % 2}.png"))
        for number, frame in enumerate(frames)
    ]


@pytest.mark.parametrize("kind", lessons.KINDS)
def test_a_pair_depends_on_its_number_alone(kind, frames, videos):
    draw, frames = lessons.KINDS[kind].draw, videos if kind == "moment" else frames
    assert repr(draw(frames, 6, 1, 64)[:3]) == repr(draw(frames, 3, 1, 64))
    assert repr(draw(frames, 3, 1, 64)) != repr(draw(frames, 3, 2, 64))


def test_another_is_the_same_person_in_another_picture(frames):
    drawn = lessons.another(frames, 40, 0)
    assert all(pair.source.person == pair.target.person and pair.source.path != pair.target.path for pair in drawn)
    assert [pair.recolour is not None for pair in drawn[:4]] == [False, True, False, True]


def test_another_needs_somebody_with_two_videos(frames):
    with pytest.raises(ValueError, match="two videos"):
        lessons.another(frames[::ONE_PERSON_EACH], 3, 0)


def test_frames_of_one_video_are_no_other_picture(ytf68_folder):
    drawn = lessons.another(ytf68.load(ytf68_folder), 200, 0)
    assert all(ytf68.video_of(pair.source) != ytf68.video_of(pair.target) for pair in drawn)


def test_itself_differs_in_colours_alone(frames):
    pair = lessons.itself(frames, 1, 0)[0]
    face = pairs.face(pair.source, 64)
    made = pairs.make(face, face)
    np.testing.assert_allclose(images.to_float(made["raw"]), images.to_float(made["target"]), atol=0.2)
    assert metrics.psnr(images.to_float(made["raw"]), images.to_float(made["target"]), made["mask"] / 255) > 30
    recoloured = pairs.make(face, face, pair.recolour)
    assert metrics.psnr(images.to_float(recoloured["raw"]), images.to_float(made["target"]), made["mask"] / 255) < 30


def test_transferred_faces_have_the_colours_of_somebody_else(frames):
    drawn = lessons.transferred(frames, 60, 0)
    assert {getattr(pair.recolour, "method", None) for pair in drawn} == {None, "lab", "rgb", "covariance", "histogram"}
    assert all(pair.source is pair.target for pair in drawn)
    of_another = [pair for pair in drawn if isinstance(pair.recolour, recolour.Transfer)]
    assert all(pair.recolour.like.person != pair.target.person for pair in of_another)
    for pair in of_another[:8]:
        ours, theirs = (pairs.face(frame, 64) for frame in (pair.source, pair.recolour.like))
        made = pairs.make(ours, ours, pair.recolour)
        before, after = (_colour(made[name], ours.target_points) for name in ("target", "raw"))
        goal = _colour(theirs.target, theirs.target_points)
        assert np.abs(after - goal).sum() < np.abs(before - goal).sum()


def _colour(picture, points):
    return images.to_float(picture)[hull_mask(points, picture.shape[:2]) > 0.5].mean(axis=0)


def test_alone_a_face_can_only_be_transferred_through_curves(frames):
    drawn = lessons.transferred(frames[:ONE_PERSON_EACH], 20, 0)
    assert all(isinstance(pair.recolour, recolour.Recolour) for pair in drawn)


def test_drawn_pairs_have_an_answer_in_the_targets_tone(frames):
    pair = lessons.drawn(frames, 1, 0, 64)[0]
    source, target, answer = (frame.face for frame in (pair.source, pair.target, pair.answer))
    assert answer.paint.tone == target.identity.skin.tone
    assert answer.paint.lip_red == source.identity.skin.lip_red
    np.testing.assert_array_equal(pair.answer.points, pair.target.points)


def test_drawn_pairs_are_not_those_of_the_sets():
    trained = {repr(pair.target.face) for pair in lessons.drawn([], 14, 2026, 64)}
    measured = {repr(ladder.swap(name, index).target) for name in ladder.SETS for index in range(4)}
    assert not trained & measured


def test_a_moment_is_another_frame_of_the_same_video(videos, frames):
    for pair in lessons.moment(videos, 40, 0):
        assert pair.source is not pair.target
        assert ytf68.video_of(pair.source) == ytf68.video_of(pair.target)
    with pytest.raises(ValueError, match="two frames of a video, got one of each of 12"):
        lessons.moment(frames, 3, 0)


def test_a_turned_face_is_the_same_one_in_the_same_light():
    pairs_ = lessons.turned([], 8, 0, 64)
    for pair in pairs_:
        source, target = pair.source.face, pair.target.face
        assert (source.identity, source.light, source.scene) == (target.identity, target.light, target.scene)
        assert source.pose != target.pose
    assert all(abs(pair.source.face.expression.jaw - pair.target.face.expression.jaw) >= 0.5 for pair in pairs_[1::2])


def test_every_second_covered_face_has_a_hand_before_it_and_what_shows_is_known():
    pairs_ = lessons.covered([], 4, 0, 64)
    assert all(pair.source is pair.target for pair in pairs_)
    assert all(pair.target.face.scene.hand > 0 for pair in pairs_[1::2])
    shown = pairs.face(pairs_[1].target, 64, shown=True).shown
    assert shown.shape == (64, 64)
    assert set(np.unique(shown)) == {0, 1, 2}


def test_of_a_photograph_nobody_knows_what_it_shows(frames):
    photograph = MadeFrame(frames[0].path, "Ada", frames[0].points, made=np.zeros((84, 84, 3), np.uint8))
    assert (pairs.face(photograph, 64, shown=True).shown == UNKNOWN).all()
    assert pairs.face(photograph, 64).shown is None


def test_frames_are_listed_once(frames):
    drawn = lessons.itself(frames, 20, 0)
    used = lessons.frames_of(drawn)
    assert len({id(frame) for frame in used}) == len(used)
    assert {id(pair.source) for pair in drawn} == {id(frame) for frame in used}
    like = lessons.transferred(frames, 2, 0)[1].recolour.like
    assert any(frame is like for frame in lessons.frames_of(lessons.transferred(frames, 2, 0)))
