"""Eyes in the light that the target's eyes are in. Skin says little of it: the whites of eyes are about as light in a dark face as in a
pale one, and would become grey, or glow, if they went the skin's way.
"""

from __future__ import annotations

import cv2
import numpy as np

from facelib import keypoints
from facelib.composite import box_of

_EYES = ("right eye", "left eye")
_QUANTILES = 0.1, 0.85  # of L* in an eye: pupil and lashes, and the white without the light's reflection
_STRETCH = 0.6, 1.5  # by how much their distance is changed
_OPEN = 0.17  # of an eye's width: one of less height is closed
_FEW = 12  # pixels; a smaller eye says nothing
_COVERED = 0.2  # of an eye: behind glasses it says nothing, either
_ROUND = 0.2  # of an eye's width: the room that a soft edge needs
_SOFT = 0.03  # of an eye's width: the standard deviation of that edge


def lit(matched: np.ndarray, source_warped: np.ndarray, target: np.ndarray, points: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """A face whose eyes are as dark and as light as the target's: in each, two quantiles of L* become those of the target.

    Parameters
    ----------
    matched, source_warped, target : ndarray of shape (H, W, 3), float32 in [0, 1]
        The source after and before its colours were matched, and the target.
    points : ndarray of shape (68, 2)
        Of the face, (x, y) in pixels: both have their eyes there.
    cover : ndarray of shape (H, W), float32 in [0, 1]
        What covers the target.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]
        `matched` outside of the eyes, and in those that the target has closed or covered; a* and b* are those of `matched`.
    """
    made = matched.copy()
    for eye in (points[list(keypoints.GROUPS[name])] for name in _EYES):
        inside = np.zeros(matched.shape[:2], np.uint8)
        cv2.fillPoly(inside, [np.round(eye).astype(np.int32)], 1)
        wide, tall = np.linalg.norm(eye[3] - eye[0]), np.linalg.norm(eye[1:3] - eye[[5, 4]], axis=1).mean()
        if tall < _OPEN * wide or inside.sum() < _FEW or cover[inside > 0].mean() > _COVERED:
            continue
        part = box_of(inside, margin=round(_ROUND * wide) + 2)
        lab, own, goal = (cv2.cvtColor(np.ascontiguousarray(picture[part]), cv2.COLOR_RGB2Lab) for picture in (made, source_warped, target))
        (low, high), (dark, light) = (np.quantile(picture[..., 0][inside[part] > 0], _QUANTILES) for picture in (own, goal))
        stretch = np.clip((light - dark) / max(high - low, 1e-6), *_STRETCH)
        moved = ((dark + light) / 2 + stretch * (own[..., 0] - (low + high) / 2)).clip(0, 100)
        soft = cv2.GaussianBlur(inside[part].astype(np.float32), (0, 0), max(0.5, _SOFT * wide))
        lab[..., 0] += soft * (moved - lab[..., 0])
        made[part] = np.clip(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), 0, 1)
    return made
