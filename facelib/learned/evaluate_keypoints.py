"""How far predicted keypoints are from the labels, the way the field measures it, with intervals over people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from torch import nn

from facelib import bootstrap, detect, keypoints, metrics, pose
from facelib.datasets.frame import Frame
from facelib.learned import crops, predict_keypoints
from facelib.learned.predict_keypoints import Reading

BOXES = ("labels", "detected", "given")
REGIONS = {
    "jaw": ("jaw",),
    "brows": ("right brow", "left brow"),
    "nose": ("nose bridge", "nostrils"),
    "eyes": ("right eye", "left eye"),
    "mouth": ("outer lips", "inner lips"),
}
YAW_BINS = {"0-15": (0, 15), "15-30": (15, 30), "30-45": (30, 45), "45+": (45, 180)}  # degrees, to either side
CED_PERCENT = np.arange(0, 12.5, 0.5)
_NME = {"nme_inter_ocular": "inter-ocular", "nme_inter_pupil": "inter-pupil", "nme_box": "box"}
_LIMITS = {"8": 0.08, "10": metrics.FAILURE}  # of the inter-ocular distance: papers use either

Predictor = Callable[[list[np.ndarray], list], Reading]  # of grey pictures, and a face found or a box in each


@dataclass(frozen=True)
class KeypointScores:
    """Errors of every face that there was a box for."""

    people: list[str]  # whose face each is
    missed: int  # frames in which the detector saw no face where the label has one
    points: np.ndarray  # (N, 68) errors of the points, a fraction of the inter-ocular distance
    faces: dict[str, np.ndarray]  # a number for each face, (N,), in percent, by the name under which `summary` has its mean
    yaw: np.ndarray  # (N,) degrees, of the labels

    @property
    def by_group(self) -> dict[str, float]:
        """Inter-ocular error of each of the nine groups of points, in percent."""
        return {group: _percent(self.points[:, list(rows)]) for group, rows in keypoints.GROUPS.items()}

    def summary(self) -> dict:
        """Everything to print and to save; in percent, and as shares of the faces with a box.

        `n` counts frames, with those missed; `nme_aligned` is the inter-ocular error that is left when each answer is first laid onto its
        label by a similarity: of the shape alone; `auc_8` is the area under the cumulative error curve up to an inter-ocular error of 8 %.
        Intervals are 95 % and over people.
        """
        low, high = bootstrap.interval(np.stack(list(self.faces.values()), axis=1), self.people)
        rows = {region: [i for group in groups for i in keypoints.GROUPS[group]] for region, groups in REGIONS.items()}
        ocular = self.faces["nme_inter_ocular"]
        return {
            "people": len(set(self.people)),
            "n": len(self.people) + self.missed,
            "missed": self.missed,
            **{name: round(float(values.mean()), 3) for name, values in self.faces.items()},
            "median_inter_ocular": round(float(np.median(ocular)), 3),
            "interval_95": {name: [round(float(end), 3) for end in ends] for name, *ends in zip(self.faces, low, high, strict=True)},
            "bootstrap": {"over": "people", "rounds": bootstrap.ROUNDS, "seed": bootstrap.SEED},
            "by_region": {region: _percent(self.points[:, chosen]) for region, chosen in rows.items()},
            "by_yaw": {name: self._of(_within(self.yaw, *ends)) for name, ends in YAW_BINS.items()},
            "ced": {"percent": CED_PERCENT.tolist(), "share": metrics.ced(ocular, CED_PERCENT).round(4).tolist()},
        }

    def _of(self, chosen: np.ndarray) -> dict:
        """Part of the summary for some of the faces; None stands where there are none."""
        people = [person for person, inside in zip(self.people, chosen, strict=True) if inside]
        names = ("nme_inter_ocular", "nme_box", "failures_above_10")
        means = {name: round(float(self.faces[name][chosen].mean()), 3) if people else None for name in names}
        return {"n": len(people), "people": len(set(people)), **means}


def score(guess: np.ndarray, truth: np.ndarray, people: Sequence[str], missed: int = 0) -> KeypointScores:
    """Compare predicted points with labels, whoever predicted them.

    Parameters
    ----------
    guess, truth : ndarray of shape (N, 68, 2)
        (x, y) in pixels.
    people : sequence of N str
        Whose face each is: intervals are over people.
    missed : int
        Faces that are not among the N because no box was found.
    """
    if not len(truth) or len(people) != len(truth):
        raise ValueError(f"people: expected one name for each of one or more faces, got {len(people)} names for {len(truth)} faces")
    errors = {name: metrics.nme(guess, truth, by) for name, by in _NME.items()}
    ocular = errors["nme_inter_ocular"]
    laid = [keypoints.transform(keypoints.similarity(each, label), each) for each, label in zip(guess, truth, strict=True)]
    errors["nme_aligned"] = metrics.nme(np.stack(laid), truth)
    areas = {f"auc_{name}": metrics.area_under_ced(ocular, limit) for name, limit in _LIMITS.items()}
    failures = {f"failures_above_{name}": metrics.failures(ocular, limit) for name, limit in _LIMITS.items()}
    faces = {name: 100.0 * values for name, values in (errors | areas | failures).items()}
    return KeypointScores(list(people), missed, metrics.point_errors(guess, truth), faces, pose.yaw(truth))


@dataclass(frozen=True)
class Answers:
    """What a model says of N frames for which there is a box."""

    reading: Reading
    boxes: list[detect.Face | np.ndarray]  # that the network was given
    truth: np.ndarray  # (N, 68, 2), the labels
    people: list[str]
    missed: int  # frames without a box

    def score(self) -> KeypointScores:
        """Compare the points with the labels."""
        return score(self.reading.points, self.truth, self.people, self.missed)

    def of_the_mean_face(self) -> float:
        """The inter-ocular error in percent of the mean face laid into the boxes: what a box alone is worth."""
        laid = np.stack([keypoints.shape_in_box(box) for box in self.boxes])
        return round(100 * float(metrics.nme(laid, self.truth).mean()), 3)

    def shifted(self) -> dict:
        """What one constant shift of all answers would make of the error, for labels that lie beside the faces: `x`, `y` and
        `nme_inter_ocular`, in percent of the inter-ocular distance."""
        sizes = metrics.face_sizes(self.truth)[:, None, None]
        shift = np.median(((self.truth - self.reading.points) / sizes).reshape(-1, 2), axis=0)
        errors = metrics.nme(self.reading.points + shift * sizes, self.truth)
        x, y, left = (round(100 * float(value), 3) for value in (*shift, errors.mean()))
        return {"x": x, "y": y, "nme_inter_ocular": left}


def answers(
    predict: Predictor,
    frames: Sequence[Frame],
    boxes: str = "labels",
    batch: int = 64,
    report: Callable[[Iterable], Iterable] = iter,
) -> Answers:
    """Predict the keypoints of each frame.

    Parameters
    ----------
    predict : callable
        Takes grey pictures, (H, W) uint8, and as many faces or boxes; gives a Reading.
    frames : sequence of Frame
    boxes : {"labels", "detected", "given"}
        The box from the labelled points; the detected face whose box overlaps it most; or the box that the data set gives, `frame.box`. A
        frame in which no such box is detected counts as missed and has no part in the errors.
    batch : int
        Faces a call.
    report : callable
        Wraps the iterable of batches, as tqdm does.

    Raises
    ------
    ValueError
        No box in any frame; or boxes to be given, and a frame without one.
    """
    if boxes not in BOXES:
        raise ValueError(f"boxes: expected 'labels', 'detected' or 'given', got {boxes!r}")
    found, within, readings = [], [], []
    for start in report(range(0, len(frames), batch)):
        part = [(frame, _box(frame, boxes)) for frame in frames[start : start + batch]]
        part = [(frame, box) for frame, box in part if box is not None]
        if part:
            of, at = map(list, zip(*part, strict=True))
            readings.append(predict([frame.grey() for frame in of], at))
            found += of
            within += at
    if not found:
        raise ValueError(f"no box in any of {len(frames)} frames")
    truth, people = np.stack([frame.points for frame in found]), [frame.person for frame in found]
    return Answers(predict_keypoints.joined(readings), within, truth, people, missed=len(frames) - len(found))


def answers_of(
    net: nn.Module,
    frames: Sequence[Frame],
    boxes: str = "labels",
    passes: int = predict_keypoints.PASSES,
    size: int = crops.SIZE,
    mirrored: bool = False,
    **more,
) -> Answers:
    """The `answers` of a network of `keypoint_net`, in evaluation mode; passes, size and mirrored as for `predict_keypoints.read`."""
    return answers(lambda greys, at: predict_keypoints.read(net, greys, at, passes, size, mirrored), frames, boxes, **more)


def evaluate(net: nn.Module, frames: Sequence[Frame], boxes: str = "labels", **how) -> KeypointScores:
    """Score a network; arguments as for `answers_of`."""
    return answers_of(net, frames, boxes, **how).score()


def as_text(record: dict, boxes: str) -> str:
    """What a record says of one kind of box, as a table for a person."""
    part = record[boxes]

    def row(label: str, name: str) -> str:
        low, high = part["interval_95"][name]
        return f"{label:<26}{part[name]:7.2f} %   {low:6.2f} to {high:6.2f}"

    lines = [
        f"boxes                     {boxes}",
        f"faces (n)                 {part['n']} of {part['people']} people, {record['people_trained_on']} of them seen in training",
        f"no box found in           {part['missed']}",
        "",
        f"{'':<26}{'mean':>9}   95 %, over people",
        row("NME inter-ocular", "nme_inter_ocular"),
        row("NME inter-pupil", "nme_inter_pupil"),
        row("NME box", "nme_box"),
        row("NME aligned", "nme_aligned"),
        row("AUC up to 8 %", "auc_8"),
        row("AUC up to 10 %", "auc_10"),
        row("failures, above 8 %", "failures_above_8"),
        row("failures, above 10 %", "failures_above_10"),
        f"{'median inter-ocular':<26}{part['median_inter_ocular']:7.2f} %",
        f"{'mean face in the box':<26}{part['mean_face']:7.2f} %",
        f"{'after one constant shift':<26}{part['shifted']['nme_inter_ocular']:7.2f} %",
        *_of_seeds(part.get("seeds")),
        "",
        "NME inter-ocular of",
        *(f"  {region:<24}{error:7.2f} %" for region, error in part["by_region"].items()),
        "",
        f"{'yaw, degrees':<16}{'n':>6}{'people':>8}{'inter-ocular':>14}{'box':>8}{'above 10 %':>12}",
    ]
    for name, bin in part["by_yaw"].items():
        numbers = [bin[key] for key in ("nme_inter_ocular", "nme_box", "failures_above_10")]
        cells = ["-" if number is None else f"{number:.2f}" for number in numbers]
        lines.append(f"{name:<16}{bin['n']:>6}{bin['people']:>8}{cells[0]:>14}{cells[1]:>8}{cells[2]:>12}")
    return "\n".join(lines)


def _box(frame: Frame, boxes: str) -> detect.Face | np.ndarray | None:
    label = keypoints.face_box(frame.points)
    if boxes == "labels":
        return label
    if boxes == "detected":
        return detect.nearest(detect.find_faces(frame.colour()), label)
    box = frame.box
    if box is None:
        raise ValueError(f"{frame.path}: its data set gives no box; use boxes='labels' or 'detected'")
    return box


def _of_seeds(seeds: dict | None) -> list[str]:
    if seeds is None:
        return []
    each = ", ".join(f"{error:.2f}" for error in seeds["each"])
    return [f"{len(seeds['each'])} seeds                   {seeds['mean']:7.2f} %   spread {seeds['spread']:.2f} ({each})"]


def _percent(errors: np.ndarray) -> float:
    return round(100 * float(errors.mean()), 2)


def _within(yaw: np.ndarray, low: float, high: float) -> np.ndarray:
    return (np.abs(yaw) >= low) & (np.abs(yaw) < high)
