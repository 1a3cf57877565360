"""The one list of ways to bring the source's face into place: where it goes in the target, and what of it is seen there.

By triangles, as in chapter 2; or by stages of FSGAN after those, in any number: "reenact+segment+inpaint".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from facelib import covers, halves, keypoints, lazy, mouth, outline, surroundings
from facelib.composite import hull_mask
from facelib.images import check_picture, to_float
from facelib.triangulation import NO_MOUTH, triangles_with_surroundings, triangles_without_mouth, unfold, with_surroundings
from facelib.warp import warp

_ERODED = 0.05  # of the face's width
_BARE = 0.97  # of the strip above the brows
_HIDDEN = 0.4  # how much of a pixel something covers, above which it does not show the face
_SHRINK_BELOW = 0.75  # of the source's size; a face that stays larger than that is warped as it is


@dataclass(frozen=True, eq=False)  # arrays are not compared: each equals itself
class Faces:
    """Whose face goes where. Pictures are (H, W, 3) float32 in [0, 1], points (68, 2), (x, y) in pixels of either."""

    source: np.ndarray
    target: np.ndarray
    source_points: np.ndarray
    target_points: np.ndarray
    forehead: bool = False  # whether the face goes on above the brows
    mouth: str = "auto"  # whose mouth is seen, of `facelib.mouth.MOUTHS`; only triangles ask
    parse: bool = True  # whether to look for what is in front of either face; only triangles ask

    def __post_init__(self):
        mouth.check(self.mouth)


@dataclass(frozen=True, eq=False)  # arrays are not compared: each equals itself
class Placed:
    """The source's face in the target's geometry, all of the target's height and width.

    Where nobody looked for what is in front of the faces, nothing is: `bare` is the target, `cover` 0, and `skin` 1.
    """

    warped: np.ndarray  # (H, W, 3) float32 in [0, 1]: the face with what lies round it; beyond that, the target
    mask: np.ndarray  # (H, W) float32 in [0, 1]: where the face is put onto the target
    known: np.ndarray  # (H, W) float32, 0 or 1: where `warped` shows the source; of what lies round it no blender sees anything
    points: np.ndarray  # (68, 2): where the source's points came to lie
    holes: np.ndarray  # (H, W) float32 in [0, 1]: where the face should be, too, but nothing of it is seen
    bare: np.ndarray  # (H, W, 3) float32 in [0, 1]: the target, with its skin where its face is covered
    cover: np.ndarray  # (H, W) float32 in [0, 1]: what covers the target's face, and stays on top
    skin: np.ndarray  # (H, W) float32 in [0, 1]: how likely both show skin

    @property
    def shown(self) -> np.ndarray:
        """Where the result is not the target's own, (H, W) float32 in [0, 1], but for what a blend changes beyond."""
        return self.mask * (1 - self.cover)


Stage = Callable[[Placed, Faces], Placed]
Place = Callable[[Faces], Placed]


_network = partial(lazy.function, "facelib.related.fsgan_stages")  # torch takes seconds to import
TRIANGLES = "triangles"
STAGES: dict[str, Stage] = {
    "reenact": _network("reenact", "A network gives the warped face the target's expression and pose (FSGAN, chapter 5)."),
    "reenact-at-once": _network("reenact_at_once", "The same without steps where the faces look in very different directions."),
    "segment": _network("segment", "A network finds hair, glasses and hands: the target's stay, and the source's leave holes."),
    "inpaint": _network("inpaint", "A network paints what is missing of the face into the holes."),
}


def get(name: str) -> Place:
    """The way of that name: "triangles", "no-mouth", or stages that follow the triangles, joined by "+".

    Raises
    ------
    ValueError
        An unknown stage; the message lists those that there are.
    """
    if name in WHOLE:
        return WHOLE[name]
    stages = name.split("+")
    for stage in stages:
        if stage not in STAGES:
            raise ValueError(f"place: expected {', '.join(WHOLE)}, or some of {', '.join(STAGES)} joined by +, got {name}")

    def place(faces: Faces) -> Placed:
        placed = triangles(dataclasses.replace(faces, mouth="target", parse=False))  # networks see to expression and covers
        for stage in stages:
            placed = STAGES[stage](placed, faces)
        return placed

    return place


def triangles(faces: Faces) -> Placed:
    """By the triangles of chapter 2; with its own mouth where source and target open theirs differently."""
    goes = mouth.placed(faces.source_points, faces.target_points, faces.mouth)
    shape = faces.target.shape[:2]
    there = covers.seen(faces.target, faces.target_points) if faces.parse else covers.nothing(shape)
    bare = covers.without(faces.target, there.cover, outline.face(faces.target_points, shape, faces.forehead), _width(faces.target_points))
    warped, covered = _laid(faces.source, bare, faces, goes)
    known, mask = (part(goes, shape, faces.forehead) * covered for part in (outline.face, outline.put_on))
    placed = Placed(warped, mask, known, goes, np.zeros_like(mask), bare, there.cover, there.skin * (1 - there.cover))
    return _without_covers(placed, faces) if faces.parse else placed


def _laid(picture: np.ndarray, target: np.ndarray, faces: Faces, goes: np.ndarray, flip: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """A picture of the source in the target's geometry, or its mirror image, on the target; and where it is. The half of a turned head that
    is not seen is the other one's."""
    warped, covered = _warped(picture, target, faces, goes, flip)
    side = halves.missing(faces.source_points, goes)
    if side:
        other, too = _warped(picture, target, faces, goes, not flip)
        weight = halves.part(goes, -side if flip else side, target.shape[:2]) * too
        warped, covered = warped + weight[..., None] * (other - warped), covered | (weight > 0.5)
    return warped, covered


def _warped(picture: np.ndarray, target: np.ndarray, faces: Faces, goes: np.ndarray, flip: bool) -> tuple[np.ndarray, np.ndarray]:
    points = faces.source_points
    if flip:
        picture, points = np.ascontiguousarray(picture[:, ::-1]), keypoints.mirror(points, picture.shape[1])
    warped, _, covered = warp_face(picture, target, points, goes, faces.forehead)
    return warped, covered


def _without_covers(placed: Placed, faces: Faces) -> Placed:
    """What is in front of the source's face is replaced by the same place of its other half, and where that is covered, too, leaves holes.
    Above the brows the source is seen if it shows skin there, and no fringe or hat."""
    seen = covers.seen(faces.source, faces.source_points)
    layers, nothing = np.dstack([seen.hides, seen.skin, np.zeros_like(seen.skin)]), np.zeros_like(placed.warped)
    hides, skin, _ = cv2.split(_laid(layers, nothing, faces, placed.points)[0])
    holes, warped = placed.known * (hides > _HIDDEN), placed.warped
    if holes.any():
        behind = placed.known * (_laid(layers, nothing, faces, placed.points, flip=True)[0][..., 0] > _HIDDEN)
        one_sided = covers.mostly_free(holes, behind, _width(placed.points))
        if one_sided.any():
            other, _ = _laid(faces.source, placed.bare, faces, placed.points, flip=True)
            seen_skin = (placed.known - holes) * outline.skin(placed.points, placed.known)
            filled = surroundings.replaced(warped, other, placed.known - holes, seen_skin)
            warped, holes = warped + one_sided[..., None] * (filled - warped), holes - one_sided
        thin = covers.thin(holes, placed.known, _width(placed.points))
        seen_face = placed.known - holes
        warped, holes = covers.painted_over(warped, thin, seen_face, _width(placed.points)), holes - thin
        holes = placed.known * covers.whole_features(holes, placed.points)
    known = placed.known - holes
    strip = outline.above_brows(placed.points, hides.shape)
    if (strip * (skin > 1 - _HIDDEN) * (hides < _HIDDEN)).sum() > _BARE * strip.sum():
        known = np.maximum(known, strip)
    return dataclasses.replace(placed, warped=warped, known=known, holes=holes, skin=placed.skin * skin * (1 - holes))


def _width(points: np.ndarray) -> float:
    return float(np.linalg.norm(points[0] - points[16]))


def no_mouth(faces: Faces) -> Placed:
    """By triangles between jaw, brows, nose and eyes alone: the mouth goes along with its neighbours, as in plain programs of 2017."""
    from_mesh, to_mesh = (with_surroundings(points)[NO_MOUTH] for points in (faces.source_points, faces.target_points))
    source, from_mesh = _near_its_size(faces.source, from_mesh, to_mesh)
    shape = faces.target.shape[:2]
    warped, covered = warp(to_float(source), from_mesh, to_mesh, triangles_without_mouth(), shape)
    known = hull_mask(faces.target_points, shape, faces.forehead) * covered
    room = round(_ERODED * np.linalg.norm(faces.target_points[0] - faces.target_points[16]))
    mask = cv2.erode(known, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * room + 1, 2 * room + 1)), borderValue=0)
    warped, nothing = np.where(covered[..., None], warped, faces.target), np.zeros_like(mask)
    return Placed(warped, mask, known, faces.target_points, nothing, faces.target, nothing, np.ones_like(mask))


WHOLE: dict[str, Place] = {TRIANGLES: triangles, "no-mouth": no_mouth}


def warp_face(
    source: np.ndarray, target: np.ndarray, source_points: np.ndarray, target_points: np.ndarray, forehead: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The source in the target's geometry, and where its face goes.

    Parameters
    ----------
    source, target : ndarray of shape (H, W, 3), float32 in [0, 1]
        The two may differ in size; the source may be uint8.
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
    piece, covered = warp(to_float(source), from_mesh, to_mesh, triangles_with_surroundings(), target.shape[:2])
    warped = target.copy()
    cv2.copyTo(piece, covered.view(np.uint8), warped)
    return warped, hull_mask(target_points, target.shape[:2], forehead) * covered, covered


def piece(
    source: np.ndarray, source_points: np.ndarray, target_points: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """The source where the triangles bring it in a picture of that (H, W), uint8 if it is, and where that is: see `facelib.warp.warp`. A
    half of the face that is not seen is the other one's, as in `triangles`."""
    made, covered = _piece(source, source_points, target_points, shape)
    side = halves.missing(source_points, target_points)
    if side:
        flipped = keypoints.mirror(source_points, source.shape[1])
        other, too = _piece(np.ascontiguousarray(source[:, ::-1]), flipped, target_points, shape)
        too &= halves.part(target_points, side, shape) > 0.5
        cv2.copyTo(other, too.view(np.uint8), made)
        covered |= too
    return made, covered


def _piece(
    source: np.ndarray, source_points: np.ndarray, target_points: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    from_mesh, to_mesh = (unfold(with_surroundings(points)) for points in (source_points, target_points))
    source, from_mesh = _near_its_size(source, from_mesh, to_mesh)
    return warp(source, from_mesh, to_mesh, triangles_with_surroundings(), shape)


def near_its_size(source: np.ndarray, points: np.ndarray, target_points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The part of a picture that lies round a face, float32, shrunk to about the size that the face will have, and the face's points in it:
    the rest of a large picture is not read."""
    mesh = with_surroundings(points)
    low, high = mesh.min(axis=0), mesh.max(axis=0)
    room = (high - low).max() / 2
    size = source.shape[1::-1]
    (left, top), (right, bottom) = (np.clip(corner, 0, size).astype(int) for corner in (np.floor(low - room), np.ceil(high + room)))
    left, top = min(left, size[0] - 1), min(top, size[1] - 1)
    part = source[top : max(top + 1, bottom), left : max(left + 1, right)]
    part, points = _shrunk(part, points - (left, top), np.hypot(*keypoints.similarity(points, target_points)[:, 0]))
    return to_float(part), points


def _near_its_size(source: np.ndarray, from_mesh: np.ndarray, to_mesh: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The part of the source that the mesh covers, shrunk to about the size that it will have: bilinear interpolation takes its colour
    from four pixels, and would skip the others. The mesh moves along."""
    low, high = np.floor(from_mesh.min(axis=0)) - 2, np.ceil(from_mesh.max(axis=0)) + 3
    (left, top), (right, bottom) = (np.clip(corner, 0, source.shape[1::-1]).astype(int) for corner in (low, high))
    if right <= left or bottom <= top:  # nothing of the face is in its picture
        return source[:1, :1], np.full_like(from_mesh, -9)  # outside that pixel, too
    part, mesh = source[top:bottom, left:right], from_mesh - (left, top)
    if part.dtype != np.uint8:
        check_picture(part, "source")
    return _shrunk(part, mesh, np.hypot(*keypoints.similarity(from_mesh, to_mesh)[:, 0]))


def _shrunk(part: np.ndarray, points: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """A picture at that scale, with its points, where it is worth it."""
    if scale >= _SHRINK_BELOW:
        return part, points
    size = np.maximum(1, np.ceil(scale * np.array(part.shape[1::-1]))).astype(int)
    points = (points + 0.5) * (size / part.shape[1::-1]) - 0.5  # pixel centres are integers
    part = cv2.resize(part, size.tolist(), interpolation=cv2.INTER_AREA)
    return part if part.dtype == np.uint8 else part.clip(0, 1), points  # averages of ones may be a bit more
