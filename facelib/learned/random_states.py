"""The states of all that is random in a process: Python, NumPy, torch, and torch on a GPU."""

from __future__ import annotations

import random

import numpy as np
import torch


def get() -> dict:
    """As tensors, numbers and tuples."""
    name, numbers, *rest = np.random.get_state()  # noqa: NPY002 - what a library draws from
    return {
        "python": random.getstate(),
        "numpy": (name, numbers.tolist(), *rest),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state() if torch.cuda.is_available() else None,
    }


def put(states: dict) -> None:
    """Go on from where `get` was called; a GPU that was not there then begins as it is."""
    random.setstate(states["python"])
    np.random.set_state(states["numpy"])  # noqa: NPY002
    torch.set_rng_state(states["torch"])
    if states["cuda"] is not None and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])
