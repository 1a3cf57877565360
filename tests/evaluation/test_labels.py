from pathlib import Path

import numpy as np
import pytest

from facelib import keypoints
from facelib.datasets.frame import MadeFrame
from facelib.evaluation import labels


def frames(noise, people=("ann", "bob"), each=6, like=True):
    """The same picture of each person again and again, with labels that are off at random, in per cent of the eyes' distance."""
    rng, mean = np.random.default_rng(0), keypoints.mean_shape() * 100 + 100
    eyes = np.linalg.norm(mean[36] - mean[45])
    made = []
    for person in people:
        picture = rng.integers(0, 256, (200, 200), np.uint8)
        for number in range(each):
            shown = picture if like else rng.integers(0, 256, (200, 200), np.uint8)
            points = mean + rng.normal(0, noise / 100 * eyes, (68, 2))
            made.append(MadeFrame(Path(f"{person}{number}"), person, points, made=shown))
    return made, np.repeat(mean[None], len(made), axis=0)


@pytest.mark.parametrize("noise", [0.0, 2.0])
def test_noise_put_into_labels_is_found_again(noise):
    """The mean length of a Gaussian in the plane is the root of half pi times its spread."""
    numbers = labels.disagreement(*frames(noise))
    (row,) = numbers["bins"]
    assert row["pairs"] == 30
    assert row["people"] == 2
    assert row["error"] == pytest.approx(noise * np.sqrt(np.pi / 2), abs=0.15)
    assert row["interval_95"][0] <= row["error"] <= row["interval_95"][1]
    assert "30" in labels.as_text(numbers)


def test_only_like_pictures_are_compared():
    assert labels.disagreement(*frames(2.0, like=False))["bins"] == []


def test_an_error_that_labels_share_is_not_seen():
    """A model that is off by the same in like pictures, or labels that are."""
    labelled, answers = frames(0.0)
    (row,) = labels.disagreement(labelled, answers + 3)["bins"]
    assert row["error"] == 0
