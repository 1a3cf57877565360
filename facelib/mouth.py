"""Whose mouth a swap shows: where source and target open theirs differently, the source keeps its own.

All 68 points on the target's would stretch closed lips over an open mouth. Instead the source's mouth, as it is, is carried along by the
similarity of the other points, set between the corners of the target's mouth, and given to the mesh as the place where it goes.
"""

from __future__ import annotations

import cv2
import numpy as np

from facelib import keypoints

MOUTHS = ("auto", "source", "target")
_MOUTH = np.r_[48:68]
_REST = np.r_[0:48]
_GAPS = ((61, 67), (62, 66), (63, 65))  # upper and lower inner lip, right to left
_AGREE, _DIFFER = 0.03, 0.07  # of the eyes' distance: openness that differs by less is one; by more, the source keeps its mouth
_ROOM = 0.5  # of the way from nose to lips, and from lips to chin: what the carried mouth must leave
_WIDEST = 1.15  # times the target's mouth
_STRETCH = 0.7, 1.4  # of the mouth's height, at the most
_NOSE, _CHIN, _UPPER, _LOWER = 33, 8, 51, 57


def check(whose: str) -> None:
    """Refuse an unknown name."""
    if whose not in MOUTHS:
        raise ValueError(f"mouth: expected one of {', '.join(MOUTHS)}, got {whose!r}")


def openness(points: np.ndarray) -> float:
    """The mean gap between the inner lips, as a share of the distance of the outer corners of the eyes.

    Parameters
    ----------
    points : ndarray of shape (68, 2)
    """
    gaps = [np.linalg.norm(points[upper] - points[lower]) for upper, lower in _GAPS]
    return float(np.mean(gaps) / np.linalg.norm(points[36] - points[45]))


def placed(source_points: np.ndarray, target_points: np.ndarray, whose: str = "auto") -> np.ndarray:
    """Where the source's points go in the target.

    Parameters
    ----------
    source_points, target_points : ndarray of shape (68, 2)
    whose : {"auto", "source", "target"}
        Whose mouth is seen: the target's, all points then being the target's; the source's; or the source's as far as the two differ.

    Returns
    -------
    ndarray of shape (68, 2), float64
        The target's, but for the mouth's twenty.

    Raises
    ------
    ValueError
        `whose` is something else.
    """
    check(whose)
    share = 1.0 if whose == "source" else _share(source_points, target_points) if whose == "auto" else 0.0
    points = target_points.astype(float)
    if share:
        points[_MOUTH] += share * (_carried(source_points, target_points) - points[_MOUTH])
    return points


def _share(source_points: np.ndarray, target_points: np.ndarray) -> float:
    way = (abs(openness(source_points) - openness(target_points)) - _AGREE) / (_DIFFER - _AGREE)
    return float(np.clip(way, 0, 1))


def _carried(source_points: np.ndarray, target_points: np.ndarray) -> np.ndarray:
    """The source's mouth between the target's corners: (20, 2). Upright in the frame of the target's face: "up" is towards its nose."""
    upright = keypoints.similarity(target_points, keypoints.mean_shape())
    matrix = keypoints.similarity(source_points[_REST], target_points[_REST])
    carried = keypoints.transform(matrix, source_points[_MOUTH].astype(float))
    carried += target_points[[48, 54]].mean(axis=0) - carried[[0, 6]].mean(axis=0)
    mouth, target = keypoints.transform(upright, carried), keypoints.transform(upright, target_points)
    middle, wide = mouth[[0, 6], 0].mean(), np.ptp(mouth[[0, 6], 0]) / max(np.ptp(target[[48, 54], 0]), 1e-6)
    mouth[:, 0] = middle + (mouth[:, 0] - middle) * min(1, _WIDEST / max(wide, 1e-6))
    corners = mouth[[0, 6], 1].mean()
    # a turned head's eyes are nearer to each other, its lips are not: the gap is to be the same share of the eyes' distance
    gap = openness(np.vstack([target[_REST], mouth]))
    mouth[:, 1] = corners + (mouth[:, 1] - corners) * (np.clip(openness(source_points) / gap, *_STRETCH) if gap > 0 else 1)
    top, bottom = mouth[_UPPER - 48, 1], mouth[_LOWER - 48, 1]
    highest = target[_NOSE, 1] + _ROOM * (target[_UPPER, 1] - target[_NOSE, 1])
    lowest = target[_CHIN, 1] - _ROOM * (target[_CHIN, 1] - target[_LOWER, 1])
    shift = max(0.0, highest - top) - max(0.0, bottom - lowest)
    mouth[:, 1] += shift
    tall = (bottom - top) / max(lowest - highest, 1e-6)
    if tall > 1:
        mouth[:, 1] = corners + shift + (mouth[:, 1] - corners - shift) / tall
    return keypoints.transform(cv2.invertAffineTransform(upright), mouth)
