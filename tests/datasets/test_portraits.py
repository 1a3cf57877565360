import pytest

from facelib import images
from facelib.datasets import portraits


@pytest.mark.parametrize(("portrait", "shape"), [(portraits.eileen_collins, (512, 512, 3)), (portraits.grace_hopper, (600, 512, 3))])
def test_portraits_are_pictures(portrait, shape):
    picture = portrait()
    images.check_picture(picture, "portrait")
    assert picture.shape == shape
