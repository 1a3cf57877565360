"""Pictures in and out: colour order, value range, orientation, size limits.

Inside facelib a picture is `(H, W, 3)` float32 in [0, 1], RGB, upright; a mask is `(H, W)` float32 in [0, 1]. This module is the one
place where files become that, and that becomes files.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from facelib.files import OutputError, write_all

MAX_PIXELS = 50_000_000  # a 48-megapixel telephone picture passes; each such picture takes 600 MB once decoded
MIN_SIDE = 16  # pixels; no face can be seen in less
MAX_SIDE = 32_766  # pixels; OpenCV's warps count in 16 bits
ENDINGS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
PROVENANCE = "Composite picture: face swapped with facelib"  # written into every file that `save` makes
_EXIF_DESCRIPTION, _EXIF_ORIENTATION, _EXIF_SOFTWARE = 0x010E, 0x0112, 0x0131
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # what undoes each orientation that a camera writes
_LYING = (5, 6, 7, 8)  # those in which width and height change places


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
    return _decode(path, path)


def load_small(path: str | Path, side: int) -> np.ndarray:
    """A picture as `load` gives it, shrunk in its proportions until its shorter side has at least `side` pixels: quick for a JPEG, which is
    not decoded at full size."""
    with Image.open(path) as opened:
        opened.draft("RGB", (side, side))
        opened.load()
        return _to_rgb(_upright(opened))


def read(contents: bytes, name: str) -> np.ndarray:
    """As `load`, of a file's contents: an upload, a camera's picture. `name` stands in the messages; result and errors are `load`'s."""
    return _decode(io.BytesIO(contents), name)


def _decode(file: Path | io.BytesIO, path: str | Path) -> np.ndarray:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own warning about large pictures: the check below is stricter
            with Image.open(file) as opened:
                width, height = opened.size
                if width * height > MAX_PIXELS:
                    raise PictureError(f"{path}: {width} x {height} pixels; at most {MAX_PIXELS:,} are read, so make it smaller first")
                if min(width, height) < MIN_SIDE:
                    raise PictureError(f"{path}: {width} x {height} pixels; a face needs at least {MIN_SIDE} x {MIN_SIDE}")
                if max(width, height) > MAX_SIDE:
                    raise PictureError(f"{path}: {width} x {height} pixels; at most {MAX_SIDE:,} a side are read, so make it smaller first")
                opened.load()
                return _to_rgb(_upright(opened))
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
    save_all({path: image})


def save_all(pictures: Mapping[str | Path, np.ndarray]) -> None:
    """Write several pictures as `save` does: all of them or none. Folders that are missing are made."""
    try:
        write_all({path: encode(image, path) for path, image in pictures.items()})
    except OutputError as error:
        raise PictureError(str(error)) from None


def encode(image: np.ndarray, name: str | Path) -> bytes:
    """The contents of the file that `save` would write under that name, provenance mark included."""
    check_picture(image, "image")
    exif = Image.Exif()
    exif[_EXIF_DESCRIPTION], exif[_EXIF_SOFTWARE] = PROVENANCE, "facelib"
    encoded, kind = io.BytesIO(), _format(Path(name))
    options = {"quality": 95, "subsampling": 0, "comment": PROVENANCE} if kind == "JPEG" else {}
    Image.fromarray(to_bytes(image)).save(encoded, kind, exif=exif, **options)
    return encoded.getvalue()


def is_marked(path: str | Path) -> bool:
    """Whether a picture's file holds the provenance mark that `save` writes: in its Exif description, or as a JPEG's comment.

    A file without it may be a composite all the same: whatever saves it again may leave the mark out.

    Raises
    ------
    PictureError
        No such file, or not a picture.
    """
    try:
        with Image.open(path) as opened:
            said = [opened.getexif().get(_EXIF_DESCRIPTION), opened.info.get("comment")]
    except FileNotFoundError:
        raise PictureError(f"{path}: no such file") from None
    except Exception as error:  # as `load`: decoders raise anything
        raise PictureError(f"{path}: not a picture that can be read ({' '.join(str(error).split()) or type(error).__name__})") from None
    return PROVENANCE in [one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in said]


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


def check_kind(image: np.ndarray, name: str) -> None:
    """As `check_picture`, but without a look at every pixel: for who goes on with a part of a large picture, and checks that."""
    if not isinstance(image, np.ndarray):
        raise TypeError(f"{name}: expected a NumPy array, got {type(image).__name__}; facelib.images.load reads files")
    if image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise ValueError(f"{name}: expected shape (H, W, 3), got {image.shape}")
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


def upright_size(picture: Image.Image) -> tuple[int, int]:
    """Width and height of an opened picture as `load` gives it, which obeys the camera's orientation; nothing is decoded."""
    if picture.format == "PNG" and "exif" not in picture.info:  # Pillow would decode all of it to look behind the pixels
        return picture.size
    return picture.size[::-1] if picture.getexif().get(_EXIF_ORIENTATION) in _LYING else picture.size


def _upright(picture: Image.Image) -> Image.Image:
    """Obey the camera's orientation. Pillow's own `exif_transpose` also rewrites the other tags, and fails where one is malformed."""
    turn = _TURNS.get(picture.getexif().get(_EXIF_ORIENTATION))
    return picture if turn is None else picture.transpose(turn)


def _to_rgb(picture: Image.Image) -> np.ndarray:
    if picture.mode.startswith("I") or picture.mode == "F":  # 16 and 32 bits of grey; Pillow's own conversion would clip them
        values = np.asarray(picture, np.float64)
        if not np.isfinite(values).all():
            raise ValueError("pixels that are no numbers")
        grey = np.clip(values / _white(picture, values), 0, 1).astype(np.float32)
        clear = picture.info.get("transparency")
        if isinstance(clear, int):
            grey[values == clear] = 1  # over white, as below
        return np.repeat(grey[..., None], 3, axis=2)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return to_float(np.asarray(picture.convert("RGB")))


def _white(picture: Image.Image, values: np.ndarray) -> int:
    """What stands for white in grey of many bits: a float may be a share, or count to 255 as a byte does, or to 65,535."""
    if picture.mode != "F":
        return 65535
    return next((white for white in (1, 255) if values.max() <= white), 65535)


def check_ending(path: str | Path) -> None:
    """Refuse, before any work is done, a name under which `save` cannot write."""
    _format(Path(path))


def _format(path: Path) -> str:
    try:
        return ENDINGS[path.suffix.lower()]
    except KeyError:
        raise PictureError(f"{path}: expected an ending of .png or .jpg, got {path.suffix or 'none'}") from None
