"""How fast facelib is, beside what else can be installed: `make bench` prints one table and writes `book/results/bench.json`.

In each row both sides do the same work on the same input, turn by turn in one process; the ratio is that of their medians, with a 95 %
bootstrap interval over the turns. Numbers of one machine; ratios carry over better than milliseconds.
"""

import argparse
import gc
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import peers

from facelib import blend, blenders, colour, composite, detect, images, keypoints, records, triangulation, warp
from facelib.datasets import pairs, portraits
from facelib.datasets.frame import MadeFrame
from facelib.datasets.workers import one_thread
from facelib.files import check_outputs
from facelib.related import gaussian_poisson
from facelib.swap import swap, swap_points
from facelib.widgets import photo, session
from facelib.widgets.session import Wish

TURNS, SECONDS, SEED = 200, 4.0, 0  # at most so many turns a row, and about so long
SIDES = (256, 512, 1024)  # pixels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--out", type=Path, default=Path("book/results/bench.json"))
    parser.add_argument("--only", choices=GROUPS, nargs="+", default=list(USUAL), help="groups of rows (default: all but chapter 5's)")
    options = parser.parse_args()
    check_outputs([options.out])
    rows = []
    for row in (row for name in options.only for row in GROUPS[name]()):
        rows.append(measured(*row))
        print(as_text(rows[-1]), flush=True)
    command = "make bench" if options.only == list(USUAL) else f"python tools/bench.py --only {' '.join(options.only)}"
    records.save(options.out, {**records.made_by(command), "turns": TURNS, "seed": SEED, "rows": rows})


def warps():
    for side in SIDES:
        image, _, points, _ = face(side)
        moved = points + np.random.default_rng(SEED).normal(0, side / 100, points.shape)
        work = (image, points, moved, triangulation.triangles(), (side, side))
        yield f"warp, {side} px", partial(warp.warp, *work), "one warpAffine a triangle", partial(peers.warp_by_triangles, *work)
        yield f"warp, {side} px", partial(warp.warp, *work), "PiecewiseAffineTransform", partial(peers.warp_by_skimage, *work)


def pyramids():
    for side in SIDES:
        source, target, _, mask = face(side)
        work = (source, target, mask, blend.default_levels(mask))
        ours = partial(blend.multiband, *work)
        yield f"multiresolution, {side} px", ours, "detail_MultiBandBlender", partial(peers.opencv_multiband, *work)
        yield f"multiresolution, {side} px", ours, "float pyramids", partial(peers.float_pyramid, *work)


def gradients():
    for side in SIDES:
        source, target, _, mask = face(side)
        for name in ("poisson", "seamless-clone"):
            ours = partial(blenders.get(name), source, target, mask)
            yield f"{name}, {side} px", ours, "seamlessClone", partial(peers.seamless_clone, source, target, mask)


def related():
    """The Gaussian-Poisson equation of chapter 5, alone and from coarse to fine."""
    for side in SIDES:
        source, target, _, mask = face(side)
        rival = "seamlessClone", partial(peers.seamless_clone, source, target, mask)
        yield f"Gaussian-Poisson equation, {side} px", partial(equation, source, target, mask), *rival
        small = cv2.resize(target, (64, 64), interpolation=cv2.INTER_AREA)
        yield f"Gaussian-Poisson, coarse to fine, {side} px", partial(gaussian_poisson.ladder, source, target, mask, small), *rival


def equation(source, target, mask):
    return gaussian_poisson.solve(gaussian_poisson.mixed(source, target, mask), target)


def swaps():
    source, target, points, _ = face(512)
    moved = points + np.random.default_rng(SEED).normal(0, 5, points.shape)
    for name in ("multiband", "poisson"):
        yield (
            f"swap from keypoints, {name}, 512 px",
            lambda name=name: swapped(source, target, (points, moved), name, colour.keep).blended,
            "warpAffine a triangle, seamlessClone",
            lambda: peers.swap_points(source, target, points, moved, triangulation.triangles()),
        )


def composites():
    """What `facelib pairs` makes of two faces that were read already."""
    source, target = (
        pairs.face(MadeFrame(Path(name), name, points, made=images.to_bytes(picture)), 128)
        for name, (picture, _, points, _) in {"source": face(300, 160), "target": face(256, 120)}.items()
    )
    work = (source.source, target.target, target.target_points, source.source_points, triangulation.triangles())
    ours = partial(pairs.make, source, target, None, ["multiband"])
    yield "a pair with its blend, 128 px", ours, "one warpAffine a triangle, float pyramids", partial(peers.pair, *work)


def photographs():
    """The same face of 300 pixels in 12 megapixels and in 600 pixels; the time in the large one may be half as long again."""
    small, large = face(600, 300), face((3000, 4000), 300)
    for name in blenders.CLASSICAL:
        in_small, in_large = (partial(near_face, source, target, points, name) for source, target, points, _ in (small, large))
        yield f"{name}, 12 megapixels", in_large, "600 px", in_small


def drafts():
    """What `SwapApp` shows while a point is dragged: of small pictures beside their swap, and of 12 megapixels beside small ones."""
    source, target = portraits.eileen_collins(), portraits.grace_hopper()
    near = Wish(photo.read(source), photo.read(target))
    large = np.repeat(np.repeat(target, 6, axis=0), 6, axis=1)
    far = replace(near, target=photo.labelled(large, 6 * near.target.points + 2.5))
    yield "a draft, 512 px", partial(session.draft, near), "facelib.swap", partial(swap, source, target)
    yield "a draft, 12 megapixels", partial(session.draft, far), "512 px", partial(session.draft, near)


def detection():
    """All the faces of a photograph, on one thread: YuNet as the book uses it, and run once on the whole picture."""
    portrait = images.to_bytes(portraits.grace_hopper())
    for what, size, height, small in (
        ("640 x 480", (480, 640), 300, False),
        ("12 megapixels", (3000, 4000), 900, False),
        ("12 megapixels, down to 24 px", (3000, 4000), 900, True),
        ("12 megapixels, no face", (3000, 4000), 0, False),
    ):
        noise = cv2.resize(np.random.default_rng(SEED).normal(0, 25, (30, 40, 3)), size[::-1])
        scene = np.clip(120 + noise, 0, 255).astype(np.uint8)
        if height:
            scale = height / len(portrait)
            head = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            scene[size[0] // 10 : size[0] // 10 + len(head), size[1] // 3 : size[1] // 3 + head.shape[1]] = head
        ours, peer = one_thread()(partial(detect.find_faces, scene, small)), one_thread()(partial(peers.yunet, scene))
        yield f"all faces, {what}, one thread", ours, "YuNet once, at full size", peer


def near_face(source, target, points, name):
    return swapped(source, target, (points, points), name).near.blended


def swapped(source, target, points, name, match_colours=colour.lab):
    return swap_points(source, target, *points, blenders.get(name), match_colours)


def face(shape: int | tuple[int, int], width: int | None = None):
    """Two pictures of soft noise, the points of a face so many pixels wide (by default four fifths of the picture's width), its mask."""
    size = (shape, shape) if isinstance(shape, int) else shape
    coarse = np.random.default_rng(SEED).random((2, size[0] // 8 + 1, size[1] // 8 + 1, 3), dtype=np.float32)
    source, target = (cv2.resize(picture, size[::-1]) for picture in coarse)
    points = keypoints.mean_shape() * (width or 0.8 * size[1]) + np.array(size[::-1]) / 2
    return source, target, points, composite.hull_mask(points, size)


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


USUAL = {
    "drafts": drafts,
    "detection": detection,
    "warps": warps,
    "pyramids": pyramids,
    "gradients": gradients,
    "swaps": swaps,
    "composites": composites,
    "photographs": photographs,
}
GROUPS = USUAL | {"related": related}


if __name__ == "__main__":
    main()
