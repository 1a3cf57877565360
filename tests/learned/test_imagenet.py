"""The report's embedding, with random weights: those of ImageNet are not here."""

import pytest
import torch
import torchvision

from facelib.learned import imagenet


def test_it_is_torchvisions_network():
    torch.manual_seed(0)
    net = torchvision.models.resnet18(weights=None).eval()
    pictures = torch.rand(2, 3, 224, 224) * 2 - 1
    normalised = torchvision.transforms.functional.normalize((pictures + 1) / 2, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    net.fc = torch.nn.Identity()
    with torch.no_grad():
        wanted = torch.nn.functional.normalize(net(normalised))
        *stages, embedded = imagenet.ImageNet(net).features(pictures)
    torch.testing.assert_close(embedded, wanted, atol=1e-5, rtol=1e-4)
    assert [stage.shape[1] for stage in stages] == [64, 128, 256, 512]


def test_faces_of_any_size_are_taken():
    net = imagenet.ImageNet(torchvision.models.resnet18(weights=None)).eval()
    assert net(torch.zeros(1, 3, 96, 96)).shape == (1, 512)


def test_without_a_network_it_says_what_to_do(monkeypatch):
    def fails(weights):
        raise OSError("no route to host")

    monkeypatch.setattr(torchvision.models, "resnet18", fails)
    with pytest.raises(RuntimeError, match=r"could not be downloaded \(no route to host\).*--set embedding=face"):
        imagenet.embedder()
