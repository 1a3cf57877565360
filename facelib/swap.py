"""The face of one picture onto the head in another: box, keypoints, triangles, warp, mask, composite, colours, blend, in that order."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facelib import blenders, colour, detect, images, keypoints
from facelib.composite import hull_mask, paste
from facelib.triangulation import triangles_with_surroundings, with_surroundings
from facelib.warp import warp


class UnsureKeypoints(UserWarning):
    """The keypoints of a face may be wrong, and then so is the swap."""


@dataclass(frozen=True)
class Swap:
    """Every stage of one swap, in the order in which they were made.

    Pictures are (H, W, 3) float32 in [0, 1]; boxes are (4,): x, y, width, height; points are (68, 2), (x, y) in pixels.
    """

    source: np.ndarray  # the picture that gives its face
    target: np.ndarray  # the picture that receives it; what follows has its size
    source_box: np.ndarray
    target_box: np.ndarray
    source_points: np.ndarray
    target_points: np.ndarray
    source_error: float | None  # the mean error to expect of the points, a share of the inter-ocular distance; None where they were given
    target_error: float | None
    warped: np.ndarray  # the source in the target's geometry, with what lies round the face; beyond that, the target
    mask: np.ndarray  # (H, W) float32, 1 where the source's face goes
    composite: np.ndarray  # raw: the warped source inside the mask, the target outside
    matched: np.ndarray  # `warped` in the target's colours, or `warped` itself where colours were kept
    blended: np.ndarray  # the result

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
        own. By default `facelib.colour.DEFAULT`, except for `blend="none"`, whose result is the raw composite.
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
        colours = "none" if blend == "none" else colour.DEFAULT
    match_colours = colour.get(colours)
    images.check_picture(source, "source")
    images.check_picture(target, "target")
    report("finding the faces")
    source_box = _box(source, source_box, source_face, "source")
    target_box = _box(target, target_box, target_face, "target")
    report("placing the keypoints")
    points, errors = keypoints.predict_with_errors([source, target], [source_box, target_box])
    report(f"warping and blending ({blend})")
    result = swap_points(source, target, *points, blender, match_colours, source_box, target_box, *map(float, errors.mean(axis=1)))
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
    source_box: np.ndarray,
    target_box: np.ndarray,
    source_error: float | None = None,
    target_error: float | None = None,
) -> Swap:
    """The stages after the keypoints, for points from elsewhere (labels, a hand)."""
    warped, mask, covered = warp_face(source, target, source_points, target_points)
    matched = warped
    if match_colours is not colour.keep and covered.any():
        x, y, width, height = cv2.boundingRect(covered.view(np.uint8))
        window = np.s_[y : y + height, x : x + width]
        in_colours = match_colours(warped[window], target[window], mask[window])
        matched = warped.copy()
        matched[window] = np.where(covered[window][..., None], in_colours, target[window])
    return Swap(
        source=source,
        target=target,
        source_box=source_box,
        target_box=target_box,
        source_points=source_points,
        target_points=target_points,
        source_error=source_error,
        target_error=target_error,
        warped=warped,
        mask=mask,
        composite=paste(warped, target, mask),
        matched=matched,
        blended=blender(matched, target, mask),
    )


def warp_face(
    source: np.ndarray, target: np.ndarray, source_points: np.ndarray, target_points: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The source in the target's geometry, and where its face goes.

    Parameters
    ----------
    source, target : ndarray of shape (H, W, 3), float32 in [0, 1]
        The two may differ in size.
    source_points, target_points : ndarray of shape (68, 2)
        (x, y) in pixels of either.

    Returns
    -------
    warped : ndarray of the target's shape, float32 in [0, 1]
        The source's face with what lies round it; beyond that, the target.
    mask : ndarray of shape (H, W), float32
        1 inside the target's face, where the source has something to give.
    covered : ndarray of shape (H, W), bool
        Where `warped` is the source.
    """
    table, size = triangles_with_surroundings(), target.shape[:2]
    warped, covered = warp(source, with_surroundings(source_points), with_surroundings(target_points), table, size)
    return np.where(covered[..., None], warped, target), hull_mask(target_points, size) * covered, covered


def _box(image: np.ndarray, box: Sequence[float] | None, face: int, name: str) -> np.ndarray:
    if box is not None:
        return detect.check_box(box, image.shape, f"{name} box")
    boxes = detect.find_faces(image, at_least=face)
    if len(boxes) > 1:  # false alarms go last: the keypoint model sees no face in them
        _, errors = keypoints.predict_with_errors([image] * len(boxes), boxes)
        boxes = boxes[np.argsort(errors.mean(axis=1) > keypoints.UNSURE, kind="stable")]
    return detect.choose(boxes, face, name)
