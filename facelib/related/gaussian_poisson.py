"""The Gaussian-Poisson equation of GP-GAN (Wu et al. 2019): fine detail from gradients, colours from a small picture.

The picture x that is looked for has given gradients v, and seen through a Gaussian g it looks like a given, blurred picture c:

    minimise  |grad x - v|^2 + beta |g * x - c|^2 .

With the picture mirrored at its edges both operators are diagonal in the basis of the discrete cosine transform, so the whole problem is
solved by one transform there, one division, and one transform back. Setting the derivative to zero gives

    (L + beta g^2) x = div* v + beta g c ,

L the Laplacian: the form "stated". The authors' code divides otherwise, (L + beta g) x = div* v + beta c, which is not the minimum of the
above, but blurs c less: the form "published". `residual` tells which equation a picture satisfies.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from scipy import fft

BETA, SIGMA = 1.0, 0.5  # the paper's: the weight of the colours, and the Gaussian's width in pixels
_REACH = 4.0  # sigmas after which the Gaussian ends
POWERS = {"stated": 2, "published": 1}  # of g, beside x; one less beside c


class Gradients(NamedTuple):
    """Differences of neighbouring pixels, the next minus this one."""

    across: np.ndarray  # (H, W - 1, C)
    down: np.ndarray  # (H - 1, W, C)


def gradients(picture: np.ndarray) -> Gradients:
    """Those of a picture (H, W, C)."""
    return Gradients(picture[:, 1:] - picture[:, :-1], picture[1:] - picture[:-1])


def mixed(source: np.ndarray, target: np.ndarray, mask: np.ndarray) -> Gradients:
    """The source's gradients where both pixels are in the mask, the target's elsewhere.

    Parameters
    ----------
    source, target : ndarray of shape (H, W, C), float32
    mask : ndarray of shape (H, W), float32 in [0, 1]
        Counts from one half.
    """
    inside = mask >= 0.5
    both = Gradients((inside[:, 1:] & inside[:, :-1])[..., None], (inside[1:] & inside[:-1])[..., None])
    return Gradients(*(np.where(*parts) for parts in zip(both, gradients(source), gradients(target), strict=True)))


def solve(wanted: Gradients, colours: np.ndarray, beta: float = BETA, sigma: float = SIGMA, form: str = "stated") -> np.ndarray:
    """The picture that has the wanted gradients and, blurred, the given colours.

    Parameters
    ----------
    wanted : Gradients
        Of a picture of the shape (H, W, C).
    colours : ndarray of shape (H, W, C), float32 or float64
        What the blurred picture is to look like.
    beta : float
        Weight of the colours, above 0.
    sigma : float
        Of the Gaussian, in pixels; 0 for none.
    form : {"stated", "published"}
        The normal equations of the problem as the paper states it, or as the authors' code has them.

    Returns
    -------
    ndarray of shape (H, W, C), in the precision of `colours`
        Not clipped.

    Raises
    ------
    ValueError
        An unknown form, a weight that is not above 0, gradients of another size.
    """
    _check(wanted, colours, beta, form)
    laplacian, gaussian = _eigenvalues(colours.shape[:2], sigma, colours.dtype)
    power = POWERS[form]
    right = _adjoint(wanted)
    right += beta * (_blurred(colours, sigma) if power == 2 else colours)
    right = fft.dctn(right, axes=(0, 1), norm="ortho", overwrite_x=True, workers=-1)
    right /= (laplacian + beta * gaussian**power)[..., None]
    return fft.idctn(right, axes=(0, 1), norm="ortho", overwrite_x=True, workers=-1)


def residual(
    picture: np.ndarray, wanted: Gradients, colours: np.ndarray, beta: float = BETA, sigma: float = SIGMA, form: str = "stated"
) -> np.ndarray:
    """What is left of the normal equations of a form, (H, W, C): 0 everywhere for the picture that `solve` finds. Arguments as there."""
    _check(wanted, colours, beta, form)
    power = POWERS[form]
    smooth, to_be = picture, colours
    for _ in range(power):
        smooth = _blurred(smooth, sigma)
    for _ in range(power - 1):
        to_be = _blurred(to_be, sigma)
    return _adjoint(gradients(picture)) + beta * smooth - _adjoint(wanted) - beta * to_be


def ladder(
    source: np.ndarray,
    target: np.ndarray,
    mask: np.ndarray,
    small: np.ndarray,
    beta: float = BETA,
    sigma: float = SIGMA,
    form: str = "stated",
) -> np.ndarray:
    """Coarse to fine: a small picture gives the colours of one twice its size, that those of the next, up to the size of the target.

    Parameters
    ----------
    source, target : ndarray of shape (H, W, 3), float32 in [0, 1]
        Give the gradients inside and outside the mask.
    mask : ndarray of shape (H, W), float32 in [0, 1]
    small : ndarray of shape (h, w, 3), float32 in [0, 1]
        What the blend is to look like from afar: in GP-GAN, what its network paints.
    beta, sigma, form
        As for `solve`.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]
    """
    height, width = mask.shape
    steps = max(0, int(np.ceil(np.log2(max(height / small.shape[0], width / small.shape[1])))))
    picture = small
    for step in range(steps, -1, -1):
        size = (-(-width // 2**step), -(-height // 2**step))
        parts = (part if step == 0 else cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in (source, target, mask))
        colours = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
        picture = solve(mixed(*parts), colours, beta, sigma, form)
    return picture.clip(0, 1)


def _check(wanted: Gradients, colours: np.ndarray, beta: float, form: str) -> None:
    if form not in POWERS:
        raise ValueError(f"form: expected one of {', '.join(POWERS)}, got {form!r}")
    if not beta > 0:
        raise ValueError(f"beta: expected more than 0, or nothing says how light the picture is, got {beta}")
    height, width, channels = colours.shape
    shapes = (height, width - 1, channels), (height - 1, width, channels)
    if (wanted.across.shape, wanted.down.shape) != shapes:
        raise ValueError(f"wanted: expected gradients of shapes {shapes}, got {(wanted.across.shape, wanted.down.shape)}")


def _adjoint(field: Gradients) -> np.ndarray:
    """Minus the divergence: what the gradients of a picture become when the difference is taken the other way."""
    height, width = field.across.shape[0], field.down.shape[1]
    sum_ = np.zeros((height, width, field.down.shape[2]), field.down.dtype)
    sum_[:, 1:] += field.across
    sum_[:, :-1] -= field.across
    sum_[1:] += field.down
    sum_[:-1] -= field.down
    return sum_


def _kernel(sigma: float) -> np.ndarray:
    """A Gaussian's weights, (2 r + 1,), of sum 1."""
    reach = int(np.ceil(_REACH * sigma))
    return cv2.getGaussianKernel(2 * reach + 1, sigma)[:, 0] if reach else np.ones(1)


def _blurred(picture: np.ndarray, sigma: float) -> np.ndarray:
    """The picture through the Gaussian, mirrored at its edges."""
    kernel = _kernel(sigma)
    return cv2.sepFilter2D(picture, -1, kernel, kernel, borderType=cv2.BORDER_REFLECT).reshape(picture.shape)


@lru_cache(maxsize=16)
def _eigenvalues(shape: tuple[int, int], sigma: float, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    """What the Laplacian and the Gaussian multiply each cosine by, (H, W) each."""
    laplacians, gaussians = [], []
    for size in shape:
        angle, kernel = np.pi * np.arange(size) / size, _kernel(sigma)
        laplacians.append(2 - 2 * np.cos(angle))
        middle = len(kernel) // 2
        gaussians.append(kernel[middle] + 2 * sum(kernel[middle + k] * np.cos(k * angle) for k in range(1, middle + 1)))
    return np.add.outer(*laplacians).astype(dtype), np.multiply.outer(*gaussians).astype(dtype)
