"""Face parsing from keypoints: which part of a face each pixel shows. Deep Image Harmonization learns it beside the colours."""

from __future__ import annotations

import cv2
import numpy as np

from facelib import composite, keypoints
from facelib.datasets.frame import SHOWN

CLASSES = ("other", "skin", "brows", "eyes", "nose", "mouth")
_BROW = 0.06  # how thick a brow is, of the face's size
_NOSE = [27, *keypoints.GROUPS["nostrils"]]  # from the root, round the wings
_BITS = 4  # of a pixel's fraction


def parse(points: np.ndarray, shape: tuple[int, int], shown: np.ndarray | None = None) -> np.ndarray:
    """Label each pixel with a part of the face.

    Parameters
    ----------
    points : ndarray of shape (68, 2)
        (x, y) in pixels.
    shape : (int, int)
        Height and width.
    shown : ndarray of that shape, uint8, optional
        What is known of the pixels, as `facelib.datasets.frame.SHOWN` counts: what covers a face counts as "other".

    Returns
    -------
    ndarray of shape `shape`, uint8
        Indices into `CLASSES`. Hair, glasses and hands in front of the face have no keypoints: where nobody says that
        they are there, they count as what they cover.

    Examples
    --------
    >>> found = parse(keypoints.mean_shape() * 80 + 50, (100, 100))
    >>> sorted(CLASSES[number] for number in np.unique(found))
    ['brows', 'eyes', 'mouth', 'nose', 'other', 'skin']
    """
    labels = composite.hull_mask(points, shape, forehead=True).astype(np.uint8)

    def at(rows) -> np.ndarray:
        return np.round(np.asarray(points)[list(rows)] * 2**_BITS).astype(np.int32)

    size = float(np.sqrt(np.prod(np.ptp(points, axis=0))))
    cv2.fillPoly(labels, [at(_NOSE)], CLASSES.index("nose"), cv2.LINE_8, _BITS)
    for group in ("right brow", "left brow"):
        thick = max(1, round(_BROW * size))
        cv2.polylines(labels, [at(keypoints.GROUPS[group])], False, CLASSES.index("brows"), thick, cv2.LINE_8, _BITS)
    for group, name in (("right eye", "eyes"), ("left eye", "eyes"), ("outer lips", "mouth")):
        cv2.fillPoly(labels, [at(keypoints.GROUPS[group])], CLASSES.index(name), cv2.LINE_8, _BITS)
    if shown is not None:
        labels[shown == SHOWN.index("cover")] = CLASSES.index("other")
    return labels
