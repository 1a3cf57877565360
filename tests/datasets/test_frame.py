import numpy as np
import pytest
from PIL import Image

from facelib import images
from facelib.datasets import faults
from facelib.datasets.frame import Frame

POINTS = np.zeros((68, 2), np.float32)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_frame_reads_its_picture(tmp_path, encoded, kind):
    file = tmp_path / "picture.jpg"  # the contents count, not the ending
    file.write_bytes(encoded((51, 40), kind))
    frame = Frame(file, "Somebody", POINTS)
    assert frame.size() == (51, 40)
    grey = frame.grey()
    assert grey.dtype == np.uint8
    np.testing.assert_allclose(grey, 255 * images.to_grey(images.load(file)), atol=1.01)  # two decoders, each of which rounds
    assert frame.box is None


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_all_of_a_frame_obeys_the_cameras_orientation(tmp_path, orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (40, 30)).save(tmp_path / "a", kind, exif=exif)
    frame = Frame(tmp_path / "a", "Somebody", POINTS)
    assert frame.size() == frame.shown().shape == frame.colour().shape[:2]
    assert faults.picture_size(tmp_path / "a") == frame.size()[::-1]


def test_a_missing_picture_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.jpg: missing or damaged"):
        Frame(tmp_path / "nothing.jpg", "Somebody", POINTS).grey()
