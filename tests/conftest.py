"""What several tests share: the two portraits, one swap of each way, and the real data where it is present."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import facelib
from facelib import images
from facelib.datasets import portraits


@pytest.fixture(scope="session")
def collins():
    return portraits.eileen_collins()


@pytest.fixture(scope="session")
def hopper():
    return portraits.grace_hopper()


@pytest.fixture(scope="session")
def collins_on_hopper(collins, hopper):
    return facelib.swap(collins, hopper)


@pytest.fixture(scope="session")
def hopper_on_collins(collins, hopper):
    return facelib.swap(hopper, collins)


def _real(name):
    """The folder of a real data set, or a skip that says why."""
    root = os.environ.get("FACELIB_DATA")
    if not root or not (Path(root) / name).is_dir():
        pytest.skip(f"needs real faces: FACELIB_DATA does not lead to a folder with {name}/ in it")
    return Path(root) / name


@pytest.fixture(scope="session")
def ytf68_folder():
    return _real("ytf68")


@pytest.fixture(scope="session")
def ibug300w_folder():
    return _real("ibug300w")  # in the official form


@pytest.fixture
def hopper_picture(hopper):
    """Grace Hopper as Pillow has it, to be saved as any file."""
    return Image.fromarray(images.to_bytes(hopper))


@pytest.fixture(scope="session")
def matrix_profile():
    """A function that makes an ICC profile: xy of the primaries, gamma, and the white's xy; version 2.1, for monitors."""

    def tag(kind, body):
        return kind + bytes(4) + body

    def fixed(*values):
        return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))

    def make(primaries, gamma, white=(0.3127, 0.3290)):
        xyz = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
        there, d50 = np.array([white[0] / white[1], 1, (1 - sum(white)) / white[1]]), np.array([0.9642, 1, 0.8249])
        cones = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])  # Bradford's
        adapt = np.linalg.inv(cones) @ np.diag(cones @ d50 / (cones @ there)) @ cones
        columns = adapt @ (xyz * np.linalg.solve(xyz, there))
        curve = tag(b"curv", struct.pack(">IH", 1, round(gamma * 256)) + bytes(2))
        tags = {b"desc": tag(b"desc", struct.pack(">I", 5) + b"made\0" + bytes(78)), b"cprt": tag(b"text", b"none\0" + bytes(3))}
        tags |= {b"wtpt": tag(b"XYZ ", fixed(*d50))}
        for name, column in zip((b"r", b"g", b"b"), columns.T, strict=True):
            tags |= {name + b"XYZ": tag(b"XYZ ", fixed(*column)), name + b"TRC": curve}
        table, data = struct.pack(">I", len(tags)), b""
        for name, body in tags.items():
            body += bytes(-len(body) % 4)
            table += name + struct.pack(">II", 128 + 4 + 12 * len(tags) + len(data), len(body))
            data += body
        header = (
            bytes(4) + b"none" + bytes.fromhex("02100000") + b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28) + fixed(*d50) + bytes(48)
        )
        whole = header + table + data
        return struct.pack(">I", len(whole)) + whole[4:]

    return make


@pytest.fixture(scope="session")
def adobe_like(matrix_profile):
    return matrix_profile([(0.64, 0.33), (0.21, 0.71), (0.15, 0.06)], 563 / 256)


@pytest.fixture(scope="session")
def prophoto_like(matrix_profile):
    return matrix_profile([(0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)], 1.8, (0.3457, 0.3585))


@pytest.fixture(scope="session")
def srgb_like(matrix_profile):
    """sRGB's primaries and, nearly, its curve."""
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
