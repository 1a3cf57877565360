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


def build() -> nn.Module:
    """A torchvision ResNet-18 with one input channel and 136 outputs.

    Maps (B, 1, S, S) float32 in [-1, 1] to (B, 136): the 68 (x, y) *offsets from the mean shape* in units of half a crop.
    """
    net = resnet18(weights=None, num_classes=2 * keypoints.COUNT)
    net.conv1 = nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3, bias=False)
    return net


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
        smaller = cv2.resize(grey, None, fx=2 * scale, fy=2 * scale, interpolation=cv2.INTER_AREA)
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
        (x, y) in the pictures' pixels. In the last pass each crop is read twice, as it is and mirrored, and the answers are averaged.
    """
    device = next(net.parameters()).device
    shapes = [keypoints.shape_in_box(box) for box in boxes]
    for number in range(1, passes + 1):
        matrices = [crop_matrix(shape, size) for shape in shapes]
        crops = to_input(np.stack([crop(grey, matrix, size) for grey, matrix in zip(greys, matrices, strict=True)]))
        if number == passes:
            answers = to_points(net(torch.cat([crops, crops.flip(-1)]).to(device)).cpu(), size)
            plain, mirrored = np.split(answers, 2)
            in_crop = (plain + keypoints.mirror(mirrored, size)) / 2
        else:
            in_crop = to_points(net(crops.to(device)).cpu(), size)
        shapes = [keypoints.transform(cv2.invertAffineTransform(m), p) for m, p in zip(matrices, in_crop, strict=True)]
    return np.stack(shapes).astype(np.float32)
