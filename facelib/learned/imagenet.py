"""The report's embedding: torchvision's ResNet-18 for ImageNet, where its weights can be downloaded; they are not in the package."""

from __future__ import annotations

import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional

_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's pictures in [0, 1]: what the network was trained with
_SIDE = 224  # pixels, likewise


class ImageNet(nn.Module):
    """Pictures (B, 3, S, S) in [-1, 1] as the ResNet-18 sees them; it stands in for `facelib.learned.embedding_net.Embedder` in a loss."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.stem = nn.Sequential(net.conv1, net.bn1, net.relu, net.maxpool)
        self.stages = nn.ModuleList([net.layer1, net.layer2, net.layer3, net.layer4])
        self.register_buffer("mean", torch.tensor(_MEAN)[:, None, None])
        self.register_buffer("spread", torch.tensor(_SPREAD)[:, None, None])

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, 512), each of length 1."""
        return self.features(pictures)[-1]

    def features(self, pictures: Tensor) -> list[Tensor]:
        """What each of the four stages makes of the pictures, and as the last the embedding: the mean of the fourth over all places."""
        large = functional.interpolate(pictures, (_SIDE, _SIDE), mode="bilinear")
        found, x = [], self.stem(((large + 1) / 2 - self.mean) / self.spread)
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return [*found, functional.normalize(x.mean((2, 3)))]


def embedder() -> ImageNet:
    """The network with its weights, downloaded once into torch's cache.

    Raises
    ------
    RuntimeError
        They cannot be downloaded, or not whole.
    """
    try:
        net = torchvision.models.resnet18(weights=torchvision.models.ResNet18_Weights.IMAGENET1K_V1)
    except (OSError, RuntimeError) as error:
        raise RuntimeError(
            f"embedding imagenet: the weights of torchvision's ResNet-18 could not be downloaded ({error}); "
            "try again with a network, or take the package's own: --set embedding=face"
        ) from error
    return ImageNet(net).eval()
