"""The face of one picture onto the head in another: box, keypoints, triangles, warp, mask, composite, colours, blend, in that order."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from facelib import blend as pyramids
from facelib import blenders, colour, detect, images, keypoints, triangulation
from facelib.composite import hull_mask, paste
from facelib.images import check_picture
from facelib.triangulation import triangles_with_surroundings, unfold, with_surroundings
from facelib.warp import warp

_SHRINK_BELOW = 0.75  # of the source's size; a face that stays larger than that is warped as it is


class UnsureKeypoints(UserWarning):
    """The keypoints of a face may be wrong, and then so is the swap."""


@dataclass(frozen=True)
class Stages:
    """The pictures of one swap, in the order in which they were made: (H, W, 3) float32 in [0, 1], but for the mask."""

    warped: np.ndarray  # the source in the target's geometry, with what lies round the face; beyond that, the target
    mask: np.ndarray  # (H, W) float32, 1 where the source's face goes
    composite: np.ndarray  # raw: the warped source inside the mask, the target outside
    matched: np.ndarray  # `warped` in the target's colours, or `warped` itself where colours were kept
    blended: np.ndarray  # the result


@dataclass(frozen=True)
class Swap:
    """One swap, with everything that was made on the way.

    Boxes are (4,): x, y, width, height; points are (68, 2), (x, y) in pixels. Beyond a `window` of the target a swap changes nothing, so
    only the window is worked on, and a face costs the same in a large photograph as in a small one. `near` holds the pictures as they were
    made there; `warped`, `mask`, `composite`, `matched` and `blended` give them in the target's size.
    """

    source: np.ndarray  # the picture that gives its face
    target: np.ndarray  # the picture that receives it
    source_box: np.ndarray | None  # None where the points were given
    target_box: np.ndarray | None
    source_points: np.ndarray
    target_points: np.ndarray
    source_error: float | None  # the mean error to expect of the points, a share of the inter-ocular distance; None where they were given
    target_error: float | None
    window: tuple[slice, slice]  # rows and columns of the target
    near: Stages

    @cached_property
    def warped(self) -> np.ndarray:
        """See `Stages`; this and those below in the target's size."""
        return self._in_target(self.near.warped)

    @cached_property
    def mask(self) -> np.ndarray:
        whole = np.zeros(self.target.shape[:2], np.float32)
        whole[self.window] = self.near.mask
        return whole

    @cached_property
    def composite(self) -> np.ndarray:
        return self._in_target(self.near.composite)

    @cached_property
    def matched(self) -> np.ndarray:
        return self._in_target(self.near.matched)

    @cached_property
    def blended(self) -> np.ndarray:
        """The result."""
        return self._in_target(self.near.blended)

    def _in_target(self, part: np.ndarray) -> np.ndarray:
        whole = self.target.copy()
        whole[self.window] = part
        return whole

    @property
    def doubts(self) -> list[str]:
        """A line for each face whose keypoints the model itself does not trust."""
        errors = {"source": self.source_error, "target": self.target_error}
        return [
            f"{name}: unsure of the keypoints (expected error {error:.0%} of the eyes' distance); check them, or give the face's box"
            for name, error in errors.items()
            if error is not None and not error <= keypoints.UNSURE
        ]


def swap(
    source: np.ndarray,
    target: np.ndarray,
    *,
    blend: str = blenders.DEFAULT,
    colours: str | None = None,
    forehead: bool = False,
    source_box: Sequence[float] | None = None,
    target_box: Sequence[float] | None = None,
    source_face: int = 1,
    target_face: int = 1,
    report: Callable[[str], None] = lambda stage: None,
) -> Swap:
    """Put the face in `source` onto the head in `target`.

    Parameters
    ----------
    source, target : ndarray of shape (H, W, 3), float32 in [0, 1]
        RGB; `facelib.images.load` reads files. The two may differ in size.
    blend : str
        A name in `facelib.blenders.BLENDERS`.
    colours : str, optional
        How the source takes on the target's colours before it is blended: a name in `facelib.colour.COLOURS`, of which "none" keeps its
        own. By default what `facelib.blenders.colours_for` says: "none" where the write-up's way is wanted, as in the raw composite.
    forehead : bool
        Whether the face goes on above the brows, to below where the hair most often begins.
    source_box, target_box : sequence of 4 numbers, optional
        x, y, width, height of the face in pixels, forehead to chin. Without it a detector looks.
    source_face, target_face : int
        Which of several detected faces, counted from 1, the largest; boxes in which the keypoint model sees no face come last.
    report : callable
        Called with the name of each stage as it begins.

    Returns
    -------
    Swap
        `Swap.blended` is the result; every stage before it is kept beside it.

    Raises
    ------
    facelib.detect.FaceNotFound
        No face was found and no box given.
    TypeError, ValueError
        A picture of the wrong kind, a box outside its picture, an unknown blender or colour method.

    Warns
    -----
    UnsureKeypoints
        The model does not trust its keypoints on a face; see `Swap.doubts`.

    Examples
    --------
    >>> from facelib.datasets import portraits
    >>> swapped = swap(portraits.eileen_collins(), portraits.grace_hopper())
    >>> swapped.blended.shape
    (600, 512, 3)
    """
    blender = blenders.get(blend)
    if colours is None:
        colours = blenders.colours_for(blend)
    match_colours = colour.get(colours)
    images.check_kind(source, "source")
    images.check_kind(target, "target")
    report("finding the faces")
    source_box = _box(source, source_box, source_face, "source")
    target_box = _box(target, target_box, target_face, "target")
    report("placing the keypoints")
    points, errors = keypoints.predict_with_errors([source, target], [source_box, target_box])
    report(f"warping and blending ({blend})")
    source_error, target_error = map(float, errors.mean(axis=1))
    found = {"source_box": source_box, "target_box": target_box, "source_error": source_error, "target_error": target_error}
    result = swap_points(source, target, *points, blender, match_colours, forehead=forehead, **found)
    for doubt in result.doubts:
        warnings.warn(doubt, UnsureKeypoints, stacklevel=2)
    return result


def swap_points(
    source: np.ndarray,
    target: np.ndarray,
    source_points: np.ndarray,
    target_points: np.ndarray,
    blender: blenders.Blender,
    match_colours: colour.Colours,
    *,
    forehead: bool = False,
    source_box: np.ndarray | None = None,
    target_box: np.ndarray | None = None,
    source_error: float | None = None,
    target_error: float | None = None,
) -> Swap:
    """The stages after the keypoints, for points from elsewhere (labels, a hand).

    Parameters
    ----------
    source, target : ndarray of shape (H, W, 3), float32 in [0, 1]
    source_points, target_points : ndarray of shape (68, 2)
        (x, y) in pixels of either.
    blender : callable
        Of `facelib.blenders`.
    match_colours : callable
        Of `facelib.colour`; `colour.keep` leaves them alone.
    forehead : bool
        As for `swap`.
    source_box, target_box, source_error, target_error : optional
        Where the points come from and how far they may be off, for the record.

    Returns
    -------
    Swap
    """
    window = _window(target_points, target.shape[:2], forehead)
    beside = target[window]
    corner = (window[1].start, window[0].start)
    warped, mask, covered = warp_face(source, beside, source_points, target_points - corner, forehead)
    matched = warped
    if match_colours is not colour.keep and covered.any():
        x, y, width, height = cv2.boundingRect(covered.view(np.uint8))
        part = np.s_[y : y + height, x : x + width]
        in_colours = match_colours(warped[part], beside[part], mask[part])
        matched = warped.copy()
        cv2.copyTo(in_colours, covered[part].view(np.uint8), matched[part])
    return Swap(
        source=source,
        target=target,
        source_box=source_box,
        target_box=target_box,
        source_points=source_points,
        target_points=target_points,
        source_error=source_error,
        target_error=target_error,
        window=window,
        near=Stages(warped, mask, paste(warped, beside, mask), matched, blender(matched, beside, mask)),
    )


def warp_face(
    source: np.ndarray, target: np.ndarray, source_points: np.ndarray, target_points: np.ndarray, forehead: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The source in the target's geometry, and where its face goes.

    Parameters
    ----------
    source, target : ndarray of shape (H, W, 3), float32 in [0, 1]
        The two may differ in size.
    source_points, target_points : ndarray of shape (68, 2)
        (x, y) in pixels of either.
    forehead : bool
        Whether the face goes on above the brows.

    Returns
    -------
    warped : ndarray of the target's shape, float32 in [0, 1]
        The source's face with what lies round it; beyond that, the target.
    mask : ndarray of shape (H, W), float32
        1 inside the target's face, where the source has something to give.
    covered : ndarray of shape (H, W), bool
        Where `warped` is the source.
    """
    from_mesh, to_mesh = (unfold(with_surroundings(points)) for points in (source_points, target_points))
    source, from_mesh = _near_its_size(source, from_mesh, to_mesh)
    piece, covered = warp(source, from_mesh, to_mesh, triangles_with_surroundings(), target.shape[:2])
    warped = target.copy()
    cv2.copyTo(piece, covered.view(np.uint8), warped)
    return warped, hull_mask(target_points, target.shape[:2], forehead) * covered, covered


def _near_its_size(source: np.ndarray, from_mesh: np.ndarray, to_mesh: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The part of the source that the mesh covers, shrunk to about the size that it will have: bilinear interpolation takes its colour
    from four pixels, and would skip the others. The mesh moves along."""
    low, high = np.floor(from_mesh.min(axis=0)) - 2, np.ceil(from_mesh.max(axis=0)) + 3
    (left, top), (right, bottom) = (np.clip(corner, 0, source.shape[1::-1]).astype(int) for corner in (low, high))
    if right <= left or bottom <= top:  # nothing of the face is in its picture
        return source[:1, :1], np.full_like(from_mesh, -9)  # outside that pixel, too
    part, mesh = source[top:bottom, left:right], from_mesh - (left, top)
    check_picture(part, "source")
    matrix = keypoints.similarity(from_mesh, to_mesh)
    scale = np.hypot(*matrix[:, 0])
    if scale < _SHRINK_BELOW:
        size = np.maximum(1, np.ceil(scale * np.array(part.shape[1::-1]))).astype(int)
        mesh = (mesh + 0.5) * (size / part.shape[1::-1]) - 0.5  # pixel centres are integers
        part = cv2.resize(part, size.tolist(), interpolation=cv2.INTER_AREA).clip(0, 1)  # its averages of ones may be a bit more
    return part, mesh


def _window(points: np.ndarray, shape: tuple[int, int], forehead: bool) -> tuple[slice, slice]:
    """The part of a picture that a swap onto these points can change: as far as the deepest pyramid reaches from the face."""
    outline = with_surroundings(points)[triangulation.outline(forehead)]
    low, high = np.floor(outline.min(axis=0)).astype(int), np.ceil(outline.max(axis=0)).astype(int) + 1
    rows, columns = pyramids.reach(np.s_[low[1] : high[1], low[0] : high[0]], pyramids.levels_for(min(high - low)))
    height, width = shape
    top, left = min(rows.start, height - 1), min(columns.start, width - 1)
    return np.s_[top : max(top + 1, min(rows.stop, height)), left : max(left + 1, min(columns.stop, width))]


def _box(image: np.ndarray, box: Sequence[float] | None, face: int, name: str) -> np.ndarray:
    if box is not None:
        return detect.check_box(box, image.shape, f"{name} box")
    boxes = detect.find_faces(image, at_least=face)
    if len(boxes) > 1:  # false alarms go last: the keypoint model sees no face in them
        _, errors = keypoints.predict_with_errors([image] * len(boxes), boxes)
        boxes = boxes[np.argsort(errors.mean(axis=1) > keypoints.UNSURE, kind="stable")]
    return detect.choose(boxes, face, name)
