"""What a harmonizing generator is told: each loss a function of what was seen, each under its own name and with a weight of its own.

Pictures are (B, 3, S, S) in [-1, 1], masks (B, 1, S, S) in [0, 1]. Every loss is a mean, so that weights do not depend on the size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

from facelib.datasets.frame import UNKNOWN


@dataclass(frozen=True)
class Seen:
    """One batch as a generator's losses see it."""

    raw: Tensor  # the composite that is harmonized
    mask: Tensor
    answer: Tensor  # the right answer, where there is one
    answered: Tensor  # (B,) 1 where there is one, otherwise 0
    out: Tensor  # what the generator made of it
    verdict: Tensor | None  # the discriminator's logits for `out`; None where nobody asks it
    features: Callable[[Tensor], list[Tensor]]  # of the embedding network; the last is the embedding, (B, D), of length 1
    said: Tensor | None = None  # the logits of a generator that says what its pixels show, (B, C, S, S)
    parts: Tensor | None = None  # what they show, (B, S, S) int64, indices of what the generator names, or `UNKNOWN`

    @cached_property
    def of_out(self) -> list[Tensor]:
        """The result's features, of which several losses speak; and so for the next."""
        return self.features(self.out)

    @cached_property
    def of_raw(self) -> list[Tensor]:
        with torch.no_grad():
            return self.features(self.raw)

    @cached_property
    def of_wanted(self) -> list[Tensor]:
        """Of the right answer; of the composite, where there is none: the face in it is the one that is wanted."""
        with torch.no_grad():
            return self.features(torch.where(self.answered[:, None, None, None] > 0, self.answer, self.raw))


def adversarial(seen: Seen) -> Tensor:
    """How far the discriminator is from taking the result for real: the non-saturating loss (Goodfellow et al. 2014)."""
    return functional.softplus(-seen.verdict).mean()


def wasserstein(seen: Seen) -> Tensor:
    """The critic's verdict, down: the generator's side of the distance that it estimates (Arjovsky et al. 2017)."""
    return -seen.verdict.mean()


def outside(seen: Seen) -> Tensor:
    """Squared difference from the composite beyond the face: what is round it stays as it was."""
    away = 1 - seen.mask
    return ((seen.out - seen.raw).square().mean(1, keepdim=True) * away).sum() / away.sum().clamp(min=1)


def everywhere(seen: Seen) -> Tensor:
    """Squared difference from the composite, all over."""
    return (seen.out - seen.raw).square().mean()


def moments(seen: Seen) -> Tensor:
    """Squared difference of the mean and of the standard deviation of each colour channel inside the face, from the composite's."""
    return sum(
        (ours - theirs).square().mean() for ours, theirs in zip(*(_moments(x, seen.mask) for x in (seen.out, seen.raw)), strict=True)
    )


def embedding(seen: Seen) -> Tensor:
    """Squared distance between the embeddings of the result and of the composite."""
    return (seen.of_out[-1] - seen.of_raw[-1]).square().sum(1).mean()


def hidden(seen: Seen) -> Tensor:
    """Absolute difference between the embedding network's hidden layers for the result and for the composite: none strays far."""
    return torch.stack([(ours - theirs).abs().mean() for ours, theirs in zip(seen.of_out[:-1], seen.of_raw[:-1], strict=True)]).mean()


def squared(seen: Seen) -> Tensor:
    """Squared difference from the right answer, all over, where there is one."""
    return ((seen.out - seen.answer).square().mean((1, 2, 3)) * seen.answered).sum() / seen.answered.sum().clamp(min=1)


def parsing(seen: Seen) -> Tensor:
    """Cross-entropy of what the generator says of each pixel with the part of the face that it shows."""
    return functional.cross_entropy(seen.said, seen.parts, ignore_index=UNKNOWN)


def reconstruction(seen: Seen) -> Tensor:
    """Absolute difference from the right answer inside the face, where there is one."""
    return _answered((seen.out - seen.answer).abs().mean(1, keepdim=True), seen)


def gradients(seen: Seen) -> Tensor:
    """Absolute difference of the slopes from those of the right answer: what plain differences let blur."""
    off = seen.out - seen.answer
    across, down = off.diff(dim=3).abs(), off.diff(dim=2).abs()
    return _answered(functional.pad(across, (0, 1)).mean(1, keepdim=True) + functional.pad(down, (0, 0, 0, 1)).mean(1, keepdim=True), seen)


def structure(seen: Seen) -> Tensor:
    """One minus the structural similarity to the right answer (Wang et al. 2004, in windows of 7 x 7), inside the face."""
    return _answered(1 - _similarity(seen.out, seen.answer).mean(1, keepdim=True), seen)


def identity(seen: Seen) -> Tensor:
    """Squared distance between the embeddings of the result and of the right answer, or of the composite where there is none."""
    return (seen.of_out[-1] - seen.of_wanted[-1]).square().sum(1).mean()


def perceptual(seen: Seen) -> Tensor:
    """Absolute difference between the inner features of the result and of the right answer (Johnson et al. 2016), where there is one."""
    each = [(ours - theirs).abs().flatten(1).mean(1) for ours, theirs in zip(seen.of_out[:-1], seen.of_wanted[:-1], strict=True)]
    return (torch.stack(each).mean(0) * seen.answered).sum() / seen.answered.sum().clamp(min=1)


BY_VERDICT = ("adversarial", "wasserstein")  # those that ask the discriminator
LOSSES: dict[str, Callable[[Seen], Tensor]] = {
    "adversarial": adversarial,
    "wasserstein": wasserstein,
    "outside": outside,
    "everywhere": everywhere,
    "moments": moments,
    "embedding": embedding,
    "hidden": hidden,
    "squared": squared,
    "parsing": parsing,
    "reconstruction": reconstruction,
    "gradients": gradients,
    "structure": structure,
    "perceptual": perceptual,
    "identity": identity,
}


def discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """What a discriminator is told: logits for real pictures up, for fakes down."""
    return functional.softplus(-real).mean() + functional.softplus(fake).mean()


def critic(real: Tensor, fake: Tensor) -> Tensor:
    """What a critic of bounded weights is told: apart, real pictures up; minus the distance that it estimates (Arjovsky et al. 2017)."""
    return fake.mean() - real.mean()


def r1(real: Tensor, verdict: Tensor) -> Tensor:
    """Half the squared slope of the discriminator at real pictures (Mescheder et al. 2018); `real` has to require gradients."""
    (slope,) = torch.autograd.grad(verdict.sum(), real, create_graph=True)
    return slope.square().flatten(1).sum(1).mean() / 2


def _moments(picture: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each channel inside a mask, (B, 3) each."""
    area = mask.sum((2, 3)).clamp(min=1)
    mean = (picture * mask).sum((2, 3)) / area
    variance = ((picture - mean[..., None, None]).square() * mask).sum((2, 3)) / area
    return mean, (variance + 1e-6).sqrt()


def _similarity(ours: Tensor, theirs: Tensor, window: int = 7) -> Tensor:
    """The map of structural similarity, of the pictures' size."""

    def mean(x: Tensor) -> Tensor:
        return functional.avg_pool2d(x, window, 1, window // 2, count_include_pad=False)

    a, b = mean(ours), mean(theirs)
    # the usual constants are for values in [0, 1]; these are twice as wide
    level, contrast = 4 * 0.01**2, 4 * 0.03**2
    spread_a, spread_b, both = mean(ours**2) - a**2, mean(theirs**2) - b**2, mean(ours * theirs) - a * b
    return (2 * a * b + level) * (2 * both + contrast) / ((a**2 + b**2 + level) * (spread_a + spread_b + contrast))


def _answered(each: Tensor, seen: Seen) -> Tensor:
    """The mean over the faces of the pictures that have a right answer."""
    weight = seen.mask * seen.answered[:, None, None, None]
    return (each * weight).sum() / weight.sum().clamp(min=1)
