"""A labelled face in another shape.

The warp is that of the swap, so a point of the new shape lies where the label says, exactly. What does not change is the texture.
"""

from __future__ import annotations

import cv2
import numpy as np

from facelib import keypoints
from facelib.triangulation import triangle_areas, triangles, triangles_with_surroundings, with_surroundings
from facelib.warp import inverse_map

_SMALL_FOLD = 2.0  # square pixels


def reshaped(picture: np.ndarray, points: np.ndarray, shape: np.ndarray, side: int) -> np.ndarray:
    """A picture of `side` x `side` pixels in which the face lies in another shape.

    Parameters
    ----------
    picture : ndarray of shape (H, W) or (H, W, 3), uint8 or float32
    points : ndarray of shape (68, 2)
        The face's points, in pixels of `picture`.
    shape : ndarray of shape (68, 2)
        Where they go, in pixels of the result.
    """
    whole = keypoints.similarity(shape, points)  # where the mesh ends, the picture goes on, moved as a whole
    shrink = np.sqrt(np.linalg.det(whole[:, :2]))
    if shrink > 1.5:
        picture = cv2.GaussianBlur(picture, (0, 0), 0.4 * shrink)  # or fine detail would alias
    y, x = np.indices((side, side), np.float32)
    beyond = keypoints.transform(whole, np.stack([x, y], axis=-1)).astype(np.float32)
    map_x, map_y, inside = inverse_map(with_surroundings(points), with_surroundings(shape), triangles_with_surroundings(), (side, side))
    map_x, map_y = np.where(inside, map_x, beyond[..., 0]), np.where(inside, map_y, beyond[..., 1])
    return cv2.remap(picture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def has_large_fold(shape: np.ndarray) -> bool:
    """Whether a triangle of the face lies the wrong way round, by more than two square pixels: lips that meet are no fold."""
    return bool((triangle_areas(shape, triangles()) < -_SMALL_FOLD).any())
