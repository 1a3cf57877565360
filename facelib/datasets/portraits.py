"""Two real, public-domain photographs that come inside ordinary wheels, so that they are there without a network."""

from __future__ import annotations

import numpy as np

from facelib import images


def eileen_collins() -> np.ndarray:
    """Eileen Collins, astronaut, photographed by NASA; inside scikit-image. (512, 512, 3) float32 in [0, 1]."""
    import skimage.data

    return images.to_float(skimage.data.astronaut())


def grace_hopper() -> np.ndarray:
    """Grace Hopper, computer scientist, photographed by the US Navy; inside matplotlib. (600, 512, 3) float32 in [0, 1]."""
    from matplotlib import cbook

    return images.load(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))
