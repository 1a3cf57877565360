"""Pictures in and out: colour order, value range, orientation, size limits.

Inside facelib a picture is `(H, W, 3)` float32 in [0, 1], RGB, upright; a mask is `(H, W)` float32 in [0, 1]. This module is the one
place where files become that, and that becomes files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from facelib import encoding, metadata, opening, picture_file
from facelib.files import OutputError, write_all
from facelib.metadata import PROVENANCE
from facelib.opening import MAX_PIXELS, MIN_SIDE, PictureError

__all__ = ["MAX_PIXELS", "MIN_SIDE", "PROVENANCE", "PictureError"]


def load(path: str | Path) -> np.ndarray:
    """Read a picture of any usual kind.

    Grey, palette, 16-bit, CMYK and transparent pictures are converted (transparency onto white), and colours from the file's profile to
    sRGB; the camera's orientation is obeyed; the contents count, not the ending. Of an animation the first frame is read. What else the
    file holds, and other pages: `facelib.picture_file.read`.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    ndarray of shape (H, W, 3), float32
        RGB in [0, 1].

    Raises
    ------
    PictureError
        No such file, not a picture, damaged, larger than `MAX_PIXELS` (checked before decoding), or smaller than `MIN_SIDE`.
    """
    return to_float(picture_file.read(Path(path)).pixels)


def load_small(path: str | Path, side: int) -> np.ndarray:
    """A picture as `load` gives it, shrunk in its proportions until its shorter side has at least `side` pixels: quick for a JPEG, which is
    not decoded at full size."""
    return to_float(picture_file.read(Path(path), shrink_to=side).pixels)


def read(contents: bytes, name: str) -> np.ndarray:
    """As `load`, of a file's contents: an upload, a camera's picture. `name` stands in the messages; result and errors are `load`'s."""
    return to_float(picture_file.read(contents, name).pixels)


def save(image: np.ndarray, path: str | Path) -> None:
    """Write a picture as PNG, JPEG, TIFF or WebP, by the file's ending, with the provenance mark; whole or not at all.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), float32 or uint8
        RGB in [0, 1], or to 255.
    path : str or Path
        Ends in .png, .jpg, .jpeg, .tif, .tiff or .webp; an existing file is replaced.

    Raises
    ------
    PictureError
        Another ending, or the place cannot be written to; nothing is left behind.
    """
    save_all({path: image})


def save_all(pictures: Mapping[str | Path, np.ndarray]) -> None:
    """Write several pictures as `save` does: all of them or none. Folders that are missing are made."""
    try:
        write_all({path: encode(image, path) for path, image in pictures.items()})
    except OutputError as error:
        raise PictureError(str(error)) from None


def encode(image: np.ndarray, name: str | Path, marked: bool = True) -> bytes:
    """The contents of the file that `save` would write under that name; without the mark where nothing was swapped."""
    check_kind(image, "image", bytes_too=True)
    if image.dtype != np.uint8:
        _check_values(image, "image")
        image = to_bytes(image)
    return encoding.encode(image, name) if marked else encoding.encode_plain(image, name)


def is_marked(path: str | Path) -> bool:
    """Whether a picture's file holds the provenance mark that `save` writes: in its Exif description, or as a JPEG's comment.

    A file without it may be a composite all the same: whatever saves it again may leave the mark out.

    Raises
    ------
    PictureError
        No such file, or not a picture.
    """
    with opening.opened(path) as picture:
        return metadata.is_marked(picture)


def to_float(image: np.ndarray) -> np.ndarray:
    """uint8 in 0..255 as float32 in [0, 1]; float32 goes through unchanged.

    >>> to_float(np.array([0, 255], np.uint8))
    array([0., 1.], dtype=float32)
    """
    if image.dtype == np.float32:
        return image
    if image.dtype != np.uint8:
        raise TypeError(f"image: expected uint8 or float32, got {image.dtype}")
    return image.astype(np.float32) / 255


def to_bytes(image: np.ndarray) -> np.ndarray:
    """float32 in [0, 1] as uint8 in 0..255, rounded to the nearest.

    >>> to_bytes(np.array([0, 0.5, 1], np.float32))
    array([  0, 128, 255], dtype=uint8)
    """
    return (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)


def to_grey(image: np.ndarray) -> np.ndarray:
    """Luma of an RGB picture (ITU-R BT.601 weights): (H, W, 3) to (H, W), float32."""
    return image @ np.array([0.299, 0.587, 0.114], np.float32)


def check_picture(image: np.ndarray, name: str) -> None:
    """Refuse what is not (H, W, 3) float32 in [0, 1], in one clear line."""
    check_kind(image, name)
    _check_values(image, name)


def check_kind(image: np.ndarray, name: str, bytes_too: bool = False) -> None:
    """As `check_picture`, but without a look at every pixel: for who goes on with a part of a large picture, and checks that. With
    `bytes_too`, uint8 passes as well."""
    if not isinstance(image, np.ndarray):
        raise TypeError(f"{name}: expected a NumPy array, got {type(image).__name__}; facelib.images.load reads files")
    if image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise ValueError(f"{name}: expected shape (H, W, 3), got {image.shape}")
    if not (bytes_too and image.dtype == np.uint8):
        _check_dtype(image, name)


def check_mask(mask: np.ndarray, name: str, like: np.ndarray) -> None:
    """Refuse what is not an (H, W) float32 mask in [0, 1] of a picture's size, in one clear line."""
    if getattr(mask, "shape", None) != like.shape[:2]:
        raise ValueError(f"{name}: expected shape {like.shape[:2]}, the picture's, got {getattr(mask, 'shape', None)}")
    _check_values(mask, name)


def _check_dtype(array: np.ndarray, name: str) -> None:
    if array.dtype != np.float32:
        raise TypeError(f"{name}: expected float32, got {array.dtype}; facelib.images.to_float converts")


def _check_values(array: np.ndarray, name: str) -> None:
    _check_dtype(array, name)
    low, high = array.min(), array.max()
    if not (low >= 0 and high <= 1):  # written so that NaN fails too
        raise ValueError(f"{name}: expected values in [0, 1], got [{low:.3g}, {high:.3g}]")


def check_result(picture: np.ndarray, target: np.ndarray, name: str) -> None:
    """Refuse what a blender must not return, as `check_picture` does: also what is not of the target's shape."""
    check_picture(picture, name)
    if picture.shape != target.shape:
        raise ValueError(f"{name}: expected the target's shape {target.shape}, got {picture.shape}")


def check_ending(path: str | Path) -> None:
    """Refuse, before any work is done, a name under which `save` cannot write."""
    encoding.format_of(path)
