"""The set-up cell: the same in every chapter, harmless at home, and in Colab no reason for another torch."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import jupytext
import nbformat
import pytest
from packaging.requirements import Requirement

from facelib import notebook

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted(path for path in (ROOT / "book").glob("*.md") if "kernelspec:" in path.read_text(encoding="utf-8"))
VERSIONS = {"facelib": "0.1.0", "torch": "2.11.0+cu128", "torchvision": "0.26.0+cu128", "numpy": "2.0.2", "scipy": "1.16.3"} | {
    "opencv-python": "4.13.0.92", "pillow": "11.3.0", "matplotlib": "3.10.0", "scikit-image": "0.25.2", "joblib": "1.5.3",
    "safetensors": "0.7.0", "tqdm": "4.67.3", "accelerate": "1.13.0", "ipywidgets": "7.7.1", "anywidget": "0.9.21"}  # fmt: skip


def setup_cells(cells):
    return [cell for cell in cells if "setup" in cell.metadata.get("tags", [])]


SETUP = setup_cells(jupytext.read(CHAPTERS[0], fmt="md:myst").cells)[0].source


@pytest.mark.parametrize("source", CHAPTERS, ids=lambda source: source.stem)
def test_every_chapter_begins_with_the_same_set_up_cell(source):
    for read in (jupytext.read(source, fmt="md:myst"), nbformat.read(source.with_suffix(".ipynb"), as_version=4)):
        (cell,) = setup_cells(read.cells)
        assert cell is next(cell for cell in read.cells if cell.cell_type == "code")
        assert cell.source == SETUP
        assert "nbval-ignore-output" in cell.metadata.tags
        assert not cell.get("outputs")


@pytest.fixture
def stub_pip(tmp_path, monkeypatch):
    """Where Python looks for pip first: one that notes what it was told, and "installs" a facelib that says that it was set up."""
    folder = tmp_path / "stub"
    (folder / "pip").mkdir(parents=True)
    (folder / "pip" / "__init__.py").touch()
    program = """
        import json, pathlib, sys

        here, arguments = pathlib.Path(__file__).parent.parent, sys.argv[1:]
        held = [pathlib.Path(each).read_text().split() for each in arguments if each.endswith(".txt")]
        (here / "told.json").write_text(json.dumps([arguments, held]))
        if arguments[-1].startswith("git+"):
            (here / "facelib").mkdir()
            (here / "facelib" / "__init__.py").touch()
            (here / "facelib" / "notebook.py").write_text("setup = lambda: print('set up')")
    """
    (folder / "pip" / "__main__.py").write_text(textwrap.dedent(program))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder / "told.json"


def run_cell(folder, without_facelib, **variables):
    """Run the set-up cell in IPython; what it printed, its error, and the tier afterwards."""
    program = f"""
        import json, os, sys
        from importlib.util import find_spec
        from pathlib import Path

        if {without_facelib}:
            sys.meta_path = [each for each in sys.meta_path if "editable" not in getattr(each, "__module__", "")]
            sys.path = [each for each in sys.path if each and not Path(each, "facelib").is_dir()]
            assert find_spec("facelib") is None
        from IPython.core.interactiveshell import InteractiveShell
        from IPython.utils.capture import capture_output

        with capture_output() as said:
            ran = InteractiveShell.instance().run_cell({SETUP!r})
        print("\\n" + json.dumps([said.stdout, repr(ran.error_in_exec), os.environ.get("FACELIB_TIER")]))
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COLAB", "FACELIB"))}
    environment = kept | {"IPYTHONDIR": str(folder)} | variables
    if not without_facelib:
        environment["PYTHONPATH"] += os.pathsep + str(ROOT)
    told = [sys.executable, "-c", textwrap.dedent(program)]
    ran = subprocess.run(told, capture_output=True, text=True, check=True, cwd=folder, env=environment)
    return json.loads(ran.stdout.splitlines()[-1])


def test_in_colab_the_cell_installs_facelib_and_nothing_else(stub_pip, tmp_path):
    said, error, _ = run_cell(tmp_path, without_facelib=True, COLAB_RELEASE_TAG="release")
    arguments, _ = json.loads(stub_pip.read_text())
    assert arguments == ["install", "--quiet", "--no-deps", "git+https://github.com/facelib-book/face-swapping"]
    assert "set up" in said
    assert error == "None"


def test_another_address_can_be_named(stub_pip, tmp_path):
    run_cell(tmp_path, without_facelib=True, COLAB_RELEASE_TAG="release", FACELIB_REPOSITORY="file:///a/clone")
    assert json.loads(stub_pip.read_text())[0][-1] == "git+file:///a/clone"


def test_elsewhere_the_cell_installs_nothing(stub_pip, tmp_path):
    _, error, _ = run_cell(tmp_path, without_facelib=True)
    assert "No module named 'facelib'" in error
    assert not stub_pip.exists()


def test_with_facelib_the_cell_says_one_line(stub_pip, tmp_path):
    said, error, tier = run_cell(tmp_path, without_facelib=False)
    assert error == "None"
    (line,) = said.splitlines()
    assert "tier smoke; facelib 0.1.0, torch " in line
    assert tier is None  # left alone
    assert not stub_pip.exists()


@pytest.fixture
def colab(monkeypatch):
    """Colab as it was in June 2026, with a GPU; a test changes the versions."""
    import torch

    versions = dict(VERSIONS)
    monkeypatch.setattr(notebook, "exactly", versions.get)
    monkeypatch.setattr(notebook.platform, "python_version", lambda: versions.get("Python", "3.12.12"))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Tesla T4")
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release")
    monkeypatch.setenv("FACELIB_TIER", "smoke")
    monkeypatch.delenv("FACELIB_TIER")  # set first, so that what setup() writes is undone
    return versions


def test_colab_with_a_gpu_gets_its_tier(colab, capsys):
    notebook.setup()
    line = "Tesla T4; tier colab; facelib 0.1.0, torch 2.11.0+cu128, numpy 2.0.2, opencv 4.13.0.92\n"
    assert capsys.readouterr().out == line
    assert os.environ["FACELIB_TIER"] == "colab"


def test_a_tier_that_is_named_is_kept(colab, monkeypatch, capsys):
    monkeypatch.setenv("FACELIB_TIER", "full")
    notebook.setup()
    assert "tier full" in capsys.readouterr().out


def test_colab_without_a_gpu_is_smoke(colab, monkeypatch, capsys):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    notebook.setup()
    assert "tier smoke" in capsys.readouterr().out
    assert "FACELIB_TIER" not in os.environ


@pytest.mark.parametrize(("name", "found"), [("Python", "3.9.18"), ("torch", "2.5.1+cu121")])
def test_an_unsupported_python_or_torch_is_refused(colab, name, found):
    colab[name] = found
    with pytest.raises(
        RuntimeError, match=rf"^{name} {found.replace('+', '.')} is outside >=[\d.]+, which facelib supports; in Colab, choose"
    ):
        notebook.setup()


@pytest.mark.parametrize(("name", "found"), [("numpy", "1.25.2"), ("pillow", "9.4.0")])
def test_another_version_outside_the_range_is_named_in_one_line(colab, capsys, name, found):
    colab[name] = found
    notebook.setup()
    first, _ = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{name} {found} is outside >=")


def test_opencv_counts_under_any_of_its_names(colab, capsys):
    colab["opencv-contrib-python"] = colab.pop("opencv-python")
    notebook.setup()
    assert "opencv 4.13.0.92" in capsys.readouterr().out
    colab["opencv-contrib-python"] = "4.7.0.72"
    notebook.setup()
    assert "opencv-python-headless 4.7.0.72 is outside >=4.8" in capsys.readouterr().out


def test_what_is_missing_is_added_with_colabs_packages_held(colab, stub_pip):
    del colab["accelerate"], colab["safetensors"]
    notebook.setup()
    arguments, (held,) = json.loads(stub_pip.read_text())
    assert arguments[:3] == ["install", "--quiet", "--constraint"]
    assert [Requirement(each).name for each in arguments[4:]] == ["safetensors", "accelerate"]
    assert held == ["torch==2.11.0+cu128", "torchvision==0.26.0+cu128", "numpy==2.0.2", "opencv-python==4.13.0.92"]


@pytest.mark.parametrize("name", ["torchvision", "numpy"])
def test_what_is_colabs_own_is_never_installed(colab, stub_pip, name):
    del colab[name]
    with pytest.raises(RuntimeError, match=f"missing here: {name}>="):
        notebook.setup()
    assert not stub_pip.exists()


def test_at_home_what_is_missing_is_named_and_not_installed(colab, stub_pip, monkeypatch, capsys):
    monkeypatch.delenv("COLAB_RELEASE_TAG")
    del colab["accelerate"]
    notebook.setup()
    assert capsys.readouterr().out.startswith("missing here: accelerate>=")
    assert not stub_pip.exists()
    assert "FACELIB_TIER" not in os.environ
