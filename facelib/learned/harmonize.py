"""The harmonizing generators as blenders: a square round the face goes through the network, and comes back at the size that it had.

The networks see faces at 128 pixels. What `unet` says is what to *do*: how far to move, by how much to tone, which detail to add. The
displacement is enlarged and done to the picture at full size, and what is added comes up smoothed, so that a large face keeps its
detail. Of `unet_writeup`, which draws a picture of its own, the difference to what it was given is enlarged and added.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import nn

from facelib import colour, composite, poisson
from facelib.datasets.pairs import crop_box
from facelib.learned import weights
from facelib.learned.harmonizer_net import Changes
from facelib.related import gp_gan as blending

SIZE = 128  # pixels, what the networks were trained at
MOVED, DETAILED = 0.6, 0.5  # shares of what the network says that are done: on held-out pairs as good as all of it, and glasses stay whole
_NEAR = 4  # pixels: a square that differs by less is not resized
_SMOOTH = 1.0  # pixels of the network, the sigma below which corrections of larger faces are smoothed


def unet(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The network of `facelib train harmonizer --recipe stable`: it mends a Poisson blend in the target's colours.

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
    if composite.box_of(mask) is None:
        return target.copy()
    todo, first, square = changes(source_warped, target, mask)
    whole = _tensor(_cut(first, *square))
    made = first.copy()
    rows, columns, inside = _place(*square, mask.shape)
    with torch.inference_mode():
        made[rows, columns] = _picture(todo.apply_at(whole))[inside]
    return composite.paste(made.clip(0, 1), target, mask)


def unet_writeup(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The write-up's network, `facelib train harmonizer --recipe writeup`: arguments and result as for `unet`, but it may change what is
    round the face."""
    return _corrected(weights.harmonizer("writeup"), composite.paste(source_warped, target, mask), mask)


def dih(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Deep Image Harmonization, `facelib train dih`: arguments and result as for `unet`."""
    first = composite.paste(source_warped, target, mask)
    return composite.paste(_corrected(weights.harmonizer("dih"), first, mask), target, mask)


def gp_gan(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """GP-GAN: colours by the network of `facelib train gp-gan`, detail by an equation. Arguments and result as for `unet`."""
    composite.check_arguments(source_warped, target, mask)
    window = composite.box_of(mask)
    if window is None:
        return target.copy()
    square = _square(window, mask.shape)
    raw, source, beyond, face = (
        _cut(part, *square) for part in (composite.paste(source_warped, target, mask), source_warped, target, mask)
    )
    small = _tensor(_shrunk(raw, blending.SIZE))
    with torch.inference_mode():
        painted = _picture(weights.harmonizer("gp-gan")(small, small, small[:, :1]))
    rows, columns, inside = _place(*square, mask.shape)
    made = target.copy()
    made[rows, columns] = blending.enlarge(painted, source, beyond, face)[inside]
    return composite.paste(made, target, mask)


@torch.inference_mode()
def changes(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> tuple[Changes, np.ndarray, tuple[int, int, int]]:
    """What `unet` does to a Poisson blend: the mean of what its network says of the face and of the mirrored face, in part.

    Parameters
    ----------
    source_warped, target, mask : ndarray
        As for `unet`; the mask must not be empty.

    Returns
    -------
    tuple
        The changes, for 128 pixels; the blend, of the target's shape; and x, y and side of the square of it that they are for.
    """
    matched = colour.lab(source_warped, target, mask)
    first, square = poisson.poisson(matched, target, mask), _square(composite.box_of(mask), mask.shape)
    small = [_tensor(_shrunk(_cut(picture, *square))) for picture in (composite.paste(matched, target, mask), first)]
    small.append(torch.from_numpy(_shrunk(_cut(mask, *square)))[None, None])
    net = weights.harmonizer("stable")
    ways = net.changes(*small), net.changes(*(part.flip(-1) for part in small)).mirrored()
    mean = Changes(*((one + other) / 2 for one, other in zip(*ways, strict=True)))
    return mean._replace(flow=MOVED * mean.flow, detail=DETAILED * mean.detail), first, square


def small_picture(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, slice, slice]:
    """What the network of `unet` makes of its own 128 pixels, enlarged to the face's size, with its rows and columns in the target: for
    comparison.

    Arguments as for `unet`; the mask must not be empty.
    """
    todo, first, (x, y, side) = changes(source_warped, target, mask)
    with torch.inference_mode():
        made = _picture(todo.apply(_tensor(_shrunk(_cut(first, x, y, side)))))
    rows, columns, inside = _place(x, y, side, mask.shape)
    return cv2.resize(made, (side, side), interpolation=cv2.INTER_CUBIC)[inside].clip(0, 1), rows, columns


@torch.inference_mode()
def _corrected(net: nn.Module, first: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """`first` with the difference that a network made."""
    window = composite.box_of(mask)
    if window is None:
        return first
    x, y, side = _square(window, mask.shape)
    before = _shrunk(_cut(first, x, y, side))
    given = _tensor(before), _tensor(before), torch.from_numpy(_shrunk(_cut(mask, x, y, side)))[None, None]
    rows, columns, inside = _place(x, y, side, mask.shape)
    corrected = first.copy()
    corrected[rows, columns] += _enlarged(_picture(net(*given)) - before, side)[inside]
    return corrected.clip(0, 1)


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
    """A square of a picture; beyond the picture its border goes on."""
    height, width = picture.shape[:2]
    inside = picture[max(y, 0) : y + side, max(x, 0) : x + side]
    beyond = (max(-y, 0), max(y + side - height, 0), max(-x, 0), max(x + side - width, 0))
    return cv2.copyMakeBorder(inside, *beyond, cv2.BORDER_REPLICATE)


def _shrunk(square: np.ndarray, size: int = SIZE) -> np.ndarray:
    """At the network's size."""
    return cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA if len(square) > size else cv2.INTER_LINEAR)


def _tensor(picture: np.ndarray) -> torch.Tensor:
    """(H, W, 3) in [0, 1] as networks take it: (1, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(2 * picture - 1).permute(2, 0, 1)[None]


def _picture(made: torch.Tensor) -> np.ndarray:
    """And back, not clipped."""
    return (made[0].permute(1, 2, 0).numpy() + 1) / 2
