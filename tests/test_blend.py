import numpy as np
import pytest

from facelib import blend
from facelib.composite import paste

SIZES = [(64, 64), (101, 87), (33, 50), (7, 5), (2, 3), (1, 1)]


def noise(shape, seed=0):
    return np.random.default_rng(seed).random((*shape, 3), dtype=np.float32)


def disc(shape, radius=0.3):
    y, x = np.mgrid[: shape[0], : shape[1]]
    return (np.hypot((y + 0.5) / shape[0] - 0.5, (x + 0.5) / shape[1] - 0.5) < radius).astype(np.float32)


@pytest.mark.parametrize("levels", [0, 1, 4])
@pytest.mark.parametrize("shape", SIZES)
def test_collapse_inverts_pyramid(shape, levels):
    image = noise(shape)
    np.testing.assert_allclose(blend.collapse(blend.laplacian_pyramid(image, levels)), image, atol=1e-6)


def test_pyramid_halves_and_rounds_up():
    assert [level.shape for level in blend.gaussian_pyramid(noise((5, 7)), 2)] == [(5, 7, 3), (3, 4, 3), (2, 2, 3)]


def test_bands_of_a_constant_are_zero_but_for_the_residual():
    *bands, residual = blend.laplacian_pyramid(np.full((33, 50, 3), 0.4, np.float32), 3)
    assert max(np.abs(band).max() for band in bands) < 1e-6
    np.testing.assert_allclose(residual, 0.4, atol=1e-6)


def test_negative_levels_are_refused():
    for levels in (-1, 1.5):
        with pytest.raises(ValueError, match="levels"):
            blend.gaussian_pyramid(noise((8, 8)), levels)
        with pytest.raises(ValueError, match="levels"):
            blend.multiband(noise((8, 8)), noise((8, 8)), disc((8, 8)), levels)


def burt_adelson(source, target, mask, levels):
    """As the paper has it: mix the bands of both pictures, then collapse."""
    masks = blend.gaussian_pyramid(mask, levels)
    bands = zip(masks, blend.laplacian_pyramid(source, levels), blend.laplacian_pyramid(target, levels), strict=True)
    return blend.collapse([m[..., None] * s + (1 - m[..., None]) * t for m, s, t in bands]).clip(0, 1)


@pytest.mark.parametrize("shape", [(64, 64), (101, 87), (230, 311)])
@pytest.mark.parametrize("levels", [0, 1, 3, 5])
def test_multiband_is_burt_and_adelsons(shape, levels):
    source, target, mask = noise(shape, 1), noise(shape, 2), disc(shape, 0.15)
    np.testing.assert_allclose(blend.multiband(source, target, mask, levels), burt_adelson(source, target, mask, levels), atol=2e-6)


def test_no_levels_is_the_raw_composite():
    source, target, mask = noise((40, 30), 1), noise((40, 30), 2), disc((40, 30))
    np.testing.assert_allclose(blend.multiband(source, target, mask, 0), paste(source, target, mask), atol=1e-6)


def test_levels_grow_with_the_face():
    sizes = {side: blend.default_levels(np.ones((side, side), np.float32)) for side in (4, 32, 256, 1024)}
    assert sizes == {4: 1, 32: 2, 256: 5, 1024: 7}


def test_feather_is_soft_inside_and_keeps_the_middle():
    source, target, mask = np.ones((90, 91, 3), np.float32), np.zeros((90, 91, 3), np.float32), disc((90, 91))
    result = blend.feather(source, target, mask, width=10)[..., 0]
    assert result[45, 45] == 1
    assert (result[mask == 0] == 0).all()
    assert ((result > 0.1) & (result < 0.9)).sum() > 100
