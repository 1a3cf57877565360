"""The classical rival of the keypoint network: dlib's ensemble of regression trees (Kazemi & Sullivan 2014), retrained on the same faces.

`pip install dlib-bin`, then `python tools/ert.py` trains it, scores it on 300-W's common part as `facelib evaluate keypoints` does, and
writes `book/results/keypoints-ert.json`. It sees the same faces and their mirror images, the same labels and the same boxes. dlib is no
part of the package: it takes minutes to build where there is no wheel.
"""

import argparse
import time
from pathlib import Path

import dlib
import numpy as np

from facelib import detect, keypoints, records
from facelib.datasets import ibug300w
from facelib.datasets.frame import Frame
from facelib.files import check_outputs
from facelib.learned import evaluate_keypoints as evaluation
from facelib.learned import keypoint_faces
from facelib.learned.predict_keypoints import Reading


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=ibug300w.NAME)
    parser.add_argument("--json", type=Path, default=Path("book/results/keypoints-ert.json"))
    parser.add_argument("--oversampling", type=int, default=20, help="starting shapes for each face (dlib's default)")
    parser.add_argument("--depth", type=int, default=4, help="of a tree (dlib's default: 4)")
    parser.add_argument("--nu", type=float, default=0.1, help="how much a tree changes (dlib's default: 0.1)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    check_outputs([options.json], [options.data])
    learned, judged = keypoint_faces.choose([options.data]).training, ibug300w.load(options.data, subset="common")
    predictor, seconds = train(learned, options)
    record = {
        **records.made_by(
            f"python tools/ert.py --data {options.data} --oversampling {options.oversampling} --depth {options.depth} --nu {options.nu} "
            f"--seed {options.seed}"
        ),
        "model": {"name": f"dlib {dlib.__version__}, train_shape_predictor", "seconds": round(seconds)},
    }
    for boxes in ("labels", "detected"):
        scores = evaluation.answers(lambda greys, at: reading(predictor, greys, at), judged, boxes).score()
        record[boxes] = {**scores.summary(), "by_group": scores.by_group}
        print(boxes, {name: record[boxes][name] for name in ("nme_inter_ocular", "failures_above_10", "missed", "by_region")})
    greys, boxes = [frame.grey() for frame in judged], [keypoints.face_box(frame.points) for frame in judged]
    started = time.perf_counter()
    read(predictor, greys, boxes)
    record["milliseconds_a_face"] = round(1000 * (time.perf_counter() - started) / len(judged), 2)
    print(f"{record['milliseconds_a_face']} ms a face")
    records.save(options.json, record)


def train(frames: list[Frame], options: argparse.Namespace) -> tuple[dlib.shape_predictor, float]:
    """A predictor that learned from the faces and their mirror images, in boxes round the labels, and the seconds that it took."""
    how = dlib.shape_predictor_training_options()
    how.oversampling_amount, how.tree_depth, how.nu = options.oversampling, options.depth, options.nu
    how.random_seed, how.num_threads = str(options.seed), 1
    how.be_verbose = True  # half an hour
    pictures, faces = [], []
    for frame in frames:
        grey = frame.grey()
        for picture, points in ((grey, frame.points), (grey[:, ::-1].copy(), keypoints.mirror(frame.points, grey.shape[1]))):
            parts = [dlib.point(round(x), round(y)) for x, y in points.tolist()]
            faces.append([dlib.full_object_detection(rectangle(keypoints.face_box(points)), parts)])
            pictures.append(picture)
    started = time.perf_counter()
    predictor = dlib.train_shape_predictor(pictures, faces, how)
    return predictor, time.perf_counter() - started


def read(predictor: dlib.shape_predictor, greys: list[np.ndarray], boxes: list) -> np.ndarray:
    """Points (B, 68, 2) of one face in each picture."""
    shapes = [predictor(grey, rectangle(detect.box_of(box))) for grey, box in zip(greys, boxes, strict=True)]
    return np.array([[(point.x, point.y) for point in shape.parts()] for shape in shapes], np.float32)


def reading(predictor: dlib.shape_predictor, greys: list[np.ndarray], boxes: list) -> Reading:
    """The same, with no doubt at all: trees have none."""
    points = read(predictor, greys, boxes)
    return Reading(points, np.zeros(points.shape[:2], np.float32))


def rectangle(box: np.ndarray) -> dlib.rectangle:
    """dlib's box, whose far corner is inside, from x, y, width, height."""
    x, y, width, height = (round(float(length)) for length in box)
    return dlib.rectangle(x, y, x + width - 1, y + height - 1)


if __name__ == "__main__":
    main()
