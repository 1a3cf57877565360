"""Face swapping, from keypoints to GANs: the package behind the executable book.

>>> import facelib
>>> from facelib.datasets import portraits
>>> swapped = facelib.swap(source=portraits.eileen_collins(), target=portraits.grace_hopper())
>>> swapped.blended.shape
(600, 512, 3)
"""

from facelib.swap import Swap, swap, swap_labelled

__all__ = ["Swap", "swap", "swap_labelled"]
__version__ = "0.1.0"
