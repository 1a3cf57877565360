"""FSGAN's stages on a swap: each takes what is in place so far (`facelib.place.Placed`) and gives it back better.

The networks see 128 pixels round the face. What the reenactment says is what to move, tone and add, so that a large face keeps its detail;
what is painted into holes has no more detail than that.
"""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import torch

from facelib import keypoints, pose
from facelib.composite import hull_mask, paste
from facelib.datasets.frame import SHOWN
from facelib.learned import square, weights
from facelib.place import Faces, Placed, warp_face
from facelib.related import fsgan_lessons as lessons

_AT_MOST = 30.0  # degrees that one step of the reenactment turns a face
_SURE = 0.5  # of what covers a face
_SPECK = 1 / 40  # of the face's square: what is smaller covers nothing
_GROWN = 2  # pixels of the network, by which a cover reaches further than the network sees it: its rim is a mixture


def reenact(placed: Placed, faces: Faces) -> Placed:
    """The target's pose and expression; where the two faces look in very different directions, step by step: the points go there in a
    straight line, and at each stop the face is warped and reenacted."""
    yaws = pose.yaw(np.stack([faces.source_points, faces.target_points]))
    return _reenacted(placed, faces, 1 + int(abs(yaws[0] - yaws[1]) // _AT_MOST))


def reenact_at_once(placed: Placed, faces: Faces) -> Placed:
    """The same in one step."""
    return _reenacted(placed, faces, 1)


def segment(placed: Placed, faces: Faces) -> Placed:
    """What covers the target's face stays in front of it, and what covers the source's becomes a hole."""
    in_front = _covered(faces.target, placed.mask)
    own = hull_mask(faces.source_points, faces.source.shape[:2], faces.forehead)
    before_source = np.repeat(_covered(faces.source, own)[..., None], 3, 2)
    nothing = np.zeros_like(faces.target)
    moved = warp_face(before_source, nothing, faces.source_points, faces.target_points, faces.forehead)[0][..., 0] > _SURE
    moved &= placed.known > 0  # above the brows the mask shows nothing of the source
    visible = placed.mask * (in_front < _SURE)
    return dataclasses.replace(placed, mask=visible * ~moved, known=placed.known * ~moved, holes=visible * moved)


@torch.inference_mode()
def inpaint(placed: Placed, faces: Faces) -> Placed:
    """The holes are painted."""
    whole = np.maximum(placed.mask, placed.holes)
    if not placed.holes.any() or not placed.mask.any():
        return dataclasses.replace(placed, mask=whole, holes=np.zeros_like(whole))
    at = square.round_face(whole)
    known = at.small(placed.mask)
    seen = paste(at.small(placed.warped), _grey(known), (known > _SURE).astype(np.float32))
    start = square.tensor(np.repeat(known[..., None], 3, 2))
    made = square.picture(weights.harmonizer("fsgan-inpainting")(square.tensor(seen), start, square.mask_tensor(at.small(placed.holes))))
    warped = placed.warped.copy()
    rows, columns, inside = at.place(whole.shape)
    warped[rows, columns] = at.large(made)[inside]
    warped = paste(warped.clip(0, 1), placed.warped, placed.holes)
    return dataclasses.replace(placed, warped=warped, mask=whole, known=np.maximum(placed.known, placed.holes), holes=np.zeros_like(whole))


def _reenacted(placed: Placed, faces: Faces, steps: int) -> Placed:
    picture, points = faces.source, faces.source_points
    start = keypoints.transform(keypoints.similarity(points, faces.target_points), points)
    for step in range(1, steps + 1):
        there = start + (step / steps) * (faces.target_points - start)
        if steps > 1:
            warped, mask, _ = warp_face(picture, faces.target, points, there, faces.forehead)
        else:
            warped, mask = placed.warped, placed.known
        picture, points = _one_step(warped, mask, there), there
    return dataclasses.replace(placed, warped=picture)


@torch.inference_mode()
def _one_step(warped: np.ndarray, mask: np.ndarray, points: np.ndarray) -> np.ndarray:
    """A warped face with the expression that belongs to these points."""
    at = square.round_face(mask)
    if at is None:
        return warped
    face = paste(warped, _grey(mask), (mask > _SURE).astype(np.float32))
    drawn = lessons.drawing(at.moved(points), square.SIZE).astype(np.float32) / 255
    net = weights.harmonizer("fsgan-reenactment").net
    todo = net.changes(square.tensor(at.small(face)), square.tensor(drawn), square.mask_tensor(at.small(mask)))
    made = warped.copy()
    rows, columns, inside = at.place(mask.shape)
    made[rows, columns] = square.picture(todo.apply_at(square.tensor(at.cut(face))))[inside]
    return paste(made.clip(0, 1), warped, mask)


@torch.inference_mode()
def _covered(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Where hair, glasses or a hand is in front of the face that a mask says, (H, W) float32, 0 or 1."""
    at, found = square.round_face(mask), np.zeros(mask.shape, np.float32)
    if at is None:
        return found
    logits = weights.harmonizer("fsgan-segmentation").net(square.tensor(at.small(picture)))
    cover = logits.softmax(1)[0, SHOWN.index("cover")].numpy()
    specks = np.ones((round(_SPECK * len(cover)),) * 2, np.uint8)
    sure = cv2.morphologyEx((cover > _SURE).astype(np.float32), cv2.MORPH_OPEN, specks)
    sure = cv2.dilate(sure, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _GROWN + 1,) * 2))
    rows, columns, inside = at.place(mask.shape)
    found[rows, columns] = (at.large(sure) > _SURE)[inside]
    return found


def _grey(mask: np.ndarray) -> np.ndarray:
    return np.full((*mask.shape, 3), lessons.GREY / 255, np.float32)
