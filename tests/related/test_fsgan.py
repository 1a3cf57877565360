"""FSGAN: what its networks are shown, and what they do to a swap."""

import numpy as np
import pytest
import torch

from facelib import keypoints, metrics, place
from facelib.datasets import rendered
from facelib.datasets.frame import SHOWN, UNKNOWN
from facelib.datasets.rendered import ladder
from facelib.place import Faces
from facelib.related import fsgan, fsgan_lessons, fsgan_stages

SIZE = 128
FACE, COVER = SHOWN.index("face"), SHOWN.index("cover")


def picture(value):
    return torch.full((3, SIZE, SIZE), value, dtype=torch.uint8)


@pytest.fixture
def item():
    points = (keypoints.mean_shape() * 40 + 64).astype(np.float32)
    mask = torch.zeros((1, SIZE, SIZE), dtype=torch.uint8)
    mask[:, 30:100, 30:100] = 255
    shown = torch.full((SIZE, SIZE), UNKNOWN, dtype=torch.uint8)
    pictures = {name: picture(value) for name, value in (("raw", 40), ("answer", 60), ("real", 80))}
    return {**pictures, "mask": mask, "real_mask": mask, "points": torch.from_numpy(points), "shown": shown}


@pytest.fixture
def other(item):
    shown = torch.full((SIZE, SIZE), FACE, dtype=torch.uint8)
    shown[50:70, 60:80] = COVER
    return {**item, "raw": picture(200), "shown": shown}


def rng(number=0):
    return np.random.default_rng(number)


def test_reenactment_sees_the_face_alone_and_the_points(item, other):
    fsgan_lessons.with_drawing(item, rng(), other)
    assert (item["raw"][:, :20] == fsgan_lessons.GREY).all()
    assert (item["raw"][:, 50:60, 50:60] == 40).all()
    assert (item["real"][:, :20] == fsgan_lessons.GREY).all()
    assert 0.01 < (item["start"].amax(0) > 0).float().mean() < 0.2


def test_a_drawing_has_a_line_through_every_point(item):
    drawn = fsgan_lessons.drawing(item["points"].numpy(), SIZE)
    at = np.round(item["points"].numpy()).astype(int)
    assert (drawn[at[:, 1], at[:, 0]].max(-1) > 60).all()


def test_segmentation_learns_what_is_known_and_sees_hands_of_others(item, other):
    found = []
    for number in range(20):
        one = dict(item)
        fsgan_lessons.cut_out(one, rng(number), other)
        covered = bool((one["parts"] == COVER).any())
        found.append(covered)
        assert (one["raw"] == 200).any() == covered
        assert (one["parts"] == FACE).any()
        assert (one["parts"][:20] == UNKNOWN).all()  # nobody says what is round the face of a photograph
        assert ((one["answer"][0] == 40) == (one["parts"] == FACE)).all()
    assert 4 < sum(found) < 16


def test_holes_lie_in_the_face_and_what_hides_it_is_asked_of_nobody(item, other):
    item["shown"][90:100] = COVER
    for number in range(10):
        one = dict(item)
        fsgan_lessons.with_holes(one, rng(number), other)
        hole, known = one["mask"][0] > 127, one["start"][0] > 127
        assert hole.any()
        assert not (hole & known).any()
        assert not (hole | known)[90:].any()
        assert (one["raw"][:, ~known] == fsgan_lessons.GREY).all()
        assert (one["answer"][:, hole] == 60).all()


@pytest.mark.parametrize("name", ["Reenactment", "Segmentation", "Inpainting", "Blending"])
def test_networks_are_small(name):
    numbers = sum(weight.numel() for weight in getattr(fsgan, name)().parameters())
    assert numbers < 1.3e6


def test_inpainting_leaves_what_is_known():
    net, raw = fsgan.Inpainting().eval(), torch.rand(1, 3, 64, 64) * 2 - 1
    known = torch.ones(1, 3, 64, 64)
    known[..., 20:40] = -1
    made = net(raw, known, (known[:, :1] < 0).float())
    assert torch.equal(made[..., :20], raw[..., :20])
    assert not torch.equal(made[..., 20:40], raw[..., 20:40])


def faces(rung, index, size=176):
    swap = ladder.swap(rung, index)
    source, target = rendered.render(swap.source, size), rendered.render(swap.target, size)
    answer = rendered.render(rendered.toned(swap.source, swap.target), size)
    return Faces(source.picture, target.picture, source.points, target.points, mouth="target"), (source, target, answer)


def test_an_open_mouth_is_nearer_to_the_answer_after_reenactment():
    gains = []
    for index in range(8):
        given, (_, _, answer) = faces("mouth", index)
        plain = place.triangles(given)
        done = fsgan_stages.reenact(plain, given)
        mouth = np.zeros_like(plain.mask)
        low, high = given.target_points[48:].min(0).astype(int), given.target_points[48:].max(0).astype(int) + 1
        mouth[low[1] : high[1], low[0] : high[0]] = 1
        gains.append(metrics.psnr(done.warped, answer.picture, mouth) - metrics.psnr(plain.warped, answer.picture, mouth))
        assert (done.warped == plain.warped)[plain.known == 0].all()
    assert np.mean(gains) > 0.2  # dB


def test_a_hand_stays_in_front_of_the_target():
    found = []
    for index in range(6):
        given, (_, target, _) = faces("hand-in-target", index)
        plain = place.triangles(given)
        done = fsgan_stages.segment(plain, given)
        hidden, taken = (target.occluder > 0.5) & (plain.mask > 0), (plain.mask > 0) & (done.mask == 0)
        found.append((hidden & taken).sum() / (hidden | taken).sum())
        assert not (done.mask > plain.mask).any()
    assert np.mean(found) > 0.6  # intersection over union


def test_a_hand_in_the_source_leaves_a_hole_that_is_painted():
    gains = []
    for index in range(6):
        given, (_, _, answer) = faces("hand-in-source", index)
        plain = place.triangles(given)
        cut = fsgan_stages.segment(plain, given)
        assert not (cut.mask * cut.holes).any()
        assert not (cut.known * cut.holes).any()  # a hand is not the face
        done = fsgan_stages.inpaint(cut, given)
        assert not done.holes.any()
        assert done.known[cut.holes > 0].all()
        assert (done.warped == cut.warped)[cut.holes == 0].all()
        if cut.holes.sum() > 50:
            gains.append(metrics.psnr(done.warped, answer.picture, cut.holes) - metrics.psnr(plain.warped, answer.picture, cut.holes))
    assert len(gains) >= 4
    assert np.mean(gains) > 1  # dB


def test_a_face_far_from_the_picture_is_left_alone():
    picture = np.full((80, 80, 3), 0.5, np.float32)
    points = keypoints.mean_shape() * 20 + 40
    given = Faces(picture, picture, points, points + 500)
    placed = place.get("reenact+segment+inpaint")(given)
    assert (placed.warped == picture).all()
    assert not placed.mask.any()
