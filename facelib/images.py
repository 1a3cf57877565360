"""Pictures in and out: colour order, value range, orientation, size limits, whole-or-nothing writing.

Inside facelib a picture is `(H, W, 3)` float32 in [0, 1], RGB, upright; a mask is `(H, W)` float32 in [0, 1]. This module is the one
place where files become that, and that becomes files.
"""

from __future__ import annotations

import io
import os
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

MAX_PIXELS = 50_000_000  # a 48-megapixel telephone picture passes; each such picture takes 600 MB once decoded
MIN_SIDE = 16  # pixels; no face can be seen in less
ENDINGS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
PROVENANCE = "Composite picture: face swapped with facelib"  # written into every file that `save` makes
_EXIF_DESCRIPTION, _EXIF_SOFTWARE = 0x010E, 0x0131


class PictureError(ValueError):
    """A file that cannot be read as a picture, or written as one; the message is one line for the user."""


def load(path: str | Path) -> np.ndarray:
    """Read a picture of any usual kind.

    Grey, palette, 16-bit, CMYK and transparent pictures are converted (transparency onto white); the camera's orientation is obeyed; the
    file's contents count, not its ending. Of an animation the first frame is read.

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
    path = Path(path)
    if not path.exists():
        raise PictureError(f"{path}: no such file")
    if not path.is_file():
        raise PictureError(f"{path}: not a file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own warning about large pictures: the check below is stricter
            with Image.open(path) as opened:
                width, height = opened.size
                if width * height > MAX_PIXELS:
                    raise PictureError(f"{path}: {width} x {height} pixels; at most {MAX_PIXELS:,} are read, so make it smaller first")
                if min(width, height) < MIN_SIDE:
                    raise PictureError(f"{path}: {width} x {height} pixels; a face needs at least {MIN_SIDE} x {MIN_SIDE}")
                return _to_rgb(ImageOps.exif_transpose(opened))
    except PictureError:
        raise
    except Image.UnidentifiedImageError:
        raise PictureError(f"{path}: not a picture that can be read (PNG, JPEG, WebP, TIFF, BMP and others can)") from None
    except Image.DecompressionBombError as error:
        raise PictureError(f"{path}: {error}; at most {MAX_PIXELS:,} pixels are read, so make it smaller first") from None
    except MemoryError:
        raise PictureError(f"{path}: not enough memory to decode it; make it smaller first") from None
    except Exception as error:  # Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error and more on damaged files
        reason = " ".join(str(error).split()) or type(error).__name__
        raise PictureError(f"{path}: damaged or cut off ({reason})") from None


def save(image: np.ndarray, path: str | Path) -> None:
    """Write a picture as PNG or JPEG, by the file's ending, with the provenance mark; whole or not at all.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), float32
        RGB in [0, 1].
    path : str or Path
        Ends in .png, .jpg or .jpeg; an existing file is replaced.

    Raises
    ------
    PictureError
        Another ending, or the place cannot be written to; nothing is left behind.
    """
    path = Path(path)
    check_picture(image, "image")
    picture = Image.fromarray(to_bytes(image))
    exif = Image.Exif()
    exif[_EXIF_DESCRIPTION], exif[_EXIF_SOFTWARE] = PROVENANCE, "facelib"
    encoded = io.BytesIO()
    kind = _format(path)
    options = {"quality": 95, "subsampling": 0, "comment": PROVENANCE} if kind == "JPEG" else {}
    picture.save(encoded, kind, exif=exif, **options)
    try:
        write_whole(path, encoded.getvalue())
    except OSError as error:
        raise PictureError(f"{path}: cannot be written ({error.strerror or error})") from None


def write_whole(path: str | Path, contents: bytes) -> None:
    """Write a file beside its place, then move it there: a reader sees the old file or the new one, never half of one."""
    path = Path(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(contents)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)  # mkstemp made it private
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def check_outputs(outputs: Iterable[str | Path], inputs: Iterable[str | Path] = ()) -> None:
    """Refuse, before any work is done, places where `save` would fail or would overwrite an input.

    Folders that `save`'s caller is going to make need not exist yet.

    Raises
    ------
    PictureError
        A wrong ending, a folder, one of the inputs under any name, or a place that cannot be written to.
    """
    inputs = [Path(file) for file in inputs]
    for output in map(Path, outputs):
        _format(output)
        if output.is_dir():
            raise PictureError(f"{output}: is a folder; give a file's name")
        for file in inputs:
            if output.exists() and file.exists() and output.samefile(file):
                raise PictureError(f"{output}: is the same file as the input {file}; give another name")
        folder = output.parent
        if not folder.is_dir():
            raise PictureError(f"{output}: there is no folder {folder}")
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise PictureError(f"{output}: cannot be written ({error.strerror or error})") from None


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
    if not isinstance(image, np.ndarray):
        raise TypeError(f"{name}: expected a NumPy array, got {type(image).__name__}; facelib.images.load reads files")
    if image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise ValueError(f"{name}: expected shape (H, W, 3), got {image.shape}")
    _check_values(image, name)


def check_mask(mask: np.ndarray, name: str, like: np.ndarray) -> None:
    """Refuse what is not an (H, W) float32 mask in [0, 1] of a picture's size, in one clear line."""
    if getattr(mask, "shape", None) != like.shape[:2]:
        raise ValueError(f"{name}: expected shape {like.shape[:2]}, the picture's, got {getattr(mask, 'shape', None)}")
    _check_values(mask, name)


def _check_values(array: np.ndarray, name: str) -> None:
    if array.dtype != np.float32:
        raise TypeError(f"{name}: expected float32, got {array.dtype}; facelib.images.to_float converts")
    low, high = array.min(), array.max()
    if not (low >= 0 and high <= 1):  # written so that NaN fails too
        raise ValueError(f"{name}: expected values in [0, 1], got [{low:.3g}, {high:.3g}]")


def _to_rgb(picture: Image.Image) -> np.ndarray:
    picture.load()
    if picture.mode.startswith("I") or picture.mode == "F":  # 16 and 32 bits of grey; Pillow's own conversion would clip them
        values = np.asarray(picture, np.float64)
        full = 65535 if values.max() > 1 or picture.mode != "F" else 1
        grey = np.clip(values / full, 0, 1).astype(np.float32)
        return np.repeat(grey[..., None], 3, axis=2)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return to_float(np.asarray(picture.convert("RGB")))


def _format(path: Path) -> str:
    try:
        return ENDINGS[path.suffix.lower()]
    except KeyError:
        raise PictureError(f"{path}: expected an ending of .png or .jpg, got {path.suffix or 'none'}") from None
