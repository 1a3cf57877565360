"""The colours of a face: how its tone varies, and whether it goes with the skin round it."""

from __future__ import annotations

import cv2
import numpy as np

from facelib.metrics.regions import band_width, inside

_REACH = 1 / 6  # of a face's width: how far from the border skin still counts as near it
_ALIKE = 2.5  # robust standard deviations of the face's colours: what is within is skin
_CHEEKS = (41, 31, 4, 48), (46, 35, 12, 54)  # points round the middle of each: lower lid, nostril, jaw, corner of the mouth
_LEAST_SPREAD = 5.0, 2.0, 2.0  # of L, a and b: no face is so even that a shadow on it is no skin


def tone_spread(image: np.ndarray, mask: np.ndarray) -> float:
    """How much the tone of a face varies over it: light and shade, not pores.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), float32 in [0, 1]
    mask : ndarray of shape (H, W), float32 or bool
        The face; pixels count where it is above one half.

    Returns
    -------
    float
        The standard deviation of the lightness L of CIE Lab, which runs from 0 to 100, after a blur by a tenth of the face's width: 0 for
        one constant tone. Eyes, brows and lips have a part in it. NaN where nothing counts.

    Examples
    --------
    >>> tone_spread(np.full((20, 20, 3), 0.5, np.float32), np.ones((20, 20)))
    0.0
    """
    counts = inside(mask, "tone_spread", image=image).astype(np.float32)
    if not counts.any():
        return float("nan")
    sigma = np.sqrt(counts.sum()) / 10
    lightness = cv2.cvtColor(image, cv2.COLOR_RGB2Lab)[..., 0] * counts
    at = counts > 0
    smooth = cv2.GaussianBlur(lightness, (0, 0), sigma)[at] / cv2.GaussianBlur(counts, (0, 0), sigma)[at]  # no light from outside
    return round(float(smooth.astype(float).std()), 6)


def skin_pixels(target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Where a picture has the colour of its face's skin, inside the face and outside.

    Parameters
    ----------
    target : ndarray of shape (H, W, 3), float32 in [0, 1]
        The untouched target, so that every composite on it is measured at the same pixels.
    mask : ndarray of shape (H, W), float32 or bool
        The face; pixels count where it is above one half.

    Returns
    -------
    ndarray of shape (H, W), bool
        Where each of CIE Lab's three is within 2.5 robust standard deviations (1.4826 times the median distance from the median) of the
        face's median. Brows, eyes, beards, hair and most backgrounds are not. It goes by colour alone: a wooden wall can be skin, and a
        neck in deep shadow is none.
    """
    face = inside(mask, "skin_pixels", target=target)
    if not face.any():
        return face
    colours = cv2.cvtColor(target, cv2.COLOR_RGB2Lab)
    middle = np.median(colours[face], axis=0)
    spread = np.maximum(1.4826 * np.median(np.abs(colours[face] - middle), axis=0), _LEAST_SPREAD)
    return (np.abs(colours - middle) < _ALIKE * spread).all(axis=2)


def skin_gradient_excess(image: np.ndarray, target: np.ndarray, mask: np.ndarray, width: float | None = None) -> float:
    """How much more the skin's colour changes across the border than in the untouched target: the write-up's "unnatural gradient in skin
    color", which is left where a blend has smoothed the seam.

    Parameters
    ----------
    image, target : ndarray of shape (H, W, 3), float32 in [0, 1]
        The composite, and the picture that received the face.
    mask : ndarray of shape (H, W), float32 or bool
        The face; its border is where it crosses one half.
    width : float, optional
        Pixels: skin counts where there is skin on the other side of the border within this distance. By default a sixth of the face's
        width.

    Returns
    -------
    float
        Units of CIE Lab, from one end of the band to the other: about the step in colour that has been added across the border, however
        far inside the band it has been spread out. 0 for the target itself; below 0 where the composite's skin is more even than the
        target's. NaN where no skin meets skin across the border.

    Notes
    -----
    The slope of the three channels at right angles to the border, after a blur by half of `width` that takes no colour from what is no
    skin; the mean of its size over the band, times twice `width`, of the composite less that of the target. The blur carries a
    twentieth of a step out of the band. On even skin the rest counts in full; on a real face, whose own gradients cross it, a small step
    counts for less: on crops of ytf68 a tint by 8 adds 2.4, one by 16 adds 6.2. Strong noise on very even skin adds a little. It misses a
    ramp that is wider than the band, a face of a wrong tone where hair or background is all round, and detail.
    """
    face = inside(mask, "skin_gradient_excess", image=image, target=target)
    width = band_width(face, width, _REACH)
    found = skin_pixels(target, mask)
    near = found & _within(found & ~face, width) & _within(found & face, width)
    if not near.any():
        return float("nan")
    steepness = [_slope(picture, face, found, width / 2)[near].astype(float).mean() for picture in (image, target)]
    return 2 * width * float(steepness[0] - steepness[1])


def colour_gap(image: np.ndarray, target: np.ndarray, mask: np.ndarray, width: float | None = None) -> float:
    """How far the statistics of the face's colours are from those of the skin round it.

    Parameters
    ----------
    image, target : ndarray of shape (H, W, 3), float32 in [0, 1]
        The composite, and the picture that received the face, which says where there is skin.
    mask : ndarray of shape (H, W), float32 or bool
        The face; pixels count where it is above one half.
    width : float, optional
        Pixels: how far beyond the border skin still counts. By default a sixth of the face's width.

    Returns
    -------
    float
        Units of CIE Lab: the root of the sum of squares of the differences of mean and of standard deviation of the three channels, which
        is the distance of Wasserstein between two Gaussians whose channels are independent. NaN where there is no skin on one side.

    Notes
    -----
    A real face has a gap, too, since a neck is in the shadow of the chin: 3 to 14 on nine of ten crops of ytf68. `colour_gap(target,
    target, mask)` is the natural one, to compare with. Noise counts as spread. It sees no place: a face that is too light on one side
    and too dark on the other can have the right statistics.
    """
    face = inside(mask, "colour_gap", image=image, target=target)
    width = band_width(face, width, _REACH)
    found, colours = skin_pixels(target, mask), cv2.cvtColor(image, cv2.COLOR_RGB2Lab).astype(float)
    parts = [colours[found & face], colours[found & ~face & _within(face, width)]]
    if not all(map(len, parts)):
        return float("nan")
    means, spreads = ([statistic(part, axis=0) for part in parts] for statistic in (np.mean, np.std))
    return float(np.hypot(np.linalg.norm(means[0] - means[1]), np.linalg.norm(spreads[0] - spreads[1])))


def _within(where: np.ndarray, width: float) -> np.ndarray:
    """Which pixels are at most so far from one that is set."""
    if not where.any():
        return where
    return cv2.distanceTransform((~where).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= width


def _slope(picture: np.ndarray, face: np.ndarray, found: np.ndarray, sigma: float) -> np.ndarray:
    """How fast colours change on the way out of the face, in Lab units a pixel, (H, W), after a blur of what was found alone."""

    def blur(of: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(of.astype(np.float32), (0, 0), sigma)

    colours = cv2.cvtColor(picture, cv2.COLOR_RGB2Lab)
    smooth = blur(colours * found[..., None]) / np.maximum(blur(found), 1e-6)[..., None]
    out = np.stack(np.gradient(blur(face)))
    out /= np.maximum(np.linalg.norm(out, axis=0), 1e-9)
    down, right = np.gradient(smooth, axis=(0, 1))
    return np.linalg.norm(out[0, ..., None] * down + out[1, ..., None] * right, axis=2)


def typology_angle(image: np.ndarray, points: np.ndarray) -> float:
    """The individual typology angle of a face's cheeks: how light its skin looks in this picture.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), float32 in [0, 1]
    points : ndarray of shape (68, 2)
        The face's keypoints, (x, y) in pixels.

    Returns
    -------
    float
        Degrees, atan((L - 50) / b) of the median colour of two discs on the cheeks in CIE Lab (Chardon et al. 1991): above 55 very light,
        below -30 dark. It sees a picture, and no skin: dim light, coloured light and make-up move it, and without colour it says nothing.

    Examples
    --------
    >>> from facelib import keypoints
    >>> cheek = np.full((100, 100, 3), (0.9, 0.75, 0.65), np.float32)
    >>> typology_angle(cheek, keypoints.mean_shape() * 80 + 50) > 55
    True
    """
    apart = np.linalg.norm(points[45] - points[36])
    skin = np.zeros(image.shape[:2], np.uint8)
    for around in _CHEEKS:
        x, y = points[list(around)].mean(axis=0).round().astype(int)
        cv2.circle(skin, (int(x), int(y)), max(1, round(0.1 * apart)), 1, -1)
    lightness, _, yellow = np.median(cv2.cvtColor(image, cv2.COLOR_RGB2Lab)[skin > 0], axis=0)
    return float(np.degrees(np.arctan2(lightness - 50, yellow)))
