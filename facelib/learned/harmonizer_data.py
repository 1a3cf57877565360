"""Composites for the harmonizer, out of folders of pairs: with a right answer where there is one, mirrored half the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset, default_collate

from facelib import keypoints
from facelib.datasets.pair_set import ANSWER, POINTS, SHOWN, PairSet
from facelib.related import fsgan_lessons, parsing

_AT_ONCE = 25  # pairs, where networks are judged
_BLENDS = ("none", "poisson")  # of the source in the target's colours: the composite, and the Poisson blend
Item = dict[str, Tensor]


@dataclass(frozen=True)
class Given:
    """What a network is given of a pair, each by the name of the pair's array."""

    raw: str = "raw"
    start: str | None = None
    answer: str | None = None  # the one that was drawn or the target, unless it says otherwise
    shown: bool = False  # whether it needs to know what pixels show
    then: Callable[[Item, np.random.Generator, Item], None] | None = None  # what is done to an item, with the help of another

    @property
    def blends(self) -> tuple[str, ...]:
        """Those that the pairs have to be made with."""
        return _BLENDS if {self.raw, self.start, self.answer} & set(_BLENDS) else ()


COMPOSITES: dict[str, Given] = {  # by the name in a configuration
    "raw": Given(),
    "matched": Given("none", start="poisson"),
    "warped": Given(then=fsgan_lessons.with_drawing),
    "picture": Given("target", answer="target", shown=True, then=fsgan_lessons.cut_out),
    "holes": Given("target", answer="target", shown=True, then=fsgan_lessons.with_holes),
    "beside-target": Given(start="target", answer="poisson"),
}


@dataclass(frozen=True)
class Source:
    """One folder of pairs, and how often it is drawn from."""

    pairs: PairSet
    share: float
    answered: bool  # whether there is a right answer: the one that was drawn, or the target itself


class Composites(Dataset):
    """Item i is a dictionary of uint8 pictures (3, S, S), the mask (1, S, S), points (68, 2) and whether there is an answer; it depends on
    the seed and i alone. `real` is an untouched picture with its own mask, for the discriminator. With `varied`, each item has other
    colours; with `parsed`, `parts` says what each pixel of the answer shows, (S, S) int64, as `facelib.related.parsing` does."""

    def __init__(
        self, sources: Sequence[Source], pictures: int, seed: int, composite: str = "raw", varied: bool = False, parsed: bool = False
    ):
        self.sources, self.pictures, self.seed, self.varied, self.parsed = list(sources), pictures, seed, varied, parsed
        self.given = COMPOSITES[composite]
        self.edges = np.cumsum([source.share for source in self.sources]) / sum(source.share for source in self.sources)

    def __len__(self) -> int:
        return self.pictures

    def __getitem__(self, i: int) -> Item:
        rng = np.random.default_rng((self.seed, i))
        item, other = self._drawn(rng), self._drawn(rng)
        item["real"], item["real_mask"] = other["untouched"], other["mask"]
        if self.varied:
            item |= _coloured(item, ["raw", "start", "answer"], rng) | _coloured(item, ["real"], rng)
        return self._finished(item, rng, other)

    def pair(self, index: int) -> Item:
        """A pair of the first source, as it is."""
        source, count = self.sources[0], len(self.sources[0].pairs)
        other = self._item(source, (index + count // 2) % count, mirrored=False)
        return self._finished(self._item(source, index, mirrored=False), np.random.default_rng((self.seed, index)), other)

    def _drawn(self, rng: np.random.Generator) -> Item:
        source = self.sources[int(np.searchsorted(self.edges, rng.random(), side="right"))]
        return self._item(source, int(rng.integers(len(source.pairs))), mirrored=rng.random() < 0.5)

    def _item(self, source: Source, index: int, mirrored: bool) -> Item:
        given, fields = self.given, source.pairs.fields
        names = {
            "raw": given.raw,
            "mask": "mask",
            "answer": given.answer or (ANSWER if ANSWER in fields else "target"),
            "untouched": "target",
        }
        names |= {"start": given.start} if given.start else {}
        names |= {"shown": SHOWN} if SHOWN in fields else {}
        item = {name: _picture(fields[field][index], mirrored) for name, field in names.items()}
        points = fields[POINTS][index]
        item["points"] = torch.from_numpy(np.array(keypoints.mirror(points, fields["raw"].shape[1]) if mirrored else points, np.float32))
        item["answered"] = torch.tensor(float(source.answered or given.answer is not None))
        if SHOWN in fields:
            item["shown"] = item["shown"][0]
        return item

    def _finished(self, item: Item, rng: np.random.Generator, other: Item) -> Item:
        if self.given.then:
            self.given.then(item, rng, other)
        elif self.parsed:
            parts = parsing.parse(item["points"].numpy(), item["mask"].shape[1:], item["shown"].numpy())
            item["parts"] = torch.from_numpy(parts.astype(np.int64))
        return {name: value for name, value in item.items() if name not in ("untouched", "shown")}


def batches(sources: Sequence[Source], composite: str) -> Iterator[dict[str, Tensor]]:
    """Every pair of some sources once, as it is, in order."""
    for source in sources:
        pairs = Composites([source], len(source.pairs), 0, composite)
        for start in range(0, len(pairs), _AT_ONCE):
            yield default_collate([pairs.pair(index) for index in range(start, min(start + _AT_ONCE, len(pairs)))])


def to_unit(pictures: Tensor) -> Tensor:
    """uint8 as the networks want it: in [-1, 1]."""
    return pictures.float() / 127.5 - 1


def _coloured(item: dict[str, Tensor], names: Sequence[str], rng: np.random.Generator) -> dict[str, Tensor]:
    """Some of an item's pictures in other colours, the same ones for all: paler or stronger, lighter or darker, with a tint."""
    strength = rng.uniform(0.6, 1.7)
    colours = strength * np.eye(3) + (1 - strength) * np.array([0.299, 0.587, 0.114])
    matrix = np.exp(rng.normal(0, 0.15) + rng.normal(0, 0.08, (3, 1))) * colours
    matrix = np.concatenate([matrix, rng.normal(0, 8, (3, 1))], 1)
    pictures = {name: item[name].permute(1, 2, 0).contiguous().numpy() for name in names if name in item}
    return {name: torch.from_numpy(cv2.transform(picture, matrix)).permute(2, 0, 1).contiguous() for name, picture in pictures.items()}


def _picture(array: np.ndarray, mirrored: bool) -> Tensor:
    """(S, S) or (S, S, 3) as (1 or 3, S, S)."""
    array = array[..., None] if array.ndim == 2 else array
    array = array[:, ::-1] if mirrored else array
    return torch.from_numpy(np.array(array.transpose(2, 0, 1), order="C"))
