"""What the networks of FSGAN are shown in training: a pair's pictures, changed as they are drawn.

Each function takes an item of `facelib.learned.harmonizer_data.Composites`, uint8 pictures (3, S, S) and a mask (1, S, S), a source of
chance, and a second item, of some other pair; it changes the first.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor

from facelib import keypoints
from facelib.datasets.frame import SHOWN, UNKNOWN

GREY = 128
_FACE, _COVER = SHOWN.index("face"), SHOWN.index("cover")
_BITS = 4  # of a pixel's fraction
_INSIDE = 0.06  # of the picture's side: how far inside the outline a photograph surely shows the face
_COLOURS = {
    "jaw": (255, 90, 90),
    "right brow": (255, 255, 90),
    "left brow": (255, 255, 90),
    "nose bridge": (90, 255, 90),
    "nostrils": (90, 255, 90),
    "right eye": (90, 160, 255),
    "left eye": (90, 160, 255),
    "outer lips": (255, 90, 255),
    "inner lips": (255, 255, 255),
}


def with_drawing(item: dict[str, Tensor], rng: np.random.Generator, other: dict[str, Tensor]) -> None:
    """For reenactment: the warped face on grey, and the points where it goes, drawn."""
    _all_on_grey(item)
    item["raw"] = item["before"] = on_grey(item["raw"], item["mask"])
    item["start"] = _tensor(drawing(item["points"].numpy(), item["mask"].shape[-1]))


def cut_out(item: dict[str, Tensor], rng: np.random.Generator, other: dict[str, Tensor]) -> None:
    """For segmentation: what is hair, glasses or hand in the other picture covers this one, half the time; the answer is the face alone."""
    shown, mask = item["shown"].clone(), item["mask"][0]
    reach = max(1, round(_INSIDE * len(mask)))
    inside = cv2.erode(mask.numpy(), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8), borderValue=0)
    shown[(shown == UNKNOWN) & torch.from_numpy(inside > 127)] = _FACE  # hair and hands before it are rare
    if rng.random() < 0.5:
        cover = other["shown"] == _COVER
        item["raw"] = torch.where(cover, other["raw"], item["raw"])
        shown[cover] = _COVER
    item["parts"], item["before"] = shown.long(), item["raw"]
    item["answer"] = torch.where(shown == _FACE, item["raw"], GREY)
    item["mask"] = torch.where(shown == UNKNOWN, 0, 255).to(torch.uint8)[None]


def with_holes(item: dict[str, Tensor], rng: np.random.Generator, other: dict[str, Tensor]) -> None:
    """For inpainting: up to three ellipses on the mask's border, or what covers the other picture, are missing; the mask is the holes.
    What covers this picture itself is no face, and asked of nobody."""
    item["mask"] = torch.where(item["shown"] == _COVER, 0, item["mask"])
    mask = item["mask"][0].numpy()
    holes = (other["shown"] == _COVER).numpy().astype(np.uint8)
    if rng.random() < 0.6 or not holes[mask > 127].any():
        holes = _ellipses(mask, rng)
    known = torch.from_numpy(np.where(holes, 0, mask))[None]
    _all_on_grey(item)
    item["raw"] = item["before"] = on_grey(item["raw"], known)
    item["start"] = known.expand(3, -1, -1).contiguous()
    item["mask"] = torch.where(known > 127, 0, item["mask"])


def drawing(points: np.ndarray, size: int) -> np.ndarray:
    """The 68 points as lines on black, a colour for each feature: (S, S, 3) uint8."""
    picture = np.zeros((size, size, 3), np.uint8)
    for name, rows in keypoints.GROUPS.items():
        corners = np.round(2**_BITS * np.asarray(points)[list(rows)]).astype(np.int32)
        cv2.polylines(picture, [corners], name in keypoints.CLOSED, _COLOURS[name], max(1, size // 96), cv2.LINE_AA, _BITS)
    return picture


def on_grey(picture: Tensor, mask: Tensor) -> Tensor:
    """A picture where the mask is set, and grey elsewhere."""
    return torch.where(mask > 127, picture, torch.tensor(GREY, dtype=torch.uint8))


def _all_on_grey(item: dict[str, Tensor]) -> None:
    """The answer, and the picture that a discriminator takes for real."""
    item["answer"] = on_grey(item["answer"], item["mask"])
    if "real" in item:
        item["real"] = on_grey(item["real"], item["real_mask"])


def _ellipses(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Their centres lie on the mask's border; semi-axes are a quarter to a half of the face's width, as in the paper."""
    holes = np.zeros_like(mask)
    rows, columns = np.nonzero(cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))
    if not len(rows):
        return holes
    for _ in range(rng.integers(1, 4)):
        at = rng.integers(len(rows))
        axes = np.round(np.ptp(columns) * rng.uniform(0.25, 0.5, 2) * 0.7).astype(int)
        cv2.ellipse(holes, (int(columns[at]), int(rows[at])), axes.tolist(), float(rng.uniform(0, 180)), 0, 360, 1, -1)
    return holes


def _tensor(picture: np.ndarray) -> Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1).contiguous()
