"""The tool that remakes the tables of swaps."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("tables", Path(__file__).parents[1] / "tools" / "tables.py")
tables = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(tables)


def test_every_table_of_swaps_says_how_it_is_made():
    assert {"swaps-self", "swaps-recolour", "swaps-rendered"} <= {name for name, _ in tables.records([])}


def test_a_number_that_differs_is_named_and_times_are_not():
    before = {"date": "a", "table": [{"way": "none", "psnr": {"mean": 1.0}, "seconds": {"median": 1}}]}
    after = {"date": "b", "table": [{"way": "none", "psnr": {"mean": 2.0}, "seconds": {"median": 2}}]}
    assert list(tables.changes(before, after)) == ["/table/0/psnr/mean: 1.0, now 2.0"]
    assert list(tables.changes(before, before)) == []
    assert list(tables.changes({"mean": 0.5123}, {"mean": 0.5124})) == []
    assert list(tables.changes({"mean": 0.5123}, {"mean": 0.5125})) == ["/mean: 0.5123, now 0.5125"]
    assert list(tables.changes({"table": [1]}, {"table": [1, 2]})) == ["/table: [1], now [1, 2]"]


def test_an_unknown_table_is_refused():
    with pytest.raises(SystemExit, match="swaps-moon: expected one of"):
        tables.records(["swaps-moon"])


def test_a_table_is_remade_with_the_same_numbers_or_the_tool_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tables, "RESULTS", tmp_path)
    place = tmp_path / "swaps-small.json"
    place.write_text(json.dumps({"command": "facelib evaluate swaps --protocol rendered --n 2 --size 48 --blends none multiband"}))
    monkeypatch.setattr(sys, "argv", ["tables", "--jobs", "1"])
    assert tables.main() == 0
    made = json.loads(place.read_text())
    assert made["table"][0]["n"] == 2
    monkeypatch.setattr(sys, "argv", ["tables", "--jobs", "1", "--check"])
    assert tables.main() == 0
    made["table"][0]["ssim"]["mean"] += 0.01
    place.write_text(json.dumps(made))
    assert tables.main() == 1
    assert "/table/0/ssim/mean" in capsys.readouterr().err
    said = json.loads((tmp_path / "tables.json").read_text())
    assert said["tables"]["swaps-small"]["differ"] == 1
    assert said["command"] == "python tools/tables.py --check"
