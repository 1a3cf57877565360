"""The one place where a file is opened as a picture: which formats, how large, which page, and one line where it does not work."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

MAX_PIXELS = 50_000_000  # a 48-megapixel telephone picture passes
MIN_SIDE = 16  # pixels; no face can be seen in less
MAX_SIDE = 32_766  # pixels; OpenCV's warps count in 16 bits
# Nothing else is opened, whatever a file is called: Pillow hands EPS to Ghostscript, which is a programming language.
FORMATS = ("PNG", "JPEG", "MPO", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "JPEG2000", "PPM", "HEIF")
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx")
_ORIENTATION = 0x0112
_LYING = (5, 6, 7, 8)  # the orientations in which width and height change places


class PictureError(ValueError):
    """A file that cannot be read as a picture, or written as one; the message is one line for the user."""


@contextlib.contextmanager
def opened(file: str | Path | bytes, name: str | Path | None = None, page: int | None = None) -> Iterator[Image.Image]:
    """A picture's file, opened by Pillow and not decoded yet; what goes wrong with it in the `with` block becomes one line, too.

    Parameters
    ----------
    file : str, Path or bytes
        Or the file's contents.
    name : str or Path, optional
        What stands in messages; the path, otherwise.
    page : int, optional
        Of an animation or a file with several pages, counted from 1. A file that has one is opened whatever stands here.

    Raises
    ------
    PictureError
        No such file, not a picture, damaged, no such page, larger than `MAX_PIXELS` or `MAX_SIDE`, or smaller than `MIN_SIDE`.
    """
    name = file if name is None else name
    if isinstance(file, bytes):
        file = io.BytesIO(file)
    elif not Path(file).exists():
        raise PictureError(f"{name}: no such file")
    elif not Path(file).is_file():
        raise PictureError(f"{name}: not a file")
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # Pillow's own warning about large pictures: the check below is stricter
            with Image.open(file, formats=_formats(file, name)) as picture:
                if page is not None and pages(picture) > 1:
                    _turn_to(picture, page, name)
                _check_size(picture, name)
                yield picture
    except PictureError:
        raise
    except Image.UnidentifiedImageError:
        raise PictureError(f"{name}: not a picture that can be read (PNG, JPEG, WebP, TIFF, BMP and others can)") from None
    except Image.DecompressionBombError as error:
        raise PictureError(f"{name}: {error}; at most {MAX_PIXELS:,} pixels are read, so make it smaller first") from None
    except MemoryError:
        raise PictureError(f"{name}: not enough memory to decode it; make it smaller first") from None
    except Exception as error:  # Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error and more on damaged files
        reason = " ".join(str(error).split()) or type(error).__name__
        raise PictureError(f"{name}: damaged or cut off ({reason})") from None


def pages(picture: Image.Image) -> int:
    """How many pictures a file shows one after another. The further ones of a camera's MPO are other renderings of the first."""
    return 1 if picture.format == "MPO" else getattr(picture, "n_frames", 1)


def orientation(picture: Image.Image) -> int:
    """How the camera was held: 1 to 8, as Exif counts; 1 is upright. Nothing is decoded."""
    if picture.format == "PNG" and "exif" not in picture.info:  # Pillow would decode all of it to look behind the pixels
        return 1
    with contextlib.suppress(Exception):  # a malformed tag does not spoil a good picture
        found = picture.getexif().get(_ORIENTATION)
        return found if found in range(1, 9) else 1
    return 1


def upright_size(picture: Image.Image) -> tuple[int, int]:
    """Width and height of an opened picture as `images.load` gives it, which obeys the camera's orientation; nothing is decoded."""
    lying = orientation(picture) in _LYING
    if picture.format == "TIFF" and picture.size != (picture.tag_v2.get(256), picture.tag_v2.get(257)):
        lying = False  # Pillow turns a TIFF by itself since version 11
    return picture.size[::-1] if lying else picture.size


def _formats(file: str | Path | io.BytesIO, name: str | Path) -> list[str]:
    """Those of `FORMATS` that can be read here. HEIC needs a package that is asked for only where such a file comes."""
    Image.init()
    if "HEIF" not in Image.OPEN and _is_heif(file):
        try:
            import pillow_heif
        except ImportError:
            raise PictureError(f"{name}: a HEIC picture needs pillow-heif: pip install 'facelib[heif]'") from None
        pillow_heif.register_heif_opener()
    return [kind for kind in FORMATS if kind in Image.OPEN]


def _is_heif(file: str | Path | io.BytesIO) -> bool:
    if isinstance(file, io.BytesIO):
        start = file.getvalue()[:64]
    else:
        with open(file, "rb") as stream:
            start = stream.read(64)
    length = int.from_bytes(start[:4], "big")
    brands = {start[place : place + 4] for place in (8, *range(16, min(length, len(start)), 4))}
    return start[4:8] == b"ftyp" and not brands.isdisjoint(_HEIF_BRANDS)


def _turn_to(picture: Image.Image, page: int, name: str | Path) -> None:
    count = pages(picture)
    if not 1 <= page <= count:
        raise PictureError(f"{name}: page {page} asked for, but it has {count}; give one from 1 to {count}")
    picture.seek(page - 1)


def _check_size(picture: Image.Image, name: str | Path) -> None:
    width, height = picture.size
    size = f"{name}: {width} x {height} pixels"
    if width * height > MAX_PIXELS:
        raise PictureError(f"{size}; at most {MAX_PIXELS:,} are read, so make it smaller first")
    if min(width, height) < MIN_SIDE:
        raise PictureError(f"{size}; a face needs at least {MIN_SIDE} x {MIN_SIDE}")
    if max(width, height) > MAX_SIDE:
        raise PictureError(f"{size}; at most {MAX_SIDE:,} a side are read, so make it smaller first")
