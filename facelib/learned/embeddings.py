"""Faces as vectors, by a network that tells people apart."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from facelib.learned.embedding_data import to_input


@torch.inference_mode()
def embed(net: nn.Module, faces: np.ndarray, batch: int = 128) -> np.ndarray:
    """Embeddings (N, 128) of aligned crops (N, 96, 96, 3) uint8, mirrored ones averaged in; each of length 1."""
    device = next(net.parameters()).device
    found = []
    for start in range(0, len(faces), batch):
        inputs = to_input(faces[start : start + batch]).to(device)
        both = net(inputs) + net(inputs.flip(-1))
        found.append(nn.functional.normalize(both).cpu().numpy())
    return np.concatenate(found)
