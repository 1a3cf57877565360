"""Which numbers to train with: bfloat16 halves the time on a GPU and on some processors, and lengthens it on others. Tried, not guessed."""

from __future__ import annotations

import time

import torch
from torch import nn

CHOICES = ("auto", "no", "bf16")


def choose(asked: str) -> str:
    """ "no" (single precision) or "bf16": as asked for, or, for "auto", whichever takes less time here."""
    if asked not in CHOICES:
        raise ValueError(f"precision: expected one of {', '.join(CHOICES)}, got {asked!r}")
    if asked != "auto":
        return asked
    if torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported() else "no"
    return "bf16" if _seconds(True) < _seconds(False) else "no"


def _seconds(half: bool) -> float:
    """The quickest of some steps of a convolution, there and back, on the processor."""
    conv = nn.Conv2d(64, 64, 3, padding=1).to(memory_format=torch.channels_last)
    x = torch.ones(8, 64, 32, 32).to(memory_format=torch.channels_last)
    times = []
    for _ in range(6):  # the first ones prepare
        started = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            out = conv(x)
        out.float().sum().backward()
        times.append(time.perf_counter() - started)
    return min(times)
