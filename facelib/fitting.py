"""From a placed face to the result: the target's colours, light and fineness of detail, the blend, and what covers the target put back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from facelib import colour, contrast, eyes, grain, images, outline, relight, surroundings
from facelib.composite import Method, box_of
from facelib.place import Placed

_FEATURES = 0.1  # of skin: what brows, eyes and lips say of the light


def fitted(placed: Placed, match_colours: colour.Colours) -> np.ndarray:
    """What a blender is given of the source: the placed face in the target's colours and light, its detail as fine as the target's, and
    nothing of the source beyond the face.

    Parameters
    ----------
    placed : facelib.place.Placed
    match_colours : callable
        Of `facelib.colour`; after `colour.keep` light and detail stay the source's own, too.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]

    Raises
    ------
    TypeError, ValueError
        The colours returned something else than a picture of the same size, float32 in [0, 1].
    """
    matched, no_features = placed.warped, outline.skin(placed.points, placed.known)
    all_skin = no_features * placed.skin
    if match_colours is not colour.keep and placed.known.any():
        part = box_of(placed.known)
        own, target = matched[part], placed.bare[part]
        skin = (all_skin * placed.mask)[part]
        plain = outline.plain(own, skin) * outline.plain(target, skin)
        in_colours = checked(match_colours(own, target, plain), own, match_colours)
        width, points = np.ptp(placed.points[:, 0]), placed.points - (part[1].start, part[0].start)
        counts = np.maximum(skin, _FEATURES * placed.mask[part])
        in_colours = relight.matched(in_colours, target, counts, placed.mask[part], width)
        in_colours = surroundings.replaced(in_colours, target, placed.known[part], all_skin[part])
        in_colours = contrast.softened(in_colours, target, skin, no_features[part], width)
        in_colours = eyes.lit(in_colours, own, target, points, placed.cover[part])
        in_colours = colour.kept_neutral(in_colours, own, outline.whites(points, skin.shape))
        matched = matched.copy()
        matched[part] = grain.matched(in_colours, target, skin)
    return surroundings.replaced(matched, placed.bare, placed.known, all_skin)


def blended(placed: Placed, matched: np.ndarray, blender: Method, target: np.ndarray, said: str | None = None) -> np.ndarray:
    """The result: what a blender makes of a fitted face, under whatever covers the target's; grey where the target is.

    Parameters
    ----------
    placed : facelib.place.Placed
    matched : ndarray of shape (H, W, 3), float32 in [0, 1]
        Of `fitted`.
    blender : callable
        Of `facelib.blenders`.
    target : ndarray of shape (H, W, 3), float32 in [0, 1]
    said : str, optional
        What an error calls the blender's result.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]

    Raises
    ------
    TypeError, ValueError
        The blender returned something else than such a picture.
    """
    made = checked(blender(matched, placed.bare.copy(), placed.mask), target, blender, said)  # a copy: it may write into it
    if placed.cover.any():
        made = np.clip(target + (1 - placed.cover[..., None]) * (made - placed.bare), 0, 1)
    return colour.grey_where_changed(made, target) if colour.is_grey(target) else made


def checked(picture: np.ndarray, like: np.ndarray, method: Callable, said: str | None = None) -> np.ndarray:
    """What a blender or a colour method returned, if it is what it should be."""
    images.check_result(picture, like, said or f"the result of {getattr(method, '__name__', method)}")
    return picture
