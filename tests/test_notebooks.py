"""The check that keeps chapters and notebooks in step must itself notice when they are not."""

import importlib.util
import shutil
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
CHAPTER = "3-blending"


@pytest.fixture
def notebooks(tmp_path, monkeypatch):
    """tools/notebooks.py, pointed at a copy of one chapter."""
    spec = importlib.util.spec_from_file_location("notebooks", ROOT / "tools" / "notebooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "book").mkdir()
    for file in ("_config.yml", f"book/{CHAPTER}.md", f"book/{CHAPTER}.ipynb"):
        shutil.copy(ROOT / file, tmp_path / file)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module


def change_notebook(notebooks, change):
    path = notebooks.ROOT / "book" / f"{CHAPTER}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    change(notebook, code)
    nbformat.write(notebook, path)


def live(code):
    """The cell that shows a widget."""
    return next(cell for cell in code if "skip-execution" in cell.metadata.get("tags", []))


def faults(notebooks):
    return "\n".join(notebooks.check(notebooks.ROOT / "book" / f"{CHAPTER}.md"))


def test_a_pair_in_step_has_no_faults(notebooks):
    assert faults(notebooks) == ""
    assert notebooks.main(["check"]) == 0


def test_a_changed_source_is_noticed(notebooks):
    source = notebooks.ROOT / "book" / f"{CHAPTER}.md"
    source.write_text(source.read_text().replace("## Pyramids", "## Bands"))
    assert "differs from its source" in faults(notebooks)
    assert "Bands" in faults(notebooks) or "Pyramids" in faults(notebooks)
    assert notebooks.main(["check"]) == 1


def test_a_missing_notebook_is_noticed(notebooks):
    (notebooks.ROOT / "book" / f"{CHAPTER}.ipynb").unlink()
    assert "has no notebook" in faults(notebooks)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda notebook, code: code[2].__setitem__("source", "1 + 1"), "differs from its source"),
        (lambda notebook, code: code[2].__setitem__("execution_count", None), "not run from top to bottom"),
        (lambda notebook, code: code[1].outputs.append(nbformat.v4.new_output("error", ename="KeyError")), "ends in KeyError"),
        (lambda notebook, code: code[1].outputs.append(nbformat.v4.new_output("stream", text="/home/me/x")), "machine's path"),
        (lambda notebook, code: code[1].outputs.append(nbformat.v4.new_output("stream", text="x" * 200)), "wider than"),
        (
            lambda notebook, code: code[1].outputs.append(nbformat.v4.new_output("display_data", {"image/png": "aaaa"})),
            "no alt text or no caption",
        ),
        (lambda notebook, code: live(code).outputs.append(nbformat.v4.new_output("stream", text="x")), "is not run has outputs"),
        (lambda notebook, code: live(code).metadata.tags.remove("nbval-skip"), "not tagged nbval-skip"),
    ],
)
def test_what_must_not_be_published_is_noticed(notebooks, change, says):
    change_notebook(notebooks, change)
    assert says in faults(notebooks)


def test_another_address_is_noticed(notebooks):
    config = notebooks.ROOT / "_config.yml"
    config.write_text(config.read_text().replace("https://github.com/", "https://example.org/"))
    assert "set-up cell" in faults(notebooks)


@pytest.mark.parametrize(
    ("words", "noticed"),
    [
        ("It wins by 17.35 dB.", True),
        ("It wins by 4 dB, since 2019, on 95 % of faces.", False),
        ("Of 83,117 faces", True),
        ("A power $x^{17.35}$, `17.35`, a [link](17.35), {cite}`a17.35`.", False),
    ],
)
def test_a_number_that_no_cell_prints_is_noticed(notebooks, words, noticed):
    cell = nbformat.v4.new_markdown_cell(words)
    assert bool(list(notebooks.unproved([cell], []))) is noticed


def test_a_printed_number_may_be_said(notebooks):
    output = nbformat.v4.new_output("stream", text="it wins by 17.35 dB of 83117\n")
    code = nbformat.v4.new_code_cell("print(gain)", outputs=[output])
    text = nbformat.v4.new_markdown_cell("It wins by 17.35 dB; of 83,117 faces.")
    assert list(notebooks.unproved([text], [code])) == []
    text.source = "It wins by 17.36 dB."
    assert "the text says 17.36, and no cell prints that" in next(notebooks.unproved([text], [code]))
    text.metadata["tags"] = ["no-results"]
    assert list(notebooks.unproved([text], [code])) == []
