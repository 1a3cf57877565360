import cv2
import numpy as np
import pytest

import facelib
from facelib import blenders, surroundings
from facelib.composite import hull_mask


def test_what_is_known_stays_and_the_rest_is_the_target_in_its_colours():
    rng = np.random.default_rng(0)
    target = rng.uniform(0.3, 0.5, (60, 80, 3)).astype(np.float32)
    known = np.zeros((60, 80), np.float32)
    known[20:40, 30:50] = 1
    source = np.where(known[..., None] > 0, target + np.float32(0.2), rng.uniform(0, 1, target.shape)).astype(np.float32)
    shown = surroundings.replaced(source, target, known)
    assert np.array_equal(shown[known > 0], source[known > 0])
    np.testing.assert_allclose(shown, target + 0.2, atol=1e-4)
    assert surroundings.replaced(source, target, np.zeros_like(known)) is target


@pytest.mark.parametrize("colours", ["none", "lab"])
@pytest.mark.parametrize("blend", ["multiband", "feather", "poisson", "seamless-clone", "none"])
def test_what_lies_round_the_sources_face_is_never_seen(blend, colours, hopper, collins, collins_on_hopper):
    points = {"source_points": collins_on_hopper.source_points, "target_points": collins_on_hopper.target_points}
    face = cv2.dilate(hull_mask(points["source_points"], collins.shape[:2]), np.ones((9, 9)))
    painted = np.where(face[..., None] > 0, collins, np.float32([1, 0, 1])).astype(np.float32)
    clean, other = (facelib.swap(one, hopper, blend=blend, colours=colours, parse=False, **points).blended for one in (collins, painted))
    # The outermost pixels of what is known were interpolated; the coarse bands of contrasts know a little of them.
    assert np.abs(clean - other).max() < (0.5 if colours == "none" else 2) / 255
    assert blend in blenders.BLENDERS


def test_a_parser_that_saw_other_surroundings_changes_nothing_outside_the_mask(hopper, collins, collins_on_hopper):
    points = {"source_points": collins_on_hopper.source_points, "target_points": collins_on_hopper.target_points}
    face = cv2.dilate(hull_mask(points["source_points"], collins.shape[:2]), np.ones((9, 9)))
    painted = np.where(face[..., None] > 0, collins, np.float32([1, 0, 1])).astype(np.float32)
    clean, made = (facelib.swap(one, hopper, colours="none", **points) for one in (collins, painted))
    outside = (clean.mask == 0) & (made.mask == 0)
    assert np.abs(made.blended - clean.blended)[outside].max() < 0.15
    green = made.blended[..., 1] - made.blended[..., [0, 2]].max(axis=-1)
    assert green[made.mask > 0].max() < 0.1
