import numpy as np
import pytest
from PIL import ImageCms

from facelib import profiles


def colours(seed=0, side=61):
    return np.random.default_rng(seed).integers(0, 256, (side, side + 7, 3), dtype=np.uint8)


def test_srgb_is_recognised(srgb_like, adobe_like, prophoto_like, matrix_profile):
    assert profiles.check(srgb_like, 3) is None
    assert profiles.check(matrix_profile([(0.64, 0.33), (0.3, 0.6), (0.15, 0.06)], 1.0), 3) is not None  # its primaries, another curve
    assert profiles.check(adobe_like, 3) is not None
    assert profiles.check(prophoto_like, 3) is not None


def test_white_grey_and_black_stay_neutral(adobe_like, prophoto_like):
    greys = np.repeat(np.arange(0, 256, 5, dtype=np.uint8)[:, None, None], 3, axis=2)
    for icc in (adobe_like, prophoto_like):
        profile = profiles.check(icc, 3)
        for picture in (profile.to_srgb(greys).astype(int), profile.to_srgb((greys / 255).astype(np.float32)) * 255):
            assert np.ptp(picture, axis=2).max() <= 2
            assert picture.min() <= 0.5
            assert picture.max() >= 254.5


def test_a_colour_that_adobe_rgb_has_and_srgb_lacks_is_clipped(adobe_like):
    profile = profiles.check(adobe_like, 3)
    green = profile.to_srgb(np.array([[[0, 255, 0]]], np.uint8))
    assert green[0, 0].tolist() == [0, 255, 0]
    inside = profile.from_srgb(np.array([[[0, 255, 0]]], np.uint8))[0, 0]  # sRGB's green lies inside
    np.testing.assert_allclose(inside, [144, 255, 60], atol=3)  # known values of sRGB's green in Adobe RGB


@pytest.mark.parametrize("which", ["adobe_like", "prophoto_like"])
def test_floats_are_converted_as_littlecms_converts_bytes(which, request):
    profile = profiles.check(request.getfixturevalue(which), 3)
    picture = colours()
    whole, deep = profile.to_srgb(picture).astype(float), profile.to_srgb((picture / 255).astype(np.float32)) * 255
    assert np.abs(whole - deep).max() < 1.1
    whole, deep = profile.from_srgb(picture).astype(float), profile.from_srgb((picture / 255).astype(np.float32)) * 255
    assert np.abs(whole - deep)[picture.min(axis=2) > 12].max() < 1.1
    assert np.abs(whole - deep).max() < 6  # LittleCMS is coarse in 8 bits of near black


@pytest.mark.parametrize("which", ["adobe_like", "prophoto_like"])
def test_floats_come_back(which, request):
    profile = profiles.check(request.getfixturevalue(which), 3)
    picture = (colours() / 255 * 0.8 + 0.1).astype(np.float32)
    assert np.abs(profile.to_srgb(profile.from_srgb(picture)) - picture).max() < 2e-5


def test_curves_of_every_kind_are_read():
    tags = {
        "identity": b"curv" + bytes(4) + bytes(4),
        "power": b"curv" + bytes(4) + (1).to_bytes(4, "big") + (512).to_bytes(2, "big"),
        "table": b"curv" + bytes(4) + (3).to_bytes(4, "big") + b"".join(v.to_bytes(2, "big") for v in (0, 16384, 65535)),
        "para 0": b"para" + bytes(4) + bytes(4) + (131072).to_bytes(4, "big"),
        "para 3": b"para" + bytes(4) + b"\0\3\0\0" + b"".join(round(v * 65536).to_bytes(4, "big") for v in (2, 1, 0, 0.5, 0.1)),
    }
    x = np.array([0, 0.05, 0.5, 1])
    expected = {"identity": x, "power": x**2, "table": [0, 0.025, 0.25, 1], "para 0": x**2, "para 3": [0, 0.025, 0.25, 1]}
    for name, tag in tags.items():
        np.testing.assert_allclose(profiles._curve(tag)(x), expected[name], atol=1e-4, err_msg=name)


@pytest.mark.parametrize(("icc", "channels"), [(b"", 3), (b"garbage" * 50, 3), (b"garbage", 1)])
def test_what_is_no_profile_is_refused(icc, channels):
    with pytest.raises(profiles.ProfileError, match="cannot be read"):
        profiles.check(icc, channels)


def test_a_profile_of_another_kind_of_picture_is_refused(adobe_like):
    with pytest.raises(profiles.ProfileError, match="is for RGB"):
        profiles.check(adobe_like, 1)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    with pytest.raises(profiles.ProfileError):
        profiles.check(lab, 3)


def test_a_profile_cut_off_anywhere_is_one_error(adobe_like):
    for length in range(0, len(adobe_like), 37):
        try:
            profile = profiles.check(adobe_like[:length], 3)
            profile and profile.to_srgb(np.zeros((2, 2, 3), np.float32))
        except profiles.ProfileError:
            pass
