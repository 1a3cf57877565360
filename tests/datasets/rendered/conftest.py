"""Faces without anything in front of them, and without what a camera adds."""

import dataclasses

import pytest

from facelib.datasets.rendered import Face, Hair, Scene, sample


@pytest.fixture(scope="session")
def plain():
    """Make a random person's face bald, with a clear camera."""

    def make(seed, **groups):
        face = sample.face(seed)
        return dataclasses.replace(face, hair=Hair(amount=0.0), scene=Scene(blur=0.0, noise=0.0), **groups)

    return make


@pytest.fixture(scope="session")
def average():
    return Face(hair=Hair(amount=0.0), scene=Scene(blur=0.0, noise=0.0))
