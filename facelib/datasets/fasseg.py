"""fasseg: faces whose parts were outlined by hand, FASSEG by Benini et al. 2019: 70 frontal ones (V2) and 278 in several poses (V3).

A folder holds `train/rgb`, `train/labels`, `test/rgb` and `test/labels`, with files of the same names. Labels are pictures whose colours
stand for parts; a few pixels beside an edge have other colours, by compression, and count as the nearest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from facelib.datasets import places
from facelib.images import load as load_picture
from facelib.images import to_bytes

NAME = "fasseg"
PARTS = ("train", "test")
COLOURS = {  # RGB
    "background": (255, 0, 0),
    "skin": (255, 255, 0),  # with neck and ears
    "hair": (127, 0, 0),  # with brows
    "eyes": (0, 0, 255),
    "nose": (0, 255, 255),
    "mouth": (0, 255, 0),
}
_GLASSES = "personne(011|042|051|102|121|142)"  # as somebody saw who looked at each
_TWICE = "v2-([1-9]|13|17|20|23|26|44)$"  # of the test part
_ASTRAY = 8  # pixels that labels may be larger or smaller than their picture, as some of V3 are; they are stretched


def find(data: str | Path = NAME) -> Path:
    """The folder that the name (looked up in `FACELIB_DATA` and then in the user's cache) or a path stands for.

    Raises
    ------
    FileNotFoundError
        There is no such folder.
    """
    if str(data) == NAME:
        return places.find(NAME, is_there)
    if not is_there(Path(data)):
        raise FileNotFoundError(f"{data}: expected a folder with train/rgb, train/labels, test/rgb and test/labels")
    return Path(data)


def is_there(folder: Path) -> bool:
    """Whether a folder holds the data set."""
    return all((folder / part / kind).is_dir() for part in PARTS for kind in ("rgb", "labels"))


@dataclass(frozen=True)
class Labelled:
    """One face."""

    name: str  # of its file
    picture: np.ndarray  # (H, W, 3) uint8, RGB
    labels: np.ndarray  # (H, W) uint8, indices into the keys of `COLOURS`

    @property
    def wears_glasses(self) -> bool:
        """Whether glasses are in the picture, of which the labels say nothing."""
        return re.search(_GLASSES, self.name) is not None

    @property
    def may_be_in_training(self) -> bool:
        """Of a face of the test part: whether its photograph is in the training part, too, or may be, cut a little differently."""
        return re.search(_TWICE, self.name) is not None


def load(part: str, data: str | Path = NAME) -> list[Labelled]:
    """The faces of a part, in the order of their files' names, without those whose labels are of another size.

    Parameters
    ----------
    part : {"train", "test"}
        202 and 146 faces.
    data : str or Path

    Returns
    -------
    list of Labelled

    Raises
    ------
    ValueError
        There is no such part, or a picture without labels.
    """
    if part not in PARTS:
        raise ValueError(f"part: expected one of {', '.join(PARTS)}, got {part!r}")
    folder, found = find(data) / part, []
    for file in sorted((folder / "rgb").iterdir()):
        outlined = next((folder / "labels").glob(f"{file.stem}.*"), None)
        if outlined is None:
            raise ValueError(f"{file}: no labels of it in {folder / 'labels'}")
        picture, labels = (to_bytes(load_picture(path)) for path in (file, outlined))
        if np.abs(np.subtract(picture.shape, labels.shape)).max() > _ASTRAY:
            continue
        found.append(Labelled(file.stem, picture, cv2.resize(nearest(labels), picture.shape[1::-1], interpolation=cv2.INTER_NEAREST)))
    return found


def nearest(colours: np.ndarray) -> np.ndarray:
    """Which of `COLOURS` each pixel of a picture of labels, (H, W, 3) uint8, is nearest to: (H, W) uint8."""
    known = np.array(list(COLOURS.values()), np.int32)
    return np.square(colours[:, :, None].astype(np.int32) - known).sum(axis=-1).argmin(axis=-1).astype(np.uint8)
