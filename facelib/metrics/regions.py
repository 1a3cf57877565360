"""Which pixels a metric looks at."""

from __future__ import annotations

import numpy as np


def check_like(image: np.ndarray, answer: np.ndarray, mask: np.ndarray, name: str) -> None:
    """Refuse pictures and a mask that differ in size, in one clear line."""
    if image.shape != answer.shape or image.shape[:2] != mask.shape:
        raise ValueError(f"{name}: expected two pictures and a mask of one size, got {image.shape}, {answer.shape} and {mask.shape}")
