"""Two ways to remind a discriminator of what it has seen: a pool of older fakes, and past discriminators that still have a say."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn


class Pool:
    """Fakes of earlier generators (Shrivastava et al. 2017): half of those asked for come out of the pool, and leave their place to the
    new ones.

    Parameters
    ----------
    size : int
        Pictures; 0 for none.
    """

    def __init__(self, size: int, seed: int = 0):
        self.size, self.kept = size, []
        self.chance = torch.Generator().manual_seed(seed)

    def exchange(self, pictures: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
        """Fakes (B, 3, S, S) and their masks (B, 1, S, S), some of them older ones."""
        if not self.size:
            return pictures, masks
        shown = []
        for pair in zip(pictures.detach(), masks, strict=True):
            pair = tuple(part.clone() for part in pair)  # a view would keep its whole batch
            if len(self.kept) < self.size:
                self.kept.append(pair)
                shown.append(pair)
            elif torch.rand((), generator=self.chance) < 0.5:
                place = int(torch.randint(self.size, (), generator=self.chance))
                shown.append(tuple(part.to(pictures.device) for part in self.kept[place]))
                self.kept[place] = pair
            else:
                shown.append(pair)
        return tuple(torch.stack(part) for part in zip(*shown, strict=True))

    def state_dict(self) -> dict:
        return {"kept": self.kept, "chance": self.chance.get_state()}

    def load_state_dict(self, state: dict) -> None:
        self.kept = list(state["kept"])
        self.chance.set_state(state["chance"].cpu())


class Past:
    """Copies of a discriminator as it was; what they say of a generator's pictures is averaged with what it says now.

    Parameters
    ----------
    size : int
        How many to keep; 0 for none.
    every : int
        Steps between two copies.
    """

    def __init__(self, size: int, every: int):
        self.size, self.every, self.steps = size, every, 0
        self.nets: list[nn.Module] = []

    def note(self, net: nn.Module) -> None:
        """Called after each step of the discriminator."""
        self.steps += 1
        if self.size and self.steps % self.every == 0:
            self.nets = [*self.nets, copy.deepcopy(net).requires_grad_(False).eval()][-self.size :]

    def verdict(self, net: nn.Module, pictures: Tensor, masks: Tensor) -> Tensor:
        """Logits (B,): the mean over the discriminator and those kept."""
        return torch.stack([each(pictures, masks) for each in (net, *self.nets)]).mean(0)

    def state_dict(self) -> dict:
        return {"steps": self.steps, "nets": [net.state_dict() for net in self.nets]}

    def restore(self, state: dict, net: nn.Module) -> None:
        """Like `load_state_dict`, with a network of the right form to copy."""
        self.steps, self.nets = state["steps"], []
        for weights in state["nets"]:
            kept = copy.deepcopy(net).requires_grad_(False).eval()
            kept.load_state_dict(weights)
            self.nets.append(kept)
