"""Networks that turn a face into a vector of length 1, near for pictures of one person and far for those of two."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from facelib.learned import crops
from facelib.learned.keypoint_net import Block

SIZE = 96  # pixels, the side of the aligned crop
LENGTH = 128  # numbers a face


class Embedder(nn.Module):
    """A residual network on aligned colour crops (B, 3, 96, 96) in [-1, 1].

    Parameters
    ----------
    widths : sequence of int
        Channels after the stem and after each halving.
    dropout : float
        Of what the last layer sees, in training.
    """

    def __init__(self, widths: Sequence[int] = (32, 64, 128, 192, 256), dropout: float = 0.3):
        super().__init__()
        first, *rest = widths
        self.stem = nn.Sequential(nn.Conv2d(3, first, 3, 2, 1, bias=False), nn.BatchNorm2d(first), nn.ReLU(inplace=True))
        self.stages = nn.ModuleList(Block(before, after, stride=2) for before, after in zip(widths, rest, strict=False))
        self.head = nn.Sequential(
            nn.Flatten(), nn.Dropout(dropout), nn.Linear(rest[-1] * (SIZE // 2 ** len(widths)) ** 2, LENGTH, bias=False)
        )
        self.norm = nn.BatchNorm1d(LENGTH, affine=False)

    def forward(self, faces: Tensor) -> Tensor:
        """(B, 128), each of length 1."""
        return self.features(faces)[-1]

    def features(self, faces: Tensor) -> list[Tensor]:
        """What each stage makes of the faces, and the embedding as the last."""
        found, x = [], self.stem(faces)
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return [*found, functional.normalize(self.norm(self.head(x)))]


class Margin(nn.Module):
    """Who of the training people is it? The large-margin cosine loss (CosFace, Wang et al. 2018), needed for training only."""

    def __init__(self, people: int, scale: float = 24.0, margin: float = 0.2):
        super().__init__()
        self.centres = nn.Parameter(torch.randn(people, LENGTH))
        self.scale, self.margin = scale, margin

    def forward(self, embedded: Tensor, who: Tensor) -> tuple[Tensor, Tensor]:
        """The loss, and the share of faces that were named rightly."""
        cosines = embedded @ functional.normalize(self.centres).T
        harder = cosines - self.margin * functional.one_hot(who, len(self.centres))
        return functional.cross_entropy(self.scale * harder, who), (cosines.argmax(1) == who).float().mean()


def aligned(pictures: Tensor, points: Tensor) -> Tensor:
    """Faces cut out of pictures so that gradients flow back into them: (B, 3, S, S) and points (B, 68, 2) in their pixels to
    (B, 3, 96, 96)."""
    to_picture = _similarity(torch.as_tensor(crops.canonical_shape(), dtype=points.dtype, device=points.device), points)
    # the grid samples in units from -1 to 1 over the outer edges of the picture
    side = pictures.shape[-1]
    theta = to_picture * (2 / side)
    theta = torch.cat([theta[..., :2], theta[..., 2:] + (1 / side - 1)], -1)
    grid = functional.affine_grid(theta, [len(pictures), 3, SIZE, SIZE], align_corners=False)
    return functional.grid_sample(pictures, grid.to(pictures.dtype), padding_mode="border", align_corners=False)


def _similarity(shape: Tensor, points: Tensor) -> Tensor:
    """The least-squares similarity from one shape (K, 2) to each of several (B, K, 2), as (B, 2, 3); see `facelib.keypoints.similarity`."""
    middle, middles = shape.mean(0), points.mean(1)
    z, w = torch.view_as_complex((shape - middle).contiguous()), torch.view_as_complex((points - middles[:, None]).contiguous())
    a = (z.conj() * w).sum(1) / z.abs().square().sum()
    linear = torch.stack([torch.stack([a.real, -a.imag], -1), torch.stack([a.imag, a.real], -1)], -2)
    return torch.cat([linear, (middles - linear @ middle)[..., None]], -1)
