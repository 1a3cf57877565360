"""What holds for every blender in the registry."""

import cv2
import numpy as np
import pytest

from facelib.blenders import BLENDERS, CLASSICAL, get

SIZES = [(64, 64), (101, 87), (33, 50), (7, 5), (2, 3), (1, 1)]
EIGHT_BITS = {"seamless-clone", "classic"}  # rounds to 1/255
INSIDE_ONLY = sorted(set(BLENDERS) - {"multiband", "unet-writeup"})


def noise(shape, seed=0):
    return np.random.default_rng(seed).random((*shape, 3), dtype=np.float32)


def disc(shape, radius=0.3):
    y, x = np.mgrid[: shape[0], : shape[1]]
    return (np.hypot((y + 0.5) / shape[0] - 0.5, (x + 0.5) / shape[1] - 0.5) < radius).astype(np.float32)


def rectangle(shape, rows, columns):
    mask = np.zeros(shape, np.float32)
    mask[rows, columns] = 1
    return mask


SHAPE = (75, 98)
MASKS = {
    "disc": disc(SHAPE),
    "at the left edge": rectangle(SHAPE, np.s_[20:50], np.s_[:40]),
    "at the right edge": rectangle(SHAPE, np.s_[20:50], np.s_[60:]),
    "in a corner": rectangle(SHAPE, np.s_[40:], np.s_[50:]),
    "from edge to edge": rectangle(SHAPE, np.s_[30:50], np.s_[:]),
    "one pixel": rectangle(SHAPE, 30, 40),
    "one pixel in a corner": rectangle(SHAPE, 74, 97),
    "a line": rectangle(SHAPE, 30, np.s_[10:80]),
    "all but one pixel": 1 - rectangle(SHAPE, 30, 40),
    "two parts": np.maximum(rectangle(SHAPE, np.s_[5:20], np.s_[5:20]), rectangle(SHAPE, np.s_[50:70], np.s_[50:95])),
    "crumbs": (np.random.default_rng(3).random(SHAPE) > 0.4).astype(np.float32),
    "soft": cv2.GaussianBlur(disc(SHAPE), (0, 0), 4).clip(0, 1),
    "faint": 0.3 * disc(SHAPE),
    "full": np.ones(SHAPE, np.float32),
    "empty": np.zeros(SHAPE, np.float32),
}


@pytest.mark.parametrize("name", CLASSICAL)  # networks have learnt what a face is, and noise is none
@pytest.mark.parametrize("shape", SIZES)
def test_a_blend_of_a_picture_with_itself_is_that_picture(name, shape):
    """Bit for bit; through 8 bits, to one grey level."""
    image = noise(shape)
    result = get(name)(image, image, disc(shape))
    np.testing.assert_allclose(result, image, rtol=0, atol=1.001 / 255 if name in EIGHT_BITS else 0)


@pytest.mark.parametrize("name", BLENDERS)
@pytest.mark.parametrize("which", MASKS)
def test_every_mask_gives_a_picture_and_changes_no_argument(name, which):
    source, target, mask = noise(SHAPE, 1), noise(SHAPE, 2), MASKS[which].copy()
    before = [array.copy() for array in (source, target, mask)]
    result = get(name)(source, target, mask)
    for array, old in zip((source, target, mask), before, strict=True):
        np.testing.assert_array_equal(array, old)
    assert result.dtype == np.float32
    assert result.shape == target.shape
    assert result.min() >= 0
    assert result.max() <= 1


@pytest.mark.parametrize("name", CLASSICAL)  # networks have learnt what a face is, and noise is none
@pytest.mark.parametrize("which", MASKS)
def test_constant_pictures_stay_between_the_two(name, which):
    source, target = np.full((*SHAPE, 3), 0.8, np.float32), np.full((*SHAPE, 3), 0.3, np.float32)
    result = get(name)(source, target, MASKS[which])
    slack = 1.001 / 255 if name in EIGHT_BITS else 0.5 / 255 if name == "poisson" else 1e-6
    assert result.min() >= 0.3 - slack
    assert result.max() <= 0.8 + slack


@pytest.mark.parametrize("name", ["poisson", "seamless-clone", "classic"])
def test_gradient_domain_blends_take_no_colour_from_the_source(name):
    """A constant has no gradients: the target's colour comes in from the border, all the way."""
    source, target = np.full((*SHAPE, 3), 0.8, np.float32), np.full((*SHAPE, 3), 0.3, np.float32)
    np.testing.assert_allclose(get(name)(source, target, disc(SHAPE)), target, rtol=0, atol=1.001 / 255)


@pytest.mark.parametrize("name", INSIDE_ONLY)
@pytest.mark.parametrize("which", MASKS)
def test_outside_the_mask_nothing_changes(name, which):
    source, target, mask = noise(SHAPE, 1), noise(SHAPE, 2), MASKS[which]
    result = get(name)(source, target, mask)
    np.testing.assert_array_equal(result[mask == 0], target[mask == 0])


@pytest.mark.parametrize("name", BLENDERS)
def test_beyond_the_masks_reach_nothing_changes(name):
    shape = (600, 601)
    source, target, mask = noise(shape, 1), noise(shape, 2), disc(shape, 0.03)
    result = get(name)(source, target, mask)
    far = np.ones(shape, bool)
    far[200:400, 200:400] = False
    np.testing.assert_array_equal(result[far], target[far])
    assert (result[~far] != target[~far]).any()


@pytest.mark.parametrize("name", BLENDERS)
def test_an_empty_mask_leaves_the_target(name):
    source, target = noise((45, 31), 1), noise((45, 31), 2)
    np.testing.assert_array_equal(get(name)(source, target, np.zeros((45, 31), np.float32)), target)


@pytest.mark.parametrize("name", ["multiband", "poisson", "none"])
def test_a_full_mask_gives_the_source(name):
    source, target = noise((45, 31), 1), noise((45, 31), 2)
    np.testing.assert_allclose(get(name)(source, target, np.ones((45, 31), np.float32)), source, atol=2e-6)


@pytest.mark.parametrize("name", BLENDERS)
def test_a_blend_is_the_same_wherever_the_face_lies_and_however_large_the_picture(name):
    """So a caller may cut a window out of the target; the multiresolution blend, one that starts at a multiple of its coarsest pixel."""
    source, target, mask = noise((96, 96), 1), noise((96, 96), 2), disc((96, 96), 0.2)
    alone = get(name)(source, target, mask)
    around = [(64, 160), (128, 96)]
    within = get(name)(*(np.pad(picture, [*around, (0, 0)], mode="edge") for picture in (source, target)), np.pad(mask, around))
    np.testing.assert_allclose(within[64:160, 128:224], alone, rtol=0, atol=2e-6)


@pytest.mark.parametrize("name", BLENDERS)
def test_work_follows_the_face_not_the_picture(name, monkeypatch):
    """The pixels that are handed to OpenCV and the pyramids: as many in a picture of nine times the area."""
    work = []

    def counted(function):
        def call(image, *rest, **options):
            work.append(image.size)
            return function(image, *rest, **options)

        return call

    for function in ("pyrDown", "pyrUp", "filter2D", "distanceTransform", "copyMakeBorder", "seamlessClone", "multiply", "scaleAdd"):
        monkeypatch.setattr(cv2, function, counted(getattr(cv2, function)))

    def cost(scale):
        shape = (300 * scale, 320 * scale)
        mask = np.zeros(shape, np.float32)
        mask[96:224, 96:224] = disc((128, 128))
        work.clear()
        get(name)(noise(shape, 1), noise(shape, 2), mask)
        return sum(work)

    assert cost(3) <= 1.1 * cost(1)


@pytest.mark.parametrize("name", BLENDERS)
def test_a_wrong_mask_is_named(name):
    with pytest.raises(ValueError, match="mask"):
        get(name)(noise((9, 9)), noise((9, 9)), np.zeros((9, 8), np.float32))


def test_an_unknown_blender_is_named_with_those_that_exist():
    with pytest.raises(ValueError, match=r"multiband.*got glue"):
        get("glue")
