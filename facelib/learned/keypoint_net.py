"""Networks that find keypoints in canonical crops: two schools, one way to call them.

A *regression* network ends in numbers, the points' offsets from their mean places. A *heatmap* network ends in a map for each point that
says where in the crop it may be; the map's centre of mass is the answer (soft-argmax), and its spread tells how sure it is.

Every network maps crops (B, 1, S, S) in [-1, 1] to an output of its own. `net.read(output)` gives points (B, K, 2) in crop units,
`net.spread(output)` how widely each may be elsewhere (B, K), and `net.losses(output, points)` the named terms that training adds up;
points that are NaN say that a crop shows no face.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from facelib import keypoints
from facelib.learned import crops

CELL = 4  # crop pixels, the side of a heatmap's cell


class Regression(nn.Module):
    """A backbone that ends in 2 K numbers: the offsets of K points from their mean places, in crop units."""

    def __init__(self, backbone: nn.Module, rows: Sequence[int] = range(keypoints.COUNT), beta: float = 0.02):
        super().__init__()
        self.backbone, self.beta = backbone, beta
        self.rows = list(rows)
        self.register_buffer("mean", torch.tensor(crops.canonical_shape()[self.rows], dtype=torch.float32), persistent=False)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.backbone(inputs)

    def read(self, output: Tensor) -> Tensor:
        return self.mean + output.float().unflatten(1, (-1, 2))

    def spread(self, output: Tensor) -> Tensor:
        """Zero: numbers alone do not say how sure they are."""
        return torch.zeros(len(output), len(self.rows), device=output.device)

    def losses(self, output: Tensor, points: Tensor) -> dict[str, Tensor]:
        """`distance`: smooth L1 (Girshick 2015), quadratic below `beta`, which is a pixel of a crop of 96; `wing`, as the function."""
        points = points[:, self.rows]
        answer, wanted = self.read(output), points.nan_to_num()
        away = functional.smooth_l1_loss(answer, wanted, beta=self.beta, reduction="none")
        return {"distance": _mean_of_known(away, points), "wing": _mean_of_known(wing(answer - wanted), points)}


class Heatmaps(nn.Module):
    """A residual encoder down to a 32nd, and a feature pyramid (Lin et al. 2017) back up to a quarter of the crop: a map for each point."""

    def __init__(self, widths: Sequence[int] = (32, 48, 128, 192, 256), blocks: Sequence[int] = (1, 2, 2, 2), head: int = 80):
        super().__init__()
        first, *rest = widths
        self.stem = nn.Sequential(nn.Conv2d(1, first, 3, 2, 1, bias=False), nn.BatchNorm2d(first), nn.ReLU(inplace=True))
        self.down = nn.ModuleList(
            nn.Sequential(Block(before, width, stride=2), *(Block(width, width) for _ in range(count - 1)))
            for before, width, count in zip(widths, rest, blocks, strict=False)
        )
        self.across = nn.ModuleList(nn.Conv2d(width, head, 1) for width in rest)
        self.up = nn.ModuleList(Block(head, head) for _ in rest[1:])
        self.maps = nn.Conv2d(head, keypoints.COUNT, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        """Unnormalised log probabilities, (B, 68, S / 4, S / 4)."""
        features = [self.stem(inputs)]
        for stage in self.down:
            features.append(stage(features[-1]))
        across = [layer(feature) for layer, feature in zip(self.across, features[1:], strict=True)]
        top = across.pop()
        for block in self.up:
            top = block(functional.interpolate(top, scale_factor=2, mode="nearest") + across.pop())
        return self.maps(top)

    def fuse(self) -> Heatmaps:
        """Take the batch norms into the convolutions before them: the same answers, a sixth faster. For evaluation only; returns itself."""
        self.stem = nn.Sequential(fuse_conv_bn_eval(self.stem[0], self.stem[1]), self.stem[2])
        for block in self.modules():
            if isinstance(block, Block):
                block.fuse()
        return self

    def read(self, output: Tensor) -> Tensor:
        return soft_argmax(output)

    def spread(self, output: Tensor) -> Tensor:
        return spreads(output)

    def losses(self, output: Tensor, points: Tensor) -> dict[str, Tensor]:
        """`distance`: of the soft-argmax, L1 in cells; `wing`: its wing loss, in cells too; `cross_entropy`: of the map against a Gaussian
        of one cell at the point, and against a flat map where there is no face."""
        cells = output.shape[-1]
        away = soft_argmax(output) - points.nan_to_num()
        distance, winged = (2 * _mean_of_known(each, points) * (cells / 2) for each in (away.abs(), wing(away)))
        log_probability = output.float().flatten(2).log_softmax(-1)
        wanted = gaussians(points, cells).flatten(2).nan_to_num(1 / cells**2)
        return {"distance": distance, "wing": winged, "cross_entropy": -(wanted * log_probability).sum(-1).mean()}


class Block(nn.Module):
    """Two 3 x 3 convolutions and a way past them (He et al. 2016)."""

    def __init__(self, before: int, after: int, stride: int = 1):
        super().__init__()
        self.one, self.two = nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.norm_one, self.norm_two = nn.BatchNorm2d(after), nn.BatchNorm2d(after)
        same = before == after and stride == 1
        self.past = nn.Identity() if same else nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.norm_two(self.two(functional.relu(self.norm_one(self.one(x))))) + self.past(x))

    def fuse(self) -> None:
        self.one, self.norm_one = fuse_conv_bn_eval(self.one, self.norm_one), nn.Identity()
        self.two, self.norm_two = fuse_conv_bn_eval(self.two, self.norm_two), nn.Identity()
        if not isinstance(self.past, nn.Identity):
            self.past = fuse_conv_bn_eval(*self.past)


def wing(away: Tensor, width: float = 20 / 256, bend: float = 4 / 256) -> Tensor:
    """The wing loss of coordinates that are `away` from their labels in crop units, element by element: a logarithm within `width`, which
    pulls at small errors harder than at large ones, and as steep as L1 beyond. By default the paper's 10 and 2 pixels of a crop of 256.

    Source: Feng et al. 2018.

    >>> wing(torch.tensor([0.0, 0.1, 1.1])).diff().round(decimals=4)
    tensor([0.1619, 1.0000])
    """
    away, joint = away.abs(), width - width * math.log1p(width / bend)
    return torch.where(away < width, width * torch.log1p(away / bend), away - joint)


def _mean_of_known(away: Tensor, points: Tensor) -> Tensor:
    """The mean over coordinates that are known."""
    known = points.isfinite()
    return (away * known).sum() / known.sum().clamp(min=1)


def cell_centres(cells: int, device: torch.device | None = None) -> Tensor:
    """Where the centres of a heatmap's cells lie along one side, (cells,) in crop units."""
    return (torch.arange(cells, device=device) + 0.5) * (2 / cells) - 1


def probabilities(maps: Tensor) -> Tensor:
    """Heatmaps (B, K, C, C) as networks give them, normalised to sum 1 each."""
    return maps.float().flatten(2).softmax(-1).view_as(maps)


def soft_argmax(maps: Tensor) -> Tensor:
    """The maps' centres of mass, (B, K, 2) in crop units (Nibali et al. 2018; Sun et al. 2018)."""
    share, centres = probabilities(maps), cell_centres(maps.shape[-1], maps.device)
    return torch.stack([(share.sum(2) * centres).sum(-1), (share.sum(3) * centres).sum(-1)], dim=-1)


def spreads(maps: Tensor) -> Tensor:
    """How wide the maps are: the standard deviation of place, (B, K) in crop units. A map of one Gaussian of one cell has 1.4 cells."""
    share, centres, mean = probabilities(maps), cell_centres(maps.shape[-1], maps.device), soft_argmax(maps)
    squares = (share.sum(2) * centres**2).sum(-1) + (share.sum(3) * centres**2).sum(-1)
    return (squares - mean.square().sum(-1)).clamp(min=0).sqrt()


def gaussians(points: Tensor, cells: int, sigma: float = 1.0) -> Tensor:
    """Maps (B, K, cells, cells) of sum 1 with a Gaussian at each point (B, K, 2) in crop units; sigma in cells."""
    away = (cell_centres(cells, points.device) - points[..., None]) * (cells / 2 / sigma)  # (B, K, 2, cells)
    along = functional.softmax(-away.square() / 2, dim=-1)  # normalised also where the point lies outside the crop
    return along[..., 1, :, None] * along[..., 0, None, :]


@torch.inference_mode()
def answers(net: nn.Module, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a network says of crops: points (B, K, 2) in crop units, and how widely each may be elsewhere (B, K).

    Parameters
    ----------
    net : Module
        In evaluation mode, on any device.
    inputs : ndarray of shape (B, 1, S, S), float32
        Crops in [-1, 1].
    """
    output = net(torch.from_numpy(inputs).to(next(net.parameters()).device, memory_format=torch.channels_last))
    return net.read(output).cpu().numpy(), net.spread(output).cpu().numpy()


def resnet18(size: int = crops.SIZE) -> Regression:
    """A torchvision ResNet-18 with one input channel and 136 outputs. Its last layer sees the final features with their
    places, where the original takes their mean: to say where something is, it helps to know where it was seen."""
    import torchvision  # here: it takes a second and 160 MB, and the network that ships does without

    net = torchvision.models.resnet18(weights=None)
    net.conv1 = nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3, bias=False)
    net.avgpool, net.fc = nn.Identity(), nn.Linear(512 * math.ceil(size / 32) ** 2, 2 * keypoints.COUNT)
    return Regression(net)


def small(
    size: int = crops.SIZE, rows: Sequence[int] = range(keypoints.COUNT), widths: Sequence[int] = (16, 32, 64), hidden: int = 128
) -> Regression:
    """A few convolutions, each of which halves the crop, and two full layers: it learns something within seconds."""
    layers, before, side = [], 1, size
    for width in widths:
        layers += [nn.Conv2d(before, width, 3, 2, 1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
        before, side = width, math.ceil(side / 2)
    layers += [nn.Flatten(), nn.Linear(before * side**2, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, 2 * len(rows))]
    return Regression(nn.Sequential(*layers), rows)


# By name, for crops of a given side.
NETWORKS: dict[str, Callable[[int], nn.Module]] = {
    "heatmaps": lambda size: Heatmaps(),
    "resnet18": resnet18,
    "small": small,
}
