"""The parser's network: a small residual encoder, and a pyramid back up to half of the crop (after Lin et al. 2017)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from facelib.learned.keypoint_net import Block
from facelib.parsing.classes import CLASSES


class Parser(nn.Module):
    """Crops (B, 3, S, S) in [-1, 1] to log odds of each class, (B, 9, S / 2, S / 2); S is a multiple of 16."""

    def __init__(self, widths: tuple[int, ...] = (16, 32, 64, 96), head: int = 48, fine: int = 24):
        super().__init__()
        first, *rest = widths
        self.stem = nn.Sequential(nn.Conv2d(3, first, 3, 2, 1, bias=False), nn.BatchNorm2d(first), nn.ReLU(inplace=True))
        self.down = nn.ModuleList(
            nn.Sequential(Block(before, width, stride=2), Block(width, width)) for before, width in zip(widths, rest, strict=False)
        )
        self.across = nn.ModuleList(nn.Conv2d(width, head, 1) for width in rest)
        self.up = nn.ModuleList(Block(head, head) for _ in rest[1:])
        self.narrow, self.beside = nn.Conv2d(head, fine, 1), nn.Conv2d(first, fine, 1)
        self.finest = Block(fine, fine)
        self.classes = nn.Conv2d(fine, len(CLASSES), 1)

    def forward(self, crops: Tensor) -> Tensor:
        stem = self.stem(crops)
        features = [stem]
        for stage in self.down:
            features.append(stage(features[-1]))
        across = [layer(feature) for layer, feature in zip(self.across, features[1:], strict=True)]
        top = across.pop()
        for block in self.up:
            top = block(functional.interpolate(top, scale_factor=2.0, mode="nearest") + across.pop())
        top = functional.interpolate(self.narrow(top), scale_factor=2.0, mode="nearest") + self.beside(stem)
        return self.classes(self.finest(top))

    def fuse(self) -> Parser:
        """Take the batch norms into the convolutions before them. For evaluation only; returns itself."""
        self.stem = nn.Sequential(fuse_conv_bn_eval(self.stem[0], self.stem[1]), self.stem[2])
        for block in self.modules():
            if isinstance(block, Block):
                block.fuse()
        return self


def losses(odds: Tensor, labels: Tensor) -> dict[str, Tensor]:
    """Of labels (B, S, S), whose values beyond the classes do not count: `cross_entropy`, by pixel, and `dice`, by class, which counts
    small parts as much as large ones (Milletari et al. 2016)."""
    odds = functional.interpolate(odds.float(), size=labels.shape[1:], mode="bilinear", align_corners=False)
    known = labels < len(CLASSES)
    flat = functional.cross_entropy(odds, labels.long().where(known, -1), ignore_index=-1, reduction="none")
    share = odds.softmax(dim=1) * known[:, None]
    wanted = functional.one_hot(labels.long().where(known, 0), len(CLASSES)).movedim(-1, 1) * known[:, None]
    both, each = (share * wanted).sum((0, 2, 3)), (share + wanted).sum((0, 2, 3))
    there = wanted.sum((0, 2, 3)) > 0
    dice = (1 - (2 * both + 1) / (each + 1))[there].mean() if there.any() else odds.sum() * 0
    return {"cross_entropy": flat.sum() / known.sum().clamp(min=1), "dice": dice}


@torch.inference_mode()
def answers(net: nn.Module, crops: Tensor) -> np.ndarray:
    """How likely each class is, (B, 9, S / 2, S / 2) float32, of crops (B, 3, S, S)."""
    return net(crops.to(memory_format=torch.channels_last)).float().softmax(dim=1).numpy()


@torch.inference_mode()
def shares(net: nn.Module, crops: Tensor) -> Tensor:
    """The same at the crops' own size, (B, 9, S, S), from smoothly enlarged odds: for judging the network."""
    odds = net(crops.to(memory_format=torch.channels_last)).float()
    return functional.interpolate(odds, size=crops.shape[2:], mode="bilinear", align_corners=False).softmax(dim=1)
