"""A picture's numbers as the contents of a PNG, JPEG, TIFF or WebP file, with profile, Exif and XMP.

Pillow writes 8 bits. It has no RGB of 16 bits, and its TIFF loses nested tags: those two are written here (PNG 1.2; TIFF 6.0).
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin, TiffImagePlugin

from facelib import metadata
from facelib.opening import PictureError

ENDINGS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF", ".webp": "WEBP"}
DEEP = ("PNG", "TIFF")  # those that hold 16 bits
CLEAR = ("PNG", "TIFF", "WEBP")  # those that hold transparency
_WEBP_SIDE = 16_383  # pixels
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_BAND = 1 << 20  # bytes that are packed at a time
_LONG, _SHORT, _UNDEFINED = 4, 3, 7  # TIFF's kinds of numbers


def format_of(name: str | Path) -> str:
    """The format that a file's ending asks for.

    Raises
    ------
    PictureError
        Another ending.
    """
    try:
        return ENDINGS[Path(name).suffix.lower()]
    except KeyError:
        raise PictureError(f"{name}: expected an ending of .png or .jpg, .tif or .webp, got {Path(name).suffix or 'none'}") from None


def encode_plain(pixels: np.ndarray, name: str | Path) -> bytes:
    """The contents of the file of that name with nothing beside the picture, (H, W, 3) uint8, RGB."""
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, format_of(name), quality=95)
    return encoded.getvalue()


def encode(
    pixels: np.ndarray, name: str | Path, icc: bytes = b"", exif: Image.Exif | None = None, xmp: bytes = b"", dpi: tuple | None = None
) -> bytes:
    """The contents of the file of that name.

    Parameters
    ----------
    pixels : ndarray of shape (H, W, C), uint8 or uint16
        1 channel is grey, 2 grey with alpha, 3 RGB, 4 RGBA; uint16 in `DEEP` formats only, alpha in `CLEAR` ones.
    name : str or Path
        Its ending chooses the format. JPEG is written at quality 95 with full colour resolution, the others without loss.
    icc : bytes
        The profile that is embedded, if any.
    exif, xmp : optional
        Without them, the mark of `facelib.metadata`.
    dpi : (float, float), optional

    Raises
    ------
    PictureError
        Another ending, or a picture too large for the format.
    """
    kind = format_of(name)
    exif, xmp = exif or metadata.exif(), xmp or metadata.xmp()
    if kind == "TIFF":
        return _tiff(pixels, icc, exif, xmp)
    if kind == "PNG" and pixels.dtype == np.uint16:
        return _deep_png(pixels, icc, exif, xmp)
    if kind == "WEBP" and max(pixels.shape[:2]) > _WEBP_SIDE:
        raise PictureError(f"{name}: WebP holds at most {_WEBP_SIDE:,} pixels a side; write a PNG or a JPEG")
    encoded = io.BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(pixels if pixels.shape[2] > 1 else pixels[..., 0]))
    options = {"exif": exif, "icc_profile": icc or None}
    if kind == "JPEG":
        marker = b"http://ns.adobe.com/xap/1.0/\0" + xmp
        if len(marker) < 65_000:
            options["extra"] = b"\xff\xe1" + struct.pack(">H", len(marker) + 2) + marker
        options |= {"quality": 95, "subsampling": 0, "comment": metadata.PROVENANCE, "dpi": dpi or (0, 0)}
    elif kind == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode("utf-8", "replace"))
        options |= {"dpi": dpi} if dpi else {}
    else:
        options |= {"lossless": True, "exact": True, "quality": 20, "method": 1, "xmp": xmp}
    picture.save(encoded, kind, **options)
    return encoded.getvalue()


def _deep_png(pixels: np.ndarray, icc: bytes, exif: Image.Exif, xmp: bytes) -> bytes:
    """Each byte is written as the difference from the same byte of the pixel to its left (filter 1)."""
    height, width, channels = pixels.shape
    pack, parts = zlib.compressobj(6), []
    rows = max(1, _BAND // (width * channels * 2))
    for top in range(0, height, rows):
        values = pixels[top : top + rows].astype(">u2").view(np.uint8).reshape(-1, width, channels * 2)
        filtered = np.empty((len(values), 1 + width * channels * 2), np.uint8)
        filtered[:, 0] = 1
        filtered[:, 1:] = np.diff(values, axis=1, prepend=np.uint8(0)).reshape(len(values), -1)
        parts.append(pack.compress(filtered.tobytes()))
    parts.append(pack.flush())
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    chunks = [(b"IHDR", header)]
    if icc:
        chunks.append((b"iCCP", b"icc\0\0" + zlib.compress(icc)))
    chunks += [(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0")), (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)]
    chunks += [(b"IDAT", b"".join(parts)), (b"IEND", b"")]
    written = (struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def _tiff(pixels: np.ndarray, icc: bytes, exif: Image.Exif, xmp: bytes) -> bytes:
    """One deflated strip of differences from the pixel to the left, behind a folder of tags that holds Exif's."""
    height, width, channels = pixels.shape
    bits = 8 * pixels.itemsize
    rows = max(1, _BAND // (width * channels * pixels.itemsize))
    pack, parts = zlib.compressobj(6), []
    for top in range(0, height, rows):
        values = pixels[top : top + rows].astype(f"<u{pixels.itemsize}")
        parts.append(pack.compress(np.diff(values, axis=1, prepend=values.dtype.type(0)).tobytes()))
    parts.append(pack.flush())
    tags = TiffImagePlugin.ImageFileDirectory_v2(b"II\x2a\0\0\0\0\0")
    for tag, value in exif.items():
        tags[tag] = value
    layout = {
        256: (width, _LONG),
        257: (height, _LONG),
        258: ((bits,) * channels, _SHORT),
        259: (8, _SHORT),  # deflate
        262: (1 if channels < 3 else 2, _SHORT),  # grey, or RGB
        273: (0, _LONG),  # where the strip is, counted from the end of the folder; Pillow adds that
        277: (channels, _SHORT),
        278: (height, _LONG),
        279: (sum(map(len, parts)), _LONG),
        284: (1, _SHORT),  # channels side by side
        317: (2, _SHORT),  # differences
        metadata.XMP: (xmp, _UNDEFINED),
    }
    if channels in (2, 4):
        layout[338] = ((2,), _SHORT)  # alpha that colours were not multiplied with
    if icc:
        layout[34675] = (icc, _UNDEFINED)
    for tag, (value, kind) in layout.items():
        tags.tagtype[tag] = kind
        tags[tag] = value
    file = io.BytesIO()
    tags.save(file)
    return b"".join([file.getvalue(), *parts])
