"""Things in front of a face with known masks: glasses, hands, hair, microphones, hats, and whatever else, drawn or cut, never twice alike.

Each function takes a crop's points and size, and gives a layer: its colours, (S, S, 3) float32 in [0, 1], how much of it covers the crop,
(S, S) float32 in [0, 1], and how much of that counts as cover for the labels: a clear lens is seen through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facelib import keypoints
from facelib.parsing import rims

_FINER = 2  # things are drawn that much larger, and shrunk
_BITS = 4  # of a pixel's fraction


@dataclass(frozen=True)
class Layer:
    """One thing."""

    colour: np.ndarray
    cover: np.ndarray
    counts: np.ndarray
    kind: str  # a class of `facelib.parsing.classes`


@dataclass(frozen=True)
class CutOut:
    """A thing that was cut from a picture: (S, S, 3) uint8, its mask (S, S) uint8, 0 or 255, and the points of the face that it was on."""

    picture: np.ndarray
    mask: np.ndarray
    points: np.ndarray


def glasses(points: np.ndarray, size: int, rng: np.random.Generator) -> Layer:
    """Two lenses, a bridge and temples: round, square, winged, drop-shaped; full, half or hardly any rims; clear, tinted or dark."""
    large = size * _FINER
    seen = rims.before(points)
    wide, tall = rng.uniform(0.36, 0.54), rng.uniform(0.2, 0.42)
    power, drop, wing = np.exp(rng.uniform(np.log(1.8), np.log(6))), rng.uniform(0, 0.35), rng.choice([0, 0, rng.uniform(0.05, 0.3)])
    out, down, tilt = rng.uniform(-0.02, 0.06), rng.uniform(-0.02, 0.16), rng.normal(0, 0.03)
    tall = min(tall, wide * 1.05)
    lenses = rims.Shape(wide, tall, power, drop, wing, out, down, tilt).rims()
    apart = rims.eyes_apart()
    tall *= apart
    thick = np.exp(rng.uniform(np.log(0.01), np.log(0.1))) * apart
    scale = np.sqrt(abs(np.linalg.det(seen[:, :2])))
    line = max(1, round(thick * scale * _FINER))
    flat = [_fixed(keypoints.transform(seen, rim) * _FINER) for rim in lenses]
    frame, lens = np.zeros((large, large), np.uint8), np.zeros((large, large), np.uint8)
    for rim in flat:
        cv2.fillPoly(lens, [rim], 255, cv2.LINE_AA, _BITS)
    style = rng.choice(["full", "half", "thin"], p=[0.5, 0.2, 0.3])
    below = max(1, round(line * rng.uniform(0.1, 0.5)))
    for rim in flat:
        if style == "full":
            cv2.polylines(frame, [rim], True, 255, line, cv2.LINE_AA, _BITS)
        else:
            cv2.polylines(frame, [rim[32:]], False, 255, line if style == "half" else below, cv2.LINE_AA, _BITS)
            if style == "thin" or rng.random() < 0.5:
                cv2.polylines(frame, [rim], True, 255, below if style == "half" else 1, cv2.LINE_AA, _BITS)
    inner = [lenses[0][lenses[0][:, 0].argmax()], lenses[1][lenses[1][:, 0].argmin()]]
    for height in [0.0] if rng.random() < 0.85 else [0.0, -0.6]:
        arc = np.array(
            [
                inner[0] + (0, height * tall),
                np.mean(inner, axis=0) + (0, (height - rng.uniform(0.05, 0.4)) * tall),
                inner[1] + (0, height * tall),
            ]
        )
        cv2.polylines(
            frame,
            [_fixed(keypoints.transform(seen, _curve(arc)) * _FINER)],
            False,
            255,
            max(1, round(line * rng.uniform(0.5, 1.2))),
            cv2.LINE_AA,
            _BITS,
        )
    high = rng.uniform(-0.7, 0.1)
    for rim, ear in zip(lenses, (0, 16), strict=True):
        outer = rim[rim[:, 0].argmin() if ear == 0 else rim[:, 0].argmax()]
        start = keypoints.transform(seen, outer[None] + (0, high * tall))[0]
        stop = (
            points[ear] + (points[0 if ear == 0 else 16] - points[27]) * rng.uniform(-0.05, 0.15) + (0, rng.uniform(-0.12, 0.02) * size / 2)
        )
        away = np.linalg.norm(points[ear] - points[27]) / max(np.linalg.norm(points[0] - points[16]), 1)
        if away > 0.2:  # the far one of a turned head is behind the head
            cv2.polylines(
                frame,
                [_fixed(np.array([start, stop]) * _FINER)],
                False,
                255,
                max(1, round(line * rng.uniform(0.5, 1.5))),
                cv2.LINE_AA,
                _BITS,
            )
    frame, lens = (_smaller(layer, size) for layer in (frame, lens))
    dark = rng.random() < 0.25
    tint = rng.uniform(0.6, 1.0) if dark else rng.choice([0, rng.uniform(0, 0.3)])
    slope = np.linspace(1, 1 - rng.uniform(0, 0.6), size, dtype=np.float32)[:, None]
    tint = tint * slope if dark else np.full((size, 1), tint, np.float32)
    lens_colour = rng.uniform(0, 0.3, 3) * (1, 0.9, 0.8) if dark else rng.uniform(0.1, 0.8, 3)
    gleam = _gleam(size, rng) * rng.uniform(0, 0.7) * (rng.random() < 0.5)
    lens_cover = lens * np.maximum(tint, gleam)
    metal = rng.random() < 0.25
    rim_colour = _frame_colour(rng)
    shade = (
        cv2.resize(rng.uniform(0.6, 1.4, (3, 6)).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)[..., None]
        if metal
        else 1 + 0.25 * _gleam(size, rng)[..., None]
    )
    colour = np.broadcast_to(np.float32(lens_colour), (size, size, 3)) + gleam[..., None] * (1 - np.float32(lens_colour))
    glassy = rng.uniform(0.35, 0.8) if rng.random() < 0.2 else 1.0  # rims that light goes through
    counts = np.maximum(frame, lens * (tint > 0.5))
    frame = frame * glassy
    cover = np.maximum(frame, lens_cover)
    colour = colour + (frame[..., None] / np.maximum(cover, 1e-3)[..., None]).clip(0, 1) * (rim_colour * shade - colour)
    return Layer(colour.clip(0, 1).astype(np.float32), cover, counts, "glasses")


def cut_out(
    points: np.ndarray, size: int, rng: np.random.Generator, things: Sequence[CutOut], kind: str, skin: np.ndarray | None = None
) -> Layer:
    """A hand or hair that was cut elsewhere, over this face: as it lay on the other face, and moved, turned, enlarged at random."""
    thing = things[rng.integers(len(things))]
    matrix = keypoints.similarity(thing.points, points)
    width = np.linalg.norm(points[0] - points[16])
    centre = points.mean(axis=0).astype(float)
    spread = 0.25 if kind == "hair" else 0.5
    jitter = cv2.getRotationMatrix2D(centre.tolist(), rng.normal(0, 20), np.exp(rng.normal(0, 0.2)))
    jitter[:, 2] += rng.normal(0, spread, 2) * width + (0, 0.15 * width if kind == "hair" else 0)
    matrix = jitter @ np.vstack([matrix, [0, 0, 1]])
    cover = cv2.warpAffine(thing.mask, matrix, (size, size), flags=cv2.INTER_LINEAR).astype(np.float32) / 255
    colour = (
        cv2.warpAffine(thing.picture, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
        / 255
    )
    if skin is not None and rng.random() < 0.7:  # a hand of one's own
        own = colour[cover > 0.5].mean(axis=0) if (cover > 0.5).any() else skin
        colour = colour * (skin / np.maximum(own, 0.05)) * np.float32(np.exp(rng.normal(0, 0.12)))
    return Layer(_in_other_colours(colour, rng, 0.5).clip(0, 1), cover, cover, kind)


def strands(points: np.ndarray, size: int, rng: np.random.Generator) -> Layer:
    """Hair that falls into a face: bundles of thin curves from above."""
    large = size * _FINER
    cover, tone = np.zeros((large, large), np.float32), np.zeros((large, large), np.float32)
    width = np.linalg.norm(points[0] - points[16]) * _FINER
    top = points[19:25].mean(axis=0) * _FINER
    for _ in range(rng.integers(1, 5)):
        root = top + (rng.uniform(-0.6, 0.6) * width, rng.uniform(-0.7, -0.25) * width)
        tip = top + (rng.uniform(-0.6, 0.6) * width, rng.uniform(-0.1, 0.9) * width)
        bend = (root + tip) / 2 + rng.normal(0, 0.15, 2) * width
        broad = rng.uniform(0.01, 0.1) * width
        for _ in range(int(rng.integers(4, 60))):
            ends = np.array([root, bend, tip]) + rng.normal(0, 1, (3, 2)) * broad * np.array([[1], [1], [rng.uniform(0.3, 2)]])
            thick, share = int(rng.integers(1, 3)), float(rng.uniform(0.3, 1))
            line = np.zeros_like(cover, np.uint8)
            cv2.polylines(line, [_fixed(_curve(ends))], False, 255, thick, cv2.LINE_AA, _BITS)
            line = line.astype(np.float32) / 255 * share
            tone += (rng.uniform(0.5, 1.5) - tone) * (line > 0.3)
            np.maximum(cover, line, out=cover)
    cover, tone = _smaller(cover, size), _smaller(tone, size)
    colour = _hair_colour(rng) * np.maximum(tone, 0.3)[..., None]
    return Layer(colour.clip(0, 1).astype(np.float32), cover, cover, "hair")


def microphone(points: np.ndarray, size: int, rng: np.random.Generator) -> Layer:
    """A head of wire or foam on a rod, before or beside the mouth."""
    large = size * _FINER
    width = np.linalg.norm(points[0] - points[16]) * _FINER
    mouth = points[48:68].mean(axis=0) * _FINER
    at = mouth + rng.normal(0, 0.2, 2) * width + (0, 0.12 * width)
    radius, turn = rng.uniform(0.1, 0.28) * width, rng.uniform(np.pi * 0.15, np.pi * 0.85)
    way = np.array([np.cos(turn), np.sin(turn)])
    head, rod = np.zeros((large, large), np.uint8), np.zeros((large, large), np.uint8)
    cv2.ellipse(head, (at.tolist(), (2 * radius, 2 * radius * rng.uniform(1, 1.6)), float(np.degrees(turn)) + 90), 255, -1, cv2.LINE_AA)
    side = np.array([-way[1], way[0]])
    near, far = radius * rng.uniform(0.3, 0.8), radius * rng.uniform(0.25, 0.6)
    shaft = np.array([at + side * near, at - side * near, at + way * 3 * width - side * far, at + way * 3 * width + side * far])
    cv2.fillPoly(rod, [_fixed(shaft)], 255, cv2.LINE_AA, _BITS)
    y, x = np.indices((large, large), np.float32)
    light = np.clip(1.1 - np.hypot(x - at[0] + 0.4 * radius, y - at[1] + 0.4 * radius) / (2 * radius), 0.25, 1.2)
    period = rng.uniform(3, 8)
    mesh = 1 - rng.uniform(0, 0.5) * ((np.sin((x + y) * 2 * np.pi / period) > 0.3) ^ (np.sin((x - y) * 2 * np.pi / period) > 0.3))
    tones = [_dull_colour(rng), _dull_colour(rng)]
    across = ((x - at[0]) * side[0] + (y - at[1]) * side[1]) / radius
    colour = np.float32(tones[1]) * np.clip(1.2 - np.abs(across + 0.3), 0.3, 1.2)[..., None]
    colour = np.where(head[..., None] > 127, np.float32(tones[0]) * (light * mesh)[..., None], colour)
    cover = np.maximum(head, rod)
    cover, colour = _smaller(cover, size), cv2.resize(colour.astype(np.float32), (size, size), interpolation=cv2.INTER_AREA)
    return Layer(colour.clip(0, 1), cover, cover, "other")


def hat(points: np.ndarray, size: int, rng: np.random.Generator, textures: Sequence[np.ndarray]) -> Layer:
    """A brim, or a band, over the forehead, and all that is above it."""
    upright = keypoints.similarity(keypoints.mean_shape(), points)
    low, sag, tilt = rng.uniform(-0.75, -0.42), rng.uniform(-0.15, 0.15), rng.normal(0, 0.08)
    x = np.linspace(-1.1, 1.1, 24)
    edge = np.column_stack([x, low + sag * (1 - x**2) + tilt * x])
    outline = np.vstack([edge, [(1.3, -2.5), (-1.3, -2.5)]])
    mask = np.zeros((size * _FINER,) * 2, np.uint8)
    cv2.fillPoly(mask, [_fixed(keypoints.transform(upright, outline) * _FINER)], 255, cv2.LINE_AA, _BITS)
    cover = _smaller(mask, size)
    colour = _surface(size, rng, textures)
    rim = np.zeros((size, size), np.uint8)
    cv2.polylines(rim, [_fixed(keypoints.transform(upright, edge))], False, 255, max(1, size // 24), cv2.LINE_AA, _BITS)
    colour = colour * (1 - rng.uniform(0, 0.5) * (cv2.GaussianBlur(rim, (0, 0), 2).astype(np.float32) / 255))[..., None]
    return Layer(colour.clip(0, 1), cover, cover, "other")


def blob(points: np.ndarray, size: int, rng: np.random.Generator, textures: Sequence[np.ndarray]) -> Layer:
    """Anything: a round, square or ragged piece of some surface, mostly from below or beside."""
    width = np.linalg.norm(points[0] - points[16])
    at = points[rng.integers(0, 17)] + rng.normal(0, 0.25, 2) * width
    corners = int(rng.integers(3, 9))
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    radius = rng.uniform(0.15, 0.6) * width * rng.uniform(0.6, 1.4, corners)
    outline = at + np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]
    mask = np.zeros((size * _FINER,) * 2, np.uint8)
    if rng.random() < 0.5:
        cv2.ellipse(
            mask,
            ((at * _FINER).tolist(), (rng.uniform(0.3, 1.1, 2) * width * _FINER).tolist(), float(rng.uniform(0, 180))),
            255,
            -1,
            cv2.LINE_AA,
        )
    else:
        cv2.fillPoly(mask, [_fixed(outline * _FINER)], 255, cv2.LINE_AA, _BITS)
    cover = _smaller(mask, size)
    return Layer(_surface(size, rng, textures).clip(0, 1), cover, cover, "other")


def pasted(crop: np.ndarray, layer: Layer, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A crop, (S, S, 3) float32 in [0, 1], with a thing and its shadow; and where the thing is, (S, S) bool."""
    size = len(crop)
    shift = rng.normal(0, size / 64, 2) + (0, size / 96)
    moved = cv2.warpAffine(layer.cover, np.float32([[1, 0, shift[0]], [0, 1, shift[1]]]), (size, size))
    shadow = cv2.GaussianBlur(moved, (0, 0), size / 192 * rng.uniform(0.8, 4)) * rng.uniform(0, 0.5)
    under = crop * (1 - shadow[..., None])
    soft = cv2.GaussianBlur(layer.cover, (0, 0), rng.uniform(0.3, 0.9)) if rng.random() < 0.5 else layer.cover
    light = float(np.clip(crop.mean() / 0.45, 0.4, 1.2)) if rng.random() < 0.7 else 1.0
    return under + soft[..., None] * (layer.colour * light - under), layer.counts > 0.5


def _curve(points: np.ndarray, steps: int = 12) -> np.ndarray:
    """A quadratic Bezier curve of three points, (steps, 2)."""
    t = np.linspace(0, 1, steps)[:, None]
    return (1 - t) ** 2 * points[0] + 2 * t * (1 - t) * points[1] + t**2 * points[2]


def _fixed(points: np.ndarray) -> np.ndarray:
    return np.round(np.clip(points, -2000, 4000) * 2**_BITS).astype(np.int32)


def _smaller(layer: np.ndarray, size: int) -> np.ndarray:
    layer = layer.astype(np.float32) / 255 if layer.dtype == np.uint8 else layer
    return cv2.resize(layer, (size, size), interpolation=cv2.INTER_AREA)


def _gleam(size: int, rng: np.random.Generator) -> np.ndarray:
    """Soft bright patches, (size, size) float32 in [0, 1]."""
    coarse = np.clip(rng.normal(0, 1, (int(rng.integers(3, 9)),) * 2), 0, 1).astype(np.float32)
    return cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC).clip(0, 1)


def _frame_colour(rng: np.random.Generator) -> np.ndarray:
    kind = rng.random()
    if kind < 0.5:
        return np.float32(rng.uniform(0.01, 0.15) * np.ones(3) * rng.uniform(0.8, 1.2, 3))
    if kind < 0.7:  # brown, gold
        return np.float32(np.array([0.5, 0.32, 0.15]) * rng.uniform(0.3, 1.6))
    if kind < 0.85:  # silver
        return np.float32(rng.uniform(0.35, 0.85) * np.ones(3))
    return np.float32(rng.uniform(0, 1, 3))


def _hair_colour(rng: np.random.Generator) -> np.ndarray:
    tones = np.array([(0.06, 0.05, 0.05), (0.2, 0.13, 0.09), (0.4, 0.26, 0.16), (0.7, 0.55, 0.36), (0.65, 0.64, 0.63), (0.45, 0.2, 0.1)])
    return np.float32(tones[rng.integers(len(tones))] * rng.uniform(0.7, 1.3))


def _dull_colour(rng: np.random.Generator) -> np.ndarray:
    grey = rng.uniform(0.03, 0.8)
    return np.float32(grey + (rng.uniform(-0.3, 0.3, 3) if rng.random() < 0.3 else np.zeros(3)))


def _surface(size: int, rng: np.random.Generator, textures: Sequence[np.ndarray]) -> np.ndarray:
    """Colours of a thing, (size, size, 3): a piece of some picture, or one colour with light from a side."""
    if len(textures) and rng.random() < 0.6:
        texture = textures[rng.integers(len(textures))]
        height, width = texture.shape[:2]
        matrix = cv2.getRotationMatrix2D(
            (float(rng.uniform(0, width)), float(rng.uniform(0, height))), rng.uniform(0, 360), np.exp(rng.uniform(-0.3, 1.2))
        )
        piece = cv2.warpAffine(texture, matrix, (size, size), borderMode=cv2.BORDER_REFLECT_101).astype(np.float32) / 255
        return _in_other_colours(piece, rng, 1.0)
    slope = cv2.resize(rng.uniform(0.5, 1.4, (3, 3)).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
    return np.float32(rng.uniform(0, 1, 3)) * slope[..., None] + rng.normal(0, 0.02, (size, size, 1)).astype(np.float32)


def _in_other_colours(picture: np.ndarray, rng: np.random.Generator, how: float) -> np.ndarray:
    return picture * np.float32(np.exp(rng.normal(0, 0.25 * how))) * np.exp(rng.normal(0, 0.12 * how, 3)).astype(np.float32)
