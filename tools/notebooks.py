"""Chapters are MyST text (`book/N-name.md`, the source), each paired with a notebook that carries its outputs (`book/N-name.ipynb`).

python tools/notebooks.py run [NAME ...]    execute the chapters and write their notebooks
python tools/notebooks.py text [NAME ...]   write changed text, set-up cells and recorded times into the notebooks; outputs stay
python tools/notebooks.py times [NAME ...]  execute the chapters without writing them, record how long that took and how it ended in
                                            book/results/times.json, and write that into chapters and status page; FACELIB_TIER is the tier
python tools/notebooks.py check             fail where a notebook is not what its source says
"""

import difflib
import json
import os
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from facelib import records, tier

ROOT = Path(__file__).resolve().parent.parent
TIMES = "book/results/times.json"
TIME_LINE = re.compile(r"^\*Time to run\*:.*$", re.MULTILINE)
TIME_TABLE = re.compile(r"(?<=^% times\n\n).*?(?=\n\n% end of times$)", re.MULTILINE | re.DOTALL)
WIDTH = 88  # characters; a few more than the page shows without scrolling
NUMBER = re.compile(r"(?<![\w.,/#-])\d[\d,]*(?:\.\d+)?(?![\w/]|\.\d)")
NO_PROSE = re.compile(  # code, formulas, roles, addresses, headings, measured times, numbered items, options, other chapters
    r"(?ms)```.*?```|\$\$.*?\$\$|\{\w+\}`[^`]*`|`[^`]*`|\$[^$]*\$|\]\([^)]*\)|https?://\S+"
    r"|^#+ [^\n]*|^\*Time to run\*[^\n]*|^\d+\. |\*\*\d+\.\*\*|^:\w+:[^\n]*|[Cc]hapters? \d(?: (?:and|to) \d)?"
)
FREE = {*range(13), 68, 95, *range(1900, 2100)}  # small ones, the points of a face, the level of intervals, years
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
    command, names = (arguments or [""])[0], arguments[1:]
    chosen = [source for source in sources if not names or source.stem in names]
    match command:
        case "run":
            for source in chosen:
                run(source)
            return 0
        case "text":
            write_times(ROOT / "book" / "status.md")
            for source in chosen:
                write_times(source)
            carried = [carry_text(source) for source in chosen]
            return int(not all(carried))
        case "times":
            results = [measure(source) for source in chosen]
            for source in (*sources, ROOT / "book" / "status.md"):
                write_times(source)
            return int(set(results) != {"ok"})
        case "check" if not names:
            faults = [fault for source in sources for fault in check(source)]
            if time_table() not in (ROOT / "book" / "status.md").read_text(encoding="utf-8"):
                faults.append(f"status: its table is not what {TIMES} says; run: python tools/notebooks.py text")
            print(*faults, sep="\n", end="\n" if faults else "")
            print(f"{len(sources)} chapters, {len(faults)} faults")
            return 1 if faults else 0
    print(__doc__)
    return 2


def run(source: Path) -> None:
    """Execute a chapter and write its notebook: the same cells, with outputs, without times and random ids."""
    notebook = read(source)
    execute(notebook)
    nbformat.write(clean(notebook), source.with_suffix(".ipynb"))
    print(source.with_suffix(".ipynb").relative_to(ROOT))


def execute(notebook: nbformat.NotebookNode) -> None:
    """Run a notebook in `book/`.

    The kernel sees no data set, wherever one may lie: its pictures must not get into outputs.
    """
    os.environ.pop("FACELIB_DATA", None)
    with tempfile.TemporaryDirectory() as empty:
        os.environ["XDG_CACHE_HOME"] = empty
        NotebookClient(
            notebook, kernel_name="python3", resources={"metadata": {"path": ROOT / "book"}}, record_timing=False, coalesce_streams=True
        ).execute()


def measure(source: Path) -> str:
    """Execute a chapter, put its time and its end into the record, and say them."""
    import torch  # so that the record names the GPU or the threads

    notebook, load, started, used = read(source), os.getloadavg()[0], time.perf_counter(), cpu_seconds()
    try:
        execute(notebook)
        result = "ok"
    except CellExecutionError as error:
        result = f"failed: {error.ename}"
    entry = {"seconds": round(time.perf_counter() - started, 1), "cpu_seconds": round(cpu_seconds() - used, 1), "result": result}
    made = records.made_by("python tools/notebooks.py times")
    entry |= {"date": made["date"], "hardware": made["hardware"], "torch": torch.__version__}
    entry |= {"cores": os.cpu_count(), "load_before": round(load, 1)}
    measured = times()
    measured.setdefault(source.stem, {})[tier.current()] = entry
    records.save(ROOT / TIMES, {"command": made["command"], "chapters": dict(sorted(measured.items()))})
    print(f"{source.stem:<16} {tier.current():<6} {entry['seconds']:6.1f} s  {result}")
    return result


def cpu_seconds() -> float:
    """What programs that this one started, and that have ended, have used of processors; unlike a clock, blind to what else runs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def times() -> dict[str, dict]:
    """For each chapter that was measured, and each tier: seconds, result, date, hardware."""
    path = ROOT / TIMES
    return json.loads(path.read_text(encoding="utf-8"))["chapters"] if path.is_file() else {}


def time_line(name: str) -> str:
    """What a chapter says near its top."""
    said = []
    for each in tier.TIERS:
        if not (entry := times().get(name, {}).get(each)):
            said.append(f"{each} not measured")
        elif entry["load_before"] > entry["cores"] / 2:  # the clock would tell of other programs
            said.append(f"{each} {entry['cpu_seconds']:.0f} s of CPU time")
        else:
            said.append(f"{each} {entry['seconds']:.0f} s")
    return f"*Time to run*: {', '.join(said)}; [when, and on what](status.md)."


def time_table() -> str:
    """What the status page says of all chapters."""
    rows = [
        (f"[{name}]({name}.md)", each, f"{entry['seconds']:.0f} s", f"{entry['cpu_seconds']:.0f} s", entry["result"])
        + (entry["date"], entry["hardware"], f"{entry['load_before']:.1f}")
        for name, measured in times().items()
        for each in tier.TIERS
        if (entry := measured.get(each))
    ]
    heads = ("chapter", "tier", "time", "CPU time", "result", "date", "on", "load before")
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ("---",) * len(heads), *rows))


def write_times(page: Path) -> None:
    """Make a page, and its notebook, say what the record says; nothing else of them is changed."""
    before = page.read_text(encoding="utf-8")
    text = TIME_TABLE.sub(lambda _: time_table(), TIME_LINE.sub(time_line(page.stem), before))
    if text != before:
        page.write_text(text, encoding="utf-8")
    paired = page.with_suffix(".ipynb")
    notebook = nbformat.read(paired, as_version=4) if paired.is_file() else nbformat.v4.new_notebook()
    for cell in (cell for cell in notebook.cells if cell.cell_type == "markdown" and TIME_LINE.search(cell.source)):
        said = TIME_LINE.sub(time_line(page.stem), cell.source)
        if said != cell.source:
            cell.source = said
            nbformat.write(notebook, paired)


def carry_text(source: Path) -> bool:
    """Write a chapter's changed text, or its set-up cell, into its notebook without executing it, if that will do."""
    notebook, ran = read(source), nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    new, old = ([cell for cell in each.cells if cell.cell_type == "code"] for each in (notebook, ran))
    if [cell.source for cell in new if not is_setup(cell)] != [cell.source for cell in old if not is_setup(cell)]:
        print(f"{source.stem}: its code has changed, not only its text; run: python tools/notebooks.py run {source.stem}")
        return False
    for cell, before in zip(new, old, strict=True):
        cell.outputs, cell.execution_count = before.outputs, before.execution_count
    notebook.metadata = ran.metadata
    nbformat.write(clean(notebook), source.with_suffix(".ipynb"))
    return True


def check(source: Path) -> list[str]:
    """One line for each way in which the notebook is out of step with its source, or not fit to be published."""
    paired = source.with_suffix(".ipynb")
    if not paired.is_file():
        return [f"{source.stem}: has no notebook; run: make notebooks"]
    wanted, found = read(source), nbformat.read(paired, as_version=4)
    code = [cell for cell in found.cells if cell.cell_type == "code"]
    faults = [*out_of_step(wanted, found, code), *(fault for cell in code for fault in unfit(cell))]
    if TIME_LINE.findall(source.read_text(encoding="utf-8")) != [time_line(source.stem)]:
        faults.append(f"it should say once, near its top, {time_line(source.stem)!r}; run: python tools/notebooks.py text")
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


def unproved(text: list, code: list) -> Iterator[str]:
    """Numbers in the text that no cell of the chapter prints or has in its code: so a result that changes cannot leave an old one behind.

    Free are FREE, what stands in code or formulas, and cells of text tagged no-results: facts, and what others have published.
    """
    shown = "\n".join(part for cell in code for part in (cell.source, *map(text_of, cell.outputs)))
    known = {number.replace(",", "") for number in re.findall(r"\d[\d,]*(?:\.\d+)?", shown)}
    for cell in text:
        if "no-results" in cell.metadata.get("tags", []):
            continue
        for number in NUMBER.findall(re.sub(NO_PROSE, " ", cell.source)):
            plain = number.replace(",", "")
            if plain not in known and not (plain.isdigit() and int(plain) in FREE):
                yield f"the text says {number}, and no cell prints that: {cell.source[:60]!r}"


def text_of(output: nbformat.NotebookNode) -> str:
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
