"""What a swap onto a large photograph takes: `make bench` runs it, and writes `book/results/bench-memory.json`.

Each is `facelib swap`, a process of its own on one thread, onto an enlarged portrait whose face grows along: the worst case. Peak and
seconds are the whole process's, with imports, reading and writing; what these take alone is nearly the row of 0 megapixels.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from facelib import images, records
from facelib.datasets import portraits
from facelib.files import check_outputs

OUT = Path("book/results/bench-memory.json")
SIZES = {0: (512, 600), 12: (3000, 4000), 24: (4243, 5657), 48: (6000, 8000)}  # megapixels: width and height in pixels
CHILD = """
import json, resource, sys, time
start = time.perf_counter()
from facelib.__main__ import main
status = main(["swap", *sys.argv[1:]])
print(json.dumps([status, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter() - start]))
"""


def main() -> None:
    check_outputs([OUT])
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        images.save(portraits.eileen_collins(), f"{folder}/source.png")
        portrait = Image.fromarray(images.to_bytes(portraits.grace_hopper()))
        for megapixels, size in SIZES.items():
            portrait.resize(size, Image.Resampling.BICUBIC).save(f"{folder}/target.jpg", quality=90)
            command = [sys.executable, "-c", CHILD, f"{folder}/source.png", f"{folder}/target.jpg", "-o", f"{folder}/out.jpg"]
            peak, seconds = np.median([run(command) for _ in range(3)], axis=0)
            rows.append({"megapixels": megapixels, "peak_megabytes": round(peak * 1024 / 1e6), "seconds": round(seconds, 2)})
            print(f"swap onto {megapixels:>2} megapixels: {rows[-1]['peak_megabytes']:,} MB at most, {seconds:.2f} s", flush=True)
    records.save(OUT, {**records.made_by("make bench"), "threads": 1, "rows": rows})


def run(command: list[str]) -> tuple[float, float]:
    """The peak in KiB, and seconds."""
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    status, peak, seconds = json.loads(done.stdout.splitlines()[-1])
    if status:
        raise RuntimeError(done.stderr)
    return peak, seconds


if __name__ == "__main__":
    main()
