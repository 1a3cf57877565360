"""How fast faces are drawn: `make bench` prints it and writes `book/results/rendered-speed.json`.

One process on one thread, and 5,000 faces by two processes, with all masks, depth and normals, as a training run asks for them.
"""

import time
from pathlib import Path

import numpy as np

from facelib import records
from facelib.datasets import rendered
from facelib.datasets.rendered import labelled
from facelib.datasets.workers import one_thread
from facelib.files import check_outputs

SIZE, SEED, TURNS = 128, 0, 5
FEW, MANY, JOBS = 200, 5000, 2
OUT = Path("book/results/rendered-speed.json")


def main() -> None:
    check_outputs([OUT])
    speeds = [one_core(SEED + turn) for turn in range(TURNS)]
    started = time.perf_counter()
    rendered.frames(MANY, SEED, SIZE, JOBS)
    seconds = time.perf_counter() - started
    one = {
        "faces": FEW,
        "turns": TURNS,
        "per_second": round(float(np.median(speeds)), 1),
        "range": [round(min(speeds), 1), round(max(speeds), 1)],
    }
    many = {"faces": MANY, "jobs": JOBS, "seconds": round(seconds, 1)}
    record = {**records.made_by("make bench"), "size": SIZE, "seed": SEED, "one_core": one, "many": many}
    print(
        f"rendered faces of {SIZE} px: {one['per_second']} a second on one core ({one['range'][0]} to {one['range'][1]} in {TURNS} turns)"
    )
    print(f"{MANY:,} faces by {JOBS} processes: {many['seconds']} s")
    records.save(OUT, record)


def one_core(seed: int) -> float:
    """Faces a second, painting included, four frames of each person."""
    faces, _ = labelled.faces(FEW, seed)
    with one_thread():
        rendered.render(faces[0], SIZE)  # tables that are made once
        started = time.perf_counter()
        for face in faces:
            rendered.render(face, SIZE)
        return FEW / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
