"""The face of one picture onto the head in another: box, keypoints, triangles, warp, mask, composite, colours, blend, in that order."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from facelib import blend as pyramids
from facelib import blenders, colour, detect, images, keypoints, large, outline, place, pose
from facelib import mouth as mouths
from facelib.composite import paste
from facelib.fitting import blended, fitted
from facelib.place import Faces

if TYPE_CHECKING:
    from facelib.datasets.frame import Frame


TURNED = 45  # degrees of yaw, beyond which half of a face is not seen
_ENLARGED = 1.5  # times; a face that is enlarged more than that looks blurred in its new place


class UnsureKeypoints(UserWarning):
    """The keypoints of a face may be wrong, and then so is the swap."""


class KeypointsRefused(ValueError):
    """The keypoints of a face are most likely wrong; the message is one line for the user."""


class SmallSource(UserWarning):
    """The source's face has so few pixels that it is blurred where it goes."""


@dataclass(frozen=True, eq=False)  # arrays are not compared: each equals itself
class Stages:
    """The pictures of one swap, in the order in which they were made: (H, W, 3) float32 in [0, 1], but for the mask."""

    placed: place.Placed  # the source's face in the target's geometry
    target: np.ndarray
    matched: np.ndarray  # what the blender is given, of `fitted`: the face in the target's colours, unless they were kept
    blended: np.ndarray  # the result

    @property
    def warped(self) -> np.ndarray:
        """The source in the target's geometry, with what lies round it; beyond that, the target."""
        return self.placed.warped

    @cached_property
    def mask(self) -> np.ndarray:
        """(H, W) float32 in [0, 1]: where the source's face is put onto the target, without what covers that."""
        return self.placed.shown

    @cached_property
    def seen(self) -> np.ndarray:
        """(H, W) float32 in [0, 1]: where in the mask it is the source's face that is seen."""
        return self.placed.shown * self.placed.known

    @cached_property
    def composite(self) -> np.ndarray:
        """Raw: inside the mask the warped source, as far as its face goes, in its own colours; the target outside."""
        return blended(self.placed, fitted(self.placed, colour.keep), paste, self.target)

    def result(self, kind: np.dtype) -> np.ndarray:
        """`blended` as float32 or as uint8."""
        return _as(self.blended, kind)


@dataclass(frozen=True, eq=False)  # arrays are not compared: each equals itself
class Swap:
    """One swap, with everything that was made on the way.

    Boxes are (4,): x, y, width, height; points are (68, 2), (x, y) in pixels. Beyond a `window` of the target a swap changes nothing, so
    only the window is worked on, and a face costs the same in a large photograph as in a small one. `near` holds the pictures as they were
    made there, float32; `warped`, `mask`, `composite`, `matched` and `blended` give them in the target's size and dtype (the mask always
    float32). A very large face in a target of uint8 is swapped at a smaller size, and its finest detail put back: see `facelib.large`.
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
    near: Stages | large.LargeStages

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
        return self._in_target(self.part)

    @property
    def part(self) -> np.ndarray:
        """The result inside the window, in the target's dtype."""
        return self.near.result(self.target.dtype)

    def _in_target(self, part: np.ndarray) -> np.ndarray:
        whole = self.target.copy()
        whole[self.window] = _as(part, whole.dtype)
        return whole

    @property
    def enlarged(self) -> float:
        """How many times as large as in the source the face is in the target, in pixels."""
        return float(np.hypot(*keypoints.similarity(self.source_points, self.target_points)[:, 0]))

    @property
    def coarse(self) -> list[str]:
        """A line where the source's face has far fewer pixels than the target's."""
        if self.enlarged <= _ENLARGED:
            return []
        return [f"source: the face is enlarged {self.enlarged:.1f} times and will look blurred; take a larger picture of it"]

    @property
    def doubts(self) -> list[str]:
        """A line for each face whose keypoints were found and may be wrong: by what the model expects, or as the head is turned far."""
        found = {"source": (self.source_error, self.source_points), "target": (self.target_error, self.target_points)}
        lines = []
        for name, (error, points) in found.items():
            if error is None:
                continue
            if not error <= keypoints.DOUBTFUL:
                lines.append(f"{name}: unsure of the keypoints ({_expected(error)}); check them, or give the face's box")
            yaw = abs(pose.yaw(points[None])[0])
            if yaw > TURNED:
                lines.append(f"{name}: the head is turned by {yaw:.0f} degrees; half of such a face is guessed, so look at the result")
        return lines


def swap(
    source: np.ndarray,
    target: np.ndarray,
    *,
    blend: str = blenders.DEFAULT,
    colours: str | None = None,
    placing: str | None = None,
    forehead: bool = False,
    mouth: str = "auto",
    parse: bool = True,
    source_box: Sequence[float] | None = None,
    target_box: Sequence[float] | None = None,
    source_face: int = 1,
    target_face: int = 1,
    source_points: np.ndarray | None = None,
    target_points: np.ndarray | None = None,
    small: bool = False,
    unsure: bool = False,
    report: Callable[[str], None] = lambda stage: None,
) -> Swap:
    """Put the face in `source` onto the head in `target`.

    Parameters
    ----------
    source, target : ndarray of shape (H, W, 3), float32 in [0, 1] or uint8
        RGB; `facelib.images.load` reads files as float32, `facelib.picture_file.read` ordinary ones as uint8, which takes a quarter of the
        memory. The two may differ in size and kind; the result is of the target's.
    blend : str
        A name in `facelib.blenders.BLENDERS`.
    colours : str, optional
        How the source takes on the target's colours before it is blended: a name in `facelib.colour.COLOURS`, of which "none" keeps its
        own. By default what `facelib.blenders.colours_for` says: "none" where the write-up's way is wanted, as in the raw composite.
    placing : str, optional
        How the source's face is brought into place: a name for `facelib.place.get`. By default what `facelib.blenders.placing_for` says:
        "triangles", but for FSGAN its own stages.
    forehead : bool
        Whether the face goes on above the brows, to below where the hair most often begins.
    mouth : {"auto", "source", "target"}
        Whose mouth is seen: the target's shape, filled with the source's lips; the source's own; or the source's own as far as the two are
        open differently.
    parse : bool
        Whether to look for what is in front of the two faces, such as glasses, hair or a hand: the target's stays on top, and the source's
        is not carried over. Only where the face is brought into place by "triangles".
    source_box, target_box : sequence of 4 numbers, optional
        x, y, width, height of the face in pixels, forehead to chin. Without it a detector looks.
    source_face, target_face : int
        Which of several faces, in the order of `facelib.detect.find_faces`: 1 is the largest.
    source_points, target_points : ndarray of shape (68, 2), optional
        Keypoints from elsewhere, (x, y) in pixels: that side's box, face and model are not asked then.
    small : bool
        Whether faces down to 24 pixels count too where there are larger ones; see `facelib.detect.find_faces`.
    unsure : bool
        Whether to go on where the model's keypoints are most likely wrong.
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
    KeypointsRefused
        The model expects its keypoints to be off by more than `facelib.keypoints.UNSURE`, and `unsure` is not set.
    TypeError, ValueError
        A picture of the wrong kind, a box outside its picture, points that are not 68, an unknown blender or colour method.

    Warns
    -----
    UnsureKeypoints
        The keypoints of a face may be wrong; see `Swap.doubts`.
    SmallSource
        The source's face is enlarged more than one and a half times; see `Swap.coarse`.

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
    placed = place.get(placing or blenders.placing_for(blend))
    images.check_kind(source, "source", bytes_too=True)
    images.check_kind(target, "target", bytes_too=True)
    points = {"source": source_points, "target": target_points}
    asked = {"source": (source, source_box, source_face, small), "target": (target, target_box, target_face, small)}
    for side, given in points.items():
        if given is not None:
            keypoints.check_points(given, f"{side} points")
            if asked.pop(side)[1] is not None:
                raise ValueError(f"{side}: expected its points or its box, got both; leave one out")
    report("finding the faces")
    faces = {side: _face(*how, side) for side, how in asked.items()}
    report("placing the keypoints")
    about = {f"{side}_box": detect.box_of(face) for side, face in faces.items()}
    if faces:
        found, errors = keypoints.predict_with_errors([asked[side][0] for side in faces], list(faces.values()))
        points |= dict(zip(faces, found, strict=True))
        about |= {f"{side}_error": float(error.mean()) for side, error in zip(faces, errors, strict=True)}
        for side, error in zip(faces, errors.mean(axis=1), strict=True):
            if not (unsure or error <= keypoints.UNSURE):
                box = "another box" if asked[side][1] is not None else f"the face's box ({side}_box, --{side}-box)"
                raise KeypointsRefused(
                    f"{side}: the keypoints are most likely wrong ({_expected(error)}); give another picture, {box}, the face's points "
                    f"({side}_points, --{side}-points), or go on all the same (unsure=True, --unsure)"
                )
    about |= {"forehead": forehead, "mouth": mouth, "parse": parse}
    report(f"warping and blending ({blend})")
    result = swap_points(source, target, points["source"], points["target"], blender, match_colours, placed, **about)
    for doubt in result.doubts:
        warnings.warn(doubt, UnsureKeypoints, stacklevel=2)
    for line in result.coarse:
        warnings.warn(line, SmallSource, stacklevel=2)
    return result


def swap_labelled(source: Frame, target: Frame, **options) -> Swap:
    """`swap` of two labelled pictures by their own keypoints: nothing is looked for.

    Parameters
    ----------
    source, target : facelib.datasets.frame.Frame
        Such as two portraits of `facelib.datasets.people`.
    **options
        As for `swap`.

    Examples
    --------
    >>> from facelib.datasets import people
    >>> swap_labelled(people.portrait("casey"), people.portrait("frankie")).blended.shape
    (473, 473, 3)
    """
    return swap(source.colour(), target.colour(), source_points=source.points, target_points=target.points, **options)


def swap_points(
    source: np.ndarray,
    target: np.ndarray,
    source_points: np.ndarray,
    target_points: np.ndarray,
    blender: blenders.Blender,
    match_colours: colour.Colours,
    placing: place.Place = place.triangles,
    *,
    forehead: bool = False,
    mouth: str = "auto",
    parse: bool = True,
    source_box: np.ndarray | None = None,
    target_box: np.ndarray | None = None,
    source_error: float | None = None,
    target_error: float | None = None,
    levels: int = 0,
) -> Swap:
    """The stages after the keypoints, for points from elsewhere (labels, a hand).

    Parameters
    ----------
    source, target : ndarray of shape (H, W, 3), float32 in [0, 1] or uint8
    source_points, target_points : ndarray of shape (68, 2)
        (x, y) in pixels of either.
    blender : callable
        Of `facelib.blenders`.
    match_colours : callable
        Of `facelib.colour`; `colour.keep` leaves them alone.
    placing : callable
        Of `facelib.place`.
    forehead, mouth, parse
        As for `swap`.
    source_box, target_box, source_error, target_error : optional
        Where the points come from and how far they may be off, for the record.
    levels : int
        Of the pyramid that the blender builds, where that is deeper than one for a face of this size would be.

    Returns
    -------
    Swap

    Raises
    ------
    TypeError, ValueError
        The blender or the colours returned something else than a picture of the same size, float32 in [0, 1].
    """
    window = _window(target_points, target.shape[:2], forehead, levels)
    corner = (window[1].start, window[0].start)
    if target.dtype == np.uint8 and target[window].shape[0] * target[window].shape[1] > large.AT_ONCE:
        beside, scale = large.shrunk(target[window])
        points = large.moved(target_points - corner, scale)
        levels = max(0, levels + round(np.log2(scale.max())))
        how = {"forehead": forehead, "mouth": mouth, "parse": parse, "levels": levels}
        small = swap_points(source, beside, source_points, points, blender, match_colours, placing, **how)
        goes = mouths.placed(source_points, target_points - corner, mouth) if placing is place.triangles else None
        near = large.LargeStages(small, scale, target[window], source, source_points, goes, match_colours is not colour.keep)
        return Swap(source, target, source_box, target_box, source_points, target_points, source_error, target_error, window, near)
    beside = images.to_float(target[window])
    face, points = place.near_its_size(source, source_points, target_points)
    face = colour.grey(face) if colour.is_grey(beside) else face
    placed = placing(Faces(face, beside, points, target_points - corner, forehead, mouth, parse))
    matched = fitted(placed, match_colours)
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
        near=Stages(placed, beside, matched, blended(placed, matched, blender, beside)),
    )


def _as(picture: np.ndarray, kind: np.dtype) -> np.ndarray:
    """As float32 or as uint8."""
    if kind == np.float32:
        return images.to_float(picture)
    return picture if picture.dtype == np.uint8 else images.to_bytes(picture)


def _window(points: np.ndarray, shape: tuple[int, int], forehead: bool, levels: int) -> tuple[slice, slice]:
    """The part of a picture that a swap onto these points can change: as far as the deepest pyramid reaches from the face."""
    corners = outline.corners(points, forehead=forehead)
    low, high = np.floor(corners.min(axis=0)).astype(int), np.ceil(corners.max(axis=0)).astype(int) + 1
    levels = min(max(levels, pyramids.levels_for(min(high - low))), max(shape).bit_length())  # which reaches all over the picture
    rows, columns = pyramids.reach(np.s_[low[1] : high[1], low[0] : high[0]], levels)
    height, width = shape
    top, left = min(rows.start, height - 1), min(columns.start, width - 1)
    return np.s_[top : max(top + 1, min(rows.stop, height)), left : max(left + 1, min(columns.stop, width))]


def _face(image: np.ndarray, box: Sequence[float] | None, number: int, small: bool, name: str) -> detect.Face | np.ndarray:
    if box is not None:
        box = detect.check_box(box, image.shape, f"{name} box")
        return detect.in_box(image, box) or box
    return detect.choose(detect.find_faces(image, small), number, name)


def _expected(error: float) -> str:
    return f"expected error {error:.0%} of the eyes' distance"
