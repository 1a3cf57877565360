"""Many labelled faces out of a few portraits: each portrait warped into shapes that the training people's faces might have.

The warp is that of the swap, so a point of the new shape lies where the label says, exactly. What does not change is the texture: a morph
of Grace Hopper has her glasses, her skin and her light. Good for watching a network learn; no substitute for people.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from facelib import images, keypoints
from facelib.datasets.frame import MadeFrame
from facelib.triangulation import triangle_areas, triangles, triangles_with_surroundings, with_surroundings
from facelib.warp import inverse_map

SIDE = 160  # pixels, of a morph
_FACE = 0.56  # the mean face's larger side over the morph's
_SMALL_FOLD = 2.0  # square pixels
_STRENGTH = 0.6  # of the shape's change, in standard deviations of the training people


def make(picture: np.ndarray, points: np.ndarray, person: str, count: int, seed: int) -> list[MadeFrame]:
    """Draw `count` morphs of one portrait.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3), float32 in [0, 1]
    points : ndarray of shape (68, 2)
        Its keypoints, (x, y) in pixels.
    person : str
    count, seed : int

    Returns
    -------
    list of MadeFrame
        Grey, 160 pixels square, the face about 90 wide.
    """
    rng = np.random.default_rng(seed)
    grey = images.to_bytes(images.to_grey(picture))
    morphs = []
    for number in range(count):
        shape = _new_shape(points, rng)
        made = reshaped(grey, points, shape, SIDE)
        morphs.append(MadeFrame(Path(f"{person}_{number}"), person, shape.astype(np.float32), made=made))
    return morphs


def reshaped(grey: np.ndarray, points: np.ndarray, shape: np.ndarray, side: int) -> np.ndarray:
    """A picture of `side` x `side` pixels in which the face lies in another shape.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
    points : ndarray of shape (68, 2)
        The face's points, in pixels of `grey`.
    shape : ndarray of shape (68, 2)
        Where they go, in pixels of the result.
    """
    whole = keypoints.similarity(shape, points)  # where the mesh ends, the picture goes on, moved as a whole
    shrink = np.sqrt(np.linalg.det(whole[:, :2]))
    if shrink > 1.5:
        grey = cv2.GaussianBlur(grey, (0, 0), 0.4 * shrink)  # or fine detail would alias
    y, x = np.indices((side, side), np.float32)
    beyond = keypoints.transform(whole, np.stack([x, y], axis=-1)).astype(np.float32)
    map_x, map_y, inside = inverse_map(with_surroundings(points), with_surroundings(shape), triangles_with_surroundings(), (side, side))
    map_x, map_y = np.where(inside, map_x, beyond[..., 0]), np.where(inside, map_y, beyond[..., 1])
    return cv2.remap(grey, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def has_large_fold(shape: np.ndarray) -> bool:
    """Whether a triangle of the face lies the wrong way round, by more than two square pixels: lips that meet are no fold."""
    return bool((triangle_areas(shape, triangles()) < -_SMALL_FOLD).any())


def _new_shape(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The person's own shape, changed along the modes; drawn again where a triangle of the face would fold over."""
    modes, mean = keypoints.shape_modes(), keypoints.mean_shape()
    own = keypoints.transform(keypoints.similarity(points, mean), points)
    turn = cv2.getRotationMatrix2D((0, 0), rng.normal(0, 8), _FACE * SIDE * np.exp(rng.normal(0, 0.05)))
    while True:
        shape = keypoints.transform(turn, own + np.tensordot(_STRENGTH * rng.normal(size=len(modes)), modes, axes=1))
        if not has_large_fold(shape):
            return shape + (SIDE - 1) / 2 + rng.normal(0, 4, 2)
