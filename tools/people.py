"""What the package holds of `people`, made anew from the full set (`facelib fetch people`, or FACELIB_DATA).

    tools/people.py points RUN RUN ...     points of all natural adults: the mean answer of these keypoint networks; doubts; windows
    tools/people.py pack                   the mosaic of small faces, of the points and parts that stand in people.json
    tools/people.py measure                yaw, tone and sharpness of the portraits, of the points that stand in gallery.json

Who is an adult, who is in which part, and the portraits' points and properties are not made here: they were looked at and set by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from facelib import images, keypoints, metrics, pose, triangulation
from facelib.datasets import people
from facelib.datasets.people import portraits, table
from facelib.learned import crops, predict_keypoints, weights

MARGIN, UP = 1.7, 0.08  # of a small face's window, as multiples of the larger side of its points' bounding box
QUALITY = 90
AT_ONCE = 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("points").set_defaults(run=points)
    commands.choices["points"].add_argument("runs", nargs="+", type=Path, metavar="RUN")
    commands.add_parser("pack").set_defaults(run=pack)
    commands.add_parser("measure").set_defaults(run=measure)
    options = parser.parse_args()
    options.run(options)


def points(options: argparse.Namespace) -> None:
    """Answer, and write into people.json, `points` and `doubt` of each adult, and `window` of each face in a part."""
    nets = [(weights.keypoint_reader(run), weights.keypoint_size(run)) for run in options.runs]
    record, folder = json.loads(table.FILE.read_text()), people.find()
    rows = [row for row in record["faces"] if row["adult"]]
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        greys = [images.to_grey(images.load(people.picture_of(row["name"], folder))) for row in some]
        boxes = [keypoints.face_box(np.array(row["points"]).reshape(-1, 2) * scale(grey)) for row, grey in zip(some, greys, strict=True)]
        answers = np.stack([predict_keypoints.predict(net, greys, boxes, size=size, mirrored=True) for net, size in nets])
        for row, grey, shapes in zip(some, greys, answers.swapaxes(0, 1), strict=True):
            write(row, shapes, grey)
        print(f"\r{start + len(some)} of {len(rows)}", end="", file=sys.stderr)
    save(table.FILE, record, "faces")


def scale(grey: np.ndarray) -> np.ndarray:
    return np.array(grey.shape[::-1]) / table.UNITS


def write(row: dict, shapes: np.ndarray, grey: np.ndarray) -> None:
    shape = shapes.mean(axis=0)
    apart = np.linalg.norm(shape[36] - shape[45])
    row["doubt"] = round(float(2 * np.linalg.norm(shapes - shape, axis=-1).mean() / apart), 4)
    row["points"] = ((shape + 0.5) / scale(grey)).round().astype(int).ravel().tolist()
    if row.get("part") in table.PARTS:
        row["window"] = window(shape, grey.shape)


def window(shape: np.ndarray, size: tuple[int, int]) -> list[int]:
    """The square round a face that lies inside the picture: x, y and side, in `table.UNITS` of the tile's side."""
    height, width = size
    low, high = shape.min(axis=0) + 0.5, shape.max(axis=0) + 0.5
    larger = (high - low).max()
    side = min(MARGIN * larger, height, width)
    x, y = ((low + high) / 2 - (0, UP * larger) - side / 2).clip(0, (width - side, height - side))
    return [round(value * table.UNITS / width) for value in (x, y, side)]


def pack(options: argparse.Namespace) -> None:
    """Cut the small faces out of the pictures and write the mosaic."""
    folder = people.find()
    chosen = [face for face in table.faces() if face.part in table.PARTS]
    rows = -(-len(chosen) // people.COLUMNS)
    mosaic = np.zeros((rows * people.SIDE, people.COLUMNS * people.SIDE, 3), np.uint8)
    for cell, face in enumerate(chosen):
        picture = images.load(people.picture_of(face.name, folder))
        top, left = (people.SIDE * place for place in divmod(cell, people.COLUMNS))
        mosaic[top : top + people.SIDE, left : left + people.SIDE] = small(picture, face)
    Image.fromarray(mosaic).save(people.MOSAIC, quality=QUALITY, optimize=True)
    print(f"{people.MOSAIC}: {len(chosen)} faces, {people.MOSAIC.stat().st_size:,} bytes")


def small(picture: np.ndarray, face: table.Face) -> np.ndarray:
    width = picture.shape[1]
    x, y, side = (value * width for value in face.window)
    share = people.SIDE / side
    smooth = cv2.GaussianBlur(picture, (0, 0), 0.4 / share) if share < 0.7 else picture  # so that shrinking does not alias
    matrix = np.array([[share, 0, (0.5 - x) * share - 0.5], [0, share, (0.5 - y) * share - 0.5]])
    size = (people.SIDE, people.SIDE)
    return images.to_bytes(cv2.warpAffine(smooth, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).clip(0, 1))


def measure(options: argparse.Namespace) -> None:
    """Write what can be measured of each portrait into gallery.json."""
    record = json.loads(portraits.FILE.read_text())
    for portrait in people.gallery():
        row, picture = record["portraits"][portrait.name], portrait.colour()
        row["yaw"] = round(float(pose.yaw(portrait.points[None])[0]))
        row["tone"] = None if row["colours"] != "colour" else round(metrics.typology_angle(picture, portrait.points))
        row["sharpness"] = round(sharpness(picture, portrait.points), 1)
    save(portraits.FILE, record, "portraits")


def sharpness(picture: np.ndarray, shape: np.ndarray) -> float:
    """Root mean square in grey levels, inside the face, of what a blur of one pixel takes away from a crop of 128 px."""
    matrix = crops.crop_matrix(shape, people.SIDE)
    grey = crops.crop(images.to_bytes(images.to_grey(picture)), matrix, people.SIDE).astype(np.float32)
    hull = cv2.convexHull(keypoints.transform(matrix, shape)[triangulation.outline(False)].astype(np.int32))
    inside = cv2.fillConvexPoly(np.zeros(grey.shape, np.uint8), hull, 1) > 0
    return float(np.sqrt(np.mean((grey - cv2.GaussianBlur(grey, (0, 0), 1))[inside] ** 2)))


def save(file: Path, record: dict, of: str) -> None:
    """JSON with one face a line, so that a change can be read."""
    rows = record[of]
    about = {key: value for key, value in record.items() if key != of}
    head = json.dumps(about, indent=1)[:-2] + f',\n "{of}": '
    if isinstance(rows, dict):
        body = "{\n" + ",\n".join(f'  "{name}": {json.dumps(row)}' for name, row in rows.items()) + "\n }"
    else:
        body = "[\n" + ",\n".join("  " + json.dumps(row, separators=(",", ":")) for row in rows) + "\n ]"
    file.write_text(head + body + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
