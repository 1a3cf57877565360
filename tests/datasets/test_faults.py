import numpy as np
import pytest

from facelib.datasets import faults
from facelib.datasets.frame import Frame

INSIDE = np.tile(np.float32([30, 40]), (68, 1))


@pytest.fixture
def frame(tmp_path, encoded):
    """Makes a frame with a picture of 71 x 90 pixels, one of its landmarks moved."""

    def frame(landmark=(30, 40), kind="JPEG", keep=None):
        (tmp_path / "picture").write_bytes(encoded((90, 71), kind)[:keep])
        points = INSIDE.copy()
        points[7] = landmark
        return Frame(tmp_path / "picture", "Somebody", points)

    return frame


@pytest.mark.parametrize("landmark", [(0, 0), (70, 89), (-35, 40), (30, 134), (105, 89)])
def test_landmarks_inside_and_near_the_picture_are_good(frame, landmark):
    faults.check(frame(landmark))


@pytest.mark.parametrize("landmark", [(-36, 40), (30, 135), (106, 89), (30, -46), (1e9, 0)])
def test_landmarks_far_outside_are_named(frame, landmark):
    with pytest.raises(ValueError, match=r"landmark 7 at \(.*\) is far outside the picture of 71 x 90 pixels"):
        faults.check(frame(landmark))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_landmark_that_is_no_number_is_named(frame, value):
    with pytest.raises(ValueError, match="landmark 7 is not a number"):
        faults.check(frame((30, value)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_that_was_cut_off_is_found_by_decoding(frame, kind):
    cut = frame(kind=kind, keep=3000)
    faults.check(cut, decode=False)
    with pytest.raises(ValueError, match="damaged or cut off"):
        faults.check(cut)
    faults.check(frame(kind=kind))


def test_what_is_no_picture_is_named(frame):
    with pytest.raises(ValueError, match="not a picture"):
        faults.check(frame(keep=5), decode=False)
    with pytest.raises(ValueError, match="there is no such picture"):
        faults.check(Frame(frame().path.with_name("other"), "Somebody", INSIDE))


def test_refusing_says_how_to_skip():
    with pytest.raises(ValueError, match="row 3: bad; bad='skip'"):
        faults.handler("refuse")("row 3: bad")


def test_skipping_reports():
    lines = []
    faults.handler("skip", lines.append)("row 3: bad")
    assert lines == ["skipped row 3: bad"]
    with pytest.warns(UserWarning, match="skipped row 3: bad"):
        faults.handler("skip")("row 3: bad")


def test_other_choices_are_refused():
    with pytest.raises(ValueError, match="expected one of refuse, skip, got 'ignore'"):
        faults.handler("ignore")
