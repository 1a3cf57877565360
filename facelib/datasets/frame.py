"""One labelled picture of a face, the same from every data set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from facelib import images, opening

SHOWN = ("background", "face", "cover")  # what a pixel may show; hair, glasses and hands are cover
UNKNOWN = 255


@dataclass(frozen=True, eq=False)  # arrays are not compared: each equals itself
class Frame:
    """One labelled face; `facelib.images.load(frame.path)` reads its picture."""

    path: Path
    person: str  # who it is, as far as the data set says; a split keeps the frames of one together
    points: np.ndarray  # (68, 2) float32, (x, y) in pixels
    box: np.ndarray | None = None  # (4,) float64: x, y, width, height in pixels, where the data set gives one

    def grey(self) -> np.ndarray:
        """The picture as (H, W) uint8, the quick way. OpenCV fills up a picture that was cut off; `faults.check` finds those."""
        grey = cv2.imread(str(self.path), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            raise FileNotFoundError(f"{self.path}: missing or damaged")
        return grey

    def colour(self) -> np.ndarray:
        """The picture as (H, W, 3) float32 in [0, 1], RGB; slower than `grey`, and strict about damaged files."""
        return images.load(self.path)

    def size(self) -> tuple[int, int]:
        """The picture's (H, W), from the file's first bytes."""
        with opening.opened(self.path) as picture:
            return opening.upright_size(picture)[::-1]

    def shown(self) -> np.ndarray:
        """What each pixel shows, (H, W) uint8: indices into `SHOWN`, or `UNKNOWN`, as in all of a photograph that nobody has outlined."""
        return np.full(self.size(), UNKNOWN, np.uint8)


@dataclass(frozen=True, eq=False)
class MadeFrame(Frame):
    """A labelled face that was computed and is no file; `path` is a name for messages."""

    made: np.ndarray | None = None  # (H, W) or (H, W, 3) uint8

    def grey(self) -> np.ndarray:
        return self.made if self.made.ndim == 2 else cv2.cvtColor(self.made, cv2.COLOR_RGB2GRAY)

    def colour(self) -> np.ndarray:
        return images.to_float(self.made if self.made.ndim == 3 else cv2.cvtColor(self.made, cv2.COLOR_GRAY2RGB))

    def size(self) -> tuple[int, int]:
        return self.made.shape[:2]
