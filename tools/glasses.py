"""Fit glasses to photographs of people who may wear some: writes a sheet to look at, and the shapes, for facelib/parsing/worn_glasses.json.

    python tools/glasses.py OUT

A rim is a thin line, dark or light: where a picture blurred a little differs from one blurred more. Of many shapes those are kept along
which that is strongest, and changed a little, and so on. What does not fit has to be taken out by hand: look at each in OUT/sheet-*.png,
and keep the others' lines of OUT/glasses.json. Needs FACELIB_DATA.
"""

import json
import sys
from dataclasses import astuple
from pathlib import Path

import cv2
import numpy as np

from facelib import images, keypoints
from facelib.commands import terminal
from facelib.datasets import ibug300w, people
from facelib.parsing import faces
from facelib.parsing.classes import crop_matrix
from facelib.parsing.rims import Shape, before

SIZE = 320  # pixels, the crop's side
THICK = (0.02, 0.04, 0.07)  # of the eyes' distance
LOW = np.array([0.33, 0.18, 1.8, 0, 0, -0.03, -0.04, -0.06, -0.05])
HIGH = np.array([0.56, 0.46, 6, 0.35, 0.3, 0.08, 0.2, 0.06, 0.05])
FIRST, KEPT, CHILDREN, ROUNDS = 1200, 6, 40, 5
SHRINK = 0.6  # of the changes, from round to round


def lines(lab: np.ndarray, width: float) -> np.ndarray:
    """Where lines of that width are, (H, W)."""
    fine, coarse = (cv2.GaussianBlur(lab, (0, 0), sigma) for sigma in (width / 2, 1.1 * width))
    strength = np.linalg.norm(fine - coarse, axis=2)
    return np.sqrt(np.minimum(strength, np.quantile(strength, 0.98)))


def fit(picture: np.ndarray, points: np.ndarray, rng: np.random.Generator) -> tuple[float, Shape, float]:
    """How well the best glasses fit a crop, (SIZE, SIZE, 3) uint8: the mean of `lines` along them over that round the eyes; their shape;
    and how thick they are."""
    lab, matrix = cv2.cvtColor(np.float32(picture / 255), cv2.COLOR_RGB2Lab), before(points)
    apart = float(np.linalg.norm(points[42:48].mean(axis=0) - points[36:42].mean(axis=0)))
    low, high = points[17:48].min(axis=0).astype(int).clip(0), points[17:48].max(axis=0).astype(int) + 1
    best = (0.0, Shape(*LOW), THICK[0])
    for thick in THICK:
        strength = lines(lab, max(1.4, thick * apart))

        def score(numbers: np.ndarray, strength: np.ndarray = strength) -> float:
            corners = keypoints.transform(matrix, np.vstack(Shape(*numbers).rims())).round().astype(int).clip(0, SIZE - 1)
            return float(strength[corners[:, 1], corners[:, 0]].mean())

        found, step = rng.uniform(LOW, HIGH, (FIRST, len(LOW))), 0.12 * (HIGH - LOW)
        for _ in range(ROUNDS + 1):
            order = np.argsort([-score(numbers) for numbers in found])[:KEPT]
            parents = found[order]
            children = np.repeat(parents, CHILDREN, axis=0) + rng.normal(0, 1, (KEPT * CHILDREN, len(LOW))) * step
            found, step = np.vstack([parents, children.clip(LOW, HIGH)]), SHRINK * step
        over = score(parents[0]) / max(float(strength[low[1] : high[1], low[0] : high[0]].mean()), 1e-6)
        best = max(best, (over, Shape(*parents[0].round(3)), thick), key=lambda one: one[0])
    return best


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    photographed = [frame for frame in ibug300w.load(ibug300w.NAME, subset="training") if not ibug300w.is_held_out(frame.person)]
    known = [frame for frame in [*people.load(parts=(None, "training")), *photographed] if faces.may_wear_glasses(frame)]
    found = []
    for number, frame in enumerate(terminal.bar("face")(known)):
        matrix = crop_matrix(frame.points, SIZE)
        crop = cv2.warpAffine(images.to_bytes(frame.colour()), matrix, (SIZE, SIZE), flags=cv2.INTER_AREA)
        points = keypoints.transform(matrix, frame.points)
        over, shape, thick = fit(crop, points, np.random.default_rng(number))
        drawn = crop.copy()
        for rim in shape.rims():
            cv2.polylines(drawn, [keypoints.transform(before(points), rim).round().astype(np.int32)], True, (0, 255, 0), 1, cv2.LINE_AA)
        cv2.putText(drawn, frame.path.stem, (44, 74), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 0, 0))
        found.append((over, frame.path.stem, [*astuple(shape), thick], np.hstack([crop, drawn])[60:220]))
    found.sort(key=lambda one: -one[0])
    rows = [f"{json.dumps(name)}:{json.dumps(numbers, separators=(',', ':'))}" for _, name, numbers, _ in found]
    (out / "glasses.json").write_text("{" + ",\n".join(rows) + "}\n")
    for start in range(0, len(found), 30):
        sheet = np.vstack([picture for *_, picture in found[start : start + 30]])
        images.save(sheet, out / f"sheet-{start // 30:02d}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
