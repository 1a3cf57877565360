import numpy as np
import pytest

from facelib import keypoints, metrics
from facelib.evaluation import lattice

SIZE = 120  # pixels, of the faces below


def shapes(count, size=SIZE, seed=0):
    """Faces whose points lie anywhere, and whose they are."""
    rng = np.random.default_rng(seed)
    mean = keypoints.mean_shape() * size + size
    return mean + rng.normal(0, 0.02 * size, (count, 68, 2)), [f"person {number // 2}" for number in range(count)]


def read_off(points, step, origin):
    """Their places on a heatmap, to a cell, in whole pixels."""
    return np.round(np.round((points - origin) / step) * step + origin)


@pytest.mark.parametrize(("step", "origin"), [(3.7, (0.4, -1.2)), (2.9, (1.0, 0.3))])
def test_a_lattice_is_found_again(step, origin):
    labels = read_off(shapes(1)[0][0], step, np.array(origin))
    found = lattice.fit(labels)
    assert found.is_clear
    assert found.step == pytest.approx(step, rel=0.005)
    assert np.abs(found.places(labels)).max() * found.step < 1  # pixels: rounded, and a step that is off by a little
    assert (np.abs(found.origin) <= found.step / 2).all()


@pytest.mark.parametrize("points", [shapes(1)[0][0], read_off(shapes(1)[0][0], 1, 0)], ids=["anywhere", "whole pixels"])
def test_points_that_lie_on_none_have_none(points):
    found = lattice.fit(points)
    assert found.clearness < 0.4
    assert not found.is_clear


def test_a_lattice_finer_than_pixels_show_is_not_clear():
    points = shapes(1, size=30)[0][0]
    assert not lattice.fit(read_off(points, 0.9, 0)).is_clear


def test_what_a_lattice_costs_is_how_far_it_moved_the_points():
    """Told of the labels alone; the faces before are known here, and what a model scores that finds them to a hair."""
    points, people = shapes(40)
    origins = np.random.default_rng(1).uniform(0, 3.7, (40, 2))
    labels = np.stack([read_off(each, 3.7, origin) for each, origin in zip(points, origins, strict=True)])
    numbers = lattice.measure(labels, people)
    assert numbers["clear"] == 40
    assert numbers["people"] == 20
    assert numbers["error"] == pytest.approx(100 * metrics.nme(points, labels).mean(), rel=0.05)
    assert numbers["interval_95"][0] <= numbers["error"] <= numbers["interval_95"][1]
    assert sum(numbers["place"]["count"]) == 40 * 68 * 2
    assert sum(numbers["step"]["count"]) == 40
    assert f"40 frames, which by itself costs {numbers['error']:.2f} %" in lattice.as_text(numbers)
    assert numbers["share"] == pytest.approx(3.7 / np.median(metrics.face_sizes(labels, "box")), rel=0.01)


def test_steps_of_a_pyramid_give_away_its_ratio():
    """Faces of any size, each read on the level of the pyramid that is next to it."""
    sizes = np.geomspace(80, 250, 30)
    levels = 2.6 * 1.25 ** np.round(np.log(sizes / 85) / np.log(1.25))
    labels = [read_off(shapes(1, size, seed)[0][0], step, 0) for seed, (size, step) in enumerate(zip(sizes, levels, strict=True))]
    numbers = lattice.measure(np.stack(labels), ["ann"] * len(labels))
    assert 20 <= numbers["large"] <= 30
    assert numbers["ratio"] == pytest.approx(1.25, abs=0.01)
    assert numbers["agreement"] > 0.9


def test_steps_of_any_size_have_no_ratio():
    sizes = np.geomspace(80, 250, 30)
    labels = [read_off(shapes(1, size, seed)[0][0], size / 33, 0) for seed, size in enumerate(sizes)]
    assert lattice.measure(np.stack(labels), ["ann"] * len(labels))["agreement"] < 0.6


def test_labels_without_a_lattice():
    points, people = shapes(5)
    numbers = lattice.measure(points, people)
    assert numbers == {"clear": 0}
    assert "no frame" in lattice.as_text(numbers)
