"""Pairs of faces for training and measuring: which face goes onto which head, and the raw composite that this gives.

Pair i depends on the labelled frames, the seed and i, and on nothing else: not on how many pairs are made, nor by how many processes.
`facelib.datasets.pair_set` keeps pairs on disk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facelib import blenders, colour, images
from facelib.composite import paste
from facelib.datasets import recolour
from facelib.datasets.frame import Frame
from facelib.place import warp_face
from facelib.triangulation import with_surroundings

_MARGIN = 1.4  # the crop's side over the larger side of the points' bounding box: most of it is face, with forehead and background
_UP = 0.1  # of that larger side: how far the crop's middle lies above the points', which end at the brows
_LARGEST = 1.25  # a source's face that is larger than the crop's by more than this is kept shrunk: faces are remembered


@dataclass(frozen=True)
class Pair:
    """What is put onto what."""

    source: Frame
    target: Frame
    recolour: recolour.Change | None = None  # what happens to the source's colours before it is warped
    answer: Frame | None = None  # the target as a perfect swap would leave it, where somebody drew that

    def frames(self) -> list[Frame]:
        """All that it is made of."""
        like = self.recolour.like if isinstance(self.recolour, recolour.Transfer) else None
        return [frame for frame in (self.source, self.target, self.answer, like) if frame is not None]


@dataclass(frozen=True)
class Face:
    """A frame, ready to be either side of a pair. Pictures are uint8, points (68, 2) in their pixels."""

    source: np.ndarray  # (H, W, 3), the part of the picture that a warp can reach
    source_points: np.ndarray
    target: np.ndarray  # (S, S, 3), the crop
    target_points: np.ndarray
    box: tuple[int, int, int]  # the crop's x, y and side, in pixels of the frame's picture
    shown: np.ndarray | None = None  # (S, S) uint8, what the crop's pixels show: see `facelib.datasets.frame.SHOWN`


def draw(frames: Sequence[Frame], count: int, seed: int, same_person: bool = False, recoloured: bool = False) -> list[Pair]:
    """Draw pairs at random, with replacement.

    Parameters
    ----------
    frames : sequence of Frame
    count : int
        The first pairs of a longer list are those of a shorter one.
    seed : int
        At least 0.
    same_person : bool
        Source and target are two frames of one person; otherwise they are frames of two people.
    recoloured : bool
        Change the source's colours at random. With `same_person` the target itself is then the right answer of a harmonisation.

    Returns
    -------
    list of Pair
        `recoloured` does not change who is paired with whom.

    Raises
    ------
    ValueError
        A count below 1, a seed below 0, or frames of whom no such pair can be made.
    """
    if count < 1:
        raise ValueError(f"n: expected at least 1 pair, got {count}")
    if seed < 0:
        raise ValueError(f"seed: expected at least 0, got {seed}")
    people = defaultdict(list)
    for number, frame in enumerate(frames):
        people[frame.person].append(number)
    if same_person:
        targets = [number for number, frame in enumerate(frames) if len(people[frame.person]) > 1]
        if not targets:
            raise ValueError(f"same person: expected two frames of somebody, got one of each of {len(people)} people; leave it out")
    else:
        targets = range(len(frames))
        if len(people) < 2:
            raise ValueError(f"pairs: expected frames of at least two people, got {len(people)}; --same-person pairs the frames of one")
    pairs = []
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        source = target = targets[rng.integers(len(targets))]
        while source == target or (not same_person and frames[source].person == frames[target].person):
            source = rng.choice(people[frames[target].person]) if same_person else rng.integers(len(frames))
        pairs.append(Pair(frames[source], frames[target], recolour.draw(rng) if recoloured else None))
    return pairs


def make(
    source: Face, target: Face, change: recolour.Change | None = None, blends: Sequence[str] = (), colours: str = "none"
) -> dict[str, np.ndarray]:
    """The pictures of a pair.

    Parameters
    ----------
    source, target : Face
    change : Recolour or Transfer, optional
        Of the source's colours.
    blends : sequence of str
        Names in `facelib.blenders.BLENDERS`.
    colours : str
        A name in `facelib.colour.COLOURS`: what blenders get is the warped source in these colours; with "none" its own, as in the
        write-up.

    Returns
    -------
    dict of ndarray, uint8
        "raw", the composite, (S, S, 3); "mask", (S, S), 255 where the source is; "target", (S, S, 3), the untouched crop; and a picture
        (S, S, 3) under the name of each blender. Outside the mask "raw" is "target".
    """
    picture = images.to_float(source.source)
    if change is not None:
        picture = change.apply(picture, source.source_points)
    crop = images.to_float(target.target)
    warped, mask, _ = warp_face(picture, crop, source.source_points, target.target_points)
    made = {"raw": paste(warped, crop, mask), "mask": mask, "target": crop}
    matched = colour.get(colours)(warped, crop, mask)
    made |= {name: blenders.get(name)(matched, crop, mask) for name in blends}
    return {name: images.to_bytes(image) for name, image in made.items()}


def face(frame: Frame, size: int, shown: bool = False) -> Face:
    """Read a frame, and cut out what a pair of `size` x `size` pixels needs of it; with `shown`, also what the crop's pixels show.

    Raises
    ------
    facelib.images.PictureError
        The picture cannot be read.
    """
    picture = frame.colour()
    x, y, side = box = crop_box(frame.points, picture.shape)
    low, high = frame.points.min(axis=0), frame.points.max(axis=0)
    mesh = with_surroundings(frame.points)
    left, top = np.maximum(np.floor(mesh.min(axis=0)).astype(int) - 2, 0)
    right, bottom = np.ceil(mesh.max(axis=0)).astype(int) + 3
    source = images.to_bytes(picture[top:bottom, left:right])
    scale = min(1.0, _LARGEST * size / (_MARGIN * (high - low).max()))
    shape = [max(1, round(scale * length)) for length in source.shape[1::-1]]
    ratio = np.array(shape) / source.shape[1::-1]
    return Face(
        source=source if scale == 1 else cv2.resize(source, shape, interpolation=cv2.INTER_AREA),
        source_points=_moved(frame.points, (left, top), ratio),
        target=resized(images.to_bytes(_cut(picture, x, y, side)), size),
        target_points=_moved(frame.points, (x, y), size / side),
        box=box,
        shown=cv2.resize(_cut(frame.shown(), x, y, side), (size, size), interpolation=cv2.INTER_NEAREST) if shown else None,
    )


def crop_box(points: np.ndarray, shape: tuple[int, ...]) -> tuple[int, int, int]:
    """The square round a face: x, y and side in whole pixels.

    Parameters
    ----------
    points : ndarray of shape (68, 2)
    shape : (int, int, ...)
        The picture's height and width.

    Returns
    -------
    (int, int, int)
        It lies inside the picture where it fits; otherwise it reaches over both edges alike.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    larger = float((high - low).max())
    side = max(round(_MARGIN * larger), 1)
    corner = np.round((low + high) / 2 - (0, _UP * larger) - side / 2)
    room = np.array(shape[1::-1]) - side
    x, y = np.where(room >= 0, np.clip(corner, 0, np.maximum(room, 0)), room // 2).astype(int).tolist()
    return x, y, side


def _cut(picture: np.ndarray, x: int, y: int, side: int) -> np.ndarray:
    """A square of a picture; beyond its edges the border goes on."""
    height, width = picture.shape[:2]
    inside = picture[max(y, 0) : y + side, max(x, 0) : x + side]
    beyond = (max(-y, 0), max(y + side - height, 0), max(-x, 0), max(x + side - width, 0))
    return cv2.copyMakeBorder(inside, *beyond, cv2.BORDER_REPLICATE) if any(beyond) else inside


def resized(square: np.ndarray, size: int) -> np.ndarray:
    """A square picture or mask at another side in pixels, as all crops are brought to theirs."""
    shrinks = size < len(square)
    return cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def _moved(points: np.ndarray, corner: tuple[int, int], ratio: float | np.ndarray) -> np.ndarray:
    """Points of a picture in the pixels of a part of it that was resized; pixel centres are integers, so edges lie at halves."""
    return (points.astype(float) - corner + 0.5) * ratio - 0.5
