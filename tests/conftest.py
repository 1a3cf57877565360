"""What several tests share: the two portraits, one swap of each way, and the real data where it is present."""

import os
from pathlib import Path

import pytest

import facelib
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


@pytest.fixture(scope="session")
def ytf68_folder():
    """The real data set, or a skip that says why."""
    root = os.environ.get("FACELIB_DATA")
    if not root or not (Path(root) / "ytf68").is_dir():
        pytest.skip("needs real faces: FACELIB_DATA does not lead to a folder with ytf68/ in it")
    return Path(root) / "ytf68"
