"""The shape of glasses, in nine numbers: two lenses before the eyes of the mean shape; and what labels follow from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import cv2
import numpy as np

from facelib import keypoints
from facelib.parsing.classes import OPEN, UNKNOWN, number

CORNERS = 64  # of a rim
_BITS = 4  # of a pixel's fraction
_UNSURE = 0.03  # of the eyes' distance: how far from a fitted rim it may be rim, or not
_DARK = 0.6  # of the cheeks' lightness: a lens that is darker is no clear glass


@dataclass(frozen=True)
class Shape:
    """Lengths are shares of the eyes' distance."""

    wide: float  # half a lens
    tall: float
    power: float  # 2 is an ellipse, more is square
    drop: float  # how much lower lenses hang in the middle of the face
    wing: float  # how far they rise outwards
    out: float  # their middles from the eyes
    down: float
    tilt: float
    aside: float = 0.0

    def rims(self) -> list[np.ndarray]:
        """The two rims, (64, 2) each, in the mean shape's unit; the left one of the picture first."""
        eyes, apart = _eyes(), eyes_apart()
        angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
        x, y = (np.sign(part) * np.abs(part) ** (2 / self.power) for part in (np.cos(angle), np.sin(angle)))
        y = np.where(y > 0, y * (1 + self.drop * (1 - 0.5 * np.abs(x))), y)
        lift = self.wing * np.clip(x, 0, None) * (y < 0)
        found = []
        for eye, sign in zip(eyes, (-1, 1), strict=True):
            lens = np.column_stack([sign * self.wide * x * (1 + 0.1 * self.drop * (y > 0)), self.tall * (y - lift)])
            found.append(eye + apart * (lens + (sign * self.out + self.aside, self.down + sign * self.tilt)))
        return found


def eyes_apart() -> float:
    """The distance of the mean shape's eyes, in its unit."""
    left, right = _eyes()
    return float(right[0] - left[0])


def _eyes() -> list[np.ndarray]:
    """The middles of the mean shape's eyes, the left one of the picture first."""
    mean = keypoints.mean_shape()
    return [mean[36:42].mean(axis=0), mean[42:48].mean(axis=0)]


def before(points: np.ndarray) -> np.ndarray:
    """The affine map, (2, 3), of least squares from the mean shape to a face with these points, (68, 2), by brows, nose and eyes."""
    start = keypoints.mean_shape()[17:48]
    return np.linalg.lstsq(np.column_stack([start, np.ones(len(start))]), points[17:48], rcond=None)[0].T


@cache
def worn() -> dict[str, tuple[Shape, float]]:
    """Glasses on photographs of `people` and 300-W by the photograph's name, and how thick their rims are: shapes that `tools/glasses.py`
    fitted to edges, and of which somebody who looked at each said that they fit."""
    saved = json.loads(files("facelib.parsing").joinpath("worn_glasses.json").read_text(encoding="utf-8"))
    return {name: (Shape(*numbers[:-1]), numbers[-1]) for name, numbers in saved.items()}


def labels(picture: np.ndarray, points: np.ndarray, shape: Shape, thick: float, around: np.ndarray) -> np.ndarray:
    """What glasses make of a face's labels.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3), uint8
    points : ndarray of shape (68, 2)
        (x, y) in pixels.
    shape, thick
        Of `worn`.
    around : ndarray of shape (H, W), uint8
        The labels without them.

    Returns
    -------
    ndarray of shape (H, W), uint8
        The rims, and lenses that are not clear, are glasses; close to a rim nobody knows; behind a clear lens it is for the network to say.
    """
    found, matrix = around.copy(), before(points)
    apart = float(np.linalg.norm(points[42:48].mean(axis=0) - points[36:42].mean(axis=0)))
    outlines = [np.round(keypoints.transform(matrix, rim) * 2**_BITS).astype(np.int32) for rim in shape.rims()]
    light = cv2.cvtColor(picture, cv2.COLOR_RGB2Lab)[..., 0]
    cheeks = points[[1, 2, 3, 13, 14, 15, 30, 31, 35]].round().astype(int).clip(0, np.array(light.shape[::-1]) - 1)
    skin = float(np.median(light[cheeks[:, 1], cheeks[:, 0]]))
    lenses = np.zeros_like(found)
    for rim in outlines:
        cv2.fillPoly(lenses, [rim], 1, cv2.LINE_8, _BITS)
    dark = float(np.median(light[lenses > 0])) < _DARK * skin if lenses.any() else False
    found[lenses > 0] = number("glasses") if dark else UNKNOWN
    rim = max(1, round(thick * apart))
    for colour, line in ((OPEN, rim + 2 * max(1, round(_UNSURE * apart))), (number("glasses"), rim)):
        for outline in outlines:
            cv2.polylines(found, [outline], True, colour, line, cv2.LINE_8, _BITS)
    if dark:
        found[cv2.erode(lenses, np.ones((3, 3), np.uint8), borderValue=0) > 0] = number("glasses")
    return found
