"""A pair of faces in several ways of blending, and how long each took: what evaluations measure and pages show."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from facelib import blenders, colour, images, place
from facelib.datasets.pairs import Pair, face
from facelib.fitting import blended, fitted

POINTS = ("labels", "found")
WRITEUP = "multiband:none"


@dataclass(frozen=True)
class Way:
    """One way to make a result of a warped source."""

    blend: str  # a name in `facelib.blenders.BLENDERS`
    colours: str  # a name in `facelib.colour.COLOURS`
    placing: str = place.TRIANGLES  # a name for `facelib.place.get`
    points: str = "labels"  # those of the data set, or the ones that the keypoint network has "found", told where the face is

    @property
    def name(self) -> str:
        """As tables call it: the blend, with whatever is not what a swap would use."""
        name = self.blend
        name += f", colours {self.colours}" * (self.colours != blenders.colours_for(self.blend))
        name += f", placed by {self.placing}" * (self.placing != blenders.placing_for(self.blend))
        return name + f", points {self.points}" * (self.points != POINTS[0])


def ways(names: Iterable[str]) -> list[Way]:
    """Each blend as a swap uses it, or with other colours, otherwise placed, or with other points: BLEND:COLOURS:PLACING:POINTS, of which
    all but the first may be left out or empty; "all" is every blend that is registered, and the write-up's own, "multiband:none", with
    the source's colours.

    Raises
    ------
    ValueError
        An unknown name, or more than four.
    """
    chosen = []
    for name in chain.from_iterable([*blenders.BLENDERS, WRITEUP] if name == "all" else [name] for name in names):
        blend, *others = name.split(":")
        if len(others) > 3:
            raise ValueError(f"blends: expected BLEND:COLOURS:PLACE:POINTS at most, got {name}")
        colours, placing, points = [*others, "", "", ""][:3]
        blenders.get(blend)
        way = Way(blend, colours or blenders.colours_for(blend), placing or blenders.placing_for(blend), points or POINTS[0])
        if way.points not in POINTS:
            raise ValueError(f"points: expected one of {', '.join(POINTS)}, got {way.points}")
        colour.get(way.colours)
        place.get(way.placing)
        chosen.append(way)
    return chosen


@dataclass(frozen=True)
class Swapped:
    """A pair of faces, and what each way makes of it. Pictures are (S, S, 3) float32 in [0, 1]; points are (68, 2) in their pixels."""

    source: np.ndarray  # the source's own crop, in the colours in which it is given
    photograph: np.ndarray  # the same as it was photographed, uint8
    source_points: np.ndarray
    target: np.ndarray
    points: np.ndarray  # the target's
    answer: np.ndarray  # the right result, where the pair has one; otherwise the target
    warped: np.ndarray  # the source by the triangles of chapter 2, in the target's place
    mask: np.ndarray  # (S, S) float32, where that is put onto the target
    results: dict[str, np.ndarray]  # by the way's name
    seconds: dict[str, float]  # the time for placing, colours and blend


def swapped(pair: Pair, chosen: Sequence[Way], size: int, blends: Mapping[str, blenders.Blender] = blenders.BLENDERS) -> Swapped:
    """Make one pair in every way.

    Parameters
    ----------
    pair : Pair
    chosen : sequence of Way
    size : int
        S, the pictures' side in pixels.
    blends : mapping of str to callable
        The blenders by their names. A process that was started to help has only the package's own, so it is given them.

    Raises
    ------
    TypeError, ValueError
        A blender gives what is not a picture, such as one with NaN in it; the message names it and the pair.
    facelib.images.PictureError
        A picture cannot be read.
    """
    source, target = face(pair.source, size), face(pair.target, size)
    crop, picture, own = (images.to_float(image) for image in (target.target, source.source, source.target))
    if pair.recolour is not None:
        picture, own = pair.recolour.apply(picture, source.source_points), pair.recolour.apply(own, source.target_points)
    picture = colour.grey(picture) if colour.is_grey(crop) else picture
    faces = {"labels": place.Faces(picture, crop, source.source_points, target.target_points)}
    if any(way.points == "found" for way in chosen):
        faces["found"] = _found(faces["labels"])
    plain = place.get(place.TRIANGLES)(faces["labels"])
    placed, results, seconds = {}, {}, {}
    for how in dict.fromkeys((way.placing, way.points) for way in chosen):
        start = time.perf_counter()
        placed[how] = place.get(how[0])(faces[how[1]]), time.perf_counter() - start
    for way in chosen:
        start = time.perf_counter()
        there, before = placed[way.placing, way.points]
        said = f"what {way.name} makes of {pair.source.path.name} on {pair.target.path.name}"
        results[way.name] = blended(there, fitted(there, colour.get(way.colours)), blends[way.blend], crop, said)
        seconds[way.name] = before + time.perf_counter() - start
    return Swapped(
        source=own,
        photograph=source.target,
        source_points=source.target_points,
        target=crop,
        points=target.target_points,
        answer=crop if pair.answer is None else images.to_float(face(pair.answer, size).target),
        warped=plain.warped,
        mask=plain.mask,
        results=results,
        seconds=seconds,
    )


def _found(faces: place.Faces) -> place.Faces:
    """The same faces, with the points that the keypoint network sees in them."""
    from facelib.learned import finder

    both = ((faces.source, faces.source_points), (faces.target, faces.target_points))
    source, target = (finder.find([images.to_bytes(picture)], points[None])[0] for picture, points in both)
    return dataclasses.replace(faces, source_points=source, target_points=target)
