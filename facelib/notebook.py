"""What the first cell of a chapter calls: is all here that the chapter needs, and on what does it run?

Nothing in here installs torch, torchvision, NumPy or OpenCV. In Colab they fit one another and the GPU's driver, and a second copy of
one of them is what most often breaks a notebook there.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from facelib import records, tier

if TYPE_CHECKING:
    from packaging.requirements import Requirement

OPENCV = ("opencv-python-headless", "opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless")  # one package, four names
HELD = ("torch", "torchvision", "numpy", *OPENCV)
EXTRAS = ("train", "widgets")  # what chapters need beyond facelib's own dependencies


def setup() -> None:
    """Check the versions, choose the tier, and say in one line what the notebook runs on.

    In Colab, what is missing is installed, with `HELD` as they are, and the tier is "colab" where there is a GPU, unless FACELIB_TIER
    names one. Elsewhere nothing is changed, and what is missing is named.

    Raises
    ------
    RuntimeError
        Python or torch is outside facelib's range; or one of `HELD` is missing in Colab.
    """
    refuse_unsupported()
    missing = [requirement for requirement in needed() if version(requirement.name) is None]
    if missing and in_colab():
        install(missing)
    elif missing:
        print(f"missing here: {listed(missing)}; install them if this notebook asks for them")
    for line in outside_range():
        print(line)

    import torch

    from facelib.swap import SmallSource

    warnings.simplefilter("ignore", SmallSource)  # of the book's two portraits one face is half as large as the other
    if in_colab() and torch.cuda.is_available():
        os.environ.setdefault("FACELIB_TIER", "colab")
    versions = ", ".join(f"{name} {version(name)}" for name in ("facelib", "torch", "numpy", OPENCV[0]))
    print(f"{records.hardware()}; tier {tier.current()}; {versions.replace(OPENCV[0], 'opencv')}")


def in_colab() -> bool:
    """Colab sets COLAB_RELEASE_TAG in every notebook; `tools/try_colab.sh` does so to pass for it."""
    return "COLAB_RELEASE_TAG" in os.environ


def needed() -> list[Requirement]:
    """What facelib declares that it needs, `EXTRAS` included; nothing where only its source is there, and nothing is declared."""
    from packaging.requirements import Requirement  # comes with matplotlib

    try:
        declared = [Requirement(line) for line in metadata.requires("facelib") or []]
    except metadata.PackageNotFoundError:
        return []
    return [each for each in declared if any(_is_wanted(each, extra) for extra in EXTRAS) and each.name != "tensorboard"]  # for logs


def _is_wanted(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def version(name: str) -> str | None:
    """The version of a distribution, or None; OpenCV under any of its names.

    Examples
    --------
    >>> version("no-such-package") is None
    True
    """
    return next(filter(None, map(exactly, OPENCV if name in OPENCV else (name,))), None)


def exactly(name: str) -> str | None:
    """The version of a distribution that is called so, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def refuse_unsupported() -> None:
    """Stop where nothing that follows can be trusted."""
    remedy = "in Colab, choose another runtime version (Runtime > Change runtime type)" if in_colab() else "see the README"
    for name, found, wanted in [("Python", platform.python_version(), python_range()), *ranges()]:
        if name in ("Python", "torch") and found is not None and not within(found, wanted):
            raise RuntimeError(f"{name} {found} is outside {wanted}, which facelib supports; {remedy}")


def outside_range() -> Iterator[str]:
    """One plain line for each other version that is not in facelib's range."""
    for name, found, wanted in ranges():
        if found is not None and not within(found, wanted):
            yield f"{name} {found} is outside {wanted}, which facelib is tested with: if something fails, that may be why"


def ranges() -> list[tuple[str, str | None, str]]:
    """For each package: its name, the version that is here, and facelib's range."""
    return [(requirement.name, version(requirement.name), str(requirement.specifier)) for requirement in needed()]


def python_range() -> str:
    try:
        return metadata.metadata("facelib")["Requires-Python"] or ""
    except metadata.PackageNotFoundError:
        return ""


def within(found: str, wanted: str) -> bool:
    """
    Examples
    --------
    >>> within("2.11.0+cu128", ">=2.6"), within("5.0", ">=4.8,<5")
    (True, False)
    """
    from packaging.specifiers import SpecifierSet

    return SpecifierSet(wanted).contains(found, prereleases=True)


def install(missing: list[Requirement]) -> None:
    """Add packages, with what they need, and with `HELD` as they are: pip fails rather than change one of those."""
    held = [f"{name}=={found}" for name in HELD if (found := exactly(name))]
    if any(requirement.name in HELD for requirement in missing):
        raise RuntimeError(f"missing here: {listed(missing)}; facelib leaves these to the runtime, so choose another one")
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder) / "held.txt"
        constraints.write_text("\n".join(held), encoding="utf-8")
        wanted = listed(missing).split()
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--constraint", str(constraints), *wanted], check=True)


def listed(requirements: list[Requirement]) -> str:
    return " ".join(f"{requirement.name}{requirement.specifier}" for requirement in requirements)
