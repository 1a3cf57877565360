"""A folder of ordinary photographs as labelled faces: the detector finds each one's largest face, the keypoint model its points."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from facelib import detect, images, keypoints
from facelib.datasets import faults
from facelib.datasets.frame import Frame

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")


def load(
    folder: str | Path,
    bad: str = "refuse",
    report: Callable[[str], None] | None = None,
    progress: Callable[[Iterable[Path]], Iterable[Path]] = lambda files: files,
) -> list[Frame]:
    """The largest face of each photograph, sorted by the photographs' names.

    Parameters
    ----------
    folder : str or Path
        Photographs in folders of it belong to one person a folder; each of the others is a person of its own.
    bad : {"refuse", "skip"}
        What happens to a picture that cannot be read, or in which no face is found or the keypoints are unsure.
    report : callable, optional
        With "skip": takes one line for each such picture; by default it becomes a warning.
    progress : callable
        Wraps the files that are gone through: a picture takes about a tenth of a second, a large one more.

    Returns
    -------
    list of Frame

    Raises
    ------
    FileNotFoundError
        No such folder, or no picture in it.
    ValueError
        A bad picture, named; no face at all.
    """
    folder, fault = Path(folder), faults.handler(bad, report)
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS and file.is_file())
    if not files:
        raise FileNotFoundError(f"{folder}: no pictures in it; expected files that end in {', '.join(ENDINGS)}")
    frames = []
    for file in progress(files):
        try:
            frames.append(_frame(file, folder))
        except ValueError as error:
            fault(str(error))
    if not frames:
        raise ValueError(f"{folder}: no face in any of its {len(files)} pictures")
    return frames


def _frame(file: Path, folder: Path) -> Frame:
    picture = images.load(file)
    faces = detect.find_faces(picture)
    if not faces:
        raise detect.FaceNotFound(f"{file}: no face found")
    points, errors = keypoints.predict_with_errors([picture], faces[:1])
    if not errors.mean() <= keypoints.UNSURE:
        raise ValueError(f"{file}: unsure of the keypoints (expected error {errors.mean():.0%} of the eyes' distance)")
    inside = file.relative_to(folder)
    person = inside if inside.parent == Path(".") else inside.parent  # the ending stays: ann.jpg is nobody in the folder ann
    return Frame(file, person.as_posix(), points[0], faces[0].box)
