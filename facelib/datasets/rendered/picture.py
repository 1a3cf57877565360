"""A face's picture and everything that is known about it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facelib.composite import hull_mask
from facelib.datasets.rendered import (
    backdrop,
    expression,
    film,
    glasses,
    hair,
    hand,
    jaw,
    light,
    openings,
    paint,
    patches,
    shape,
    surfaces,
    template,
)
from facelib.datasets.rendered.camera import FINER, Camera
from facelib.datasets.rendered.parameters import Face
from facelib.datasets.rendered.surfaces import EYES, HAIR, MOUTH, SKIN, Seen, Surface

COVERS = ("nothing", "hair", "glasses", "hand")
_SCALE = 80  # pixels for the mean shape's unit, up to which a texel is one sample; beyond it there would be holes


@dataclass(frozen=True)
class Rendered:
    """A picture and its truths, all of the same height and width."""

    picture: np.ndarray  # (S, S, 3) float32 in [0, 1], RGB
    points: np.ndarray  # (68, 2) float32, (x, y) in pixels; the jaw's lie on the visible contour
    hull: np.ndarray  # (S, S) float32: what the points enclose
    skin: np.ndarray  # (S, S) float32: how much of each pixel shows the head's skin, its eyes or its mouth
    occluder: np.ndarray  # (S, S) float32: how much of it shows hair, glasses or a hand
    cover: np.ndarray  # (S, S) uint8: which of them covers most of it, an index into `COVERS`
    depth: np.ndarray  # (S, S) float32, away from the camera in the mean shape's unit; infinite where there is no head
    normals: np.ndarray  # (S, S, 3) float32, unit vectors in the camera's frame; 0 where there is no head


def controls_of(face: Face) -> tuple[np.ndarray, np.ndarray]:
    """Where the head's controls are, (N, 3) in the head's frame: without an expression, and with it."""
    moved = shape.moves(face.identity.shape)
    if face.inner is not None:
        moved = moved + shape.inner_weight()[:, None] * (shape.moves(face.inner) - moved)
    rest = template.control_points() + moved
    return rest, rest + expression.moves(face.expression, rest)


def points_of(face: Face, size: int) -> np.ndarray:
    """The 68 points of a face in a picture of `size` x `size` pixels, (68, 2) float32."""
    _, controls = controls_of(face)
    return _projected(controls - template.control_points(), Camera.of(face.pose, size))[1]


def render(face: Face, size: int = 128) -> Rendered:
    """Draw a face.

    Parameters
    ----------
    face : Face
    size : int
        The picture's side in pixels, at least 32.

    Returns
    -------
    Rendered
        The same bytes for the same face and size.
    """
    if size < 32:
        raise ValueError(f"size: expected at least 32 pixels, got {size}; render larger and shrink")
    view = Camera.of(face.pose, size)
    rest, controls = controls_of(face)
    displacement = controls - template.control_points()
    head = shape.skin(displacement)
    on_head, points = _projected(displacement, view)
    picture, body = backdrop.behind(face, size * FINER, view)
    seen = surfaces.see(_surfaces(face, head, rest, view, body), size)
    normals = np.zeros_like(picture)
    normals.reshape(-1, 3)[seen.places] = seen.normals
    normals = cv2.resize(normals, (size, size), interpolation=cv2.INTER_AREA)
    normals /= np.sqrt(np.maximum((normals * normals).sum(axis=-1, keepdims=True), 1e-12))
    picture.reshape(-1, 3)[seen.places] = _shaded(face, seen, normals, view.scale)
    cover = np.zeros(picture.shape[:2], np.float32)
    cover.ravel()[seen.places[seen.kind == HAIR]] = 1
    kinds = [np.zeros((size, size), np.float32), _smaller(cover, size)]
    if face.scene.glasses > 0:
        kinds.append(_smaller(drawn := glasses.draw(picture, face.scene, on_head, view, seen.depth), size))
        np.maximum(cover, drawn, out=cover)
    else:
        kinds.append(kinds[0])
    if face.scene.hand > 0:
        kinds.append(_smaller(drawn := hand.draw(picture, face, view), size))
        np.maximum(cover, drawn, out=cover)
    shown, occluder = _smaller(picture, size), _smaller(cover, size)
    kind = np.where(occluder > 0.5, np.argmax(kinds[::-1], axis=0), len(kinds) - 1)  # what is drawn later lies in front
    skin = np.minimum(surfaces.share(seen.places[seen.kind != HAIR], size), 1 - occluder)
    shown = film.taken(light.exposed(shown, paint.tone(face.identity.skin), face.light), face.scene)
    depth = seen.depth[::FINER, ::FINER].copy()
    return Rendered(
        shown, points, hull_mask(points, (size, size)), skin, occluder, (len(kinds) - 1 - kind).astype(np.uint8), depth, normals
    )


def _smaller(picture: np.ndarray, size: int) -> np.ndarray:
    return cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)


def _projected(displacement: np.ndarray, view: Camera) -> tuple[np.ndarray, np.ndarray]:
    """The 68 points on a head whose controls have moved by (N, 3), (68, 3), and in the picture, (68, 2) float32."""
    on_head = shape.skin_at(template.landmarks, displacement)
    on_head[:17] = jaw.visible(shape.skin_at(jaw.paths, displacement), view)
    return on_head, view.picture(view.turned(on_head)).astype(np.float32)


def _surfaces(face: Face, head: np.ndarray, rest: np.ndarray, view: Camera, body: np.ndarray) -> list[Surface]:
    """All that is seen of the head; hair that is behind the neck, or behind clothes, is left out."""
    size = len(body) // FINER
    skin = face.paint or face.identity.skin
    finer = int(np.ceil(view.scale / _SCALE))
    shell = hair.shell(face.hair, head)
    bare = patches.openings() if shell is None else patches.openings() & ~shell.hidden
    found = [surfaces.of_grid(SKIN, head, view, size, paint.texture(skin), bare, finer)]
    if shell is not None:
        strands = surfaces.of_grid(HAIR, shell.points, view, size, shell.colour, shell.cover, finer, shell.thin())
        found.append(strands.not_behind(body, view.turned(backdrop.NECK[None])[0, 2]))
    lamp = light.direction(face.light.azimuth, face.light.height) @ view.turn
    lips_meet = float(rest[62, 1] + 0.3 * (rest[66, 1] - rest[62, 1]))
    *eyes, mouth = patches.of(head)
    points, share, height, ends = (np.stack([getattr(eye, name) for eye in eyes]) for name in ("points", "share", "height", "ends"))
    colour, normal = openings.eyes(points.reshape(2, -1, 3), share.reshape(2, -1), height.reshape(2, -1), ends, face.expression, skin, lamp)
    found.append(surfaces.of_samples(EYES, *(values.reshape(-1, 3) for values in (points, normal, colour)), view, size))
    points = mouth.points.reshape(-1, 3)
    colour, normal = openings.mouth(points, mouth.share.ravel(), mouth.height.ravel(), lips_meet, skin), np.float32([(0, 0, -1)])
    found.append(surfaces.of_samples(MOUTH, points, normal.repeat(len(points), axis=0), colour, view, size))
    return found


def _shaded(face: Face, seen: Seen, normals: np.ndarray, unit: float) -> np.ndarray:
    """The light that each seen pixel sends to the camera, (K, 3), lit alike in all that make one of the picture."""
    size, small = len(normals), seen.depth[::FINER, ::FINER]
    lamp, sky = light.shadow(small, face.light, unit).ravel(), light.openness(small, unit).ravel()
    lit = light.skin_light(normals.reshape(-1, 3), lamp, sky, face.light)
    bright = light.shine(normals.reshape(-1, 3), lamp, face.light, 0.75)
    pixel = np.arange(size * size).reshape(size, size).repeat(FINER, axis=0).repeat(FINER, axis=1).ravel().take(seen.places)
    gloss = np.float32([0.2 * (face.paint or face.identity.skin).gloss, 0.1 * face.hair.shine, 0.02, 0.02]).take(seen.kind)
    return lit.take(pixel, axis=0) * seen.colours + (gloss * bright.take(pixel))[:, None]
