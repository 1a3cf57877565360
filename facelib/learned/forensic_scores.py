"""What the forensic network says of crops, and how often it is right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from facelib.datasets import pair_set
from facelib.evaluation.caught import caught
from facelib.learned.forensic_data import to_input

NAME = "forensic"
FALSE_ALARMS = 0.05  # the share of untouched faces that the threshold lets through as swaps, on those by whom it is set


@torch.inference_mode()
def logits(net: nn.Module, crops: np.ndarray, batch: int = 64) -> np.ndarray:
    """How much each crop (N, 128, 128, 3) uint8 looks swapped: (N,) float32, above 0 more than not."""
    device = next(net.parameters()).device
    parts = [to_input(crops[start : start + batch]).to(device) for start in range(0, len(crops), batch)]
    return np.concatenate([net(part.contiguous(memory_format=torch.channels_last))[0].float().cpu().numpy() for part in parts])


def measure(net: nn.Module, pairs: pair_set.PairSet, count: int | None = None) -> dict:
    """How easily each way is caught.

    Returns
    -------
    dict
        `caught`, each way's area under the ROC curve; `threshold`, a logit that `FALSE_ALARMS` of the targets of every second person
        exceed; and of the other people `false_alarms`, the share of untouched faces above it, and `found`, the share of each way's swaps.
    """
    fields = {name: field[:count] for name, field in pairs.fields.items()}
    people = [row["target_person"] for row in pairs.rows[:count]]
    targets = logits(net, fields["target"])
    results = {name: logits(net, fields[name]) for name in pairs.card["blends"]}
    first = np.isin(people, sorted(set(people))[::2])
    first = first if not first.all() else np.arange(len(people)) % 2 == 0  # one person only
    threshold = float(np.quantile(targets[first], 1 - FALSE_ALARMS))
    return {
        "people": len(set(people)),
        "n": len(people),
        "caught": {name: caught(of, targets, people) for name, of in results.items()},
        "threshold": round(threshold, 4),
        "false_alarms": _share(targets[~first] > threshold),
        "found": {name: _share(of[~first] > threshold) for name, of in results.items()},
    }


def _share(chosen: Sequence[bool]) -> float:
    return round(float(np.mean(chosen)), 4)
