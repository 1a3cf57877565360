import cv2
import numpy as np
import pytest

from facelib import keypoints
from facelib.colour import COLOURS, covariance, get, histogram, keep, lab, rgb
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


def test_lab_has_the_targets_mean_and_spread():
    mask = face_mask() > 0
    result, goal = (to_lab(image)[mask] for image in (lab(SOURCE, TARGET, face_mask()), TARGET))
    np.testing.assert_allclose(result.mean(axis=0), goal.mean(axis=0), rtol=0, atol=0.5)
    np.testing.assert_allclose(result.std(axis=0), goal.std(axis=0), rtol=0.03)


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
