"""A composite against the untouched target: the jump at the seam, and what should not have changed."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from facelib.metrics.regions import inside


def seam_energy(image: np.ndarray, reference: np.ndarray, mask: np.ndarray, scale: float = 0) -> float:
    """The jump across the mask's border, as a multiple of the jump at the same place in an untouched picture.

    Parameters
    ----------
    image, reference : ndarray of shape (H, W, 3), float32 in [0, 1]
        The composite, and the untouched target.
    mask : ndarray of shape (H, W), float32
    scale : float
        Pixels, the sigma of a Gaussian by which both pictures are blurred first.

    Returns
    -------
    float
        Mean absolute difference of neighbours that lie on either side of the border, over the same in `reference`: 1 for the target
        itself, larger for a visible seam, smaller where the border has been smoothed over. NaN where the mask has no border. Where the
        reference is perfectly flat at the border there is nothing to compare with: 0 for the target itself, and millions for any jump.

    Notes
    -----
    It sees only the border: a seam that was spread out over some pixels, or moved inside by some, escapes it, unless `scale` is about as
    many.
    """

    def jump(picture: np.ndarray) -> float:
        smooth = cv2.GaussianBlur(picture, (0, 0), scale) if scale else picture
        across = [np.abs(smooth[two] - smooth[one]).mean(axis=1) for one, two in sides]
        return float(np.concatenate(across).mean())

    face = inside(mask, "seam_energy", image=image, reference=reference)
    if face.all() or not face.any():
        return float("nan")
    sides = [_neighbours(face, axis) for axis in (0, 1)]
    return jump(image) / max(jump(reference), 1e-6)


def _neighbours(face: np.ndarray, axis: int) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """The pixels on either side of a border, as indices."""
    one = np.nonzero(np.diff(face, axis=axis))
    two = tuple(index + (number == axis) for number, index in enumerate(one))
    return one, two


class Change(NamedTuple):
    """By how much a background differs, in grey levels of 0 to 255."""

    largest: float
    mean: float


def background_change(image: np.ndarray, target: np.ndarray, mask: np.ndarray) -> Change:
    """How much a composite changed where no mask is set at all.

    Parameters
    ----------
    image, target : ndarray of shape (H, W, 3), float32 in [0, 1]
        The composite, and the picture that received the face.
    mask : ndarray of shape (H, W), float32 or bool
        The face: pixels count where it is exactly 0, not where it fades out.

    Returns
    -------
    Change
        `largest` and `mean` absolute difference over pixels and channels, in grey levels of 0 to 255: both 0 for a blender that leaves
        the background alone. NaN where the mask leaves none.

    Notes
    -----
    The largest grows with the picture's size and with noise; the mean is small where one corner is ruined. A pyramid or a solver in the
    gradient domain may reach over the border on purpose, so a change is a fact, not a fault.

    Examples
    --------
    >>> target, mask = np.zeros((4, 5, 3), np.float32), np.zeros((4, 5), np.float32)
    >>> mask[:, 2:] = 1
    >>> background_change(target + np.float32(0.2) * mask[..., None], target, mask)
    Change(largest=0.0, mean=0.0)
    """
    inside(mask, "background_change", image=image, target=target)
    change = np.abs(image.astype(float) - target)[mask == 0]
    if not change.size:
        return Change(float("nan"), float("nan"))
    return Change(255 * float(change.max()), 255 * float(change.mean()))
