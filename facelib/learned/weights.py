"""Weights that ship in the package: safetensors in half precision or 8 bits, each with a JSON card, loaded only if its sha256 matches."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

import torch
from safetensors.torch import load as read_tensors
from safetensors.torch import save as write_tensors
from torch import nn

from facelib.files import write_whole
from facelib.learned import keypoint_net, onnx_net
from facelib.learned.confidence import Calibration
from facelib.learned.embedding_net import Embedder
from facelib.learned.forensic_net import Detective
from facelib.learned.generators import GENERATORS
from facelib.learned.onnx_net import OnnxHeatmaps

FOLDER = Path(str(files("facelib.learned"))) / "weights"
FREE = "free"  # the keypoint network that learned nothing from 300-W, which excludes commercial use
_SCALE = ":scale"  # after a key: by what its whole numbers are multiplied
_OWN = "FACELIB_WEIGHTS"  # a folder whose harmonizers are used instead of those that ship
_KEYPOINTS = "FACELIB_KEYPOINTS"  # the keypoint network: `FREE`, or a folder that `facelib train keypoints` wrote


class WeightsError(RuntimeError):
    """Weights that are missing or are not those that their card describes."""


def save(net: nn.Module, name: str, card: dict, folder: Path = FOLDER) -> None:
    """Write `name.safetensors` in half precision, and `name.json`, the card, with the file's sha256 added."""
    _write({key: value.half() if value.is_floating_point() else value for key, value in net.state_dict().items()}, name, card, folder)


def pack(name: str, folder: Path) -> None:
    """Store weights anew in half as many bytes: kernels as whole numbers from -127 to 127, times a scale for each output."""
    tensors = read_tensors((folder / f"{name}.safetensors").read_bytes())
    for key, value in list(tensors.items()):
        if value.is_floating_point() and value.ndim > 1:
            scale = value.float().flatten(1).abs().amax(dim=1).clamp(min=1e-12) / 127
            tensors[key] = (value.float() / _of_each(scale, value)).round().to(torch.int8)
            tensors[key + _SCALE] = scale
    _write(tensors, name, {**card(name, folder), "stored": "in 8 bits"}, folder)


def _write(tensors: dict[str, torch.Tensor], name: str, card: dict, folder: Path) -> None:
    contents = write_tensors({key: value.cpu().contiguous() for key, value in tensors.items()})
    folder.mkdir(parents=True, exist_ok=True)
    record = {"name": name, **card, "sha256": hashlib.sha256(contents).hexdigest()}
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    write_whole({folder / f"{name}.safetensors": contents, folder / f"{name}.json": text.encode()})


def _of_each(scale: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    return scale.reshape(-1, *[1] * (value.ndim - 1))


def _unpacked(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights as a network takes them: in single precision, whole numbers times their scale."""
    found = {}
    for key, value in tensors.items():
        if key + _SCALE in tensors:
            found[key] = value.float() * _of_each(tensors[key + _SCALE], value)
        elif not key.endswith(_SCALE):
            found[key] = value.float() if value.is_floating_point() else value
    return found


def load(net: nn.Module, name: str, folder: Path = FOLDER) -> nn.Module:
    """Fill a network with shipped weights, in single precision, in evaluation mode.

    Raises
    ------
    WeightsError
        A file is missing, or its sha256 is not the card's.
    """
    path = folder / f"{name}.safetensors"
    if not path.is_file():
        raise WeightsError(f"{path}: no such weights; install facelib again")
    contents = path.read_bytes()
    if hashlib.sha256(contents).hexdigest() != card(name, folder)["sha256"]:
        raise WeightsError(f"{path}: its sha256 is not that of its card; install facelib again")
    net.load_state_dict(_unpacked(read_tensors(contents)))
    return net.eval()


def card(name: str, folder: Path = FOLDER) -> dict:
    """What is known of the weights: data, people held out, pictures seen, seed, configuration, scores, hardware, date."""
    path = folder / f"{name}.json"
    if not path.is_file():
        raise WeightsError(f"{path}: no such card of weights; give a folder that `facelib train` wrote, or install facelib again")
    return json.loads(path.read_text(encoding="utf-8"))


def digests(people: Iterable[str]) -> list[str]:
    """What a card says of whom a network was trained on: not their names, and enough to tell whether somebody was among them."""
    return sorted(hashlib.sha256(person.encode()).hexdigest()[:12] for person in set(people))


def which(name: str, folder: Path = FOLDER) -> dict:
    """What a record says of the weights that it measured: name, sha256, seed."""
    made = card(name, folder)
    return {key: made[key] for key in ("name", "sha256", "seed")}


def history(name: str, folder: Path = FOLDER) -> list[dict]:
    """The curve of the run that made the weights, a row for each evaluation."""
    return json.loads((folder / f"{name}-history.json").read_text(encoding="utf-8"))


def keypoint_place(which: str | Path | None = None) -> Path:
    """The folder of a keypoint network: `FREE`, or one that `facelib train keypoints` wrote; by default what FACELIB_KEYPOINTS names, or
    the package's."""
    which = which or os.environ.get(_KEYPOINTS)
    return FOLDER / FREE if str(which) == FREE else Path(which) if which else FOLDER


def use_keypoints(which: str | Path) -> None:
    """Take the keypoint network `FREE`, or that of a folder that `facelib train keypoints` wrote, in this process and in those that it
    starts.

    Raises
    ------
    WeightsError
        There is none in it.
    """
    card("keypoints", keypoint_place(which))
    os.environ[_KEYPOINTS] = str(which if str(which) == FREE else Path(which).resolve())


def keypoint_network(folder: Path | None = None) -> nn.Module:
    """The keypoint network of a folder that `facelib train keypoints` wrote, by default of `keypoint_place`; loaded once."""
    return _keypoint_network(keypoint_place(folder))


def keypoint_reader(folder: Path | None = None) -> nn.Module | OnnxHeatmaps:
    """The same network as the fastest thing here that reads faces: through ONNX Runtime, where that is installed."""
    return _keypoint_reader(keypoint_place(folder))


def keypoint_size(folder: Path | None = None) -> int:
    """The side of the crops that the network was trained with, in pixels."""
    return _keypoint_card(keypoint_place(folder))["config"]["size"]


def keypoint_calibration(folder: Path | None = None) -> Calibration:
    """How the network's spread becomes an expected error: kept in the card of its weights."""
    return Calibration(**_keypoint_card(keypoint_place(folder))["calibration"])


@cache
def _keypoint_card(folder: Path) -> dict:
    made = card("keypoints", folder)
    if not made.keys() >= {"config", "calibration"} or made["config"].get("network") not in keypoint_net.NETWORKS:
        raise WeightsError(f"{folder / 'keypoints.json'}: no card of a network that this version knows; train it again")
    return made


@cache
def _keypoint_network(folder: Path) -> nn.Module:
    config = _keypoint_card(folder)["config"]
    try:
        net = load(keypoint_net.NETWORKS[config["network"]](config["size"]), "keypoints", folder)
    except RuntimeError as error:
        raise (
            error
            if isinstance(error, WeightsError)
            else WeightsError(f"{folder / 'keypoints.safetensors'}: not the layers of this version's {config['network']}; train it again")
        ) from None
    if isinstance(net, keypoint_net.Heatmaps):
        net.fuse()
    return net.to(memory_format=torch.channels_last)


@cache
def _keypoint_reader(folder: Path) -> nn.Module | OnnxHeatmaps:
    return onnx_net.reader(_keypoint_network(folder))


@cache
def embedder(role: str, folder: Path = FOLDER) -> Embedder:
    """The network that turns faces into vectors: "loss", for training, or "judge", which no training may use; loaded once."""
    name = f"embedding-{role}"
    return load(Embedder(card(name, folder)["config"]["widths"]), name, folder).to(memory_format=torch.channels_last)


@cache
def detective(folder: Path = FOLDER) -> Detective:
    """The network that tells swaps from untouched pictures, that which ships or one of `facelib train forensic`; loaded once."""
    return load(Detective(card("forensic", folder)["config"]["widths"]), "forensic", folder).to(memory_format=torch.channels_last)


def harmonizer_place(recipe: str) -> Path:
    """The folder whose weights of a recipe are used: the one that FACELIB_WEIGHTS names, where it has such, or the package's."""
    own = os.environ.get(_OWN)
    return Path(own) if own and (Path(own) / f"harmonizer-{recipe}.json").is_file() else FOLDER


def use(folder: Path) -> None:
    """Take harmonizers from a folder that `facelib train harmonizer` wrote, in this process and in those that it starts.

    Raises
    ------
    WeightsError
        There are none in it.
    """
    if not list(folder.glob("harmonizer-*.json")):
        raise WeightsError(f"{folder}: no harmonizer-RECIPE.json in it; give a folder that `facelib train harmonizer` wrote")
    os.environ[_OWN] = str(folder.resolve())


def harmonizer(recipe: str, folder: Path | None = None) -> nn.Module:
    """The generator of a recipe, as `facelib.learned.harmonizer_recipes` names it; loaded once. See `harmonizer_place`."""
    return _harmonizer(recipe, folder or harmonizer_place(recipe))


@cache
def _harmonizer(recipe: str, folder: Path) -> nn.Module:
    name = f"harmonizer-{recipe}"
    net = GENERATORS[card(name, folder)["config"]["generator"]]()
    return load(net, name, folder).to(memory_format=torch.channels_last)
