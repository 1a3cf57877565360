"""FSGAN (Nirkin et al. 2019), the four networks: reenact, segment, inpaint, blend. `fsgan_lessons` says what they are shown in training,
`fsgan_stages` makes a swap of them.

Each is a small U-Net with the signature of every generator here (`facelib.learned.generators`): pictures (B, 3, S, S) in [-1, 1], `raw` and
`start`, beside a mask (B, 1, S, S) in [0, 1], to a picture. What `raw` and `start` are differs.

Where this deviates from the paper, besides the data: pictures of 128 pixels and networks of about a million numbers, where the original
has 256 pixels and hundreds of millions; a plain U-Net instead of pix2pixHD's ladder of them; the reenactment is given the face after the
warp of chapter 2 and says how to change it, where the original draws it from the source's photograph alone; inpainting draws in the holes,
and blending adds to the composite, where the originals draw the whole face; one discriminator that looks at places, not two; and its
logistic loss instead of a squared one.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from facelib.datasets.frame import SHOWN
from facelib.learned.harmonizer_net import Refiner, UNet

_WIDTHS = (32, 64, 112, 160)  # channels at a quarter, an eighth, ... of the picture's side
_FACE = SHOWN.index("face")


class Reenactment(nn.Module):
    """A face, warped to where it goes, and a drawing of the 68 points there, to the face with that pose and expression.

    It says how to move, tone and repaint what it is given (`facelib.learned.harmonizer_net.Changes`), inside the mask.
    """

    def __init__(self):
        super().__init__()
        self.net = Refiner(rim=0, widths=_WIDTHS)

    def forward(self, raw: Tensor, start: Tensor, mask: Tensor) -> Tensor:
        """`raw` is the warped face, grey round it; `start` the drawing."""
        return self.net.changes(raw, start, mask).apply(raw)


class Segmentation(nn.Module):
    """A picture of a face to what each pixel shows: background, face, or hair, glasses and hands."""

    def __init__(self):
        super().__init__()
        self.net = UNet(3, len(SHOWN), _WIDTHS)

    def forward(self, raw: Tensor, start: Tensor, mask: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """The face alone, on grey; in training mode also the logits of `facelib.datasets.frame.SHOWN`. `start` and `mask` are not looked
        at."""
        logits = self.net(raw)
        face = raw * logits.softmax(1)[:, _FACE : _FACE + 1]
        return (face, logits) if self.training else face


class Inpainting(nn.Module):
    """A face with holes to a face without."""

    def __init__(self):
        super().__init__()
        self.net = UNet(5, 3, _WIDTHS)

    def forward(self, raw: Tensor, start: Tensor, mask: Tensor) -> Tensor:
        """`raw` has holes of grey, and is grey beyond the mask; `start` is white where it shows the face, black in the holes."""
        known = start[:, :1]
        painted = torch.tanh(self.net(torch.cat([raw, known, 2 * mask - 1], 1)))
        return torch.where(known > 0, raw, painted)


class Blending(nn.Module):
    """A composite, the target and the mask to a blend: what is added has no limit but that of the picture."""

    def __init__(self):
        super().__init__()
        self.net = UNet(7, 3, _WIDTHS)

    def forward(self, raw: Tensor, start: Tensor, mask: Tensor) -> Tensor:
        """`raw` is the composite, `start` the target."""
        return raw + mask * self.net(torch.cat([raw, start, 2 * mask - 1], 1))
