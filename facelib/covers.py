"""What is in front of a face, and what is not: the target's glasses, hair and hands stay on top of a swap, the source's do not come along.

For the blend, what covers the target is painted over with what lies round it, and put back afterwards, so that no dark frame or strand
bleeds into the face. What covers the source is replaced by its other half where that is free, painted over where it is thin, and otherwise
leaves a hole, in which the target's face is shown in the source's colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from facelib import keypoints, lazy, outline, surroundings
from facelib.composite import box_of
from facelib.images import to_bytes, to_float
from facelib.parsing.classes import number

if TYPE_CHECKING:
    from facelib.parsing.read import Parsed

_HAIR_DOWN_TO = 0.18  # in the mean shape's unit, below its middle: hair that is lower, within the face, is a beard
_RADIUS = 0.02  # of the face's width: how far an edge of the parser's may be moved to an edge of the picture
_SMOOTH = 1e-3  # squared contrast that counts as an edge
_ROUND_GLASSES = 0.03  # of the face's width: shadow and edge of a frame
_ROUND_HAIR = 0.022
_ROUND_FEATURE = 0.02
_THIN = 0.13  # of the face's width
_BRUSH = 0.02  # of the face's width
_ROOM = 0.2  # of the face's width: how far round a face something in front of it is looked at
_FREE = 0.9  # of a hole's mirror image
_SPECK = 0.004  # of the square of the face's width
_SMALL = 0.01  # of the square of the face's width
_WORN = 0.008  # of the parser's crop: fewer pixels of glasses are none
_BRIDGE = 0.02  # of the crop's side
_BELOW = 0.01  # of the rows below the eyes
_EAGER = 2.5
_HALF = 0.5
_FEATURES = (("right brow", "left brow"), ("right eye", "left eye"))
_BROW = 0.045  # of the face's width: how thick a brow is
_parse = lazy.function("facelib.parsing.read", "parse", "See there.")  # torch takes seconds to import


@dataclass(frozen=True)
class Seen:
    """What a picture shows of a face, (H, W) float32 in [0, 1] each."""

    cover: np.ndarray  # how much of a pixel shows glasses, hair, a hand, or something else in front
    hides: np.ndarray  # the same with shadows and soft edges: what is not to be carried over
    skin: np.ndarray  # how likely it shows skin


def seen(picture: np.ndarray, points: np.ndarray) -> Seen:
    """Look at one face.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3), float32 in [0, 1]
    points : ndarray of shape (68, 2)
        (x, y) in pixels.
    """
    width = float(np.linalg.norm(points[0] - points[16]))
    part = _round_face(points, picture.shape[:2], width)
    parsed, near, points = _parse(picture, points).seen_in(part), picture[part], points - (part[1].start, part[0].start)
    shape = near.shape[:2]
    hair = parsed.share(("hair",), shape)
    hair = _from_outside(hair * _above(points, shape), points, width)
    others = np.clip(hair + _from_outside(parsed.share(("other",), shape), points, width), 0, 1)
    others, glasses = (_sharp(share, near, width) for share in (others, _glasses(parsed, points, shape)))
    hides = np.maximum(wider(others, _ROUND_HAIR * width), wider(glasses, _ROUND_GLASSES * width))
    layers = np.maximum(others, glasses), hides, parsed.share(("skin", "nose"), shape)
    return Seen(*(_within(layer, part, picture.shape[:2]) for layer in layers))


def _round_face(points: np.ndarray, shape: tuple[int, int], width: float) -> tuple[slice, slice]:
    """The part of a picture in which something can be in front of a face: the face, forehead included, and a little more."""
    corners = outline.corners(points, forehead=True)
    low, high = np.floor(corners.min(axis=0) - _ROOM * width), np.ceil(corners.max(axis=0) + _ROOM * width) + 1
    (left, top), (right, bottom) = (np.clip(corner, 0, shape[::-1]).astype(int) for corner in (low, high))
    left, top = min(left, shape[1] - 1), min(top, shape[0] - 1)
    return np.s_[top : max(bottom, top + 1), left : max(right, left + 1)]


def _within(layer: np.ndarray, part: tuple[slice, slice], shape: tuple[int, int]) -> np.ndarray:
    """A layer in a part of a picture of (H, W), and 0 beyond it."""
    whole = np.zeros(shape, np.float32)
    whole[part] = layer
    return whole


def nothing(shape: tuple[int, int]) -> Seen:
    """A face with nothing in front, of which nobody has said where its skin is."""
    return Seen(np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.ones(shape, np.float32))


def without(picture: np.ndarray, cover: np.ndarray, face: np.ndarray, width: float) -> np.ndarray:
    """A picture in which what covers the face is painted over with what lies round it.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3), float32 in [0, 1]
    cover, face : ndarray of shape (H, W), float32 in [0, 1]
        What covers it, and where the face is.
    width : float
        The face's, in pixels.
    """
    hole = wider(cover, _ROUND_GLASSES * width) * face
    if not hole.any():
        return picture
    known = face * (1 - hole)
    if known.sum() < 1:
        return picture
    part, made = box_of(face), picture.copy()
    near, known, hole = picture[part], known[part], hole[part][..., None]
    made[part] += hole * (surroundings.extended(near * known[..., None], known) - near)
    return made


def wider(cover: np.ndarray, room: float) -> np.ndarray:
    """A cover, (H, W) float32, that reaches some pixels further."""
    side = 2 * max(1, round(room)) + 1
    return cv2.dilate(cover, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))


def thin(holes: np.ndarray, face: np.ndarray, width: float) -> np.ndarray:
    """Of holes in a face, (H, W) float32, 0 or 1, those parts that are thin, such as a frame of glasses, and not at the face's edge: the
    skin on both sides tells what is behind. `width` is the face's."""
    room = max(1, round(_THIN * width / 2))
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * room + 1, 2 * room + 1))
    part, found = box_of(holes, margin=2 * room), np.zeros_like(holes)
    if part is not None:
        narrow = holes[part] - cv2.morphologyEx(holes[part], cv2.MORPH_OPEN, disk)
        found[part] = narrow * cv2.erode(face, disk, borderValue=0)[part]
    return found


def mostly_free(holes: np.ndarray, behind: np.ndarray, width: float) -> np.ndarray:
    """Those of some holes, (H, W) float32, 0 or 1, that are not small, and whose mirror images are mostly free: a fringe or a hand over one
    half, but no glasses. `behind` says where the mirror image is covered, `width` is the face's."""
    _, pieces = cv2.connectedComponents(holes.astype(np.uint8))
    sizes, covered = np.bincount(pieces.ravel()), np.bincount(pieces.ravel(), weights=behind.ravel())
    free = (covered < (1 - _FREE) * sizes) & (sizes > _SMALL * width**2)
    free[0] = False
    return free[pieces].astype(np.float32)


def painted_over(picture: np.ndarray, where: np.ndarray, known: np.ndarray, width: float) -> np.ndarray:
    """A picture, (H, W, 3) float32 in [0, 1], with some thin places painted from what is known round them (Telea 2004); both (H, W)
    float32, 0 or 1. `width` is the face's."""
    if not where.any():
        return picture
    part = box_of(where, margin=round(_THIN * width) + 1)
    mask = (known[part] == 0).astype(np.uint8)
    painted = cv2.inpaint(to_bytes(picture[part]), mask, max(2, round(_BRUSH * width)), cv2.INPAINT_TELEA)
    made = picture.copy()
    made[part] = np.where(where[part][..., None] > 0, to_float(painted), picture[part])
    return made


def whole_features(holes: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Holes, (H, W) float32, 0 or 1, that leave no half of a brow or of an eye, and no two eyes of two people: where more than half of one
    brow is hidden, both are, and so with eyes; otherwise there is no hole in them."""
    width = float(np.linalg.norm(points[0] - points[16]))
    found = holes.copy()
    for pair in _FEATURES:
        masks = [_feature(points[list(keypoints.GROUPS[name])], holes.shape, width) for name in pair]
        hidden = max(float(holes[mask > 0].mean()) if mask.any() else 0.0 for mask in masks) > _HALF
        for mask in masks:
            near = wider(mask, _ROUND_FEATURE * width)
            found = np.maximum(found, near) if hidden else found * (1 - near)
    return found


def _feature(outline: np.ndarray, shape: tuple[int, int], width: float) -> np.ndarray:
    """A brow or an eye, (H, W) float32, 0 or 1."""
    mask, corners = np.zeros(shape, np.uint8), np.round(outline).astype(np.int32)
    cv2.polylines(mask, [corners], False, 1, max(1, round(_BROW * width)))
    return cv2.fillPoly(mask, [corners], 1).astype(np.float32)


def _sharp(share: np.ndarray, picture: np.ndarray, width: float) -> np.ndarray:
    """A share of pixels with edges where the picture has some, and without specks."""
    return _without_specks(np.clip(2 * _along_edges(share, picture, _RADIUS * width) - 0.5, 0, 1), width)


def _without_specks(cover: np.ndarray, width: float) -> np.ndarray:
    """A cover without pieces that are much smaller than an eye."""
    _, pieces = cv2.connectedComponents((cover > 0).astype(np.uint8))
    return cover * (np.bincount(pieces.ravel()) > _SPECK * width**2)[pieces]


def _glasses(parsed: Parsed, points: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Glasses are there or not: where enough is surely seen, what may be glasses counts as such, so that no piece is missing. Dark lids and
    brows look like frames, but have neither a bridge nor anything below the eyes."""
    glasses = parsed.shares[number("glasses")]
    there = keypoints.transform(parsed.matrix, points[27:48])
    x, y = there[:2].mean(axis=0).round().astype(int)
    room, low = round(_BRIDGE * len(glasses)), int(there[9:, 1].max()) + round(_BRIDGE * len(glasses))
    bridge = glasses[max(0, y - room) : y + room + 1, max(0, x - room) : x + room + 1]
    below = glasses[max(0, low) : max(0, low) + len(glasses) // 5]
    shaped = (bridge.size and bridge.max() > 0.3) or (below.size and (below > 0.5).mean() > _BELOW)
    if not shaped or (glasses > 0.5).mean() < _WORN:
        return np.zeros(shape, np.float32)
    return np.clip(_EAGER * parsed.share(("glasses",), shape), 0, 1)


def _from_outside(share: np.ndarray, points: np.ndarray, width: float) -> np.ndarray:
    """Of what seems to be something in front those pieces that reach beyond the face, as hands and hats do, and
    moustaches and lips do not."""
    _, pieces = cv2.connectedComponents((share > 0.3).astype(np.uint8))
    beyond = np.bincount(pieces.ravel(), weights=1 - outline.face(points, share.shape).ravel())
    return share * (beyond > _SPECK * width**2)[pieces] * (pieces > 0)


def _above(points: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """1 above the level of the nostrils, and beside the face; 0 where hair would be a beard."""
    to_mean = keypoints.similarity(points, keypoints.mean_shape())
    y, x = np.indices(shape, np.float32)
    down = to_mean[1, 0] * x + to_mean[1, 1] * y + to_mean[1, 2]
    return np.clip((_HAIR_DOWN_TO - down) / 0.05 + 0.5, 0, 1).astype(np.float32)


def _along_edges(share: np.ndarray, picture: np.ndarray, radius: float) -> np.ndarray:
    """A soft mask whose edges follow those of the picture: a guided filter (He et al. 2010) by its luma."""
    side = 2 * max(1, round(radius)) + 1
    box = lambda values: cv2.blur(values, (side, side))  # noqa: E731
    guide = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    mean, mean_share = box(guide), box(share)
    slope = (box(guide * share) - mean * mean_share) / (box(guide * guide) - mean * mean + _SMOOTH)
    return (box(slope) * guide + box(mean_share - slope * mean)).clip(0, 1)
