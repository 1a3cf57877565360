"""facelib evaluate swaps."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from facelib import blenders, records
from facelib.commands import data, terminal

PROTOCOLS = ("self", "recolour", "rendered")
RIVALS = ("multiband", "feather", "poisson", "seamless-clone", "multiband:none")


def add_evaluate(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Tell the parser about `facelib evaluate ...`."""
    sub = command("swaps", evaluate)
    sub.add_argument("--protocol", choices=PROTOCOLS, default="self", help="where the right answer comes from (default: %(default)s)")
    data.add_data(sub, default="ytf68")
    sub.add_argument(
        "--people", type=Path, metavar="FILE", help="only these people, one a line; by default those whom no model was trained on"
    )
    names = ", ".join(blenders.BLENDERS)
    blends_help = f"NAME, NAME:COLOURS or NAME:COLOURS:PLACE (default: all, and multiband:none, the write-up's): {names}"
    sub.add_argument("--blends", nargs="+", default=[*blenders.BLENDERS, "multiband:none"], metavar="BLEND", help=blends_help)
    rivals_help = f"those of them with which each is compared, pair by pair (default: {' '.join(RIVALS)})"
    sub.add_argument("--rivals", nargs="+", default=RIVALS, metavar="BLEND", help=rivals_help)
    sub.add_argument("--n", type=int, default=400, metavar="N", help="pairs (default: %(default)s)")
    sub.add_argument("--size", type=int, default=128, metavar="S", help="the pictures' side in pixels (default: %(default)s)")
    sub.add_argument("--seed", type=int, default=0)
    data.add_jobs(sub)
    sub.add_argument("--weights", type=Path, metavar="RUN", help="a folder of `facelib train harmonizer`, instead of what ships")
    sub.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")


def evaluate(options: argparse.Namespace) -> None:
    """How near each way of blending comes to the right answer: PSNR, SSIM, the seam, and whose face a judge sees."""
    import cv2

    from facelib import evaluate_swaps as evaluation
    from facelib import keypoints, swapped
    from facelib.datasets import named, ytf68, ytf68_offset
    from facelib.learned import harmonizer_recipes, judge, predict_keypoints, weights

    records.check_place(options.json)
    if options.weights:
        weights.use(options.weights)
    chosen = swapped.ways(options.blends)
    frames = []
    if options.protocol != "rendered":
        options.people = options.people or ytf68.VALIDATION_LIST
        frames = data.frames(options)
        if named.name_of(options.data) == ytf68.NAME:
            frames = ytf68_offset.put_right(frames)
    pairs = evaluation.PROTOCOLS[options.protocol](frames, options.n, options.seed, options.size)
    net = weights.keypoint_network()

    def finder(pictures, points):
        greys = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in pictures]
        return predict_keypoints.predict(net, greys, [keypoints.face_box(shape) for shape in points])

    scored = evaluation.measure(pairs, chosen, judge.embed, finder, options.size, data.jobs(options), terminal.bar("block"))
    rivals = [way.name for way in swapped.ways(options.rivals) if way in chosen]
    over = blenders.DEFAULT if blenders.DEFAULT in [way.name for way in chosen] else None
    command = f"facelib evaluate swaps --protocol {options.protocol} --n {options.n} --size {options.size} --seed {options.seed}"
    command += f" --data {Path(options.data).name}" * (options.protocol != "rendered") + f" --blends {' '.join(options.blends)}"
    command += f" --rivals {' '.join(options.rivals)}" * (options.rivals != RIVALS)
    record = {
        **records.made_by(command),
        "protocol": options.protocol,
        "data": "rendered" if options.protocol == "rendered" else Path(options.data).name,
        "size": options.size,
        "seed": options.seed,
        "judge": weights.which("embedding-judge"),
        "weights": [
            weights.which("keypoints"),
            *(weights.which(f"harmonizer-{name}", weights.harmonizer_place(name)) for name in harmonizer_recipes.RECIPES),
        ],
        "table": evaluation.table(scored, rivals, over),
        "sets": evaluation.by_group(scored),
    }
    print(evaluation.as_text(record["table"]))
    records.save(options.json, record)
