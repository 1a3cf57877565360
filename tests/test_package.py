"""What holds for the package as a whole."""

import subprocess
import sys
import time


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_import_does_not_bring_torch():
    assert run_python("import sys, facelib; print('torch' in sys.modules)") == "False"


def test_import_takes_under_half_a_second():
    run_python("import facelib")  # compiles, fills the disk's cache
    started = "import time; s = time.perf_counter(); import facelib; print(time.perf_counter() - s)"
    assert min(float(run_python(started)) for _ in range(3)) < 0.5


def test_swap_of_two_portraits_is_fast(collins, hopper):
    import facelib

    facelib.swap(collins, hopper[:512].copy())
    seconds = []
    for _ in range(7):
        started = time.perf_counter()
        facelib.swap(collins, hopper[:512].copy())
        seconds.append(time.perf_counter() - started)
    # The promise is 0.15 s on an idle machine with 2 cores; the limit leaves room for a busy one.
    assert min(seconds) < 0.3
