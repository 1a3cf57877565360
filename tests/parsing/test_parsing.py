"""The parser: its network and losses, what it learns from, and how it is judged."""

import numpy as np
import pytest
import torch

from facelib.datasets import fasseg, people
from facelib.learned import engine, weights
from facelib.parsing import classes, crops, faces, net, scores, things, train
from facelib.parsing.classes import CLASSES, OPEN, UNKNOWN, number


@pytest.fixture(scope="module")
def outlined():
    """Three portraits, whose labels are a face of skin on a background."""
    found = []
    for one in people.gallery()[:3]:
        picture = np.round(one.colour() * 255).astype(np.uint8)
        labels = np.zeros(picture.shape[:2], np.uint8)
        low, high = one.points.min(axis=0).astype(int), one.points.max(axis=0).astype(int)
        labels[low[1] : high[1], low[0] : high[0]] = number("skin")
        found.append(faces.kept(picture, one.points, labels, one.name))
    return found


@pytest.fixture(scope="module")
def known(outlined):
    bare = [faces.Outlined(one.picture, one.points, np.full_like(one.labels, UNKNOWN), one.name) for one in outlined]
    mask = (outlined[0].labels == number("skin")).astype(np.uint8) * 255
    cut = things.CutOut(outlined[0].picture, mask, outlined[0].points)
    return faces.Faces(outlined, outlined, bare, [cut], [cut], "three portraits")


def test_the_network_is_small_and_keeps_the_crops_shape():
    parser = net.Parser().eval()
    assert 2 * sum(value.numel() for value in parser.state_dict().values()) < 2e6  # bytes, as it ships
    found = net.shares(parser, torch.zeros(2, 3, classes.SIZE, classes.SIZE))
    assert found.shape == (2, len(CLASSES), classes.SIZE, classes.SIZE)
    torch.testing.assert_close(found.sum(dim=1), torch.ones(2, classes.SIZE, classes.SIZE))


def test_fused_it_gives_the_same_answers():
    torch.manual_seed(0)
    parser = net.Parser()
    picture = torch.randn(2, 3, 64, 64)
    parser.train()(picture)  # the norms see something
    with torch.inference_mode():
        before = parser.eval()(picture)
        torch.testing.assert_close(parser.fuse()(picture), before, rtol=1e-3, atol=1e-3)


def test_losses_leave_out_what_nobody_labelled():
    odds = torch.zeros(1, len(CLASSES), 8, 8)
    odds[:, 1] = 50  # skin, everywhere
    labels = torch.full((1, 16, 16), UNKNOWN, dtype=torch.uint8)
    labels[:, :4] = 1
    right = net.losses(odds, labels)
    assert right["cross_entropy"] < 1e-6
    assert right["dice"] < 1e-3
    labels[:, 4:8] = 2
    wrong = net.losses(odds, labels)
    assert wrong["cross_entropy"] == pytest.approx(25, abs=0.1)
    assert wrong["dice"] > 0.5


def test_the_shipped_network_finds_the_parts_of_portraits():
    for portrait in people.gallery()[:6]:
        face = faces.kept(
            np.round(portrait.colour() * 255).astype(np.uint8), portrait.points, np.zeros(portrait.colour().shape[:2], np.uint8), ""
        )
        crop, _, points = scores.plain(face)
        answer = net.shares(train_network(), crops.to_input(crop)[None])[0].argmax(dim=0).numpy()
        for rows, part in ((slice(36, 42), "eyes"), (slice(42, 48), "eyes"), (slice(48, 60), "mouth")):
            x, y = points[rows].mean(axis=0).round().astype(int)
            assert answer[y, x] in (number(part), number("glasses")), (portrait.name, part)


def train_network():
    from facelib.parsing import read

    return read.network(weights.FOLDER)


@pytest.mark.parametrize("kind", ["glasses", "strands", "microphone", "hat", "blob"])
def test_things_are_drawn_by_chance_alone_and_differ(outlined, kind):
    def drawn(seed):
        more = ([outlined[0].picture],) if kind in ("hat", "blob") else ()
        return getattr(things, kind)(points, classes.SIZE, np.random.default_rng(seed), *more)

    _, _, points = scores.plain(outlined[0])
    one, again, other = drawn(1), drawn(1), drawn(2)
    np.testing.assert_array_equal(one.colour, again.colour)
    assert not np.array_equal(one.cover, other.cover)
    for layer in (one, other):
        assert layer.colour.shape == (classes.SIZE, classes.SIZE, 3)
        assert 0 <= layer.colour.min() <= layer.colour.max() <= 1
        assert 0 < layer.cover.max() <= 1
        assert layer.kind in classes.COVERS


def test_a_training_crop_is_a_function_of_seed_and_number(known):
    some = crops.TrainingCrops(known, 100, 3)
    for first, second in zip(some[7], crops.TrainingCrops(known, 100, 3)[7], strict=True):
        assert torch.equal(first, second)
    assert not torch.equal(some[7][1], some[8][1])
    for number_ in range(12):
        plain, seen, labels = some[number_]
        assert plain.shape == seen.shape == (3, classes.SIZE, classes.SIZE)
        assert -1 <= seen.min() <= seen.max() <= 1
        assert labels.dtype == torch.uint8
        assert set(labels.unique().tolist()) <= {*range(len(CLASSES)), UNKNOWN}


def test_what_is_pasted_is_in_the_labels(known, outlined):
    crop, labels, points = scores.plain(outlined[1])
    for seed in range(8):
        seen, after = crops.covered(crop, labels, points, known, np.random.default_rng(seed))
        changed = after != labels
        assert np.abs(seen - crop)[changed].mean() > 0.02
        assert set(np.unique(after[changed])) <= {number(name) for name in classes.COVERS} | {UNKNOWN}


def test_own_answers_say_nothing_of_glasses():
    task = train._Task(train.ParserConfig(), [])
    task.accelerator = type("Accelerator", (), {"autocast": staticmethod(lambda: torch.autocast("cpu", enabled=False))})()
    sure = torch.zeros(1, len(CLASSES), classes.SIZE // 2, classes.SIZE // 2)
    sure[:, number("skin"), : classes.SIZE // 4] = 20
    sure[:, number("glasses"), classes.SIZE // 4 :] = 20
    task.average = type("Average", (), {"module": staticmethod(lambda crop: sure)})()
    plain, labels = torch.zeros(1, 3, classes.SIZE, classes.SIZE), torch.full((1, classes.SIZE, classes.SIZE), UNKNOWN, dtype=torch.uint8)
    labels[:, :, :10] = number("other")
    labels[:, :, 10:20] = OPEN
    found = task._with_own(plain, labels)
    assert (found[:, : classes.SIZE // 2 - 6, 20:] == number("skin")).all()
    assert (found[:, classes.SIZE // 2 + 6 :, 20:] == UNKNOWN).all()
    assert (found[:, :, :10] == number("other")).all()
    assert (found[:, :, 10:20] == OPEN).all()


def test_a_run_leaves_weights_and_learns(tmp_path, known, outlined):
    config = train.ParserConfig(pictures=48, batch=8, evaluate_every=24, ema_decay=0.5)
    judged = scores.with_things(outlined, known)
    made = train.train(config, known, judged, tmp_path / "run", report=lambda row: None)
    assert not made.training
    history = engine.read_history(tmp_path / "run")
    assert [row["pictures"] for row in history] == [24, 48]
    assert history[1]["cross_entropy"] < history[0]["cross_entropy"]


def test_a_run_that_was_stopped_ends_as_if_it_had_not_been(tmp_path, known, outlined):
    config = train.ParserConfig(pictures=32, batch=8, evaluate_every=16, ema_decay=0.5)
    judged = scores.with_things(outlined, known)
    whole = train.train(config, known, judged, tmp_path / "whole", report=lambda row: None)

    def stop(row):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train.train(config, known, judged, tmp_path / "stopped", report=stop)
    resumed = train.train(config, known, judged, tmp_path / "stopped", resume=True, report=lambda row: None)
    for key, value in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[key], value, msg=key)


def test_intersection_over_union_is_counted_by_hand():
    class Answers(torch.nn.Module):
        def forward(self, crop):
            odds = torch.zeros(len(crop), len(CLASSES), 32, 32)
            odds[:, 1, :, :16] = 9
            odds[:, 2, :, 16:] = 9
            return odds

    labels = np.full((32, 32), UNKNOWN, np.uint8)
    labels[:16, :] = 1
    labels[:16, 24:] = 2
    found = scores.table(scores.counts(Answers(), [(np.zeros((32, 32, 3), np.float32), labels)] * 2))
    assert found["skin"]["iou"] == pytest.approx(16 / 24, abs=1e-4)
    assert found["brows"]["iou"] == pytest.approx(8 / 16, abs=1e-4)
    assert found["skin"]["faces"] == 2
    assert "hair" not in found


def test_colours_of_labels_count_as_the_nearest():
    picture = np.array([[(250, 8, 3), (120, 4, 0), (3, 250, 250)]], np.uint8)
    assert fasseg.nearest(picture).tolist() == [[0, 2, 4]]


def test_fasseg_is_read_and_what_is_wrong_is_named(tmp_path):
    from facelib import images

    with pytest.raises(FileNotFoundError, match="expected a folder with train/rgb"):
        fasseg.load("train", tmp_path)
    for part in fasseg.PARTS:
        for kind in ("rgb", "labels"):
            (tmp_path / part / kind).mkdir(parents=True)
    red = np.zeros((40, 30, 3), np.float32)
    red[..., 0] = 1
    images.save(red, tmp_path / "train" / "rgb" / "v3-personne0111.png")
    with pytest.raises(ValueError, match="no labels of it"):
        fasseg.load("train", tmp_path)
    images.save(red, tmp_path / "train" / "labels" / "v3-personne0111.png")
    (face,) = fasseg.load("train", tmp_path)
    assert face.wears_glasses
    assert not face.labels.any()
    with pytest.raises(ValueError, match="part: expected one of train, test, got 'all'"):
        fasseg.load("all", tmp_path)
