"""Exponential moving average of a network's weights: what is evaluated and shipped."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel


def of(net: nn.Module, decay: float) -> AveragedModel:
    """An average of the network that forgets faster at first, so that the random beginning does not linger; `.module` is a network.

    Parameters
    ----------
    net : Module
    decay : float
        Of what was kept, a step; reached after about 9 / (1 - decay) steps.
    """
    return AveragedModel(net, avg_fn=_averaging(decay), use_buffers=True)


def _averaging(decay: float) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    def average(kept: Tensor, new: Tensor, steps: Tensor) -> Tensor:
        if not new.is_floating_point():
            return new
        return kept + (1 - min(decay, (1 + float(steps)) / (10 + float(steps)))) * (new - kept)

    return average
