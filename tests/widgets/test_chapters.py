"""The chapters' cells that only a reader runs: no build and no notebook test does, so this one must."""

from pathlib import Path

import jupytext
import pytest

pytest.importorskip("anywidget")
from facelib import widgets

BOOK = Path(__file__).resolve().parents[2] / "book"


def live_cells():
    for source in sorted(BOOK.glob("*.md")):
        for cell in jupytext.read(source, fmt="md:myst").cells:
            if "skip-execution" in cell.metadata.get("tags", []):
                yield pytest.param(cell.source, id=f"{source.stem}-{cell.source.split()[-1]}")


def test_each_widget_stands_in_a_chapter():
    shown = {cell.id.partition("-")[2].split("-")[-1].removesuffix("()") for cell in live_cells()}
    assert shown == set(widgets.__all__)


@pytest.mark.parametrize("cell", list(live_cells()))
def test_a_cell_that_only_readers_run_shows_its_widget(cell):
    *before, last = cell.splitlines()
    names = {}
    exec("\n".join(before), names)
    widget = eval(last, names)
    try:
        assert widget.wait()
        assert widget.error is None
        assert "application/vnd.jupyter.widget-view+json" in widget._repr_mimebundle_()
    finally:
        widget.close()
