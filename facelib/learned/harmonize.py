"""The harmonizing generators as blenders: a square round the face goes through the network, and comes back at the size that it had.

The network sees faces at 128 pixels. What it changes is smooth for the most part, so its *correction*, the difference between what it made
and what it was given, is enlarged and added to the picture at full size: detail stays the warp's own, and a large face is not blurred.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import nn

from facelib import colour, composite, poisson
from facelib.datasets.pairs import crop_box
from facelib.learned import weights
from facelib.learned.harmonizer_net import Residual

SIZE = 128  # pixels, what the networks were trained at
_NEAR = 4  # pixels: a square that differs by less is not resized
_SMOOTH = 1.0  # pixels of the network, the sigma below which corrections of larger faces are smoothed


def unet(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The network of `facelib train harmonizer --recipe stable`: it corrects a Poisson blend in the target's colours.

    Parameters
    ----------
    source_warped, target : ndarray of shape (H, W, 3), float32 in [0, 1]
    mask : ndarray of shape (H, W), float32 in [0, 1]

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1]
        Outside the mask, the target.
    """
    composite.check_arguments(source_warped, target, mask)
    matched = colour.lab(source_warped, target, mask)
    made = _corrected(weights.harmonizer("stable"), matched, target, mask, poisson.poisson(matched, target, mask))
    return composite.paste(made, target, mask)


def unet_writeup(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The write-up's network, `facelib train harmonizer --recipe writeup`: arguments and result as for `unet`, but it may change what is
    round the face."""
    raw = composite.paste(source_warped, target, mask)
    return _corrected(weights.harmonizer("writeup"), source_warped, target, mask, raw)


def small_picture(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, slice, slice]:
    """What the network of `unet` itself makes, enlarged to the face's size, with its rows and columns in the target: for comparison.

    Arguments as for `unet`; the mask must not be empty.
    """
    matched = colour.lab(source_warped, target, mask)
    x, y, side = _square(composite.box_of(mask), mask.shape)
    made, _ = _seen(weights.harmonizer("stable"), matched, target, mask, poisson.poisson(matched, target, mask), (x, y, side))
    rows, columns, inside = _place(x, y, side, mask.shape)
    return cv2.resize(made, (side, side), interpolation=cv2.INTER_CUBIC)[inside].clip(0, 1), rows, columns


def _corrected(net: nn.Module, source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray, first: np.ndarray) -> np.ndarray:
    """`first` with the network's correction."""
    window = composite.box_of(mask)
    if window is None:
        return first
    x, y, side = _square(window, mask.shape)
    made, before = _seen(net, source_warped, target, mask, first, (x, y, side))
    rows, columns, inside = _place(x, y, side, mask.shape)
    corrected = first.copy()
    corrected[rows, columns] += _enlarged(made - before, side)[inside]
    return corrected.clip(0, 1)


def _seen(
    net: nn.Module, source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray, first: np.ndarray, square: tuple[int, int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """What the network makes of a square, and what it was given as a first guess, both at its own size."""
    raw = composite.paste(source_warped, target, mask)
    small = [_cut(picture, *square) for picture in (raw, first, mask)]
    return _made(net, *small), small[1]


def _place(x: int, y: int, side: int, shape: tuple[int, ...]) -> tuple[slice, slice, tuple[slice, slice]]:
    """The rows and columns of a picture that a square covers, and that part of the square."""
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + side, shape[1]), min(y + side, shape[0])
    return np.s_[top:bottom], np.s_[left:right], np.s_[top - y : bottom - y, left - x : right - x]


def _square(window: tuple[slice, slice], shape: tuple[int, ...]) -> tuple[int, int, int]:
    """x, y and side of the square that the network sees: as in training; it may reach beyond the picture."""
    corners = np.array([[part.start for part in window[::-1]], [part.stop - 1 for part in window[::-1]]], float)
    x, y, side = crop_box(corners, shape)
    off = side - SIZE
    return (x + off // 2, y + off // 2, SIZE) if abs(off) <= _NEAR else (x, y, side)


def _enlarged(correction: np.ndarray, side: int) -> np.ndarray:
    """A correction at another size. Where it grows, only its smooth part does: the network saw no detail finer than its own pixels."""
    if side > SIZE:
        correction = cv2.GaussianBlur(correction, (0, 0), _SMOOTH * min(side / SIZE - 1, 1))
    return cv2.resize(correction, (side, side), interpolation=cv2.INTER_CUBIC if side > SIZE else cv2.INTER_AREA)


def _cut(picture: np.ndarray, x: int, y: int, side: int) -> np.ndarray:
    """A square of a picture, at the network's size; beyond the picture its border goes on."""
    height, width = picture.shape[:2]
    inside = picture[max(y, 0) : y + side, max(x, 0) : x + side]
    beyond = (max(-y, 0), max(y + side - height, 0), max(-x, 0), max(x + side - width, 0))
    whole = cv2.copyMakeBorder(inside, *beyond, cv2.BORDER_REPLICATE)
    return cv2.resize(whole, (SIZE, SIZE), interpolation=cv2.INTER_AREA if side > SIZE else cv2.INTER_LINEAR)


@torch.inference_mode()
def _made(net: nn.Module, raw: np.ndarray, first: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """What the network makes, (128, 128, 3) in [0, 1]; of a residual one, the mean with what it makes of the mirrored picture."""
    given = [torch.from_numpy(2 * picture - 1).permute(2, 0, 1)[None] for picture in (raw, first)] + [torch.from_numpy(mask)[None, None]]
    made = net(*given)
    if isinstance(net, Residual):
        made = (made + net(*(part.flip(-1) for part in given)).flip(-1)) / 2
    return (made[0].permute(1, 2, 0).numpy() + 1) / 2
