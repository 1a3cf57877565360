"""Chapters are MyST text (`book/N-name.md`, the source), each paired with a notebook that carries its outputs (`book/N-name.ipynb`).

python tools/notebooks.py run [NAME ...]    execute the chapters and write their notebooks
python tools/notebooks.py text [NAME ...]   write changed text and set-up cells into the notebooks; outputs stay
python tools/notebooks.py check             fail where a notebook is not what its source says
"""

import difflib
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat
import yaml
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 88  # characters; a few more than the page shows without scrolling
SETUP = """\
# Set-up. In Colab it installs facelib and leaves torch, NumPy and OpenCV as they are.
# Elsewhere facelib has to be there; the last line says what this notebook runs on.
import os
from importlib.util import find_spec

address = "{repository}"
if "COLAB_RELEASE_TAG" in os.environ and not find_spec("facelib"):
    address = os.environ.get("FACELIB_REPOSITORY", address)
    %pip install --quiet --no-deps git+{{address}}
from facelib import notebook

notebook.setup()"""


def main(arguments: list[str]) -> int:
    sources = sorted(source for source in (ROOT / "book").glob("*.md") if "kernelspec:" in source.read_text(encoding="utf-8"))
    match arguments:
        case ["run", *names]:
            for source in sources:
                if not names or source.stem in names:
                    run(source)
            return 0
        case ["text", *names]:
            for source in sources:
                if not names or source.stem in names:
                    carry_text(source)
            return 0
        case ["check"]:
            faults = [fault for source in sources for fault in check(source)]
            print(*faults, sep="\n", end="\n" if faults else "")
            print(f"{len(sources)} chapters, {len(faults)} faults")
            return 1 if faults else 0
    print(__doc__)
    return 2


def run(source: Path) -> None:
    """Execute a chapter in `book/` and write its notebook: the same cells, with outputs, without times and random ids.

    The kernel sees no data set, wherever one may lie: its pictures must not get into outputs.
    """
    notebook = read(source)
    os.environ.pop("FACELIB_DATA", None)
    with tempfile.TemporaryDirectory() as empty:
        os.environ["XDG_CACHE_HOME"] = empty
        NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": source.parent}}, record_timing=False).execute()
    nbformat.write(clean(notebook), source.with_suffix(".ipynb"))
    print(source.with_suffix(".ipynb").relative_to(ROOT))


def carry_text(source: Path) -> None:
    """Write a chapter's changed text, or its set-up cell, into its notebook without executing it."""
    notebook, ran = read(source), nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    new, old = ([cell for cell in each.cells if cell.cell_type == "code"] for each in (notebook, ran))
    if [cell.source for cell in new if not is_setup(cell)] != [cell.source for cell in old if not is_setup(cell)]:
        raise SystemExit(f"{source.stem}: its code has changed, not only its text; run: python tools/notebooks.py run {source.stem}")
    for cell, before in zip(new, old, strict=True):
        cell.outputs, cell.execution_count = before.outputs, before.execution_count
    notebook.metadata = ran.metadata
    nbformat.write(clean(notebook), source.with_suffix(".ipynb"))


def check(source: Path) -> list[str]:
    """One line for each way in which the notebook is out of step with its source, or not fit to be published."""
    paired = source.with_suffix(".ipynb")
    if not paired.is_file():
        return [f"{source.stem}: has no notebook; run: make notebooks"]
    wanted, found = read(source), nbformat.read(paired, as_version=4)
    code = [cell for cell in found.cells if cell.cell_type == "code"]
    faults = [*out_of_step(wanted, found, code), *(fault for cell in code for fault in unfit(cell))]
    return [f"{source.stem}: {fault}" for fault in faults]


def out_of_step(wanted: nbformat.NotebookNode, found: nbformat.NotebookNode, code: list) -> Iterator[str]:
    """Where the notebook is not the source, run once from top to bottom."""
    changed = difflib.unified_diff(as_text(found), as_text(wanted), lineterm="", n=0)
    first = next((line for line in changed if re.match(r"[-+][^-+]", line)), None)
    if first:
        yield f"the notebook differs from its source, first at {first!r}; run: make notebooks"
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        yield "the notebook was not run from top to bottom; run: make notebooks"
    if [cell.source for cell in wanted.cells if is_setup(cell)] != [setup_cell()]:
        yield f"its set-up cell is not the one in tools/notebooks.py; expected once, tagged setup:\n{setup_cell()}"


def unfit(cell: nbformat.NotebookNode) -> Iterator[str]:
    """What a reader of the page would see go wrong in one cell of code."""
    here, figure = repr(cell.source[:60]), cell.metadata.get("mystnb", {})
    if any(len(line) > WIDTH for line in cell.source.splitlines()):
        yield f"a line of code is wider than {WIDTH} characters: {here}"
    for output in cell.outputs:
        data = output.get("data", {})
        said = str(output.get("text", "")) + str(data.get("text/plain", ""))
        if output.output_type == "error":
            yield f"a cell ends in {output.ename}: {here}"
        if any(len(line) > WIDTH for line in said.splitlines()):
            yield f"an output is wider than {WIDTH} characters: {here}"
        if re.search(r"(/home/|/root/|/Users/|/tmp/|site-packages)", said):
            yield f"an output names a machine's path: {here}"
        if "image/png" in data and not (figure.get("image", {}).get("alt") and figure.get("figure", {}).get("caption")):
            yield f"a figure has no alt text or no caption: {here}"


def is_setup(cell: nbformat.NotebookNode) -> bool:
    return "setup" in cell.metadata.get("tags", [])


def read(source: Path) -> nbformat.NotebookNode:
    return clean(jupytext.read(source, fmt="md:myst"))


def clean(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Ids by place instead of at random, and nothing that depends on the machine."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata.pop("language_info", None)
    for place, cell in enumerate(notebook.cells):
        cell.id = f"cell-{place:03d}"
        if is_setup(cell):
            cell.outputs = []
        for output in cell.get("outputs", []):
            output.get("metadata", {}).clear()
    return notebook


def as_text(notebook: nbformat.NotebookNode) -> list[str]:
    return [
        line
        for cell in notebook.cells
        for line in (f"[{cell.cell_type}] {json.dumps(cell.metadata, sort_keys=True)}", *cell.source.splitlines())
    ]


def setup_cell() -> str:
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    return SETUP.format(repository=config["repository"]["url"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
