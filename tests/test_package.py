"""What holds for the package as a whole."""

import subprocess
import sys
import time

import pytest


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_import_does_not_bring_torch():
    assert run_python("import sys, facelib; print('torch' in sys.modules)") == "False"


def test_import_takes_under_half_a_second():
    run_python("import facelib")  # compiles, fills the disk's cache
    started = "import time; s = time.perf_counter(); import facelib; print(time.perf_counter() - s)"
    assert min(float(run_python(started)) for _ in range(3)) < 0.5


def test_swap_of_two_portraits_takes_well_under_two_seconds(collins, hopper):
    import facelib

    facelib.swap(collins, hopper[:512].copy())
    seconds = []
    for _ in range(7):
        started = time.perf_counter()
        facelib.swap(collins, hopper[:512].copy())
        seconds.append(time.perf_counter() - started)
    # `make bench` has the time; the limit only notices what is ten times as slow.
    assert min(seconds) < 2


def test_a_slow_module_is_imported_when_its_function_is_called_however():
    from facelib import lazy

    loads = lazy.function("json", "loads", "Reads JSON.")
    assert loads("[1]") == [1]
    assert loads(s='{"a": 1.5}', parse_float=str) == {"a": "1.5"}


def test_a_learned_blender_takes_keywords(collins):
    from facelib import blenders

    with pytest.raises(ValueError, match="source_warped: expected the target's shape"):
        blenders.get("unet")(source_warped=collins[:64, :64], target=collins, mask=collins[..., 0])


def test_swaps_and_frames_can_be_compared(collins, collins_on_hopper):
    from facelib.datasets import people

    assert collins_on_hopper == collins_on_hopper
    assert len({collins_on_hopper, collins_on_hopper.near}) == 2
    one, other = people.portrait("casey"), people.portrait("ellis")
    assert one != other
    assert len({one, other}) == 2


def test_records_are_found_from_anywhere_in_the_repository(monkeypatch, tmp_path):
    from facelib import records

    monkeypatch.setattr(records, "urlopen", None)
    monkeypatch.chdir(tmp_path)
    assert records.published("tables")["command"].startswith("python tools/tables.py")
