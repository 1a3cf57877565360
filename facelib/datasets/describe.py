"""What is in a data set, in numbers: people, sizes, poses, shapes. Numbers may be published where pictures may not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from facelib import keypoints, records, triangulation
from facelib.datasets.frame import Frame
from facelib.pose import angles

QUANTILES = (0, 5, 25, 50, 75, 95, 100)  # per cent
EDGES = range(-90, 91, 10)  # degrees; what lies beyond counts into the last bin


def describe(frames: list[Frame]) -> dict:
    """The numbers of a data set.

    Parameters
    ----------
    frames : list of Frame
        At least one; their pictures are opened for their sizes.

    Returns
    -------
    dict
        `people`, `frames`; `people_with` n frames, by n; `people_in_several_folders`; quantiles of `picture_width`, `picture_height` and
        `face_width` in pixels, the last being the points' extent; for `yaw`, `pitch` and `roll` (`facelib.pose.angles`) quantiles in
        degrees and a histogram; `folded`: how many frames have a folded triangle in the table of the face, in the mesh with its
        surroundings, and in that mesh once it is unfolded (`facelib.triangulation`); `outside`: frames with a point outside the picture,
        and how far the furthest is in pixels; `points`: mean, 5th and 95th percentile of each point, aligned to the mean shape and in its
        units, (68, 2) each.
    """
    points = np.stack([frame.points for frame in frames]).astype(float)
    sizes = np.array([frame.size()[::-1] for frame in frames])
    beyond = np.maximum(-points, points - (sizes[:, None] - 1)).max(axis=(1, 2))
    counts = Counter(Counter(frame.person for frame in frames).values())
    folders = Counter(person for person, _ in {(frame.person, frame.path.parent) for frame in frames})
    mean = keypoints.mean_shape()
    aligned = np.stack([keypoints.transform(keypoints.similarity(shape, mean), shape) for shape in points])
    low, high = np.percentile(aligned, (5, 95), axis=0)
    return {
        "people": sum(counts.values()),
        "frames": len(frames),
        "people_in_several_folders": sum(count > 1 for count in folders.values()),
        "people_with": {str(number): counts[number] for number in sorted(counts)},
        "picture_width": _quantiles(sizes[:, 0]),
        "picture_height": _quantiles(sizes[:, 1]),
        "face_width": _quantiles(np.ptp(points[..., 0], axis=1)),
        **{name: _spread(degrees) for name, degrees in zip(("yaw", "pitch", "roll"), angles(points).T, strict=True)},
        "folded": _folded(points),
        "outside": {"frames": int((beyond > 0).sum()), "furthest": round(float(max(beyond.max(), 0)), 1)},
        "points": {name: shape.round(3).tolist() for name, shape in {"mean": aligned.mean(axis=0), "5": low, "95": high}.items()},
    }


def record(data: str | Path, frames: list[Frame], subset: str | None = None) -> dict:
    """What `facelib describe` writes: the numbers, and where they come from."""
    command = f"facelib describe {data}" + f" --subset {subset}" * bool(subset)
    return {**records.made_by(f"{command} --json FILE"), "data": str(data), **describe(frames)}


def as_text(record: dict) -> str:
    """A record for a person to read."""
    lines = [f"{record['frames']} frames of {record['people']} people"]
    for name in ("picture_width", "picture_height", "face_width", "yaw", "pitch", "roll"):
        quantiles = record[name].get("quantiles", record[name])
        values = "".join(f"{round(quantiles[q]):8}" for q in ("5", "50", "95"))
        lines.append(f"{name.replace('_', ' '):<16}{values}  {'degrees' if 'quantiles' in record[name] else 'pixels'} (5, 50, 95 %)")
    return "\n".join(lines)


def _folded(points: np.ndarray) -> dict:
    faces = [triangulation.with_surroundings(shape) for shape in points]
    table, whole = triangulation.triangles(), triangulation.triangles_with_surroundings()
    return {
        "face": sum(bool(triangulation.folds(shape, table).any()) for shape in points),
        "mesh": sum(bool(triangulation.folds(mesh, whole).any()) for mesh in faces),
        "unfolded": sum(bool(triangulation.folds(triangulation.unfold(mesh), whole).any()) for mesh in faces),
    }


def _quantiles(values: np.ndarray) -> dict:
    return {str(q): round(float(value), 1) for q, value in zip(QUANTILES, np.percentile(values, QUANTILES), strict=True)}


def _spread(degrees: np.ndarray) -> dict:
    counts, _ = np.histogram(np.clip(degrees, EDGES[0], EDGES[-1]), EDGES)
    return {"quantiles": _quantiles(degrees), "edges": list(EDGES), "frames": counts.tolist()}
