"""The judge of identity: a network that was trained to tell people apart, and that no loss has ever used."""

from __future__ import annotations

import numpy as np

from facelib.learned import crops, weights
from facelib.learned.embedding_net import SIZE
from facelib.learned.embeddings import embed as embed_crops


def embed(pictures: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Faces as vectors; the cosine of two says how far they are one person's.

    Parameters
    ----------
    pictures : ndarray of shape (N, H, W, 3), uint8
        RGB.
    points : ndarray of shape (N, 68, 2)
        Each face's keypoints, in pixels.

    Returns
    -------
    ndarray of shape (N, 128), float32
        Each of length 1.
    """
    faces = [crops.crop(picture, crops.crop_matrix(shape, SIZE), SIZE) for picture, shape in zip(pictures, points, strict=True)]
    return embed_crops(weights.embedder("judge"), np.stack(faces))
