"""The inverse piecewise-affine map: for each pixel of the target, where in the source to look; then one `cv2.remap`."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from facelib import keypoints
from facelib.images import check_kind, check_picture
from facelib.triangulation import triangle_areas

_LEAST_AREA = 1e-3  # square pixels; such a triangle can own no pixel, and its matrix would magnify rounding
_NOBODY = 255  # the owner, as a byte, of a pixel outside all triangles
_NOWHERE = -2.0  # the coordinates, in the source, of such a pixel: outside every picture
_STRIP = 1 << 16  # pixels worked on at a time
_FAR = 2**22  # pixels; what lies beyond would not fit into such corners
_SUBPIXEL_BITS = 8  # of the fixed-point corners that cv2.fillConvexPoly draws


def warp(
    image: np.ndarray, source_points: np.ndarray, target_points: np.ndarray, triangles: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Bring a picture into another geometry, triangle by triangle.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), float32 in [0, 1] or uint8
        The source.
    source_points, target_points : ndarray of shape (N, 2)
        (x, y) in pixels; row i of one goes to row i of the other.
    triangles : ndarray of shape (T, 3), int
        Rows of indices into the points.
    shape : (int, int)
        Height and width of the result.

    Returns
    -------
    warped : ndarray of shape (*shape, 3), of the source's dtype
        Zero where `covered` is False.
    covered : ndarray of shape `shape`, bool
        The pixels that lie in a triangle and whose origin lies in the source.

    Raises
    ------
    ValueError
        Points that are not (N, 2) and finite, or no triangle that has an area in the target (`DegenerateTriangles`).
    """
    check_kind(image, "image", bytes_too=True)
    if image.dtype != np.uint8:
        check_picture(image, "image")
    keypoints.check_points(source_points, "source_points", None)
    last = np.array(image.shape[1::-1]) - 1
    reaches_out = bool(((source_points < 0) | (source_points > last)).any())
    warped, covered = np.zeros((*shape, 3), image.dtype), np.zeros(shape, bool)
    for strip, map_x, map_y, inside in _strips(source_points, target_points, triangles, shape):
        if reaches_out:
            inside = inside & (map_x >= -0.5) & (map_x <= last[0] + 0.5) & (map_y >= -0.5) & (map_y <= last[1] + 0.5)
            for places, end in ((map_x, last[0]), (map_y, last[1])):
                np.clip(places, 0, end, out=places)  # the outer half of a border pixel has that pixel's colour
            map_x[~inside] = _NOWHERE
        covered[strip] = inside
        cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, warped[strip], cv2.BORDER_TRANSPARENT)  # leaves alone what comes from nowhere
    return warped, covered


def inverse_map(
    source_points: np.ndarray, target_points: np.ndarray, triangles: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where each pixel of the target comes from.

    Returns
    -------
    map_x, map_y : ndarray of shape `shape`, float32
        Pixels of the source; -2 where `inside` is False.
    inside : ndarray of shape `shape`, bool
        The pixels that lie in a triangle of the target.

    Notes
    -----
    One affine matrix a triangle, target to source; an integer picture in which each triangle is filled with its number; and the
    matrices looked up through it. On an edge two triangles agree, so it does not matter which of them owns the pixel. Triangles without
    area in the target own no pixel and are left out: labelled faces with closed lips have some. The maps are exact to float32;
    `cv2.remap` rounds them to a thirty-second of a pixel when it interpolates.

    Raises
    ------
    DegenerateTriangles
        Where no triangle has an area.
    """
    map_x, map_y, inside = *np.full((2, *shape), _NOWHERE, np.float32), np.zeros(shape, bool)
    for strip, *maps in _strips(source_points, target_points, triangles, shape):
        for whole, part in zip((map_x, map_y, inside), maps, strict=True):
            whole[strip] = part
    return map_x, map_y, inside


def affine_maps(moving: np.ndarray, fixed: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """The affine matrix of each triangle: three corners fix its six numbers.

    Parameters
    ----------
    moving, fixed : ndarray of shape (N, 2)
    triangles : ndarray of shape (T, 3), int

    Returns
    -------
    ndarray of shape (T, 2, 3), float64
        `matrices[t]` brings the corners of triangle t from `moving` to `fixed`.

    Raises
    ------
    DegenerateTriangles
        Where the corners of a moving triangle lie on a line.
    """
    flat = _flat(moving, triangles)
    if flat.any():
        raise DegenerateTriangles(np.flatnonzero(flat))
    corners = np.concatenate([moving[triangles], np.ones((len(triangles), 3, 1))], axis=2)
    return np.linalg.solve(corners, fixed[triangles].astype(float)).transpose(0, 2, 1)


def rasterise(points: np.ndarray, triangles: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A picture of which triangle owns each pixel.

    Returns
    -------
    ndarray of shape `shape`, int32
        An index into `triangles`, or -1 outside them all. Where triangles overlap (a fold), one whose corners run clockwise on the
        screen, as in our tables, goes before one that lies on its face, and otherwise the first.
    """
    owner = np.full(shape, -1, np.int32)
    _fill(owner, points, triangles)
    return owner


def _strips(
    source_points: np.ndarray, target_points: np.ndarray, triangles: np.ndarray, shape: tuple[int, int]
) -> Iterator[tuple[tuple[slice, slice], np.ndarray, np.ndarray, np.ndarray]]:
    """`inverse_map` where the triangles reach, a few rows at a time: where they are, the two maps, and which pixels are inside.

    What one step writes, the next still finds in the processor's cache. Each strip overwrites the maps of the one before.
    """
    keypoints.check_points(source_points, "source_points", None)
    keypoints.check_points(target_points, "target_points", len(source_points))
    if not len(triangles):
        raise ValueError("triangles: expected at least one row, got none")
    flat = _flat(target_points, triangles)
    if flat.all():
        raise DegenerateTriangles(np.flatnonzero(flat))
    triangles = triangles[~flat]
    low, high = (end(target_points[triangles], axis=(0, 1)) for end in (np.min, np.max))
    (left, top), (right, bottom) = (np.clip(place, 0, shape[::-1]).astype(int) for place in (np.floor(low), np.ceil(high) + 1))
    if left == right or top == bottom:
        return
    matrices = affine_maps(target_points, source_points, triangles).astype(np.float32)
    few = len(triangles) < _NOBODY  # then a byte a pixel will do, and cv2.LUT looks up several times as fast as NumPy
    owner = np.full((bottom - top, right - left), _NOBODY if few else -1, np.uint8 if few else np.int32)
    _fill(owner, target_points - (left, top), triangles)
    tables = np.zeros((2, 3, _NOBODY + 1 if few else len(triangles) + 1), np.float32)
    tables[:, 2, -1] = _NOWHERE
    tables[..., : len(triangles)] = matrices.transpose(1, 2, 0)
    x = np.arange(left, right, dtype=np.float32)
    rows = max(1, _STRIP // len(x))
    buffers = np.empty((2, 3, rows, len(x)), np.float32)
    for start in range(top, bottom, rows):
        stop = min(start + rows, bottom)
        y, part = np.arange(start, stop, dtype=np.float32)[:, None], owner[start - top : stop - top]
        for table, (a, b, c) in zip(tables, buffers[:, :, : stop - start], strict=True):
            for values, buffer in zip(table, (a, b, c), strict=True):
                cv2.LUT(part, values, buffer) if few else np.take(values, part, out=buffer, mode="wrap")
            a *= x
            b *= y
            a += b
            a += c
        inside = part < _NOBODY if few else part >= 0
        yield np.s_[start:stop, left:right], buffers[0, 0, : stop - start], buffers[1, 0, : stop - start], inside


def _fill(owner: np.ndarray, points: np.ndarray, triangles: np.ndarray) -> None:
    """Write each triangle's number into its pixels; first those that lie on their face, so that what faces the camera comes out on top."""
    corners = np.round(points[triangles].clip(-_FAR, _FAR) * 2**_SUBPIXEL_BITS).astype(np.int32)
    folded = triangle_areas(points, triangles) < 0
    for number in (*np.flatnonzero(folded)[::-1], *np.flatnonzero(~folded)[::-1]):
        cv2.fillConvexPoly(owner, corners[number], int(number), cv2.LINE_8, _SUBPIXEL_BITS)


def _flat(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    return np.abs(triangle_areas(points, triangles)) < _LEAST_AREA


class DegenerateTriangles(ValueError):
    """Triangles whose corners lie on a line: no affine map leaves them. `indices` says which rows of the table."""

    def __init__(self, indices: np.ndarray):
        self.indices = indices
        super().__init__(
            f"triangles: {len(indices)} have no area, such as number {indices[0]}; two of the points coincide or three are in line"
        )
