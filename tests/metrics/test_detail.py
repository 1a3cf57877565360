import cv2
import numpy as np
import pytest

from facelib import metrics

SHAPE = (141, 173)


def picture_like(seed=0, shape=SHAPE):
    """Noise with as much at every octave, as photographs have, and a little colour."""
    rng = np.random.default_rng(seed)
    octaves = [cv2.GaussianBlur(rng.standard_normal(shape), (0, 0), 2.0**octave) * 2.0**octave for octave in range(-1, 5)]
    grey = np.sum(octaves, axis=0)[..., None]
    return (0.5 + 0.05 * grey * (1, 0.9, 0.8)).clip(0, 1).astype(np.float32)


def round_face(shape=SHAPE, radius=45):
    y, x = np.ogrid[: shape[0], : shape[1]]
    return (np.hypot(y - shape[0] // 2, x - shape[1] // 2) <= radius).astype(np.float32)


def put(face, target, mask):
    return (mask[..., None] * face + (1 - mask[..., None]) * target).astype(np.float32)


def blurred(picture, sigma):
    return cv2.GaussianBlur(picture, (0, 0), sigma)


def test_a_face_is_as_sharp_as_itself_and_as_the_rest_of_one_texture():
    picture, mask = picture_like(), round_face()
    assert metrics.sharpness_ratio(picture, mask, picture) == 1
    assert metrics.sharpness_ratio(picture, mask) == pytest.approx(1, abs=0.05)


def test_sharpness_falls_with_blur_of_the_face_whatever_it_is_measured_by():
    picture, mask = picture_like(), round_face()
    faces = [put(blurred(picture, sigma), picture, mask) for sigma in (0.4, 0.7, 1, 2, 4)]
    for reference in (picture, None):
        ratios = [metrics.sharpness_ratio(face, mask, reference) for face in faces]
        assert 1 > ratios[0] > ratios[1] > ratios[2] > ratios[3] > ratios[4] > 0
    assert metrics.sharpness_ratio(put(picture, blurred(picture, 2), mask), mask) > 1.3  # a sharp face on a blurred picture


def test_a_face_from_a_smaller_picture_is_softer():
    picture, mask = picture_like(), round_face()
    small = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    enlarged = cv2.resize(small, SHAPE[::-1], interpolation=cv2.INTER_LINEAR)
    assert metrics.sharpness_ratio(put(enlarged, picture, mask), mask, picture) < 0.8


def test_sharpness_does_not_see_light_contrast_or_a_seam():
    picture, mask = picture_like(), round_face()
    darker = put((0.3 + 0.4 * picture).astype(np.float32), picture, mask)
    assert metrics.sharpness_ratio(darker, mask, picture) == pytest.approx(1, abs=1e-3)
    assert metrics.sharpness_ratio(darker, mask) == pytest.approx(metrics.sharpness_ratio(picture, mask), abs=1e-3)


def test_sharpness_with_a_reference_does_not_see_the_background():
    picture, mask = picture_like(), round_face()
    assert metrics.sharpness_ratio(put(picture, blurred(picture, 9), mask), mask, picture) == pytest.approx(1, abs=1e-3)


def test_noise_passes_for_sharpness():
    """It is what its docstring warns of."""
    picture, mask = picture_like(), round_face()
    noisy = (picture + 0.03 * np.random.default_rng(1).standard_normal(picture.shape)).clip(0, 1).astype(np.float32)
    assert metrics.sharpness_ratio(noisy, mask, picture) > 1.1


def test_the_source_keeps_all_of_its_detail_in_any_light():
    source, target, mask = picture_like(0), picture_like(1), round_face()
    assert metrics.source_detail(source, source, mask) == pytest.approx(1)
    light = np.linspace(-0.2, 0.2, SHAPE[1], dtype=np.float32)[:, None]
    relit = (0.2 + 0.6 * source + light * (1, 0.5, 0.2)).clip(0, 1).astype(np.float32)
    assert metrics.source_detail(put(relit, target, mask), source, mask) > 0.99


def test_another_texture_has_none_of_the_sources_detail():
    assert abs(metrics.source_detail(picture_like(1), picture_like(0), round_face())) < 0.1
    negative = (1 - picture_like(0)).astype(np.float32)
    assert metrics.source_detail(negative, picture_like(0), round_face()) == pytest.approx(-1, abs=1e-3)


def test_source_detail_of_a_mixture_is_known():
    """Two independent textures of one spectrum: a share p of the one correlates as p / sqrt(p^2 + (1 - p)^2)."""
    source, other, mask = picture_like(0), picture_like(1), round_face()
    found = []
    for share in (0.2, 0.5, 0.8):
        found.append(metrics.source_detail((share * source + (1 - share) * other).astype(np.float32), source, mask))
        assert found[-1] == pytest.approx(share / np.hypot(share, 1 - share), abs=0.07)
    assert found == sorted(found)


def test_source_detail_falls_with_blur_and_shift():
    source, target, mask = picture_like(0), picture_like(1), round_face()
    for worse in ([blurred(source, sigma) for sigma in (0.5, 1, 2, 4)], [np.roll(source, step, axis=1) for step in (1, 2, 3)]):
        kept = [1.0, *(metrics.source_detail(put(face, target, mask), source, mask) for face in worse)]
        assert (np.diff(kept) < -1e-3).all()


def test_source_detail_does_not_see_what_is_outside_or_at_the_seam():
    source, mask = picture_like(0), round_face()
    for target in (picture_like(1), np.zeros_like(source)):
        assert metrics.source_detail(put(source, target, mask), source, mask) == pytest.approx(1, abs=0.01)


def test_without_pixels_or_detail_there_is_no_number():
    picture, mask = picture_like(), round_face()
    even = np.full_like(picture, 0.5)
    for nothing in (0 * mask, round_face(radius=2)):
        assert np.isnan(metrics.sharpness_ratio(picture, nothing, picture))
    assert np.isnan(metrics.sharpness_ratio(picture, mask, even))
    assert np.isnan(metrics.sharpness_ratio(picture, 0 * mask + 1))  # no rest to compare with
    assert np.isnan(metrics.source_detail(picture, picture, 0 * mask))
    assert np.isnan(metrics.source_detail(even, picture, mask))


def test_bad_input_about_detail_is_refused():
    picture, mask = picture_like(), round_face()
    with pytest.raises(ValueError, match="sharpness_ratio: expected a picture and a mask of one size"):
        metrics.sharpness_ratio(picture[1:], mask)
    with pytest.raises(ValueError, match="sharpness_ratio: expected two pictures and a mask of one size"):
        metrics.sharpness_ratio(picture, mask, picture[1:])
    with pytest.raises(ValueError, match="source_detail: expected two pictures and a mask of one size"):
        metrics.source_detail(picture, picture[1:], mask)
    with pytest.raises(TypeError, match="source_warped: expected float32, got float64"):
        metrics.source_detail(picture, picture.astype(float), mask)
