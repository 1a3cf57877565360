"""What runs where the package's own requirements are installed and nothing else: every command of the README but training."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

import facelib
from facelib import extras, images
from facelib.datasets import pts, ytf68

ROOT = Path(facelib.__file__).parent.parent
README = ROOT / "README.md"
MORE = (
    "jupyter",
    "jupyter_core",
    "jupyter_client",
    "notebook",
    "jupytext",
    "pytest",
    "nbval",
    "playwright",
)

# As if they were not installed: what looks for a module finds none. In a file that Python reads at its start, for workers too.
WITHOUT = """
import importlib.machinery, sys

class Without(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {blocked!r} else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(importlib.machinery.PathFinder)] = Without
"""
RUN = """
import contextlib, io, json, sys
from facelib.__main__ import main
for arguments in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(arguments)
        except SystemExit as stop:
            status = stop.code
    print(json.dumps([arguments, status, err.getvalue()]), flush=True)
"""

# What makes a command of the README short; it goes behind it.
SHORTER = {
    "evaluate swaps": "--n 2 --size 32 --blends feather --jobs 1 --json swaps.json --html swaps.html",
    "evaluate blind": "--n 1",
    "render": "--help",  # 200 pairs
    "fetch": "--help",  # by a network
    "compare harmonizers": "--data rendered",
    "pairs": "--n 2 --size 32 --jobs 1",
    "train parser": "",
    "train": "--data rendered",
}
MORE_LINES = [
    "evaluate variety --n 4 --jobs 1",
    "evaluate forgetting nowhere",
    "evaluate swaps --protocol five --n 2 --size 32 --blends multiband --jobs 1",
    "train harmonizer --recipe stable --dry-run",
    "train dih --dry-run",
    "train forensic --dry-run",
    "train mean-shape -o shape.json",
    "evaluate keypoints --data people",
    "check SOURCE.jpg --json check.json",
]
TRAINS = ("train keypoints", "train parser", "train embedding", "train harmonizer", "train dih", "train forensic", "compare harmonizers")
NEEDS = "facelib: error: needs accelerate: pip install 'facelib[train]'\n"
# What else a line may say: that data is not here.
NOT_HERE = re.compile(r"facelib: error: .*(not in .* nor in|[Nn]o such file|no such card|No such card|no such weights)[^\n]*\n")


def readme():
    """The command lines of the README's code blocks, without `facelib`."""
    for block in re.findall(r"```bash\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["facelib"]:
                yield words[1:]


def shorter(words):
    line = " ".join(words)
    more = next((more for start, more in SHORTER.items() if line.startswith(start)), "")
    return [str(ROOT / word) if word.startswith("facelib/") else word for word in [*words, *more.split()]]


@pytest.fixture(scope="module")
def clean(tmp_path_factory, collins, hopper, collins_on_hopper):
    """A folder with pictures and a small ytf68, and the environment of an installation without extras."""
    place = tmp_path_factory.mktemp("clean")
    for folder in ("python", "work", "data/ytf68/training"):
        (place / folder).mkdir(parents=True)
    (place / "python" / "sitecustomize.py").write_text(WITHOUT.format(blocked={*extras.EXTRAS, *MORE}))
    for name, picture in (("SOURCE", collins), ("PICTURE", hopper), ("TARGET", np.concatenate([hopper, hopper], axis=1))):
        images.save(picture, place / "work" / f"{name}.jpg")
    (place / "work" / "SOURCE.pts").write_text(pts.write(collins_on_hopper.source_points))
    lines, small = ["," * 136], cv2.resize(hopper, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    contents, points = images.encode(small, "a.png"), 0.3 * collins_on_hopper.target_points
    for person in ("Nobody", *ytf68.validation_people()):
        for number in (0, 10) if person < "B" or person == "Nobody" else (0,):  # of two videos, or of one
            (place / "data" / "ytf68" / "training" / f"{person}_{number:02d}.png").write_bytes(contents)
            lines.append(",".join([f"{person}_{number:02d}.png", *(f"{value + number / 10:.1f}" for value in points.ravel())]))
    (place / "data" / "ytf68" / "training_frames_keypoints.csv").write_text("\n".join(lines) + "\n")
    more = {"PYTHONPATH": os.pathsep.join([str(place / "python"), str(ROOT)]), "FACELIB_DATA": str(place / "data")}
    return place / "work", {**os.environ, **more, "XDG_CACHE_HOME": str(place / "none"), "OMP_NUM_THREADS": "1"}


def python(code, clean, given=""):
    work, environment = clean
    return subprocess.run([sys.executable, "-c", code], cwd=work, env=environment, input=given, capture_output=True, text=True)


@pytest.mark.parametrize("name", ["accelerate", "tensorboard", "IPython", "ipywidgets", "onnxruntime"])
def test_the_modules_are_as_if_they_were_not_installed(clean, name):
    assert "ModuleNotFoundError" in python(f"import {name}", clean).stderr
    assert python(f"from importlib.util import find_spec; assert find_spec({name!r}) is None", clean).returncode == 0


def test_every_command_of_the_readme_runs_or_names_the_extra_in_one_line(clean):
    lines = [shorter(words) for words in readme()] + [line.split() for line in MORE_LINES]
    assert len(lines) > 35
    done = python(RUN, clean, json.dumps(lines))
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [words for words, _, _ in found] == lines, done.stderr
    ran, wrong = 0, []
    for words, status, said in found:
        trains = " ".join(words).startswith(TRAINS) and "--dry-run" not in words
        ran += status == 0
        if not ((status, said) == (2, NEEDS) if trains else status == 0 or (status == 2 and NOT_HERE.fullmatch(said))):
            wrong.append((words, status, said))
    assert not wrong
    assert ran > 25


def test_only_training_and_widgets_need_an_extra(clean):
    """A plain import of each module of the package."""
    code = """
import importlib, pkgutil, facelib
for module in pkgutil.walk_packages(facelib.__path__, "facelib."):
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        print(module.name, error.name)
"""
    done = python(code, clean)
    assert done.returncode == 0, done.stderr
    needy = dict(line.split() for line in done.stdout.splitlines())
    assert {name for name, missing in needy.items() if missing == "accelerate"} == {
        "facelib.parsing.train",
        *(
            f"facelib.learned.{name}"
            for name in (
                *("checkpoint", "engine", "harmonizer_run", "harmonizer_study"),
                *("train_embedding", "train_forensic", "train_harmonizer", "train_keypoints"),
            )
        ),
    }
    assert all(name.startswith("facelib.widgets.") for name, missing in needy.items() if missing != "accelerate")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("from facelib import figures; figures.table(['a'], [['b']])", "facelib.figures: needs IPython: pip install 'facelib[widgets]'"),
        (
            "import numpy as np; from facelib import figures; figures.grid({'a': np.zeros((9, 9, 3), np.float32)}, 'b')",
            "facelib.figures: needs IPython: pip install 'facelib[widgets]'",
        ),
        ("from facelib.widgets import SwapApp", r"facelib.widgets: needs \w+: pip install 'facelib\[widgets\]'"),
    ],
)
def test_what_a_notebook_displays_names_the_extra(clean, code, said):
    last = python(code, clean).stderr.splitlines()[-1]
    assert re.fullmatch(f"ModuleNotFoundError: {said if 'w+' in said else re.escape(said)}", last)


def test_the_table_of_extras_is_that_of_the_package():
    tomllib = pytest.importorskip("tomllib", reason="Python 3.11 reads TOML")
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    names = {extra: {re.match(r"[\w-]+", line)[0] for line in lines} for extra, lines in declared.items()}
    for module, (extra, requirement) in extras.EXTRAS.items():
        assert requirement in names[extra], module
        assert extras.remedy(f"{module}.part") == f"needs {module}: pip install 'facelib[{extra}]'"
    for extra in ("train", "widgets", "fast"):  # those that a user meets
        assert names[extra] <= set(extras.EXTRAS)
    assert extras.remedy("numpy") is None
    assert extras.remedy(None) is None
