"""Chapters are MyST text (`book/N-name.md`, the source), each paired with a notebook that carries its outputs (`book/N-name.ipynb`).

python tools/notebooks.py run [NAME ...]    execute the chapters and write their notebooks
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
NUMBER = re.compile(r"(?<![\w.,/#-])\d[\d,]*(?:\.\d+)?(?![\w/]|\.\d)")
NO_PROSE = re.compile(  # code, formulas, roles, where a link leads, headings, numbered items, options of directives, other chapters
    r"(?ms)```.*?```|\$\$.*?\$\$|\{\w+\}`[^`]*`|`[^`]*`|\$[^$]*\$|\]\([^)]*\)|https?://\S+"
    r"|^#+ [^\n]*|^\d+\. |\*\*\d+\.\*\*|^:\w+:[^\n]*|[Cc]hapters? \d(?: (?:and|to) \d)?"
)
FREE = {*range(13), 68, 95, *range(1900, 2100)}  # small ones, the points of a face, the level of intervals, years
SETUP = """\
# Set-up. Does nothing where facelib is installed. In Colab it installs facelib and leaves Colab's torch, NumPy and OpenCV alone.
import importlib.util

if importlib.util.find_spec("facelib") is None:
    %pip install --quiet --no-deps git+{repository}"""


def main(arguments: list[str]) -> int:
    sources = sorted(source for source in (ROOT / "book").glob("*.md") if "kernelspec:" in source.read_text(encoding="utf-8"))
    match arguments:
        case ["run", *names]:
            for source in sources:
                if not names or source.stem in names:
                    run(source)
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
        NotebookClient(
            notebook, kernel_name="python3", resources={"metadata": {"path": source.parent}}, record_timing=False, coalesce_streams=True
        ).execute()
    nbformat.write(clean(notebook), source.with_suffix(".ipynb"))
    print(source.with_suffix(".ipynb").relative_to(ROOT))


def check(source: Path) -> list[str]:
    """One line for each way in which the notebook is out of step with its source, or not fit to be published."""
    paired = source.with_suffix(".ipynb")
    if not paired.is_file():
        return [f"{source.stem}: has no notebook; run: make notebooks"]
    wanted, found = read(source), nbformat.read(paired, as_version=4)
    code = [cell for cell in found.cells if cell.cell_type == "code"]
    text = [cell for cell in found.cells if cell.cell_type == "markdown"]
    faults = [*out_of_step(wanted, found, code), *(fault for cell in code for fault in unfit(cell)), *unproved(text, code)]
    return [f"{source.stem}: {fault}" for fault in faults]


def out_of_step(wanted: nbformat.NotebookNode, found: nbformat.NotebookNode, code: list) -> Iterator[str]:
    """Where the notebook is not the source, run once from top to bottom."""
    changed = difflib.unified_diff(as_text(found), as_text(wanted), lineterm="", n=0)
    first = next((line for line in changed if re.match(r"[-+][^-+]", line)), None)
    if first:
        yield f"the notebook differs from its source, first at {first!r}; run: make notebooks"
    counts = [cell.execution_count for cell in code if not is_live(cell)]
    if counts != list(range(1, len(counts) + 1)):
        yield "the notebook was not run from top to bottom; run: make notebooks"
    if [cell.source for cell in wanted.cells if is_setup(cell)] != [setup_cell()]:
        yield f"its set-up cell is not the one in tools/notebooks.py; expected once, tagged setup:\n{setup_cell()}"


def unfit(cell: nbformat.NotebookNode) -> Iterator[str]:
    """What a reader of the page would see go wrong in one cell of code."""
    here, figure = repr(cell.source[:60]), cell.metadata.get("mystnb", {})
    if is_live(cell) and (cell.outputs or "nbval-skip" not in cell.metadata.tags):
        yield f"a cell that is not run has outputs, or is not tagged nbval-skip: {here}"
    if not is_setup(cell) and any(len(line) > WIDTH for line in cell.source.splitlines()):
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


def unproved(text: list, code: list) -> Iterator[str]:
    """Numbers in the text that no cell of the chapter prints or has in its code: so a result that changes cannot leave an old one behind.

    Free are FREE, what stands in code or formulas, and cells of text tagged no-results: facts, and what others have published.
    """
    shown = "\n".join(part for cell in code for part in (cell.source, *map(said, cell.outputs)))
    known = {number.replace(",", "") for number in re.findall(r"\d[\d,]*(?:\.\d+)?", shown)}
    for cell in text:
        if "no-results" in cell.metadata.get("tags", []):
            continue
        for number in NUMBER.findall(re.sub(NO_PROSE, " ", cell.source)):
            plain = number.replace(",", "")
            if plain not in known and not (plain.isdigit() and int(plain) in FREE):
                yield f"the text says {number}, and no cell prints that: {cell.source[:60]!r}"


def said(output: nbformat.NotebookNode) -> str:
    """All text of an output, HTML included."""
    return "\n".join([output.get("text", ""), *(data for kind, data in output.get("data", {}).items() if kind.startswith("text/"))])


def is_setup(cell: nbformat.NotebookNode) -> bool:
    return "setup" in cell.metadata.get("tags", [])


def is_live(cell: nbformat.NotebookNode) -> bool:
    """Whether it shows a widget, which needs a browser with a kernel: nobody runs it but a reader. Both tags are other programs' own."""
    return "skip-execution" in cell.metadata.get("tags", [])


def read(source: Path) -> nbformat.NotebookNode:
    return clean(jupytext.read(source, fmt="md:myst"))


def clean(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Ids by place instead of at random, and nothing that depends on the machine."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata.pop("language_info", None)
    for place, cell in enumerate(notebook.cells):
        cell.id = f"cell-{place:03d}"
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
