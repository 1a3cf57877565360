"""Hard light beside soft light is seen at once: the source's contrasts on the skin are made no stronger than the target's, size by size.

A pyramid tells the sizes apart, as in the style transfer of portraits by Shih et al. 2014. Weak contrasts are not made stronger: that would
make up wrinkles. Eyes, brows and lips keep theirs.
"""

from __future__ import annotations

import cv2
import numpy as np

from facelib.blend import collapse, laplacian_pyramid

_COARSEST = 12  # of these are a face's width: the coarsest band
_MORE = 1.15, 1.3, 1.3  # times the target's contrast that the source may have, of L*, a*, b*
_LEAST = 0.45, 0.4, 0.4  # of its own contrast that it keeps
_SKIN = 0.8  # of a pixel: what is compared
_FEW = 64  # pixels of skin; fewer say nothing


def softened(source_warped: np.ndarray, target: np.ndarray, skin: np.ndarray, where: np.ndarray, width: float) -> np.ndarray:
    """The source with contrasts on its skin that are about as strong as the target's, or weaker.

    Parameters
    ----------
    source_warped, target : ndarray of shape (H, W, 3), float32 in [0, 1]
    skin, where : ndarray of shape (H, W), float32 in [0, 1]
        Where the two are compared, and where the source is changed: in deep shadow, too, which nobody takes for skin.
    width : float
        The face's, in pixels.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]
        `source_warped` itself where there is too little skin to tell.
    """
    if (skin > _SKIN).sum() < _FEW:
        return source_warped
    levels = 1 + int(np.log2(max(width / _COARSEST, 1)))
    own, goal = (laplacian_pyramid(cv2.cvtColor(picture, cv2.COLOR_RGB2Lab), levels) for picture in (source_warped, target))
    for band, wanted in zip(own[:-1], goal[:-1], strict=True):
        seen, share = (cv2.resize(mask, band.shape[1::-1], interpolation=cv2.INTER_AREA) for mask in (skin, where))
        seen = seen > _SKIN
        if seen.sum() < _FEW:
            break
        spread, most = (np.sqrt(np.square(picture[seen]).mean(axis=0)) for picture in (band, wanted))
        kept = (np.array(_MORE) * most / np.maximum(spread, 1e-6)).clip(_LEAST, 1).astype(np.float32)
        band *= 1 - share[..., None] * (1 - kept)
    return np.clip(cv2.cvtColor(collapse(own), cv2.COLOR_Lab2RGB), 0, 1)
