"""The keypoint network: a ResNet-18 that looks at one grey crop and says where 68 points are.

The crop is *canonical*: a similarity puts the mean face in the middle of the square, upright, filling three quarters of it. The network
answers in that frame, so it needs to learn faces, not where and how large they are. The first pass takes the crop from a face box; the
second from the first answer, which also turns the face upright and mends a box that was off.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from torch import nn
from torchvision.models import resnet18

from facelib import keypoints

SIZE = 96  # pixels, the crop's side
FILL = 0.74  # the mean face's larger side over the crop's
PASSES = 2
_TILTS = (-4, 4)  # degrees, of the crops that the last pass reads
_PLACES = 9  # 3 x 3 features come out of the last stage for a crop of 96 pixels


def build(spatial: bool = True) -> nn.Module:
    """A torchvision ResNet-18 with one input channel and 136 outputs.

    Maps (B, 1, S, S) float32 in [-1, 1] to (B, 136): the 68 (x, y) *offsets from the mean shape* in units of half a crop.

    Parameters
    ----------
    spatial : bool
        Whether the last layer sees the final 3 x 3 features with their places (S must be `SIZE`), as the shipped weights do, or only
        their mean, as in the original network (any S).
    """
    net = resnet18(weights=None, num_classes=2 * keypoints.COUNT)
    net.conv1 = nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3, bias=False)
    if spatial:
        net.avgpool, net.fc = nn.Identity(), nn.Linear(512 * _PLACES, 2 * keypoints.COUNT)
    return net


def with_places(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The weights of `build(spatial=False)` for `build()`: a network that answers the same, and can learn to use places."""
    return {**state, "fc.weight": state["fc.weight"].repeat_interleave(_PLACES, dim=1) / _PLACES}


def canonical_shape(size: int = SIZE) -> np.ndarray:
    """The mean shape as it lies in the crop, (68, 2) in the crop's pixels."""
    return keypoints.mean_shape() * (FILL * size) + (size - 1) / 2


def crop_matrix(shape: np.ndarray, size: int = SIZE) -> np.ndarray:
    """The similarity, (2, 3), from the picture to the canonical crop of the face with these points."""
    return keypoints.similarity(shape, canonical_shape(size))


def crop(grey: np.ndarray, matrix: np.ndarray, size: int = SIZE) -> np.ndarray:
    """Cut a crop out of a grey picture; beyond the picture its border goes on.

    Shrinks through INTER_AREA first where the face is much larger than the crop, so that fine detail does not alias.
    """
    scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    if scale < 0.5:
        smaller = cv2.resize(grey, [max(1, round(2 * scale * length)) for length in grey.shape[::-1]], interpolation=cv2.INTER_AREA)
        ratio_x, ratio_y = grey.shape[1] / smaller.shape[1], grey.shape[0] / smaller.shape[0]
        # pixel centres: x_full = ratio (x_small + 0.5) - 0.5
        to_full = np.array([[ratio_x, 0, (ratio_x - 1) / 2], [0, ratio_y, (ratio_y - 1) / 2], [0, 0, 1]])
        grey, matrix = smaller, matrix @ to_full
    return cv2.warpAffine(grey, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def to_input(crops: np.ndarray) -> torch.Tensor:
    """Grey crops (B, S, S), uint8 or float32 in [0, 1], as the network's input (B, 1, S, S) in [-1, 1]."""
    scale = 127.5 if crops.dtype == np.uint8 else 0.5
    return torch.from_numpy(np.ascontiguousarray(crops))[:, None].float() / scale - 1


def to_points(offsets: torch.Tensor, size: int = SIZE) -> np.ndarray:
    """The network's output (B, 136) as points (B, 68, 2) in the crop's pixels."""
    return offsets.float().numpy().reshape(-1, keypoints.COUNT, 2) * (size / 2) + canonical_shape(size)


def to_target(points: np.ndarray, size: int = SIZE) -> np.ndarray:
    """Points (..., 68, 2) in the crop's pixels as the network should answer them (..., 136): the inverse of `to_points`."""
    offsets = (points - canonical_shape(size)) / (size / 2)
    return offsets.reshape(*points.shape[:-2], 2 * keypoints.COUNT).astype(np.float32)


@torch.inference_mode()
def predict(net: nn.Module, greys: Sequence[np.ndarray], boxes: Sequence[np.ndarray], passes: int = PASSES, size: int = SIZE) -> np.ndarray:
    """Keypoints of one face in each picture.

    Parameters
    ----------
    net : Module
        As `build` makes it, in evaluation mode.
    greys : sequence of B ndarrays of shape (H, W)
        Grey pictures, float32 in [0, 1] or uint8.
    boxes : sequence of B arrays of shape (4,)
        x, y, width, height in pixels.
    passes : int
        How often to look: each pass after the first re-crops on the answer before it.
    size : int
        The crop's side in pixels: the size last trained at.

    Returns
    -------
    ndarray of shape (B, 68, 2), float32
        (x, y) in the pictures' pixels. In the last pass each face is read four times, from crops tilted a little to either side, each as it
        is and mirrored, and the answers are averaged.
    """
    shapes = [keypoints.shape_in_box(box) for box in boxes]
    for number in range(1, passes + 1):
        last = number == passes
        readings = [_read(net, greys, shapes, tilt, mirrored=last, size=size) for tilt in (_TILTS if last else (0,))]
        shapes = list(np.mean(readings, axis=0))
    return np.stack(shapes).astype(np.float32)


def _read(net: nn.Module, greys: Sequence[np.ndarray], shapes: Sequence[np.ndarray], tilt: float, mirrored: bool, size: int) -> np.ndarray:
    """One look at each face, where the last look left it; (B, 68, 2) in the pictures' pixels."""
    middle = ((size - 1) / 2, (size - 1) / 2)
    turn = np.vstack([cv2.getRotationMatrix2D(middle, tilt, 1), [0, 0, 1]])
    matrices = [turn[:2] @ np.vstack([crop_matrix(shape, size), [0, 0, 1]]) for shape in shapes]
    crops = to_input(np.stack([crop(grey, matrix, size) for grey, matrix in zip(greys, matrices, strict=True)]))
    if mirrored:
        crops = torch.cat([crops, crops.flip(-1)])
    points = to_points(net(crops.to(next(net.parameters()).device)).cpu(), size)
    if mirrored:
        plain, flipped = np.split(points, 2)
        points = (plain + keypoints.mirror(flipped, size)) / 2
    return np.stack([keypoints.transform(cv2.invertAffineTransform(m), p) for m, p in zip(matrices, points, strict=True)])
