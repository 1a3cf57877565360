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

_SCALE = 80  # pixels for the mean shape's unit, up to which a texel is one sample; beyond it there would be holes


@dataclass(frozen=True)
class Rendered:
    """A picture and its truths, all of the same height and width."""

    picture: np.ndarray  # (S, S, 3) float32 in [0, 1], RGB
    points: np.ndarray  # (68, 2) float32, (x, y) in pixels; the jaw's lie on the visible contour
    hull: np.ndarray  # (S, S) float32: what the points enclose
    skin: np.ndarray  # (S, S) float32: how much of each pixel shows the head's skin, its eyes or its mouth
    occluder: np.ndarray  # (S, S) float32: how much of it shows hair, glasses or a hand
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
    return _projected(shape.skin(controls - template.control_points()), Camera.of(face.pose, size))[1]


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
    head = shape.skin(controls - template.control_points())
    on_head, points = _projected(head, view)
    seen = surfaces.see(_surfaces(face, head, rest, view), size)
    picture, body = backdrop.behind(face, size * FINER, view)
    neck = view.turned(backdrop.NECK[None])[0, 2]
    seen = seen.without((seen.kind == HAIR) & body.ravel()[seen.places] & (seen.depth.ravel()[seen.places] > neck))
    picture.reshape(-1, 3)[seen.places] = _shaded(face, seen, view.scale, size)
    cover = np.zeros(picture.shape[:2], np.float32)
    cover.ravel()[seen.places[seen.kind == HAIR]] = 1
    if face.scene.glasses > 0:
        np.maximum(cover, glasses.draw(picture, face.scene, on_head, view, seen.depth), out=cover)
    if face.scene.hand > 0:
        np.maximum(cover, hand.draw(picture, face, view), out=cover)
    shown = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
    occluder = cv2.resize(cover, (size, size), interpolation=cv2.INTER_AREA)
    skin = np.minimum(surfaces.share(seen.places[seen.kind != HAIR], size), 1 - occluder)
    shown = film.taken(light.exposed(shown, paint.tone(face.identity.skin), face.light), face.scene)
    normals = np.zeros((picture.size // 3, 3), np.float32)
    normals[seen.places] = seen.normals
    normals = normals.reshape(picture.shape)[::FINER, ::FINER]
    normals = normals / np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-6)
    return Rendered(shown, points, hull_mask(points, (size, size)), skin, occluder, seen.depth[::FINER, ::FINER].copy(), normals)


def _projected(head: np.ndarray, view: Camera) -> tuple[np.ndarray, np.ndarray]:
    """The 68 points on the head, (68, 3), and in the picture, (68, 2) float32."""
    on_head = template.landmarks().on(head)
    on_head[:17] = jaw.visible(head, view)
    return on_head, view.picture(view.turned(on_head)).astype(np.float32)


def _surfaces(face: Face, head: np.ndarray, rest: np.ndarray, view: Camera) -> list[Surface]:
    skin, mood = face.paint or face.identity.skin, face.expression
    finer = int(np.ceil(view.scale / _SCALE))
    shell = hair.shell(face.hair, head)
    bare = patches.openings() if shell is None else patches.openings() & ~shell.hidden
    found = [surfaces.of_grid(SKIN, head, view, paint.texture(skin), bare, finer)]
    if shell is not None:
        found.append(surfaces.of_grid(HAIR, shell.points, view, shell.colour, shell.cover, finer, hair.SHEET))
    lamp = light.direction(face.light.azimuth, face.light.height) @ view.turn
    lips_meet = rest[62, 1] + 0.3 * (rest[66, 1] - rest[62, 1])
    for patch in patches.of(head):
        points = patch.points.reshape(-1, 3)
        place = (points, patch.share.ravel(), patch.height.ravel())
        if patch.name == "mouth":
            colour, normal = openings.mouth(*place, lips_meet, skin), np.broadcast_to((0.0, 0.0, -1.0), points.shape)
        else:
            colour, normal = openings.eye(*place, patch.ends, mood, skin, lamp)
        found.append(surfaces.of_samples(MOUTH if patch.name == "mouth" else EYES, points, view, normal, colour))
    return found


def _shaded(face: Face, seen: Seen, unit: float, size: int) -> np.ndarray:
    """The light that each seen pixel sends to the camera, (K, 3)."""
    small = seen.depth[::FINER, ::FINER]
    large = (size * FINER, size * FINER)
    lamp = cv2.resize(light.shadow(small, face.light, unit), large).ravel()[seen.places]
    sky = cv2.resize(light.openness(small, unit), large).ravel()[seen.places]
    gloss = np.float32([0.2 * (face.paint or face.identity.skin).gloss, 0.1 * face.hair.shine, 0.02, 0.02])[seen.kind]
    sent = light.skin_light(seen.normals, lamp, sky, face.light) * seen.colours
    sent += (gloss * light.shine(seen.normals, lamp, face.light, 0.75))[:, None]
    return sent
