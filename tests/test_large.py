"""Faces of thousands of pixels, and what they cost."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
from PIL import Image

import facelib
from facelib import colour, figures, images, large
from facelib.swap import Stages

TIMES = 4


@pytest.fixture(scope="module")
def pictures(collins, hopper):
    """The portraits enlarged, with a fine grain that only the full size can show."""
    rng = np.random.default_rng(0)
    found = []
    for picture, times in ((collins, 2 * TIMES), (hopper, TIMES)):
        size = (times * picture.shape[1] - 3, times * picture.shape[0] - 1)  # no whole multiple of anything
        larger = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
        found.append((larger + rng.normal(0, 0.03, (*larger.shape[:2], 1))).clip(0, 1).astype(np.float32))
    return found


@pytest.fixture(scope="module")
def both(pictures, collins_on_hopper):
    """The swap in floats, and the one in bytes, which are shrunk."""
    points = {
        "source_points": (collins_on_hopper.source_points + 0.5) * 2 * TIMES - 0.5,
        "target_points": (collins_on_hopper.target_points + 0.5) * TIMES - 0.5,
    }
    return facelib.swap(*pictures, **points), facelib.swap(*map(images.to_bytes, pictures), **points)


def test_a_large_face_is_swapped_as_it_would_be_at_full_size(both):
    whole, shrunk = both
    assert isinstance(whole.near, Stages)
    assert isinstance(shrunk.near, large.LargeStages)
    assert shrunk.near.scale.max() < 0.6
    differs = np.abs(images.to_float(shrunk.blended) - whole.blended)
    assert differs.mean() < 0.002
    assert differs[whole.mask > 0].mean() < 0.01  # the swap itself changes 0.14 there
    for stage in ("warped", "composite", "matched"):
        assert np.abs(images.to_float(getattr(shrunk, stage)) - getattr(whole, stage)).mean() < 0.02


def test_the_finest_detail_is_the_sources_inside_and_the_targets_outside(both):
    whole, shrunk = both

    def grain(picture, where):
        return (picture - cv2.GaussianBlur(picture, (0, 0), 1.5))[where].std()

    inside = cv2.erode(whole.mask, np.ones((25, 25))) > 0
    result = images.to_float(shrunk.blended)
    assert grain(result, inside) > 0.8 * grain(whole.blended, inside)
    assert grain(images.to_float(shrunk.composite), inside) < 0.6 * grain(whole.blended, inside)  # what enlarging alone would give
    outside = whole.mask == 0
    assert abs(grain(result, outside) / grain(whole.target, outside) - 1) < 0.02


def test_what_is_far_from_a_large_face_stays_to_the_bit(both):
    _, shrunk = both
    untouched = np.ones(shrunk.target.shape[:2], bool)
    untouched[shrunk.window] = False
    np.testing.assert_array_equal(shrunk.blended[untouched], shrunk.target[untouched])
    assert (shrunk.blended == shrunk.target).all(axis=2).mean() > 0.25
    np.testing.assert_array_equal(shrunk.part, shrunk.blended[shrunk.window])


def test_a_large_face_is_no_sharper_than_its_target(pictures, both, collins_on_hopper):
    points = {"source_points": both[0].source_points, "target_points": both[0].target_points}
    source, soft = images.to_bytes(pictures[0]), images.to_bytes(cv2.GaussianBlur(pictures[1], (0, 0), 3))
    inside = cv2.erode(both[0].mask, np.ones((25, 25))) > 0

    def fine(picture):
        return (images.to_float(picture) - cv2.GaussianBlur(images.to_float(picture), (0, 0), 1.5))[inside].std()

    fitted, own = (fine(facelib.swap(source, soft, colours=colours, **points).blended) for colours in ("lab", "none"))
    assert fitted < 0.4 * own
    assert own > 0.8 * fine(both[1].blended)


def test_a_large_grey_target_stays_grey_to_the_bit(pictures, collins_on_hopper):
    points = {
        "source_points": (collins_on_hopper.source_points + 0.5) * 2 * TIMES - 0.5,
        "target_points": (collins_on_hopper.target_points + 0.5) * TIMES - 0.5,
    }
    source, target = map(images.to_bytes, pictures)
    shrunk = facelib.swap(source, colour.grey(target), **points)
    assert isinstance(shrunk.near, large.LargeStages)
    assert (shrunk.blended[..., :1] == shrunk.blended).all()


def test_stages_of_a_large_face_are_drawn(both):
    _, shrunk = both
    for name, picture in figures.stages(shrunk).items():
        images.check_picture(picture, name)


def test_keypoints_of_a_large_face_are_those_of_a_small_one(hopper, pictures, collins_on_hopper):
    from facelib import keypoints

    box = collins_on_hopper.target_box
    few, many = (keypoints.predict([picture], [times * box])[0] for picture, times in ((hopper, 1), (pictures[1], TIMES)))
    away = np.linalg.norm((many + 0.5) / TIMES - 0.5 - few, axis=1)
    assert away.mean() < 0.01 * np.linalg.norm(few[36] - few[45]) * 2


MEASURE = """
import re, sys
from pathlib import Path
from facelib.__main__ import main
status = main(sys.argv[1:])
print(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])  # ru_maxrss would be the parent's, if larger
sys.exit(status)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(("size", "most"), [((6000, 8000), 1500), ((4243, 5657), 1100)])
def test_memory_follows_the_face(tmp_path, collins, hopper, size, most):
    """Megabytes at the most of a whole command: 700 of them are PyTorch. The face is a third of the picture."""
    images.save(collins, tmp_path / "collins.png")
    Image.fromarray(images.to_bytes(hopper)).resize(size, Image.BICUBIC).save(tmp_path / "large.jpg", quality=90)
    command = ["swap", str(tmp_path / "collins.png"), str(tmp_path / "large.jpg"), "-o", str(tmp_path / "out.jpg")]
    ran = subprocess.run([sys.executable, "-c", MEASURE, *command], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    with Image.open(tmp_path / "out.jpg") as out:
        assert out.size == size
    assert int(ran.stdout.split()[-1]) * 1.024 / 1000 < most
