"""The skin's colours on the head's grid: tone, lips, brows, freckles, beard, lines of age. Colours are linear light."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from facelib.datasets.rendered import marks, noise
from facelib.datasets.rendered.group import Colour
from facelib.datasets.rendered.mark import SHAPE, Mark
from facelib.datasets.rendered.person import Skin

# From the palest to the darkest, as a screen shows them in even light.
_TONES = np.array([
    (243, 218, 205), (238, 206, 189), (229, 191, 169), (218, 176, 150), (202, 157, 128), (180, 135, 108), (154, 112, 88), (127, 90, 70),
    (101, 71, 57), (77, 55, 46),
]) / 255  # fmt: skip


def linear(colour: Colour | np.ndarray) -> np.ndarray:
    """Screen colours as linear light, (3,) float32."""
    return np.square(np.asarray(colour, np.float32))


def tone(skin: Skin) -> np.ndarray:
    """The colour of even skin, linear light."""
    place = skin.tone * (len(_TONES) - 1)
    colour = np.array([np.interp(place, range(len(_TONES)), channel) for channel in _TONES.T])
    colour = colour * (1 + skin.undertone * np.array([0.0, 0.015, -0.05]))
    return linear(np.clip(colour, 0, 1))


@lru_cache(maxsize=24)
def texture(skin: Skin) -> np.ndarray:
    """What the skin is painted with, (ROWS * FINER, COLUMNS * FINER, 3) float32, linear light; read-only."""
    base = tone(skin)
    lumps = noise.part(noise.smooth(26), SHAPE, skin.seed) * 0.5 + noise.part(noise.smooth(9), SHAPE, skin.seed + 1) * 0.35
    pores = noise.part(noise.smooth(1.6), SHAPE, skin.seed + 2)
    shade = 1 + (0.02 + 0.055 * skin.blotches) * lumps + (0.015 + 0.02 * skin.age) * pores
    painted = [shade * channel for channel in base]
    flush = marks.flush().times((0.25 + skin.redness) * (1 - 0.65 * skin.tone)).times(0.7 + 0.3 * lumps)
    _darken(painted, flush, (-0.03, 0.13, 0.12))
    _darken(painted, marks.eye_sockets().times(0.1 + 0.14 * skin.age), (0.7, 1.0, 0.9))
    if skin.freckles > 0.05:
        dots = noise.part(noise.smooth(3), SHAPE, skin.seed + 3) - 2.1 + 1.3 * skin.freckles
        _darken(painted, marks.freckled().times(np.clip(dots, 0, 0.8)), (0.35, 0.55, 0.65))
    _darken(painted, marks.lines().times(0.5 * max(skin.age - 0.15, 0)), (0.6, 0.85, 0.9))
    _darken(painted, marks.smile_folds().times(0.12 + 0.3 * skin.age), (0.7, 1.0, 1.0))
    _darken(painted, marks.ear_folds().times(0.55), (0.7, 0.95, 0.95))
    _darken(painted, marks.wings().times(0.5), (0.6, 0.9, 0.95))
    _beard(painted, skin)
    _lips(painted, base, skin)
    upper, lower, shadow = marks.lash_lines()
    _darken(painted, upper.times(0.8 + 0.18 * skin.makeup), (1, 1, 1))
    _darken(painted, lower.times(0.32 + 0.3 * skin.makeup), (1, 1, 1))
    _darken(painted, shadow.times(0.16 + 0.3 * skin.makeup), (0.8, 1, 1))
    _brows(painted, skin)
    _darken(painted, marks.nostril_region(), (0.64, 0.75, 0.75))
    whole = cv2.merge(painted)
    whole.setflags(write=False)
    return whole


def _darken(painted: list[np.ndarray], mark: Mark, by: tuple[float, float, float]) -> None:
    """Take a share of each colour away."""
    for channel, share in zip(painted, by, strict=True):
        channel[mark.where] *= 1 - np.float32(share) * mark.cover


def _over(painted: list[np.ndarray], colour: np.ndarray, shade: np.ndarray, mark: Mark) -> None:
    """Paint with a colour in a varying shade, which is given for the mark's box."""
    for channel, value in zip(painted, colour, strict=True):
        below = channel[mark.where]
        below += mark.cover * (np.float32(value) * shade - below)


def _beard(painted: list[np.ndarray], skin: Skin) -> None:
    if max(skin.stubble, skin.beard) < 0.03:
        return
    where, grown = marks.bearded()
    hairs = noise.part(noise.strands(3.0, 0.8), SHAPE, skin.seed + 4)[where]
    cover = grown * (0.32 * skin.stubble * np.clip(0.8 + 0.25 * hairs, 0, 1.4))
    if skin.beard > 0:
        dense = noise.part(noise.smooth(14), SHAPE, skin.seed + 5)[where]
        cover += np.clip(grown * 1.25 - 0.15, 0, 1) * skin.beard * np.clip(0.8 + 0.3 * hairs + 0.15 * dense, 0, 1)
    _over(painted, linear(skin.beard_colour), np.clip(1 + 0.3 * hairs, 0, 3), Mark(where, np.clip(cover, 0, 0.94)))


def _lips(painted: list[np.ndarray], base: np.ndarray, skin: Skin) -> None:
    red = base * (0.86, 0.56, 0.58) * (1 - 0.15 * skin.age)
    red = red + skin.lip_red * 0.5 * (np.array([0.5, 0.12, 0.13]) * (0.35 + 0.65 * base[0]) - red)
    red = red + skin.makeup * 0.6 * (np.array([0.4, 0.06, 0.08]) - red)
    lips = marks.lip_region().times(0.55 + 0.3 * skin.lip_red + 0.15 * skin.makeup)
    grooves = 1 + 0.06 * noise.part(noise.strands(5.0, 1.0), SHAPE, skin.seed + 6)[lips.where]
    _over(painted, red, grooves, lips)
    _darken(painted, marks.mouth_line(), (0.75, 0.75, 0.75))


def _brows(painted: list[np.ndarray], skin: Skin) -> None:
    (where, thick), thin = marks.brow_regions()
    hairs = noise.part(noise.strands(3.0, 0.9).T, SHAPE, skin.seed + 7)[where]
    cover = thin + (thick - thin) * np.clip(2 * skin.brow_weight - 0.6, 0, 1)
    cover = np.clip(cover * (0.55 + 0.65 * skin.brow_weight) * (0.95 + 0.18 * hairs), 0, 0.93)
    _over(painted, linear(skin.brow_colour), np.float32(1), Mark(where, cover))
