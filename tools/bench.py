"""How fast facelib is, beside what else can be installed: `make bench` prints one table and writes `book/results/bench.json`.

In each row both sides do the same work on the same input, turn by turn in one process; the ratio is that of their medians, with a 95 %
bootstrap interval over the turns. Numbers of one machine; ratios carry over better than milliseconds.
"""

import argparse
import gc
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import peers

from facelib import blend, blenders, composite, images, keypoints, records, triangulation, warp
from facelib.datasets import portraits
from facelib.swap import swap_points

TURNS, SECONDS, SEED = 200, 4.0, 0  # at most so many turns a row, and about so long


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--out", type=Path, default=Path("book/results/bench.json"))
    options = parser.parse_args()
    records.check_place(options.out)
    rows = []
    for row in (*warps(), *pyramids(), *gradients(), *swaps(), *photographs()):
        rows.append(measured(*row))
        print(as_text(rows[-1]), flush=True)
    records.save(options.out, {**records.made_by("make bench"), "turns": TURNS, "seed": SEED, "rows": rows})


def warps():
    for side in (256, 512, 1024):
        image, _, points, _ = face(side)
        table = triangulation.triangles()
        moved = points + np.random.default_rng(SEED).normal(0, side / 100, points.shape)
        ours = lambda a=(image, points, moved, table, (side, side)): warp.warp(*a)
        yield f"warp, {side} px", ours, "one warpAffine a triangle", lambda a=(image, points, moved, table, (side, side)): peers.warp_by_triangles(*a)
        yield f"warp, {side} px", ours, "PiecewiseAffineTransform", lambda a=(image, points, moved, table, (side, side)): peers.warp_by_skimage(*a)


def pyramids():
    for side in (256, 512, 1024):
        source, target, _, mask = face(side)
        levels = blend.default_levels(mask)
        ours = lambda a=(source, target, mask, levels): blend.multiband(*a)
        yield f"multiresolution, {side} px", ours, "detail_MultiBandBlender", lambda a=(source, target, mask, levels): peers.opencv_multiband(*a)
        yield f"multiresolution, {side} px", ours, "float pyramids", lambda a=(source, target, mask, levels): peers.float_pyramid(*a)


def gradients():
    for side in (256, 512, 1024):
        source, target, _, mask = face(side)
        for name in ("poisson", "seamless-clone"):
            if name not in blenders.BLENDERS: continue
            ours = lambda a=(source, target, mask), blender=blenders.get(name): blender(*a)
            yield f"{name}, {side} px", ours, "seamlessClone", lambda a=(source, target, mask): peers.seamless_clone(*a)


def swaps():
    source, target, points, _ = face(512)
    given = keypoints.predict([source, target], [keypoints.face_box(points)] * 2)
    table = triangulation.triangles()
    for name in ("multiband",):
        yield (
            f"swap from keypoints, {name}, 512 px",
            lambda blender=blenders.get(name): swapped(source, target, given, blender).blended,
            "warpAffine a triangle, seamlessClone",
            lambda: peers.swap_points(source, target, *given, table),
        )


def photographs():
    """The same face of 300 pixels in 12 megapixels and in 600 pixels; at most 1.5 is wanted of the first, not more than 1."""
    small = face(600, share=0.5)
    large = face((3000, 4000), share=0.1)
    for name in blenders.BLENDERS:
        in_small, in_large = (
            lambda held=(source, target, np.stack([points, points])), blender=blenders.get(name): swapped(*held, blender).near.blended
            for source, target, points, _ in (small, large)
        )
        yield f"{name}, 12 megapixels", in_large, "600 px", in_small


def swapped(source, target, points, blender):
    box = np.zeros(4)
    return swap_points(source, target, *points, blender, True, box, box)


def face(shape: int | tuple[int, int], share: float = 0.8):
    """Two pictures of noise over a slope, the points of a face that fills a share of their width, and its mask."""
    height, width = (shape, shape) if isinstance(shape, int) else shape
    rng = np.random.default_rng(SEED)
    coarse = rng.random((2, height // 8 + 1, width // 8 + 1, 3), dtype=np.float32)
    source, target = (cv2.resize(picture, (width, height)) for picture in coarse)
    points = keypoints.mean_shape() * share * (width if share != 0.1 else 3000) + (width / 2, height / 2)
    return source, target, points, composite.hull_mask(points, (height, width))


def measured(name, ours, peer_name, peer) -> dict:
    """Both sides turn by turn, and the ratio of their medians."""
    for side in (ours, peer, ours, peer):
        side()
    gc.collect()
    times, began = [], time.perf_counter()
    while len(times) < TURNS and (len(times) < 7 or time.perf_counter() - began < SECONDS):
        turn = []
        for side in (ours, peer):
            start = time.perf_counter()
            side()
            turn.append(time.perf_counter() - start)
        times.append(turn)
    times = 1000 * np.array(times)
    draws = np.median(times[np.random.default_rng(SEED).integers(len(times), size=(1000, len(times)))], axis=1)
    low, high = np.quantile(draws[:, 1] / draws[:, 0], [0.025, 0.975])
    mine, theirs = np.median(times, axis=0)
    return {
        "what": name,
        "ours_ms": round(float(mine), 3),
        "peer": peer_name,
        "peer_ms": round(float(theirs), 3),
        "ratio": round(float(theirs / mine), 2),
        "interval": [round(float(low), 2), round(float(high), 2)],
        "turns": len(times),
    }


def as_text(row: dict) -> str:
    low, high = row["interval"]
    return (
        f"{row['what']:<40}{row['ours_ms']:>9.2f} ms   {row['peer']:<38}{row['peer_ms']:>9.2f} ms   "
        f"{row['ratio']:>6.2f} x  ({low:.2f} to {high:.2f})"
    )


if __name__ == "__main__":
    main()
