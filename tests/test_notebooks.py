"""The check that keeps chapters and notebooks in step must itself notice when they are not."""

import importlib.util
import json
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
    (tmp_path / "book" / "results").mkdir(parents=True)
    for file in ("_config.yml", f"book/{CHAPTER}.md", f"book/{CHAPTER}.ipynb", "book/status.md", module.TIMES):
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


def test_every_chapter_says_the_recorded_times(notebooks):
    recorded = notebooks.times()
    for source in sorted((ROOT / "book").glob("*.md")):
        if "kernelspec:" in source.read_text():
            assert notebooks.TIME_LINE.findall(source.read_text()) == [notebooks.time_line(source.stem)]
            assert all(entry["result"] == "ok" for entry in recorded.get(source.stem, {}).values())
    assert notebooks.time_table() in (ROOT / "book" / "status.md").read_text()


def test_a_time_that_is_not_the_recorded_one_is_noticed(notebooks):
    record = json.loads((notebooks.ROOT / notebooks.TIMES).read_text())
    record["chapters"][CHAPTER]["smoke"] |= {"seconds": 1234.5, "load_before": 0.2}
    (notebooks.ROOT / notebooks.TIMES).write_text(json.dumps(record))
    assert "should say once, near its top, '*Time to run*: smoke 1234 s, " in faults(notebooks)
    assert notebooks.main(["check"]) == 1
    assert notebooks.main(["text"]) == 0
    assert faults(notebooks) == ""
    assert notebooks.main(["check"]) == 0


def test_a_chapter_without_a_time_line_is_noticed(notebooks):
    source = notebooks.ROOT / "book" / f"{CHAPTER}.md"
    source.write_text(notebooks.TIME_LINE.sub("", source.read_text()))
    assert "should say once, near its top" in faults(notebooks)


def test_on_a_busy_machine_the_clock_is_not_what_counts(notebooks):
    record = json.loads((notebooks.ROOT / notebooks.TIMES).read_text())
    record["chapters"][CHAPTER]["smoke"] |= {"seconds": 1234.5, "cpu_seconds": 20.4, "load_before": 9.0}
    (notebooks.ROOT / notebooks.TIMES).write_text(json.dumps(record))
    assert "smoke 20 s of CPU time, colab" in notebooks.time_line(CHAPTER)


def test_a_tier_that_was_not_measured_is_called_so(notebooks):
    record = json.loads((notebooks.ROOT / notebooks.TIMES).read_text())
    del record["chapters"][CHAPTER]["full"]
    (notebooks.ROOT / notebooks.TIMES).write_text(json.dumps(record))
    assert "full not measured" in notebooks.time_line(CHAPTER)
    assert "smoke not measured, colab not measured" in notebooks.time_line("no-such-chapter")


def test_text_is_carried_into_the_notebook_and_outputs_stay(notebooks):
    source = notebooks.ROOT / "book" / f"{CHAPTER}.md"
    before = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    source.write_text(source.read_text().replace("## Pyramids", "## Bands"))
    assert notebooks.main(["text"]) == 0
    assert faults(notebooks) == ""
    after = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    assert [cell.get("outputs") for cell in after.cells] == [cell.get("outputs") for cell in before.cells]


def test_changed_code_is_not_carried(notebooks, capsys):
    source = notebooks.ROOT / "book" / f"{CHAPTER}.md"
    source.write_text(source.read_text().replace("import numpy as np", "import numpy"))
    assert notebooks.main(["text"]) == 1
    assert "its code has changed" in capsys.readouterr().out
    assert "differs from its source" in faults(notebooks)


def test_a_run_is_timed_and_recorded(notebooks, monkeypatch):
    name = "0-nothing"
    monkeypatch.setenv("FACELIB_TIER", "colab")
    monkeypatch.setattr(notebooks, "execute", lambda notebook: None)
    source = notebooks.ROOT / "book" / f"{name}.md"
    head = (ROOT / "book" / f"{CHAPTER}.md").read_text().split("# 3 ")[0]
    source.write_text(head + "*Time to run*: ?\n")
    assert notebooks.main(["times", name]) == 0
    entry = notebooks.times()[name]["colab"]
    assert entry["result"] == "ok"
    assert {"seconds", "cpu_seconds", "date", "hardware", "torch", "load_before"} < set(entry)
    assert notebooks.TIME_LINE.findall(source.read_text()) == [notebooks.time_line(name)]
    assert f"| [{name}]({name}.md) | colab |" in (notebooks.ROOT / "book" / "status.md").read_text()


def test_a_chapter_that_fails_is_recorded_as_failed(notebooks, monkeypatch):
    def fails(notebook):
        raise notebooks.CellExecutionError("traceback", "KeyError", "'x'")

    monkeypatch.setattr(notebooks, "execute", fails)
    monkeypatch.setenv("FACELIB_TIER", "smoke")
    assert notebooks.main(["times"]) == 1
    assert notebooks.times()[CHAPTER]["smoke"]["result"] == "failed: KeyError"
