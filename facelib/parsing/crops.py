"""Training crops of the parser: a face turned and moved a little, with things pasted onto it, taken by a bad camera; the i-th is a pure
function of (seed, i)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch.utils.data import Dataset

from facelib import keypoints
from facelib.parsing import things
from facelib.parsing.classes import SIZE, UNKNOWN, crop_matrix, number
from facelib.parsing.faces import Faces, Outlined


@dataclass(frozen=True)
class Mixture:
    """How often crops come from where, and how they are changed."""

    outlined: float = 0.3
    drawn: float = 0.15  # the rest are photographs
    pasted: float = 0.75  # how often something is pasted onto a face
    hardness: float = 0.6  # in [0, 1]: how often light, camera and file do harm


class TrainingCrops(Dataset):
    """Item i: the crop as it was, and as the network sees it, (3, S, S) float32 in [-1, 1] each; and labels, (S, S) uint8."""

    def __init__(self, faces: Faces, pictures: int, seed: int, how: Mixture = Mixture(), size: int = SIZE):
        self.faces, self.pictures, self.seed, self.how, self.size = faces, pictures, seed, how, size

    def __len__(self) -> int:
        return self.pictures

    def __getitem__(self, i: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        rng = np.random.default_rng((self.seed, 7, i))
        draw, how = rng.random(), self.how
        some = (
            self.faces.outlined if draw < how.outlined else self.faces.drawn if draw < how.outlined + how.drawn else self.faces.photographs
        )
        crop, labels, points = turned(some[rng.integers(len(some))], self.size, rng)
        plain = crop
        if rng.random() < how.pasted:
            crop, labels = covered(crop, labels, points, self.faces, rng)
        crop = taken(crop, rng, how.hardness)
        return to_input(plain), to_input(crop), torch.from_numpy(labels)


def to_input(crop: np.ndarray) -> torch.Tensor:
    """A crop, (S, S, 3) float32 in [0, 1], as the network's input, (3, S, S) in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(crop.transpose(2, 0, 1), dtype=np.float32)) * 2 - 1


def turned(face: Outlined, size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A crop (size, size, 3) float32 in [0, 1], its labels and the points in it: as far off as keypoints are, and mirrored half the
    time."""
    centre = (size - 1) / 2
    jitter = cv2.getRotationMatrix2D((centre, centre), rng.normal(0, 6), np.exp(rng.normal(0, 0.06)))
    jitter[:, 2] += rng.normal(0, 0.03 * size, 2)
    matrix = jitter @ np.vstack([crop_matrix(face.points, size), [0, 0, 1]])
    mirrored = rng.random() < 0.5
    if mirrored:
        matrix = np.array([[-1, 0, size - 1], [0, 1, 0]]) @ np.vstack([matrix, [0, 0, 1]])
    crop = cv2.warpAffine(face.picture, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    labels = cv2.warpAffine(face.labels, matrix, (size, size), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=UNKNOWN)
    points = keypoints.transform(matrix, face.points)
    return crop.astype(np.float32) / 255, labels, points[keypoints.MIRROR] if mirrored else points


def covered(
    crop: np.ndarray, labels: np.ndarray, points: np.ndarray, faces: Faces, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """A crop with one thing in front or two, and its labels with them."""
    size, labels = len(crop), labels.copy()
    inner = points[[29, 30, 33, 1, 2, 14, 15]].round().astype(int).clip(0, size - 1)
    skin = np.median(crop[inner[:, 1], inner[:, 0]], axis=0)
    textures = [faces.photographs[rng.integers(len(faces.photographs))].picture]
    for kind in rng.choice(
        ["glasses", "hand", "hair", "strands", "microphone", "hat", "blob"],
        rng.choice([1, 2], p=[0.75, 0.25]),
        False,
        [0.4, 0.14, 0.12, 0.1, 0.08, 0.08, 0.08],
    ):
        layer = {
            "glasses": lambda: things.glasses(points, size, rng),
            "hand": lambda: things.cut_out(points, size, rng, faces.hands, "other", skin),
            "hair": lambda: things.cut_out(points, size, rng, faces.hair, "hair"),
            "strands": lambda: things.strands(points, size, rng),
            "microphone": lambda: things.microphone(points, size, rng),
            "hat": lambda: things.hat(points, size, rng, textures),
            "blob": lambda: things.blob(points, size, rng, textures),
        }[kind]()
        crop, where = things.pasted(crop, layer, rng)
        labels[where] = number(layer.kind)
        labels[(layer.cover > 0.15) & ~where & (layer.counts > 0.15)] = UNKNOWN  # an edge
    return crop.clip(0, 1), labels


def taken(crop: np.ndarray, rng: np.random.Generator, hardness: float) -> np.ndarray:
    """A crop in other light, by another camera: brightness, contrast, colour, light from a side, few pixels, blur, noise, JPEG, no
    colour."""
    size = len(crop)
    if rng.random() < hardness:
        crop = crop.clip(0, 1) ** np.float32(np.exp(rng.normal(0, 0.3)))
        crop = (crop - 0.5) * np.float32(np.exp(rng.normal(0, 0.2))) + 0.5 + np.float32(rng.normal(0, 0.07))
        crop = crop * np.exp(rng.normal(0, 0.08, 3)).astype(np.float32)
    if rng.random() < 0.4 * hardness:
        angle, along = rng.uniform(0, 2 * np.pi), np.linspace(-1, 1, size, dtype=np.float32)
        slope = np.cos(angle) * along + np.sin(angle) * along[:, None]
        crop = crop * np.exp(np.float32(rng.normal(0, 0.4)) * slope)[..., None].astype(np.float32)
    if rng.random() < 0.12:
        crop = np.repeat(crop.mean(axis=2, keepdims=True), 3, axis=2)
    if rng.random() < 0.3 * hardness:
        few = int(size * rng.uniform(0.25, 0.8))
        crop = cv2.resize(cv2.resize(crop, (few, few), interpolation=cv2.INTER_AREA), (size, size))
    if rng.random() < 0.25 * hardness:
        crop = cv2.GaussianBlur(crop, (0, 0), rng.uniform(0.4, 2.5))
    if rng.random() < 0.3 * hardness:
        crop = crop + rng.normal(0, rng.uniform(0.005, 0.05), crop.shape).astype(np.float32)
    crop = crop.clip(0, 1)
    if rng.random() < 0.2 * hardness:
        bytes_ = cv2.imencode(".jpg", (crop * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 90))])[1]
        crop = cv2.imdecode(bytes_, cv2.IMREAD_COLOR).astype(np.float32) / 255
    return crop
