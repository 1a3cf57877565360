"""The harmonizing generators as blenders: a square round the face goes through the network, and comes back at the size that it had.

The networks see faces at 128 pixels. What `unet` says is what to *do*: how far to move, by how much to tone, which detail to add. The
displacement is enlarged and done to the picture at full size, and what is added comes up smoothed, so that a large face keeps its
detail. Of `unet_writeup`, which draws a picture of its own, the difference to what it was given is enlarged and added.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from facelib import colour, composite, poisson
from facelib.learned import square, weights
from facelib.learned.harmonizer_net import Changes
from facelib.learned.square import Square
from facelib.related import gp_gan as blending

_WHOLE = 0.99  # of a pixel of the network's: more of it is face
MOVED, DETAILED = 0.6, 0.5  # shares of what the network says that are done: on held-out pairs as good as all of it, and glasses stay whole


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
    todo, first, at = changes(source_warped, target, mask)
    made = first.copy()
    rows, columns, inside = at.place(mask.shape)
    with torch.inference_mode():
        made[rows, columns] = square.picture(todo.apply_at(square.tensor(at.cut(first))))[inside]
    return composite.paste(made.clip(0, 1), target, mask)


def unet_writeup(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The write-up's network, `facelib train harmonizer --recipe writeup`: arguments and result as for `unet`, but it may change what is
    round the face."""
    raw = composite.paste(source_warped, target, mask)
    found = _correction(weights.harmonizer("writeup"), raw, raw, mask)
    return raw if found is None else _added(raw, *found)


def dih(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Deep Image Harmonization, `facelib train dih`: arguments and result as for `unet`."""
    raw = composite.paste(source_warped, target, mask)
    return _corrected_face(weights.harmonizer("dih"), raw, raw, target, mask)


def gp_gan(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """GP-GAN: colours by the network of `facelib train gp-gan`, detail by an equation. Arguments and result as for `unet`."""
    raw = composite.paste(source_warped, target, mask)
    at = square.round_face(mask)
    if at is None:
        return raw
    small = square.tensor(at.small(raw, blending.SIZE))
    with torch.inference_mode():
        painted = square.picture(weights.harmonizer("gp-gan")(small, small, small[:, :1]))
    rows, columns, inside = at.place(mask.shape)
    made = target.copy()
    made[rows, columns] = blending.enlarge(painted, *(at.cut(part) for part in (source_warped, target, mask)))[inside]
    return composite.paste(made, target, mask)


def fsgan(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """FSGAN's last stage, `facelib train fsgan-blending`: arguments and result as for `unet`."""
    raw = composite.paste(source_warped, target, mask)
    return _corrected_face(weights.harmonizer("fsgan-blending"), raw, target, target, mask)


@torch.inference_mode()
def changes(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> tuple[Changes, np.ndarray, Square]:
    """What `unet` does to a Poisson blend: the mean of what its network says of the face and of the mirrored face, in part.

    Parameters
    ----------
    source_warped, target, mask : ndarray
        As for `unet`; the mask must not be empty.

    Returns
    -------
    tuple
        The changes, for 128 pixels; the blend, of the target's shape; and the square of it that they are for.
    """
    matched = colour.lab(source_warped, target, mask)
    first, at = poisson.poisson(matched, target, mask), square.round_face(mask)
    small = [square.tensor(at.small(picture)) for picture in (composite.paste(matched, target, mask), first)]
    small.append(square.mask_tensor(at.small(mask)))
    net = weights.harmonizer("stable")
    ways = net.changes(*small), net.changes(*(part.flip(-1) for part in small)).mirrored()
    mean = Changes(*((one + other) / 2 for one, other in zip(*ways, strict=True)))
    return mean._replace(flow=MOVED * mean.flow, detail=DETAILED * mean.detail), first, at


def small_picture(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, slice, slice]:
    """What the network of `unet` makes of its own 128 pixels, enlarged to the face's size, with its rows and columns in the target: for
    comparison.

    Arguments as for `unet`; the mask must not be empty.
    """
    todo, first, at = changes(source_warped, target, mask)
    with torch.inference_mode():
        made = square.picture(todo.apply(square.tensor(at.small(first))))
    rows, columns, inside = at.place(mask.shape)
    return at.large(made)[inside].clip(0, 1), rows, columns


@torch.inference_mode()
def _correction(net: nn.Module, raw: np.ndarray, start: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, Square] | None:
    """What a network adds to `raw`, at its own size, and where that is; `start` is the second picture that it gets. None without a mask."""
    at = square.round_face(mask)
    if at is None:
        return None
    before = at.small(raw)
    made = net(square.tensor(before), square.tensor(at.small(start)), square.mask_tensor(at.small(mask)))
    return square.picture(made) - before, at


def _corrected_face(net: nn.Module, raw: np.ndarray, start: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """`raw` with what a network adds to its face. Round the face it adds little; enlarged as it is, that would be seen inside the border,
    too, as a line in the colours before. So what is added to the face goes on beyond it first."""
    found = _correction(net, raw, start, mask)
    if found is None:
        return raw
    correction, at = found
    return composite.paste(_added(raw, square.spread(correction, at.small(mask) > _WHOLE), at), target, mask)


def _added(raw: np.ndarray, correction: np.ndarray, at: Square) -> np.ndarray:
    rows, columns, inside = at.place(raw.shape)
    corrected = raw.copy()
    corrected[rows, columns] += at.large_and_smooth(correction)[inside]
    return corrected.clip(0, 1)
