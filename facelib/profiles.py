"""Colour profiles: what a file's numbers mean as colours, sRGB in and out (ICC.1:2022).

8 bits go through LittleCMS, relative colorimetric with black point compensation. It takes no more than 8 in Pillow, so that deep pictures
are converted here where their profile is three curves and a matrix or one curve, as nearly all working spaces of RGB and grey are.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image, ImageCms

_BLACK_POINT_COMPENSATION = 0x2000  # lcms2.h
_MODES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}
_ROWS = 256  # worked on at a time, so that a large picture needs no second and third copy
# Linear sRGB to XYZ under D50, as ICC has it, adapted by Bradford (IEC 61966-2-1, ICC's own sRGB profile).
_SRGB_TO_XYZ = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
_GRAY_OF_XYZ = np.array([0.0, 1.0, 0.0])
_TABLE = np.linspace(0, 1, 4097)  # where curves that are only known one way are turned round


class ProfileError(ValueError):
    """A profile that cannot be read, or does not belong to such a picture."""


def _srgb_to_linear(values: np.ndarray) -> np.ndarray:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _linear_to_srgb(values: np.ndarray) -> np.ndarray:
    return np.where(values <= 0.0031308, values * 12.92, 1.055 * np.maximum(values, 0.0031308) ** (1 / 2.4) - 0.055)


@dataclass(frozen=True)
class Profile:
    """The profile embedded in a picture of one, three or four channels. `ProfileError` on the first use of one that is no good."""

    icc: bytes
    channels: int  # 1 grey, 3 RGB, 4 CMYK

    @cached_property
    def is_srgb(self) -> bool:
        """Whether its colours are sRGB's, to a level of 8 bits."""
        if self.channels == 4:
            return False
        levels = np.arange(0, 256, 15 if self.channels == 3 else 1, dtype=np.uint8)
        samples = np.stack(np.meshgrid(*[levels] * self.channels), axis=-1).reshape(len(levels), -1, self.channels)
        return bool(np.abs(self.to_srgb(samples).astype(int) - samples).max() <= 1)

    def to_srgb(self, picture: np.ndarray) -> np.ndarray:
        """(H, W, channels) uint8, or float32 in [0, 1], as sRGB: (H, W, 3) of the same kind."""
        return self._by_bands(picture, 3, self._to_srgb, self._deep and self._deep.to_srgb)

    def from_srgb(self, picture: np.ndarray) -> np.ndarray:
        """(H, W, 3) sRGB, uint8 or float32, as (H, W, channels) of this profile, the same kind; a grey one takes the luminance."""
        return self._by_bands(picture, self.channels, self._from_srgb, self._deep and self._deep.from_srgb)

    def _by_bands(self, picture: np.ndarray, channels: int, transform: ImageCms.ImageCmsTransform, deep: Callable | None) -> np.ndarray:
        made = np.empty((*picture.shape[:2], channels), picture.dtype)
        for top in range(0, len(picture), _ROWS):
            band = picture[top : top + _ROWS]
            if picture.dtype != np.uint8 and deep:
                made[top : top + _ROWS] = deep(band).clip(0, 1)
                continue
            bytes_of_it = band if band.dtype == np.uint8 else (band * 255 + 0.5).astype(np.uint8)
            done = np.asarray(ImageCms.applyTransform(_pillow(bytes_of_it), transform)).reshape(*band.shape[:2], channels)
            made[top : top + _ROWS] = done if band.dtype == np.uint8 else done.astype(np.float32) / 255
        return made

    @cached_property
    def _opened(self) -> ImageCms.ImageCmsProfile:
        try:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(self.icc))
            mode = _MODES.get(profile.profile.xcolor_space.strip())
        except Exception:  # OSError, PyCMSError, AttributeError: whatever LittleCMS finds wrong
            raise ProfileError("cannot be read") from None
        if mode != self._mode:
            raise ProfileError(f"is for {profile.profile.xcolor_space.strip()}, and the picture is {self._mode}")
        return profile

    @property
    def _mode(self) -> str:
        return {1: "L", 3: "RGB", 4: "CMYK"}[self.channels]

    @cached_property
    def _to_srgb(self) -> ImageCms.ImageCmsTransform:
        return self._transform(self._opened, _srgb(), self._mode, "RGB")

    @cached_property
    def _from_srgb(self) -> ImageCms.ImageCmsTransform:
        return self._transform(_srgb(), self._opened, "RGB", self._mode)

    @staticmethod
    def _transform(given, wanted, mode: str, wanted_mode: str) -> ImageCms.ImageCmsTransform:
        try:
            intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
            return ImageCms.buildTransform(given, wanted, mode, wanted_mode, intent, _BLACK_POINT_COMPENSATION)
        except Exception:
            raise ProfileError("cannot be used") from None

    @cached_property
    def _deep(self) -> _Curves | None:
        return _curves(self.icc, self.channels)


def check(icc: bytes, channels: int) -> Profile | None:
    """The profile of a picture, once it is known to work both ways (CMYK: one way); None where it is sRGB's.

    Raises
    ------
    ProfileError
        The message ends a sentence that begins "its colour profile".
    """
    profile = Profile(icc, channels)
    if profile.is_srgb:
        return None
    for transform in ("_to_srgb", *(("_from_srgb",) if channels < 4 else ())):
        getattr(profile, transform)
    return profile


@dataclass(frozen=True)
class _Curves:
    """A profile of curves and a matrix, in floats."""

    curves: list[Callable[[np.ndarray], np.ndarray]]  # from the file's values to light, both in [0, 1]
    matrix: np.ndarray  # (3, channels): light to XYZ

    def to_srgb(self, picture: np.ndarray) -> np.ndarray:
        light = np.stack([curve(picture[..., k].astype(float)) for k, curve in enumerate(self.curves)], axis=-1)
        if len(self.curves) == 1:
            return np.repeat(_linear_to_srgb(light), 3, axis=-1)
        return _linear_to_srgb((light @ (np.linalg.inv(_SRGB_TO_XYZ) @ self.matrix).T).clip(0, 1))

    def from_srgb(self, picture: np.ndarray) -> np.ndarray:
        light = _srgb_to_linear(picture.astype(float))
        if len(self.curves) == 1:
            light = light @ (_GRAY_OF_XYZ @ _SRGB_TO_XYZ)[:, None]
        else:
            light = light @ (np.linalg.inv(self.matrix) @ _SRGB_TO_XYZ).T
        return np.stack([np.interp(light[..., k], curve(_TABLE**2), _TABLE**2) for k, curve in enumerate(self.curves)], axis=-1)


def _curves(icc: bytes, channels: int) -> _Curves | None:
    """What `_Curves` needs out of a profile; None where it is of another kind."""
    try:
        count = struct.unpack_from(">I", icc, 128)[0]
        rows = (struct.unpack_from(">4sII", icc, 132 + 12 * k) for k in range(count))
        tags = {name: icc[offset : offset + size] for name, offset, size in rows}
        names = [b"k"] if channels == 1 else [b"r", b"g", b"b"]
        if channels == 4 or any(name.startswith((b"A2B", b"D2B")) for name in tags):
            return None
        curves = [_curve(tags[name + b"TRC"]) for name in names]
        if channels == 1:
            return _Curves(curves, np.ones((3, 1)))
        columns = [np.array(struct.unpack_from(">3i", tags[name + b"XYZ"], 8)) / 65536 for name in names]
        return _Curves(curves, np.stack(columns, axis=1))
    except (struct.error, KeyError, IndexError, ValueError):
        return None


def _curve(tag: bytes) -> Callable[[np.ndarray], np.ndarray]:
    """A tone curve: a power, a table, or a power with a straight part (ICC.1:2022, 10.6 and 10.18)."""
    if tag[:4] == b"curv":
        count = struct.unpack_from(">I", tag, 8)[0]
        values = np.array(struct.unpack_from(f">{count}H", tag, 12), float)
        if count == 0:
            return lambda x: x
        if count == 1:
            return lambda x: np.maximum(x, 0) ** (values[0] / 256)
        return lambda x: np.interp(x, np.linspace(0, 1, count), values / 65535)
    kind = struct.unpack_from(">H", tag, 8)[0] if tag[:4] == b"para" else -1
    lengths = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}
    if kind not in lengths:
        raise ValueError("a curve of an unknown kind")
    given = np.array(struct.unpack_from(f">{lengths[kind]}i", tag, 12)) / 65536
    power, a, b, c, d, e, f = np.pad(given, (0, 7 - len(given)))
    if kind == 0:
        return lambda x: np.maximum(x, 0) ** power
    if kind in (1, 2):
        return lambda x: np.where(x >= -b / a, np.maximum(a * x + b, 0) ** power + c, c)
    return lambda x: np.where(x >= d, np.maximum(a * x + b, 0) ** power + e, c * x + f)


def _pillow(picture: np.ndarray) -> Image.Image:
    picture = np.ascontiguousarray(picture)
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[picture.shape[2]]
    return Image.frombytes(mode, picture.shape[1::-1], picture.tobytes())


def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
