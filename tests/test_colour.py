import cv2
import numpy as np
import pytest

from facelib import keypoints
from facelib.colour import COLOURS, covariance, get, grey, grey_where_changed, histogram, is_grey, keep, kept_neutral, lab, rgb
from facelib.composite import hull_mask

SIZE = (101, 87)
METHODS = [name for name in COLOURS if name != "none"]
IN_LAB = 5e-3  # the accuracy of OpenCV's Lab there and back


def noise(seed=0, shape=SIZE):
    return np.random.default_rng(seed).random((*shape, 3), dtype=np.float32)


def face_mask():
    return hull_mask(keypoints.mean_shape() * 60 + (43, 50), SIZE)


def to_lab(image):
    return cv2.cvtColor(image, cv2.COLOR_RGB2Lab)


SOURCE, TARGET = 0.3 + 0.3 * noise(1), 0.4 + 0.25 * noise(2)  # spreads within the limits, no value near 0 or 1


@pytest.mark.parametrize("name", COLOURS)
def test_matching_a_picture_with_itself_changes_nothing(name):
    image = noise()
    tolerance = {"lab": IN_LAB, "histogram": IN_LAB, "none": 0}.get(name, 1e-5)
    np.testing.assert_allclose(get(name)(image, image, face_mask()), image, rtol=0, atol=tolerance)


def test_lab_has_the_targets_mean_and_spread_of_light():
    """The noise is grey in the mean: its chroma moves as a whole, and its spread stays the source's. What is dark stays so."""
    mask = face_mask() > 0
    result, source, goal = (to_lab(image)[mask] for image in (lab(SOURCE, TARGET, face_mask()), SOURCE, TARGET))
    np.testing.assert_allclose(result.mean(axis=0), goal.mean(axis=0), rtol=0, atol=0.5)
    np.testing.assert_allclose(result.std(axis=0), [goal[:, 0].std(), *source[:, 1:].std(axis=0)], rtol=0.12)


def test_rgb_has_the_targets_mean_and_spread():
    mask = face_mask() > 0
    result, goal = rgb(SOURCE, TARGET, face_mask())[mask], TARGET[mask]
    np.testing.assert_allclose(result.mean(axis=0), goal.mean(axis=0), rtol=0, atol=1e-5)
    np.testing.assert_allclose(result.std(axis=0), goal.std(axis=0), rtol=1e-4)


def test_covariance_has_the_targets_mean_and_covariance():
    mixing = np.array([[1, 0.1, 0], [0.1, 0.9, 0.05], [0, 0.05, 0.85]], np.float32)
    target, mask = 0.5 + 1.2 * (TARGET - 0.5) @ mixing, face_mask() > 0
    result, goal = covariance(SOURCE, target, face_mask())[mask].astype(float), target[mask].astype(float)
    np.testing.assert_allclose(result.mean(axis=0), goal.mean(axis=0), rtol=0, atol=1e-5)
    np.testing.assert_allclose(np.cov(result.T), np.cov(goal.T), rtol=0, atol=2e-5)


def test_covariance_finds_the_symmetric_map_between_two_pictures():
    """Monge and Kantorovich: of all maps between Gaussians the symmetric positive one, so such a map is found again."""
    matrix = np.array([[1.05, 0.08, -0.02], [0.08, 0.95, 0.04], [-0.02, 0.04, 0.9]])
    moved = ((SOURCE - 0.45) @ matrix.T + 0.5).astype(np.float32)
    np.testing.assert_allclose(covariance(SOURCE, moved, face_mask()), moved, rtol=0, atol=1e-4)


def test_histogram_has_the_targets_quantiles():
    bent = TARGET**1.2
    mask = face_mask() > 0
    shares = np.linspace(0.02, 0.98, 25)
    result, goal = (np.quantile(to_lab(image)[mask], shares, axis=0) for image in (histogram(SOURCE, bent, face_mask()), bent))
    np.testing.assert_allclose(result, goal, rtol=0, atol=1.0)  # of 100 in L


@pytest.mark.parametrize("name", METHODS)
def test_only_the_mask_counts_and_the_whole_source_moves(name):
    mask = face_mask()
    target = np.where(mask[..., None] > 0, TARGET, noise(9))
    np.testing.assert_array_equal(get(name)(SOURCE, target, mask), get(name)(SOURCE, TARGET, mask))
    assert np.abs(get(name)(SOURCE, TARGET, mask) - SOURCE)[mask == 0].mean() > 0.02


@pytest.mark.parametrize("name", METHODS)
def test_matching_does_not_blow_up_a_flat_picture(name):
    flat = np.full((*SIZE, 3), 0.5, np.float32)
    flat[40:60, 40:60] += 0.01
    assert np.ptp(get(name)(flat, noise(), face_mask()), axis=(0, 1)).max() < 0.03


@pytest.mark.parametrize("name", METHODS)
def test_matching_is_exact_on_large_faces_too(name):
    """Sums over millions of pixels drift in float32."""
    source, target = (np.float32(level) + 0.02 * noise(0, (1500, 1400)) for level in (0.8, 0.3))
    matched = get(name)(source, target, np.ones((1500, 1400), np.float32))
    assert abs(matched.mean(dtype=np.float64) - target.mean(dtype=np.float64)) < 2e-3


@pytest.mark.parametrize("name", COLOURS)
@pytest.mark.parametrize("kind", ["noise", "black and white", "one colour"])
@pytest.mark.parametrize("where", ["face", "one pixel", "full"])
def test_results_are_pictures_and_arguments_stay(name, kind, where):
    source = {
        "noise": noise(1),
        "black and white": (noise(1) > 0.5).astype(np.float32),
        "one colour": np.full((*SIZE, 3), 0.2, np.float32),
    }[kind]
    target, mask = noise(2), {"face": face_mask(), "one pixel": np.zeros(SIZE, np.float32), "full": np.ones(SIZE, np.float32)}[where]
    mask[50, 40] = 1
    before = [array.copy() for array in (source, target, mask)]
    result = get(name)(source, target, mask)
    for array, old in zip((source, target, mask), before, strict=True):
        np.testing.assert_array_equal(array, old)
    assert result.shape == source.shape
    assert result.dtype == np.float32
    assert result.min() >= 0  # so not NaN either
    assert result.max() <= 1


@pytest.mark.parametrize("name", COLOURS)
def test_an_empty_mask_matches_nothing(name):
    np.testing.assert_array_equal(get(name)(noise(), noise(2), np.zeros(SIZE, np.float32)), noise())


def test_none_gives_the_source_back():
    image = noise()
    assert keep(image, noise(2), face_mask()) is image


@pytest.mark.parametrize("name", COLOURS)
def test_sizes_must_agree(name):
    with pytest.raises(ValueError, match="mask"):
        get(name)(noise(), noise(2), np.zeros((4, 4), np.float32))


def test_an_unknown_method_is_named_with_those_that_exist():
    with pytest.raises(ValueError, match=r"colours: expected one of lab, .*got sepia"):
        get("sepia")


def coloured(*lab_rows):
    """A picture of one row of pixels in these colours of CIE Lab."""
    return cv2.cvtColor(np.array([lab_rows], np.float32), cv2.COLOR_Lab2RGB)


def chroma(image):
    return np.linalg.norm(to_lab(image)[..., 1:], axis=2)


def test_lab_moves_skin_all_the_way_and_what_is_neutral_not_at_all():
    """Of the row, half is skin; the target's skin is redder. The statistics are of the skin alone."""
    source = coloured([60, 12, 16], [60, 12, 16], [80, 0, 0], [30, 0, 0], [60, -12, -16], [60, 3.6, 4.8])
    target, mask = coloured(*[[60, 20, 16]] * 6), np.float32([[1, 1, 0, 0, 0, 0]])
    moved = to_lab(lab(source, target, mask))[0]
    np.testing.assert_allclose(moved[:2, 1:], [[20, 16]] * 2, atol=0.3)
    np.testing.assert_allclose(moved[[2, 4], 1:], to_lab(source)[0, [2, 4], 1:], atol=0.3)  # white, blue
    np.testing.assert_allclose(moved[3, 1:], [0.3 * 8 * 46 / 76, 0], atol=0.3)  # a beard: as much for its light
    np.testing.assert_allclose(moved[5, 1:], [3.6 + 0.3 / 0.6 * 8, 4.8], atol=0.5)  # a pale pixel: part of the way


def test_lab_tints_a_grey_face_as_a_whole():
    source, target = coloured([60, 0, 0], [70, 0, 0]), coloured([60, 12, 16], [70, 12, 16])
    moved = to_lab(lab(source, target, np.ones((1, 2), np.float32)))
    np.testing.assert_allclose(moved[..., 0], to_lab(target)[..., 0], atol=0.5)
    tint = moved[..., 1:] / (moved[..., :1] + 16)  # which light does not change
    np.testing.assert_allclose(tint, np.broadcast_to(tint.mean(axis=1), tint.shape), atol=0.005)
    np.testing.assert_allclose(moved[..., 1:].mean(axis=(0, 1)), [12, 16], atol=0.3)


def test_lab_leaves_dark_beside_skin_what_is_dark_beside_it():
    """Brows and pupils of a dark face do not become grey on a light one, and black stays nearly black."""
    source, target = coloured([40, 10, 14], [40, 10, 14], [20, 4, 5], [2, 0, 0]), coloured(*[[75, 12, 18]] * 4)
    moved = to_lab(lab(source, target, np.float32([[1, 1, 0, 0]])))[0, :, 0]
    assert moved[0] == pytest.approx(75, abs=0.5)
    assert moved[2] < 47  # added, the difference would make it 55
    assert moved[3] < 10


def test_kept_neutral_takes_colour_off_eyes_and_teeth_and_puts_none_on():
    before = coloured([80, 2, 2], [80, 20, 5], [80, 2, 2], [80, 2, 2])
    matched = coloured([70, 15, 9], [70, 4, 1], [70, 15, 9], [70, 15, 9])
    where = np.float32([[1, 1, 0, 0.5]])
    kept = kept_neutral(matched, before, where)
    np.testing.assert_allclose(chroma(kept)[0, :2], [chroma(before)[0, 0], chroma(matched)[0, 1]], atol=0.2)
    np.testing.assert_array_equal(kept[0, 2], matched[0, 2])
    assert chroma(kept)[0, 3] == pytest.approx((chroma(kept)[0, 0] + chroma(matched)[0, 3]) / 2, abs=0.2)  # soft edges
    np.testing.assert_allclose(to_lab(kept)[..., 0], to_lab(matched)[..., 0], atol=0.3)
    assert kept_neutral(matched, before, np.zeros_like(where)) is matched


def test_grey_is_what_a_jpeg_may_have_rounded_and_no_more():
    level = np.repeat(noise()[..., :1] * 0.9, 3, axis=2)
    tinted = level.copy()
    tinted[3, 4, 2] += 3 / 255
    assert is_grey(level)
    assert is_grey(level + np.float32([0, 0.01, 0.3]) * np.float32(2 / 255))
    assert not is_grey(tinted)
    assert not is_grey(noise())


@pytest.mark.parametrize("bytes_", [False, True])
def test_grey_leaves_what_is_grey_to_the_bit(bytes_):
    image = noise()
    image[:50] = image[:50, :, :1]
    image = (255 * image).astype(np.uint8) if bytes_ else image
    result = grey(image)
    assert result.dtype == image.dtype
    np.testing.assert_array_equal(result[:50], image[:50])
    assert (np.ptp(result, axis=2) == 0).all()
    luma = image @ np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(result[..., 0], luma, atol=1 if bytes_ else 1e-4)


def test_what_did_not_change_on_a_grey_target_stays_as_it_rounded():
    target = np.float32([[[0.5, 0.502, 0.5], [0.2, 0.2, 0.2]]])
    changed = np.float32([[[0.5, 0.502, 0.5], [0.3, 0.2, 0.1]]])
    result = grey_where_changed(changed, target)
    np.testing.assert_array_equal(result[0, 0], target[0, 0])
    assert np.ptp(result[0, 1]) == 0
