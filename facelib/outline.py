"""Where a face is put onto the target: a little inside its jaw, where hair, shadow and background begin, and not above its brows."""

from __future__ import annotations

import cv2
import numpy as np

from facelib import keypoints, triangulation

_INWARDS = 0.05  # of the face's width: from the jaw and the temples
_BROWS = 0.015  # of the face's width: from the brows' points to the brows' upper edge
_UPWARDS = 0.07  # of the face's width: where the blend ends above the brows, which carry identity and must not be cut
_FEATURES = ("right brow", "left brow", "right eye", "left eye", "outer lips")
_WHITES = ("right eye", "left eye", "inner lips")
_PLAIN = 1.5  # times the distance from the median to the quantile that is one spread away in a Gaussian
_ROUND_FEATURES = 0.04  # of the face's width
_SUBPIXEL_BITS = 8


def face(points: np.ndarray, shape: tuple[int, int], forehead: bool = False) -> np.ndarray:
    """All of a face: jaw, temples and brows, or jaw and forehead. What of the source is shown lies in it.

    Parameters
    ----------
    points : ndarray of shape (68, 2)
        (x, y) in pixels.
    shape : (int, int)
        Height and width of the mask.
    forehead : bool
        Whether to go on above the brows, to the arc of `triangulation.with_surroundings`.

    Returns
    -------
    ndarray of shape `shape`, float32
        1 inside, 0 outside.
    """
    return _filled(corners(points, 0.0, _BROWS, forehead), shape)


def put_on(points: np.ndarray, shape: tuple[int, int], forehead: bool = False) -> np.ndarray:
    """Where a face is put onto the target: inside a rim of a twentieth of its width along jaw and temples, and up to a little above the
    brows, where it goes on as the target does.

    Arguments and result as for `face`.
    """
    return _filled(corners(points, _INWARDS, _UPWARDS, forehead), shape)


def above_brows(points: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """What `put_on` has and `face` has not: a strip above the brows. Arguments and result as for `face`."""
    return _filled(corners(points, 0.0, _UPWARDS), shape) * (1 - face(points, shape))


def skin(points: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """A mask, (H, W) float32, without brows, eyes and lips."""
    features = np.zeros(mask.shape, np.uint8)
    for name in _FEATURES:
        _fill(features, points[list(keypoints.GROUPS[name])])
    room = max(1, round(_ROUND_FEATURES * np.linalg.norm(points[0] - points[16])))
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * room + 1, 2 * room + 1))
    return mask * (1 - cv2.dilate(features, disk))


def plain(picture: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """Of skin, (H, W) float32, what is neither much darker nor much lighter than most of it: no beard, no deep shadow, no shine."""
    light = cv2.cvtColor(picture, cv2.COLOR_RGB2Lab)[..., 0]
    seen = light[skin > 0.5]
    if not seen.size:
        return skin
    low, middle, high = np.quantile(seen, (0.16, 0.5, 0.84))
    return skin * ((light >= middle - _PLAIN * (middle - low)) & (light <= middle + _PLAIN * (high - middle)))


def whites(points: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Eyes and the opening of the mouth, (H, W) float32 in [0, 1], with soft edges: there teeth and the whites of eyes are."""
    mask = np.zeros(shape, np.uint8)
    for name in _WHITES:
        _fill(mask, points[list(keypoints.GROUPS[name])])
    return cv2.blur(mask.astype(np.float32), (3, 3))


def corners(points: np.ndarray, inwards: float = 0.0, upwards: float = _UPWARDS, forehead: bool = False) -> np.ndarray:
    """The outline's corners, (N, 2): the jaw moved inwards by a share of the face's width; then the brows, moved upwards by another, or the
    forehead."""
    to_mean = keypoints.similarity(points, keypoints.mean_shape())
    shape = keypoints.transform(to_mean, points)
    jaw, brows = shape[:17], shape[17:27]
    width = np.linalg.norm(jaw[0] - jaw[16])
    way = shape[27:31].mean(axis=0) - jaw
    jaw = jaw + inwards * width * way / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-6)
    above = triangulation.with_surroundings(shape)[68:75] if forehead else brows - (0, upwards * width)
    inverse = cv2.invertAffineTransform(to_mean)
    return keypoints.transform(inverse, np.vstack([jaw, above[::-1]]))


def _filled(points: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    mask = np.zeros(shape, np.uint8)
    _fill(mask, points)
    return mask.astype(np.float32)


def _fill(mask: np.ndarray, points: np.ndarray) -> None:
    hull = cv2.convexHull(points.astype(np.float32))[:, 0]
    cv2.fillPoly(mask, [np.round(hull * 2**_SUBPIXEL_BITS).astype(np.int32)], 1, cv2.LINE_8, _SUBPIXEL_BITS)
