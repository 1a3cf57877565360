"""The faces that the parser learns from and is judged on, each cut out with its points, and its labels as far as somebody outlined them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import cv2
import numpy as np

from facelib import detect, images, keypoints
from facelib.datasets import fasseg, ibug300w, people
from facelib.datasets.frame import Frame
from facelib.datasets.rendered import labelled
from facelib.datasets.rendered.picture import COVERS, Rendered, render
from facelib.datasets.workers import one_thread
from facelib.learned import crops as keypoint_crops
from facelib.parsing import rims
from facelib.parsing.classes import BAND, OPEN, SIZE, UNKNOWN, crop_matrix, number
from facelib.parsing.things import CutOut
from facelib.related import parsing as drawn

ROOM = 1.35  # of the crop's side: what is kept round a face, so that crops can be turned and moved
RENDERED, JUDGED = (800, 21), (200, 40_000)  # faces, and their seed: trained on, and those whose hands are pasted onto judged faces
_BROW = 0.12  # of the face's size: hair that near the brows' points is brow
_KEPT = round(ROOM * SIZE)


@dataclass(frozen=True)
class Outlined:
    """One face, upright, a little more than the parser's crop of it."""

    picture: np.ndarray  # (S, S, 3) uint8, RGB
    points: np.ndarray  # (68, 2)
    labels: np.ndarray  # (S, S) uint8, `classes.UNKNOWN` where nobody outlined anything
    name: str


@dataclass(frozen=True)
class Faces:
    """All that a run needs."""

    outlined: list[Outlined]  # by hand
    drawn: list[Outlined]  # rendered
    photographs: list[Outlined]  # without labels
    hands: list[CutOut]
    hair: list[CutOut]
    source: str


def training(report: Callable[[Iterable], Iterable] = iter) -> Faces:
    """Training faces: FASSEG's training part, rendered people, `people` and 300-W's training part without those that are held out."""
    outlined = of_fasseg("train", report)
    made = _rendered(*RENDERED, report)
    invented = people.load(parts=(None, "training"))
    photographed = [frame for frame in ibug300w.load(ibug300w.NAME, subset="training") if not ibug300w.is_held_out(frame.person)]
    photographs = [of_frame(frame) for frame in report([*invented, *photographed])]
    source = f"{len(outlined)} faces of fasseg, {len(made)} rendered, {len(invented)} of people, {len(photographed)} of ibug300w"
    cut_outs = _cut_outs(outlined, made)
    with_glasses = [face for face in photographs if face.name in rims.worn()]
    return Faces([*outlined, *with_glasses], made, photographs, *cut_outs, f"{source}, of which {len(with_glasses)} with outlined glasses")


def things(report: Callable[[Iterable], Iterable] = iter) -> Faces:
    """What is pasted onto faces that are judged: cut from FASSEG's test part and from rendered people of another seed, with surfaces of the
    package's own small faces."""
    outlined, made = of_fasseg("test", report), _rendered(*JUDGED, report)
    surfaces = [of_frame(frame) for frame in people.faces("validation")]
    return Faces(outlined, made, surfaces, *_cut_outs(outlined, made), "things")


def of_frame(frame: Frame) -> Outlined:
    """A labelled photograph, whose parts nobody outlined."""
    picture = images.to_bytes(frame.colour())
    labels = np.full(picture.shape[:2], UNKNOWN, np.uint8)
    if may_wear_glasses(frame):
        labels[round_eyes(frame.points, labels.shape)] = OPEN
    face = kept(picture, frame.points, labels, frame.path.stem)
    if frame.path.stem not in rims.worn():
        return face
    return replace(face, labels=rims.labels(face.picture, face.points, *rims.worn()[frame.path.stem], face.labels))


def may_wear_glasses(frame: Frame) -> bool:
    """Whether somebody on a photograph of `people` or 300-W wears glasses, or may: as an early network saw it, and who looked at each."""
    return frame.path.stem in _with_glasses()


@cache
def _with_glasses() -> frozenset[str]:
    return frozenset(files("facelib.parsing").joinpath("may_wear_glasses.txt").read_text(encoding="utf-8").split())


def of_fasseg(part: str, report: Callable[[Iterable], Iterable] = iter) -> list[Outlined]:
    """The faces of a part of FASSEG that are found, which leaves out some profiles: where both eyes cannot be seen."""
    found = []
    names = list(fasseg.COLOURS)
    for face in report(fasseg.load(part)):
        if part == "test" and face.may_be_in_training:
            continue
        picture, labels = face.picture, face.labels
        faces = detect.find_faces(picture)
        if not faces:
            continue
        points = keypoints.predict([picture], faces[:1])[0]
        ours = np.array([number(name) for name in names], np.uint8)[labels]
        near = np.zeros(labels.shape, np.uint8)
        size = float(np.sqrt(np.prod(np.ptp(points, axis=0))))
        for group in ("right brow", "left brow"):
            line = np.round(points[list(keypoints.GROUPS[group])]).astype(np.int32)
            cv2.polylines(near, [line], False, 1, max(1, round(_BROW * size)))
        ours[(ours == number("hair")) & (near > 0) & _apart(ours == number("hair"), near)] = number("brows")
        if face.wears_glasses:
            ours[round_eyes(points, ours.shape) & (ours != number("hair")) & (ours != number("background"))] = OPEN
        found.append(kept(picture, points, ours, face.name))
    return found


def round_eyes(points: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Where glasses may be: a band across the face, (H, W) bool, from above the brows to the tip of the nose."""
    matrix = crop_matrix(points)
    y, x = np.indices(shape, np.float32)
    down = matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]
    return (down > BAND[0]) & (down < BAND[1])


def kept(picture: np.ndarray, points: np.ndarray, labels: np.ndarray, name: str) -> Outlined:
    """A face cut out of its picture, (H, W, 3) uint8, with its labels, (H, W) uint8."""
    matrix = crop_matrix(points, SIZE)
    matrix[:, 2] += (_KEPT - SIZE) / 2
    cut = keypoint_crops.crop(picture, matrix, _KEPT)
    beyond = cv2.warpAffine(labels, matrix, (_KEPT, _KEPT), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=UNKNOWN)
    return Outlined(cut, keypoints.transform(matrix, points), beyond, name)


def _apart(hair: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Pieces of hair most of which is near the brows: brows, and no fringe that hangs into them."""
    count, pieces = cv2.connectedComponents(hair.astype(np.uint8))
    share = np.array([near[pieces == k].mean() if k else 0 for k in range(count)])
    return share[pieces] > 0.5


def _rendered(count: int, seed: int, report: Callable[[Iterable], Iterable]) -> list[Outlined]:
    with one_thread():
        return [_labelled(render(labelled.faces(1, seed + k)[0][0], _KEPT), f"rendered-{k}") for k in report(range(count))]


def _labelled(made: Rendered, name: str) -> Outlined:
    labels = np.where(made.skin > 0.5, number("skin"), number("background")).astype(np.uint8)
    parts = drawn.parse(made.points, labels.shape)
    for part in ("brows", "eyes", "nose", "mouth"):
        labels[(parts == drawn.CLASSES.index(part)) & (made.skin > 0.5)] = number(part)
    below = np.arange(len(labels))[:, None] > made.points[:17, 1].mean()
    labels[(labels == number("background")) & below] = UNKNOWN  # neck and clothes
    for cover, ours in (("hair", "hair"), ("glasses", "glasses"), ("hand", "other")):
        labels[made.cover == COVERS.index(cover)] = number(ours)
    labels[(made.skin <= 0.5) & (made.skin > 0.05) & (made.cover == 0)] = UNKNOWN
    return kept(images.to_bytes(made.picture), made.points, labels, name)


def _cut_outs(outlined: Sequence[Outlined], made: Sequence[Outlined]) -> tuple[list[CutOut], list[CutOut]]:
    """Hands, of rendered faces, and hair, of outlined ones."""
    hands = [one for face in made if (one := _cut(face, number("other"))) is not None]
    return hands, [one for face in outlined if (one := _cut(face, number("hair"))) is not None]


def _cut(face: Outlined, label: int) -> CutOut | None:
    mask = (face.labels == label).astype(np.uint8) * 255
    return CutOut(face.picture, mask, face.points) if (mask > 0).mean() > 0.02 else None


def natural(faces: Sequence[Outlined]) -> list[Outlined]:
    """Those whose names say nothing of glasses, hats, and the like."""
    return [face for face in faces if not any(word in face.name for word in ("glasses", "accessories", "hats", "jewelry"))]


def held_out() -> list[Outlined]:
    """Photographs that are not trained on: the parts validation and test of `people`."""
    return natural([of_frame(frame) for frame in people.load(parts=("validation", "test"))])
