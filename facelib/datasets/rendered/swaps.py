"""The right answers of a swap: another person's face on the target's head, drawn and not pasted.

Hair, glasses, hand, neck and background stay the target's, and so do pose, expression, light and camera. Whatever is not head is the
same in target and answer, but for the rounding of float32.
"""

from __future__ import annotations

import dataclasses

from facelib.datasets.rendered.parameters import Face


def appearance(source: Face, target: Face) -> Face:
    """The source's skin, brows, lips, irises and beard on the target's form: what a warp in the plane can reach.

    Parameters
    ----------
    source, target : Face

    Returns
    -------
    Face
        Its 68 points are the target's.
    """
    return dataclasses.replace(target, paint=source.paint or source.identity.skin, inner=None)


def toned(source: Face, target: Face) -> Face:
    """The appearance, in the target's skin tone: what fits the neck, and what a blend with matched colours is after."""
    paint, own = source.paint or source.identity.skin, target.paint or target.identity.skin
    return dataclasses.replace(target, paint=dataclasses.replace(paint, tone=own.tone, undertone=own.undertone), inner=None)


def full(source: Face, target: Face) -> Face:
    """The source's skin, and its shape too in what the brows and the jaw enclose; jaw and skull are the target's."""
    return dataclasses.replace(appearance(source, target), inner=source.identity.shape)
