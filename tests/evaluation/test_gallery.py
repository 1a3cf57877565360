"""Retrieval at rank 1, with a judge who sees colours, so that the answer is known."""

from pathlib import Path

import numpy as np
import pytest

from facelib import covers, keypoints
from facelib.datasets.frame import MadeFrame
from facelib.datasets.pairs import Pair
from facelib.evaluation import gallery, swaps
from facelib.evaluation.swapped import ways

RED, GREEN, BLUE, DARK_RED = (200, 20, 20), (20, 200, 20), (20, 20, 200), (180, 60, 20)
POINTS = (40 + 50 * keypoints.mean_shape()).astype(np.float32)


def frame(person, number, colour):
    return MadeFrame(Path(f"{person}_{number}.jpg"), person, POINTS, made=np.full((80, 80, 3), colour, np.uint8))


def judge(pictures, points):
    """The colour in the middle of the face, as a vector of length 1."""
    middles = np.stack(
        [picture[round(float(shape[33, 1])), round(float(shape[33, 0]))] for picture, shape in zip(pictures, points, strict=True)]
    )
    return middles / np.linalg.norm(middles.astype(float), axis=1, keepdims=True)


def finder(pictures, points):
    return points


@pytest.fixture
def people():
    colours = {"ann": RED, "bob": GREEN, "cyd": BLUE}
    return [frame(person, number, colour) for person, colour in colours.items() for number in range(3)]


def test_a_paste_shows_the_source_and_a_picture_left_alone_the_target(people, monkeypatch):
    monkeypatch.setattr(covers, "seen", lambda picture, points: covers.nothing(picture.shape[:2]))  # one colour is no face to a parser
    pairs = [Pair(people[0], people[3]), Pair(people[4], people[8])]
    shown = gallery.of(people, judge, 64)
    scored = swaps.measure(pairs, ways(["none"]), judge, finder, 64, answered=False, gallery=shown)
    assert scored.scores["rank1"]["none"].tolist() == [1, 1]
    assert scored.scores["rank1_target"]["none"].tolist() == [0, 0]
    assert scored.scores["rank1"]["target"].tolist() == [0, 0]
    assert scored.scores["rank1_target"]["target"].tolist() == [1, 1]
    target, none = swaps.table(scored, ["target"])
    assert none["rank1"]["mean"] == 1
    assert none["better than target"]["rank1"]["mean"] == 1
    assert none["better than target"]["rank1_target"]["mean"] == 1  # less of it is better
    assert "rank1_target" in swaps.as_text([target, none])


def test_without_a_gallery_nobody_is_ranked(people):
    scored = swaps.measure([Pair(people[0], people[3])], ways(["none"]), judge, finder, 64, answered=False)
    assert not {"rank1", "rank1_target"} & set(scored.scores)
    assert "rank1" not in swaps.as_text(swaps.table(scored))


def test_a_face_does_not_find_itself():
    ann = [frame("ann", 0, RED), frame("ann", 1, BLUE)]
    bob = [frame("bob", 0, DARK_RED), frame("bob", 1, DARK_RED)]
    shown = gallery.of([*ann, *bob], judge, 64)
    red = np.array([RED]) / np.linalg.norm(RED)
    other = Pair(ann[1], bob[0])  # here the red picture of ann counts, and the blue does not
    itself = Pair(ann[0], bob[0])
    assert shown.first(red, [other])[0].tolist() == [1]
    assert shown.first(red, [itself])[0].tolist() == [0]
    assert shown.first(red, [itself])[1].tolist() == [1]


def test_whoever_has_no_other_picture_is_not_asked_about(people):
    lone = frame("dee", 0, DARK_RED)
    shown = gallery.of([*people, lone], judge, 64)
    of_source, of_target = shown.first(np.array([[1.0, 0, 0]]), [Pair(lone, people[3])])
    assert np.isnan(of_source).all()
    assert of_target.tolist() == [0]


def test_of_each_person_a_few_frames_are_taken_far_apart():
    frames = [frame("ann", number, RED) for number in range(11)] + [frame("bob", 0, BLUE)]
    shown = gallery.of(frames, judge, 64, each=3)
    assert [one.path.stem for one in shown.frames] == ["ann_0", "ann_5", "ann_10", "bob_0"]
    assert shown.which()["people"] == 2
    assert shown.which()["sha256"] != gallery.of(frames[:-1], judge, 64, each=3).which()["sha256"]
    with pytest.raises(ValueError, match="gallery: expected frames of people, got none"):
        gallery.of([], judge)
