"""A picture with all that its file holds: working pixels for a swap, and the file's own for everything that a swap leaves alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from facelib import deep, encoding, metadata, opening, profiles

_TURNS = {
    1: lambda array: array,
    2: lambda array: array[:, ::-1],
    3: lambda array: array[::-1, ::-1],
    4: lambda array: array[::-1],
    5: lambda array: array.swapaxes(0, 1),
    6: lambda array: array.swapaxes(0, 1)[:, ::-1],
    7: lambda array: array[::-1, ::-1].swapaxes(0, 1),
    8: lambda array: array.swapaxes(0, 1)[::-1],
}  # what undoes each orientation that a camera writes
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_ROWS = 256  # worked on at a time
_NEW = 0.06  # of the range: a pixel that was changed by so much has nothing left of what working pixels cannot show of its old colour


@dataclass(frozen=True)
class PictureFile:
    """What `read` gives.

    `original` has the file's own numbers, upright: (H, W, C), C being 1 for grey, 2 for grey with alpha, 3 for RGB, 4 for RGBA; uint8,
    uint16, or float32 in [0, 1] where the file holds floats. CMYK and palettes have become RGB.
    """

    name: str
    original: np.ndarray
    icc: bytes = b""  # the profile that `original` is in, as embedded; empty for sRGB without one
    profile: profiles.Profile | None = None  # None where nothing needs to be converted
    said: metadata.Metadata = field(default_factory=metadata.Metadata)
    dpi: tuple[float, float] | None = None
    page: int = 1
    pages: int = 1
    was_cmyk: bool = False
    notes: tuple[str, ...] = ()  # a line for each thing of the file that could not be kept in reading

    @cached_property
    def pixels(self) -> np.ndarray:
        """(H, W, 3), sRGB, transparency onto white: uint8, or float32 in [0, 1] where the file has more than 8 bits. Read only; no copy
        where `original` is that already."""
        return self._working(self.original)

    def with_part(self, window: tuple[slice, slice], part: np.ndarray) -> PictureFile:
        """The picture with a part of its working pixels replaced.

        Parameters
        ----------
        window : (slice, slice)
            Rows and columns.
        part : ndarray of shape (h, w, 3), float32 in [0, 1] or uint8
            What `pixels[window]` shall be.

        Returns
        -------
        PictureFile
            Pixels whose part equals what was there are the original's to the bit. Others are converted to the file's own profile, depth
            and channels; those that were changed a little keep what sRGB cannot show of their colour, so that no edge appears in it.
        """
        if part.shape != self.pixels[window].shape:
            raise ValueError(f"part: expected shape {self.pixels[window].shape}, the window's, got {part.shape}")
        made = self.original.copy()
        if self.pixels is self.original:
            made[window] = part if part.dtype == np.uint8 else _as(part, np.uint8)
            return replace(self, original=made)
        shown, whole = self.pixels[window], made[window]
        for top in range(0, len(part), _ROWS):
            rows = np.s_[top : top + _ROWS]
            self._mend(whole[rows], shown[rows], part[rows])
        return replace(self, original=made)

    def _mend(self, own: np.ndarray, shown: np.ndarray, part: np.ndarray) -> None:
        """Write into a part of the original, which is shown so, what makes it be shown as `part`."""
        old, new = _share(shown), _share(part)
        if shown.dtype == np.uint8:
            new = _share(_as(new, np.uint8))
        change = np.abs(new - old).max(axis=2, keepdims=True)
        changed = change[..., 0] > 0.5 / 65535
        if not changed.any():
            return
        colours, alpha = own[..., : self._colours], own[..., self._colours :]
        kept = (1 - change / _NEW).clip(0, 1)
        mended = self._native(new, alpha) + kept * (_share(colours) - self._native(old, alpha))
        colours[changed] = _as(mended.clip(0, 1), own.dtype)[changed]

    def encode(self, name: str | Path, keep: str = "safe") -> tuple[bytes, list[str]]:
        """The contents of the file of that name, with the provenance mark, and a line for each thing that the format cannot hold.

        Parameters
        ----------
        name : str or Path
            Ends in one of `facelib.encoding.ENDINGS`.
        keep : {"safe", "all", "none"}
            Of the file's metadata; see `facelib.metadata`. Profile and mark are always written.

        Raises
        ------
        PictureError
            Another ending, or a picture too large for the format.
        """
        kind, pixels, icc, notes = encoding.format_of(name), self.original, self.icc, []
        if self.was_cmyk:
            notes.append(f"{name}: {self.name} is CMYK; it is written as RGB, in sRGB")
        if kind == "WEBP" and self._colours == 1:  # which has no grey
            pixels, icc = self._as_rgb(pixels), b""
        if self._has_alpha and kind not in encoding.CLEAR:
            notes.append(f"{name}: {kind} holds no transparency; it has become white")
            pixels = _onto_white(pixels)
        if pixels.dtype != np.uint8:
            if kind in encoding.DEEP and not (kind == "TIFF" and pixels.shape[2] == 2):
                pixels = _as(_share(pixels), np.uint16) if pixels.dtype != np.uint16 else pixels
            else:
                notes.append(f"{name}: {self.name} has {8 * self.original.itemsize} bits a channel; {kind} holds 8")
                pixels = _as(_share(pixels), np.uint8)
        return encoding.encode(pixels, name, icc, metadata.exif(self.said, keep), metadata.xmp(self.said, keep), self.dpi), notes

    @property
    def _colours(self) -> int:
        """How many of the channels are colour."""
        return 1 if self.original.shape[2] < 3 else 3

    @property
    def _has_alpha(self) -> bool:
        return self.original.shape[2] in (2, 4)

    def _working(self, own: np.ndarray) -> np.ndarray:
        picture = own if own.dtype == np.uint8 else _share(own)
        if self.profile is None and self.original.shape[2] == 3:
            return picture
        colours = self._seen(picture[..., : self._colours])
        return _onto_white(np.concatenate([colours, picture[..., self._colours :]], axis=2)) if self._has_alpha else colours

    def _as_rgb(self, own: np.ndarray) -> np.ndarray:
        """A grey original as RGB, with its alpha, if it has one."""
        picture = own if own.dtype == np.uint8 else _share(own)
        return np.concatenate([self._seen(picture[..., :1]), picture[..., 1:]], axis=2)

    def _seen(self, colours: np.ndarray) -> np.ndarray:
        """The file's own colours, uint8 or shares, as sRGB of three channels."""
        if self.profile is not None:
            return self.profile.to_srgb(colours)
        return np.repeat(colours, 3, axis=2) if self._colours == 1 else colours

    def _native(self, picture: np.ndarray, alpha: np.ndarray) -> np.ndarray:
        """Working pixels as the file's own colours, float32: what has to stand behind that alpha for the picture to be seen on white."""
        if self._has_alpha:
            share = _share(alpha)
            picture = np.where(share > 0, (picture - (1 - share)) / np.maximum(share, 1 / 255), picture).clip(0, 1)
        if self._colours == 1:
            picture = np.repeat((picture @ _LUMA)[..., None].clip(0, 1), 3, axis=2)
        if self.profile is None:
            return picture[..., : self._colours]
        if self.original.dtype != np.uint8:
            return self.profile.from_srgb(picture.astype(np.float32))
        return _share(self.profile.from_srgb((picture * 255 + 0.5).astype(np.uint8)))


def read(file: str | Path | bytes, name: str | Path | None = None, page: int | None = None, shrink_to: int = 0) -> PictureFile:
    """Read a picture of any usual kind, with what its file holds beside pixels.

    Grey, palette, 16-bit, CMYK and transparent pictures are read; the camera's orientation is obeyed; the contents count, not the ending.

    Parameters
    ----------
    file : str, Path or bytes
        Or the file's contents.
    name : str or Path, optional
        What stands in messages; the path, otherwise.
    page : int, optional
        Which picture of an animation or a file with several pages, counted from 1; the first where none is asked for. A file that has
        only one is read whatever stands here.
    shrink_to : int
        A JPEG may be read smaller, its shorter side not below so many pixels: quick. 0 reads all.

    Returns
    -------
    PictureFile

    Raises
    ------
    PictureError
        See `facelib.opening.opened`.
    """
    name = str(file if name is None else name)
    with opening.opened(file, name, page) as picture:
        if shrink_to:
            picture.draft(None, (shrink_to, shrink_to))
        pages, is_deep = opening.pages(picture), not shrink_to and deep.is_deep(picture)
        picture.load()
        said, turn = metadata.of(picture), _TURNS[opening.orientation(picture)]
        icc, dpi, mode = picture.info.get("icc_profile") or b"", picture.info.get("dpi"), picture.mode
        original, notes = _channels(picture), []
        if is_deep and original.shape[2] == len(mode):
            try:
                with opening.opened(file, name, page) as again:
                    deep.low_bytes(again)
                    original = deep.values(picture, again)
            except opening.PictureError:
                notes.append(f"{name}: 8 of its 16 bits are read")
        profile = None
        if icc:
            try:
                profile = profiles.check(icc, 4 if mode == "CMYK" else 1 if original.shape[2] < 3 else 3)
            except profiles.ProfileError as error:
                notes.append(f"{name}: its colour profile {error}; colours are taken for sRGB")
                icc = b""
        if mode == "CMYK":
            original = profile.to_srgb(original) if profile else np.asarray(picture.convert("RGB"))
            icc, profile = b"", None
    original = np.ascontiguousarray(turn(original))
    return PictureFile(name, original, icc, profile, said, dpi, picture.tell() + 1, pages, mode == "CMYK", tuple(notes))


def _channels(picture: Image.Image) -> np.ndarray:
    """A decoded picture's numbers, (H, W, C) as in `PictureFile.original`; CMYK as it is, 4 channels."""
    clear = picture.has_transparency_data
    if picture.mode.startswith("I") or picture.mode == "F":  # 16 and 32 bits of grey; Pillow's own conversion would clip them
        grey = np.asarray(picture)
        if not np.isfinite(grey).all():
            raise ValueError("pixels that are no numbers")
        own = (grey / np.float32(_white(grey))).clip(0, 1) if picture.mode == "F" else grey.clip(0, 65535).astype(np.uint16)
        if isinstance(picture.info.get("transparency"), int):
            alpha = np.where(grey == picture.info["transparency"], 0, 1).astype(own.dtype) * own.dtype.type(_TOP[own.dtype.name])
            return np.stack([own, alpha], axis=2)
        return own[..., None]
    if picture.mode == "CMYK":
        return np.asarray(picture)
    grey = picture.mode in ("1", "L", "LA", "La")
    mode = {(True, True): "LA", (True, False): "L", (False, True): "RGBA", (False, False): "RGB"}[grey, clear]
    pixels = np.asarray(picture if picture.mode == mode else picture.convert(mode))
    return pixels.reshape(*pixels.shape[:2], -1)


def _white(values: np.ndarray) -> int:
    """What stands for white in grey of floats: they may be shares, or count to 255 as bytes do, or to 65,535."""
    return next((white for white in (1, 255) if values.max() <= white), 65535)


_TOP = {"uint8": 255, "uint16": 65535, "float32": 1}


def _share(values: np.ndarray) -> np.ndarray:
    """As float32 in [0, 1]; float32 itself is not copied."""
    return values if values.dtype == np.float32 else values.astype(np.float32) / np.float32(_TOP[values.dtype.name])


def _as(shares: np.ndarray, kind: np.dtype) -> np.ndarray:
    """float32 in [0, 1] as uint8 or uint16, rounded to the nearest, or as it is."""
    kind = np.dtype(kind)
    return shares if kind == np.float32 else (shares * np.float32(_TOP[kind.name]) + np.float32(0.5)).astype(kind)


def _onto_white(picture: np.ndarray) -> np.ndarray:
    """(H, W, C + 1) with alpha as (H, W, C) of the same kind."""
    top = _TOP[picture.dtype.name]
    made = np.empty((*picture.shape[:2], picture.shape[2] - 1), picture.dtype)
    for start in range(0, len(picture), _ROWS):
        band = picture[start : start + _ROWS]
        share = band[..., -1:].astype(np.float32) / np.float32(top)
        mixed = band[..., :-1] * share + top * (1 - share)
        made[start : start + _ROWS] = mixed if picture.dtype == np.float32 else mixed + np.float32(0.5)
    return made
