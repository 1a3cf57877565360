"""What the camera adds: a little blur, noise, and sometimes no colour."""

from __future__ import annotations

import cv2
import numpy as np

from facelib.datasets.rendered import noise
from facelib.datasets.rendered.moment import Scene


def taken(picture: np.ndarray, scene: Scene) -> np.ndarray:
    """The picture (S, S, 3) float32 in [0, 1] as the camera keeps it; in a larger picture the blur is larger."""
    size = len(picture)
    sigma = 1.6 * scene.blur * size / 128
    if sigma > 0.2:
        picture = cv2.GaussianBlur(picture, (0, 0), sigma)
    if scene.noise > 0:
        both, *each = (noise.part(noise.smooth(1), (size, size), scene.seed + k) for k in range(3, 7))
        grain = cv2.merge([both + 0.5 * one for one in each])
        if scene.seed % 2:  # half of the cameras have coarser grain, as after a smaller picture was made larger
            grain = 1.6 * cv2.GaussianBlur(grain, (0, 0), 0.6)
        picture = picture + np.float32(0.038 * scene.noise) * grain
    if scene.grey > 0:
        grey = picture @ np.float32([0.299, 0.587, 0.114])
        picture = picture + np.float32(scene.grey) * (grey[..., None] - picture)
    return np.clip(picture, 0, 1).astype(np.float32)
