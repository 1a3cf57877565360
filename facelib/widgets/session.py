"""What is wished for, and its fulfilment: a `Wish` goes in, an `Outcome` comes out, and nothing is remembered in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from time import perf_counter

import numpy as np

from facelib import blenders, colour, metrics, place
from facelib.swap import Swap, swap_points
from facelib.widgets import options, photo
from facelib.widgets.photo import Photo

GAIN = 4  # by what differences are multiplied to be seen


@dataclass(frozen=True)
class Wish:
    """Everything that a swap follows from."""

    source: Photo
    target: Photo
    blend: str = blenders.DEFAULT
    options: Mapping[str, float] = field(default_factory=dict)  # of the blender; what is missing it chooses by itself
    colours: str | None = None  # None: what `blenders.colours_for` says
    placing: str | None = None  # None: what `blenders.placing_for` says
    forehead: bool = False
    mouth: str = "auto"  # whose is seen, of `facelib.mouth.MOUTHS`
    strength: float = 1.0  # 1 gives the swap, 0 the target


@dataclass(frozen=True, eq=False)
class Outcome:
    """A wish fulfilled."""

    wish: Wish
    swap: Swap
    picture: np.ndarray  # the result, (H, W, 3) float32 in [0, 1]
    measures: dict[str, float]
    seconds: float
    draft: bool = False  # whether it was made of previews


def fulfil(wish: Wish, report: Callable[[str], None] = lambda stage: None, before: Outcome | None = None) -> Outcome:
    """The swap at full size, with the quick measures; `measured` adds the others.

    Parameters
    ----------
    wish : Wish
    report : callable
        Called with the name of each stage as it begins; what it raises ends the work.
    before : Outcome, optional
        An earlier one: where only the strength differs, its swap is used again.

    Raises
    ------
    ValueError, TypeError
        An unknown name, or a blender that returns no picture of the target's size; whatever a blender itself raises goes through.
    """
    started = perf_counter()
    if before is not None and not before.draft and _same_swap(wish, before.wish):
        made = before.swap
    else:
        report("placing the face")
        made = _swap(wish, report)
    return Outcome(wish, made, mixed(made, wish.strength), measures(made, wish.strength, QUICK), perf_counter() - started)


def measured(outcome: Outcome) -> Outcome:
    """The same with all of `MEASURES`."""
    return replace(outcome, measures=measures(outcome.swap, outcome.wish.strength))


def draft(wish: Wish, close: bool = True) -> Outcome:
    """The swap of previews, for while something is dragged: at most `photo.PREVIEW` pixels a side, and one measure.

    With `close`, the pictures may end a little beyond a close-up of the face: see `photo.shrunk`. Where a network would blend, or place
    the face, the default blender and the triangles stand in.
    """
    started = perf_counter()
    source, target = (photo.shrunk(side, close) for side in (wish.source, wish.target))
    fitted = options.scaled(dict(wish.options), target.box[2] / wish.target.box[2])
    small = replace(wish, source=source, target=target, options=fitted)
    if stands_in(wish):
        small = replace(small, blend=blenders.DEFAULT, options={}, placing=place.TRIANGLES)
    made = _swap(small)
    return Outcome(wish, made, mixed(made, wish.strength), measures(made, wish.strength, QUICK), perf_counter() - started, draft=True)


def stands_in(wish: Wish) -> bool:
    """Whether a draft is blended or placed otherwise than the result will be."""
    return wish.blend in blenders.LEARNED or (wish.placing or blenders.placing_for(wish.blend)) not in place.WHOLE


def is_its_own_draft(wish: Wish) -> bool:
    """Whether a draft is the result already, but for the measures: small pictures and a classical blender."""
    return not stands_in(wish) and all(len(side.previews) == 1 for side in (wish.source, wish.target))


def mixed(swap: Swap, strength: float) -> np.ndarray:
    """The target, moved towards the result by `strength`: (H, W, 3) float32 in [0, 1]."""
    picture, window = swap.target.copy(), swap.window
    picture[window] += np.float32(strength) * (swap.near.blended - swap.target[window])
    return picture.clip(0, 1) if strength != 1 else swap.blended


def difference(outcome: Outcome) -> np.ndarray:
    """What the swap changed, `GAIN` times as strong: (H, W, 3) float32 in [0, 1], black where nothing did."""
    return np.clip(GAIN * np.abs(outcome.picture - outcome.swap.target), 0, 1)


def _same_swap(one: Wish, other: Wish) -> bool:
    return replace(one, strength=1.0) == replace(other, strength=1.0)


def _swap(wish: Wish, report: Callable[[str], None] = lambda stage: None) -> Swap:
    blender = partial(blenders.get(wish.blend), **wish.options)

    def reported(source_warped: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
        report(f"blending ({wish.blend})")
        return blender(source_warped, target, mask)

    reported.__name__ = wish.blend  # for messages

    return swap_points(
        wish.source.picture,
        wish.target.picture,
        wish.source.points,
        wish.target.points,
        reported,
        colour.get(wish.colours or blenders.colours_for(wish.blend)),
        place.get(wish.placing or blenders.placing_for(wish.blend)),
        forehead=wish.forehead,
        mouth=wish.mouth,
        source_box=wish.source.box,
        target_box=wish.target.box,
        source_error=wish.source.error,
        target_error=wish.target.error,
        levels=wish.options.get("levels", 0),
    )


@dataclass(frozen=True)
class Measure:
    """A number about a swap that needs no right answer, taken in the window that the swap can change."""

    title: str
    meaning: str
    of: Callable[[np.ndarray, Swap], float]  # (result in the window, swap)


def _beside(swap: Swap) -> np.ndarray:
    return swap.target[swap.window]


MEASURES = {
    "seam": Measure(
        "Seam energy",
        "the jump across the mask's border; 1 is the untouched target's",
        lambda result, swap: metrics.seam_energy(result, _beside(swap), swap.near.mask),
    ),
    "gradient": Measure(
        "Skin gradient",
        "the step in skin colour that was added across the border, in Lab; 0 is the target's",
        lambda result, swap: metrics.skin_gradient_excess(result, _beside(swap), swap.near.mask),
    ),
    "colour": Measure(
        "Colour gap",
        "between face and skin round it, in Lab, beyond the target's own; 0 is natural",
        lambda result, swap: (
            metrics.colour_gap(result, _beside(swap), swap.near.mask) - metrics.colour_gap(_beside(swap), _beside(swap), swap.near.mask)
        ),
    ),
    "detail": Measure(
        "Source detail",
        "how much of the source's fine detail is left; 1 is all of it",
        lambda result, swap: metrics.source_detail(result, swap.near.matched, swap.near.mask),
    ),
    "background": Measure(
        "Background",
        "the largest change where no mask is, in grey levels of 255",
        lambda result, swap: metrics.background_change(result, _beside(swap), swap.near.mask).largest,
    ),
}
QUICK = ("seam",)  # fast enough for every step of a drag


def measures(swap: Swap, strength: float = 1.0, names: tuple[str, ...] = tuple(MEASURES)) -> dict[str, float]:
    """The measures of that names; NaN where one does not apply."""
    beside = _beside(swap)
    result = np.clip(beside + np.float32(strength) * (swap.near.blended - beside), 0, 1)
    return {name: float(MEASURES[name].of(result, swap)) for name in names}
