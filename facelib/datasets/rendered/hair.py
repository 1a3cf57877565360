"""Hair: a shell round the skull that ends along a line, and that hangs straight down where it is long."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import cv2
import numpy as np

from facelib.blend import rise
from facelib.datasets.rendered import noise, template
from facelib.datasets.rendered.paint import linear
from facelib.datasets.rendered.person import Hair

_STEP = template.ROWS / 200  # rows; lengths below are in steps, of which there are 200 from crown to throat
_LEVEL, _HANGING = 112, 64  # steps to the height of the ears, where hair begins to hang, and below it
LEVEL = round(_LEVEL * _STEP)  # the row there
_DROP = 0.0155 / _STEP  # of the mean shape's unit, from row to row
ROWS = LEVEL + round(_HANGING * _STEP)
SHAPE = (ROWS * template.FINER, template.COLUMNS * template.FINER)
# The hairline: azimuth in degrees from the face's middle, and how far from the crown it ends, of half a turn.
_LINE = np.array([
    (0, 0.2), (9, 0.19), (18, 0.182), (33, 0.195), (42, 0.235), (52, 0.275), (60, 0.33), (70, 0.42), (80, 0.46), (87, 0.36), (100, 0.37),
    (112, 0.46), (135, 0.56), (180, 0.6),
])  # fmt: skip


@dataclass(frozen=True)
class Shell:
    """The hair's surface and what it is painted with."""

    points: np.ndarray  # (ROWS, COLUMNS, 3) float32, in the head's frame
    cover: np.ndarray  # SHAPE bool: where there is hair
    colour: np.ndarray  # SHAPE + (3,) float32, linear light
    hidden: np.ndarray  # (template.ROWS, COLUMNS) * FINER bool: the skin that hair covers for certain

    def thin(self) -> np.ndarray:
        """Where the shell may be seen from inside, (ROWS, COLUMNS) bool: near its edge, where it hangs, and beside the face."""
        return ~self.hidden[: ROWS * template.FINER : template.FINER, :: template.FINER] | _beside()[:: template.FINER]


def shell(hair: Hair, skin: np.ndarray) -> Shell | None:
    """The hair on a head whose skin is (ROWS, COLUMNS, 3); None where it is bald."""
    if hair.amount < 0.1:
        return None
    return Shell(_points(hair, skin), *painted(hair))


def line(hair: Hair) -> np.ndarray:
    """How many steps from the crown the hair ends in each column of the texture, (COLUMNS * FINER,)."""
    azimuth = _azimuth()
    about = np.abs(azimuth)
    row = template.row_of(np.interp(about, _LINE[:, 0], _LINE[:, 1])) / _STEP
    front = rise((62 - about) / 25)
    side_swept = 1 + 0.35 * np.sign(hair.parting + 1e-9) * azimuth / 50 * (np.abs(hair.parting) > 0.15)
    fringe = max(hair.fringe, 0) * 40 * side_swept * np.clip((75 - about) / 20, 0, 1)
    recede = min(hair.fringe, 0) * (26 * front + 16 * np.exp(-(((about - 33) / 14) ** 2)))
    wobble = (
        2.0 * noise.part(noise.smooth(24), (1, len(azimuth)), hair.seed)[0]
        + 0.8 * noise.part(noise.smooth(5), (1, len(azimuth)), hair.seed)[0]
    )
    long = max(hair.length - 0.25, 0) / 0.75 * _HANGING + max(hair.length - 0.1, 0) * 40
    back = _behind()
    short = -max(0.12 - hair.length, 0) * 60 * np.exp(-(((about - 74) / 12) ** 2))  # no sideburns
    hanging = np.maximum(row, _LEVEL) + long if hair.length > 0.25 else row + min(long, 8)
    return row + fringe + recede + back * (hanging - row) + wobble * (1 + 2 * (hair.length > 0.25) * back) + short


@lru_cache(maxsize=24)
def painted(hair: Hair) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where there is hair, its colour, and the skin that is hidden."""
    rows = (np.arange(SHAPE[0], dtype=np.float32)[:, None] + 0.5) / np.float32(template.FINER * _STEP)
    wave = (1 + 6 * hair.wave) * noise.part(noise.smooth(40), SHAPE, hair.seed + 1)
    at, columns = np.indices(SHAPE, np.float32)
    fine = noise.part(noise.strands(22, 0.7), SHAPE, hair.seed)
    coarse = noise.part(noise.strands(30, 3.0), SHAPE, hair.seed + 2)
    texture = cv2.remap(0.55 * fine + 0.75 * coarse, columns + wave, at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    end = line(hair)[None].astype(np.float32)
    feather = 1.6 + (0.4 + 3.5 * hair.length) * _behind()[None]  # strands of different lengths, but for those round the face
    left = end - rows + feather * 0.55 * texture
    cover = left > 0
    thin = np.clip((1 - hair.amount) * 1.4 - 0.1, 0, 1)
    if thin > 0:
        cover &= (texture > -2 + 2.2 * thin) | (rows > 66)
    share = np.clip(hair.grey * (1 + 0.5 * fine), 0, 1)
    shade = np.clip(1 + 0.22 * texture, 0.35, 2) * np.clip(left / 10, 0.55, 1)
    colour = cv2.merge([((base + share * (0.36 - base)) * shade).astype(np.float32) for base in linear(hair.colour).tolist()])
    hidden = np.zeros((template.ROWS * template.FINER, SHAPE[1]), bool)
    level = slice(LEVEL * template.FINER)
    hidden[level] = ((left > 30) & (rows < 90) & (thin == 0))[level]
    hidden[: SHAPE[0]] |= (left > 6) & _ears()[: SHAPE[0]]  # or ears would come through
    return cover, colour, hidden


def _points(hair: Hair, skin: np.ndarray) -> np.ndarray:
    thick = _thickness(hair)
    out = template.directions()[:LEVEL].astype(np.float32)
    points = np.empty((ROWS, template.COLUMNS, 3), np.float32)
    points[:LEVEL] = (skin - template.ears())[:LEVEL] + thick[:LEVEL, :, None] * out
    below = np.arange(1, ROWS - LEVEL + 1, dtype=np.float32)[:, None]
    wave = np.float32(0.0025 * hair.wave) * below * np.sin(below / 6 + hair.seed % 7)
    swell = (thick[LEVEL:] - thick[LEVEL - 1]) + 0.02 * (1 - np.exp(-below / 12)) + wave
    points[LEVEL:] = points[LEVEL - 1] + swell[..., None] * (out[-1] * np.float32([1, 0, 1]))
    points[LEVEL:, :, 1] += _DROP * below
    points[:, 0] = points[:, -1] = (points[:, 0] + points[:, -1]) / 2  # no gap at the nape
    return points


@lru_cache(maxsize=24)
def _thickness(hair: Hair) -> np.ndarray:
    """How far the hair stands out of the skin, (ROWS, COLUMNS) float32."""
    azimuth = _azimuth()[:: template.FINER].astype(np.float32)
    rows = np.arange(ROWS, dtype=np.float32)[:, None] / np.float32(_STEP)
    end = np.minimum(line(hair)[:: template.FINER], _LEVEL + _HANGING)[None]
    edge = np.clip((end - rows) / (10 + 14 * hair.volume), 0, 1)
    thick = (0.022 + 0.16 * hair.volume * np.clip(hair.length * 2.2 + 0.25, 0, 1)) * np.sqrt(edge) + 0.008
    apart = np.exp(-(((azimuth - 50 * hair.parting) / 7) ** 2)) * np.clip((70 - np.abs(azimuth)) / 20, 0, 1)
    thick = thick * (1 - 0.35 * apart * np.clip(1 - rows / 70, 0, 1) * (hair.length > 0.15))
    lumps = noise.part(noise.smooth(20), (ROWS, template.COLUMNS), hair.seed + 3) + 0.6 * noise.part(
        noise.smooth(8), (ROWS, template.COLUMNS), hair.seed
    )
    thick = thick * (1 + (0.12 + 0.2 * hair.wave) * lumps) + 0.012 * hair.wave * lumps * edge
    return np.maximum(thick, 0.012).astype(np.float32)  # or skin would come through


@cache
def _behind() -> np.ndarray:
    """Of each column of the texture, 0 over the forehead and 1 from the temples on."""
    return rise((np.abs(_azimuth()) - 62) / 16).astype(np.float32)


@cache
def _beside() -> np.ndarray:
    return (np.abs(_azimuth()) > 45) & (np.abs(_azimuth()) < 145)


@cache
def _ears() -> np.ndarray:
    """The texels that stand out of the head."""
    return np.abs(template.ears(template.FINER)).max(axis=-1) > 0.004


@cache
def _azimuth() -> np.ndarray:
    """Of each column of the texture, degrees from the face's middle to the right of the picture."""
    grid = template.directions(template.FINER)[template.ROWS]
    return np.degrees(np.arctan2(grid[:, 0], -grid[:, 2]))
