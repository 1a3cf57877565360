"""Training, on a handful of frames cut from the two portraits: as long as it takes to see that the loop does what it says."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from facelib import images
from facelib.datasets.frame import Frame
from facelib.learned import engine
from facelib.learned.evaluate_keypoints import evaluate
from facelib.learned.train_keypoints import KeypointConfig, train

RESULTS = Path(__file__).parents[2] / "book" / "results"
TINY = KeypointConfig(size=32, pictures=96, batch=8, evaluate_every=48)


@pytest.fixture(scope="module")
def frames(tmp_path_factory, collins, hopper, collins_on_hopper):
    folder = tmp_path_factory.mktemp("frames")
    made = []
    pictures = {"Eileen_Collins": (collins, collins_on_hopper.source_points), "Grace_Hopper": (hopper, collins_on_hopper.target_points)}
    for person, (picture, points) in pictures.items():
        for number in range(4):
            file = folder / f"{person}_{number}.png"
            images.save(np.roll(picture, number, axis=1), file)
            made.append(Frame(file, person, (points + (number, 0)).astype(np.float32)))
    return made[:4], made[4:]


def test_a_run_that_was_stopped_ends_as_if_it_had_not_been(tmp_path, frames):
    whole = train(TINY, *frames, tmp_path / "whole")
    first_half = []

    def stop(row):
        first_half.append(row)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(TINY, *frames, tmp_path / "stopped", report=stop)
    assert first_half[0]["pictures"] == 48
    resumed = train(TINY, *frames, tmp_path / "stopped", resume=True)
    for key, value in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[key], value, msg=key)
    histories = [engine.read_history(tmp_path / name) for name in ("whole", "stopped")]
    assert [row["pictures"] for row in histories[0]] == [row["pictures"] for row in histories[1]] == [48, 96]
    assert [row["distance"] for row in histories[0]] == pytest.approx([row["distance"] for row in histories[1]])


def test_a_run_that_no_loss_would_teach_is_refused(frames):
    nothing = dataclasses.replace(TINY, weights=(("distance", 0.0), ("cross_entropy", 0.0)))
    with pytest.raises(ValueError, match="weights: expected one above zero that heatmaps has a loss for"):
        train(nothing, *frames)


def test_training_learns(tmp_path, frames):
    config = KeypointConfig(size=64, pictures=320, batch=8, evaluate_every=160, ema_decay=0.9)
    rows = []
    train(config, *frames, tmp_path, report=rows.append)
    assert rows[-1]["distance"] < rows[0]["distance"]
    assert set(rows[-1]) >= {"pictures", "seconds", "distance", "cross_entropy", "nme_inter_ocular", "n"}
    assert json.loads((tmp_path / "config.json").read_text())["pictures"] == 320


def test_nobody_may_be_in_both_sets(tmp_path, frames):
    with pytest.raises(ValueError, match="both training and validation"):
        train(TINY, frames[0], frames[0], tmp_path)


def test_evaluation_refuses_other_boxes(frames):
    with pytest.raises(ValueError, match="guessed"):
        evaluate(None, frames[0], boxes="guessed")


@pytest.mark.parametrize("boxes", ["labels", "detected"])
def test_the_shipped_network_holds_its_promise(ibug300w_folder, boxes):
    """What the book says of it, measured again on a third of the standard test."""
    from facelib.datasets import ibug300w
    from facelib.learned import weights

    frames = ibug300w.load(ibug300w_folder, subset="common", check=False)[::3]
    scores = evaluate(weights.keypoint_reader(weights.FOLDER), frames, boxes, size=weights.keypoint_size(weights.FOLDER)).summary()
    record = json.loads((RESULTS / "keypoints-common.json").read_text())
    said = record[boxes]
    assert record["model"]["sha256"] == weights.card("keypoints")["sha256"]
    low, high = scores["interval_95"]["nme_inter_ocular"]
    assert low - 0.1 < said["nme_inter_ocular"] < high + 0.1
    assert scores["nme_inter_ocular"] < 3.5
    assert scores["missed"] == 0
