"""The target's colours for the warped source: ways to match what the face has in common, before any blend.

Each has the signature `(source_warped, target, mask) -> picture`, takes its statistics where the mask is above 0.5, in float64 (a sum over
millions of pixels drifts in float32), and moves the whole of `source_warped` by them. Hair, glasses or a hat inside the mask are part of
the statistics, too, so no method may change contrast without limit. An empty mask has no statistics: the source stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from facelib.composite import Method, box_of, check_arguments, method_of

Colours = Method

_FOOT = 16.0  # of L*: that far below 0 begins what is proportional to the cube root of light
_STRETCH = 0.6, 1.25  # by how much a spread is changed
_REACH = -0.7, 1.5  # spreads of L* from its mean, which is all that skin has
_DARK = 6.0  # of L*: below skin L* + 6 is multiplied; a little less than 16 keeps brows and pupils a little darker
_WHITE = 0.5  # of the skin's way, for white
_BEND = 0.5, 2.0  # and the slope of a curve, which is free to be steep in one place, by a factor of two
_QUANTILES = np.linspace(0, 1, 129)


def lab(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mean and spread of L*, mean of a* and b* in CIE Lab, after Reinhard et al. 2001; what is neutral stays neutral.

    Light changes a*, b* and L* + 16 by nearly one factor, so it leaves a pixel's saturation c = (a*, b*) / (L* + 16) alone. With its mean
    over the source's skin, m, and over the target's, g, it becomes k c + s (g - k m). Where the target has less colour, all of the source's
    is scaled by k = |g| / |m|, otherwise k = 1; s is the share (c . m) / (0.6 m . m) within [0, 1]: skin moves all the way, eyes, teeth and
    white hair hardly; what is darker than skin and has no colour, a beard, moves by up to a third. A grey source has no such share and
    moves as a whole.

    Parameters
    ----------
    source_warped, target : ndarray of shape (H, W, 3), float32 in [0, 1]
    mask : ndarray of shape (H, W), float32 in [0, 1]
        Where the statistics are taken.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]
        `source_warped`, all of it, with the target's colours. The spread of L* is changed by a factor from 0.6 to 1.25. Beyond 1.5 spreads
        above the mean, L* bends, so that white moves by half as much; from 0.7 spreads below it on, what is dark beside the source's skin
        stays as dark beside the target's.
    """
    return _match(source_warped, target, mask, _light_and_chroma, in_lab=True)


def rgb(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mean and spread of each channel in RGB.

    Arguments, result and limits as for `lab`.
    """
    return _match(source_warped, target, mask, _mean_and_spread)


def covariance(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mean and covariance in RGB: the least change that makes one Gaussian the other (Pitie and Kokaram 2007).

    Arguments and result as for `lab`. The map is the linear one of Monge and Kantorovich; along each of its axes a spread is changed by
    a quarter at the most.
    """
    return _match(source_warped, target, mask, _mean_and_covariance)


def histogram(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The whole distribution of each channel in CIE Lab: a rising curve for each.

    Arguments and result as for `lab`. The curve's slope stays between 1/2 and 2, so a distribution that is much wider or narrower than
    the target's only comes nearer to it.
    """
    return _match(source_warped, target, mask, _curves, in_lab=True)


def keep(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The source's own colours, as in the write-up.

    Arguments as for `lab`; the result is `source_warped` itself.
    """
    check_arguments(source_warped, target, mask)
    return source_warped


_EVERY = 16
_ALIKE = 2 / 255  # by which the channels of a grey picture may differ, as where a JPEG rounds


def is_grey(picture: np.ndarray) -> bool:
    """Whether all of a picture, (H, W, 3) float32 in [0, 1], is grey: its channels differ by two grey levels at the most."""
    some = picture[::_EVERY, ::_EVERY]  # most pictures are not, and a few pixels tell
    return all(float(np.ptp(part, axis=2).max(initial=0)) <= _ALIKE for part in (some, picture))


def grey(picture: np.ndarray) -> np.ndarray:
    """A picture, (H, W, 3) float32 or uint8, in grey: its luma in all channels. Pixels that are grey stay as they are, to the bit."""
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None]
    is_colour = (picture[..., :1] != picture[..., 1:2]) | (picture[..., :1] != picture[..., 2:])
    return np.where(is_colour, luma, picture)


def grey_where_changed(picture: np.ndarray, target: np.ndarray) -> np.ndarray:
    """What became of a target that `is_grey`, in grey; pixels that are the target's stay so, to the bit. Both (H, W, 3) float32."""
    return np.where((picture != target).any(axis=2, keepdims=True), grey(picture), picture)


COLOURS: dict[str, Colours] = {"lab": lab, "rgb": rgb, "covariance": covariance, "histogram": histogram, "none": keep}
DEFAULT = "lab"


def get(name: str) -> Colours:
    """The colour method of that name; see `composite.method_of`."""
    return method_of(name, COLOURS, "colours")


def _match(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray, move: Callable, in_lab: bool = False) -> np.ndarray:
    """Move the source's colours, as rows, by the statistics of the rows inside the mask."""
    check_arguments(source_warped, target, mask)
    inside = mask > 0.5
    if not inside.any():
        return source_warped
    source, goal = (cv2.cvtColor(image, cv2.COLOR_RGB2Lab) if in_lab else image for image in (source_warped, target[inside][None]))
    moved = move(source.reshape(-1, 3), source[inside].astype(np.float64), goal[0].astype(np.float64))
    moved = moved.astype(np.float32).reshape(source.shape)
    return np.clip(cv2.cvtColor(moved, cv2.COLOR_Lab2RGB) if in_lab else moved, 0, 1)


def _mean_and_spread(colours: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    stretch = np.clip(target.std(axis=0) / np.maximum(source.std(axis=0), 1e-6), *_STRETCH)
    return _affine(colours, np.diag(stretch), source, target)


_PALE = 0.11  # of saturation: skin that has less, as in a grey photograph, cannot be told from eyes and teeth by it
_SKIN = 0.6  # of the skin's saturation: a pixel with as much moves as the skin does, one with less moves less
_HAIR = 0.3  # of the shift, for what is dark and has no colour: hair shines in the light that skin is seen in


def _light_and_chroma(colours: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """L* shifted and stretched; a* and b* shifted, by the less the more neutral a pixel is, so that what has no colour gets none."""
    light = _curve_of_light(colours[:, 0], source[:, 0], target[:, 0])
    tint, own, wanted = (rows[:, 1:] / (rows[:, :1] + _FOOT) for rows in (colours, source, target))
    mean, goal = own.mean(axis=0), wanted.mean(axis=0)
    strength = np.linalg.norm(mean)
    along = tint @ mean / max(strength, 1e-6) ** 2  # 1 for the skin's own colour, 0 for a neutral one
    dark = np.clip((source[:, 0].mean() - colours[:, 0]) / max(_REACH[1] * source[:, 0].std(), 5.0), 0, 1)
    share = np.clip(along / _SKIN, _HAIR * dark, 1) if strength > _PALE else np.ones(len(colours))
    scale = min(1.0, np.linalg.norm(goal) / max(strength, 1e-6))
    tint = scale * tint + share[:, None] * (goal - scale * mean)
    return np.column_stack([light, tint * (light[:, None] + _FOOT)])


def _curve_of_light(light: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """L* brought to the target's mean and stretched as far as skin reaches to either side of it; below, what is dark beside skin stays as
    dark beside it, and above, white moves by less."""
    stretch = np.clip(target.std() / max(source.std(), 1e-6), *_STRETCH)
    start = np.clip(source.mean() + source.std() * np.array(_REACH), 1, 99)
    goal = np.clip(target.mean() + stretch * (start - source.mean()), 1, 99)
    white = goal[1] + stretch * (100 - start[1])  # as the skin moves
    moved = np.interp(light, [0, *start, 100], [0, *goal, 100 - _WHITE * (100 - white).clip(0)])
    return np.where(light < start[0], (goal[0] + _DARK) * (light + _DARK) / (start[0] + _DARK) - _DARK, moved)


def kept_neutral(matched: np.ndarray, source_warped: np.ndarray, where: np.ndarray) -> np.ndarray:
    """A picture of which eyes and teeth are no more coloured than they were: their chroma is at most the source's.

    Parameters
    ----------
    matched, source_warped : ndarray of shape (H, W, 3), float32 in [0, 1]
        After and before colours were matched.
    where : ndarray of shape (H, W), float32 in [0, 1]
        Eyes and the opening of the mouth.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]
        `matched` outside.
    """
    window = box_of(where)
    if window is None:
        return matched
    lab, before = (cv2.cvtColor(picture[window], cv2.COLOR_RGB2Lab) for picture in (matched, source_warped))
    now, was = (np.linalg.norm(picture[..., 1:], axis=2) for picture in (lab, before))
    lab[..., 1:] *= (1 - where[window] * np.clip(1 - was / np.maximum(now, 1e-6), 0, 1))[..., None]
    kept = matched.copy()
    kept[window] = np.clip(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), 0, 1)
    cv2.copyTo(matched, (where == 0).view(np.uint8), kept)
    return kept


def _mean_and_covariance(colours: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """With covariances A and B, the map is A^(-1/2) (A^(1/2) B A^(1/2))^(1/2) A^(-1/2): symmetric, so it stretches along its own axes."""
    a, b = (np.cov(rows, rowvar=False, bias=True) for rows in (source, target))
    root = _power(a, 0.5)
    inverse = _power(a, -0.5)
    stretches, axes = np.linalg.eigh(inverse @ _power(root @ b @ root, 0.5) @ inverse)
    return _affine(colours, (axes * np.clip(stretches, *_STRETCH)) @ axes.T, source, target)


def _curves(colours: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """For each channel the curve that brings the source's quantiles to the target's, straight beyond them."""
    moved = np.empty_like(colours)
    for channel in range(3):
        start, goal = (np.quantile(rows[:, channel], _QUANTILES) for rows in (source, target))
        steps, middle = np.diff(start), len(_QUANTILES) // 2
        curve = np.concatenate([[0], np.cumsum(np.clip(np.diff(goal), _BEND[0] * steps, _BEND[1] * steps))])
        curve += goal[middle] - curve[middle]
        values = colours[:, channel]
        beyond = values - np.clip(values, start[0], start[-1])
        moved[:, channel] = np.interp(values, start, curve) + beyond
    return moved


def _affine(colours: np.ndarray, matrix: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    offset = target.mean(axis=0) - matrix @ source.mean(axis=0)
    return cv2.transform(np.ascontiguousarray(colours)[None], np.column_stack([matrix, offset]))[0]


def _power(symmetric: np.ndarray, power: float) -> np.ndarray:
    """A power of a covariance; a colour that hardly varies counts as varying a little, so that inverses exist."""
    values, axes = np.linalg.eigh(symmetric)
    return (axes * np.maximum(values, 1e-10) ** power) @ axes.T
