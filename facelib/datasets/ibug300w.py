"""ibug300w: iBUG 300-W, faces of AFW, HELEN, LFPW and iBUG with one set of 68 landmarks, as its authors or as dlib.net pack it.

A folder holds the pictures in `afw/`, `helen/`, `ibug/` and `lfpw/`. In the official form a file `NAME.pts` beside each picture has the 68
points, counted from 1, and there are no boxes; a folder with such files, in whatever folders, will do. In dlib's form three XML files give
each face a box and 68 parts, counted from 0; the boxes are those of dlib's detector, or guesses where it found nothing. iBUG's group made
the landmarks by a model, and corrected them by hand (Sagonas et al. 2013). The licence is for research only, and excludes commercial use;
dlib's author warns that this holds for what is trained on it as well.

Two traps in dlib's form. dlib added a mirrored copy of every picture (`*_mirror.jpg`), which no published number counts: they are left out
here unless asked for. And dlib's own "train" and "test" are drawn at random, across the folders: what it trains on holds pictures of the
standard test, so numbers to compare with papers need `subset`, for training too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path, PurePath, PurePosixPath
from xml.etree import ElementTree

import numpy as np

from facelib.datasets import download, faults, places, pts
from facelib.datasets.frame import Frame
from facelib.keypoints import COUNT

NAME = "ibug300w"
URL = "https://dlib.net/files/data/ibug_300W_large_face_landmark_dataset.tar.gz"
TERMS = "iBUG 300-W: for research only, no commercial use, and nor of what is trained on it"
TABLES = {"train": "labels_ibug_300W_train.xml", "test": "labels_ibug_300W_test.xml", "all": "labels_ibug_300W.xml"}
_PICTURES = (".jpg", ".png")
_ONE_IN = 10  # photographs of the training part
SUBSETS = {  # the folders that papers train and test on, and how many faces they hold
    "training": (("afw", "helen/trainset", "lfpw/trainset"), 3148),
    "common": (("helen/testset", "lfpw/testset"), 554),
    "challenging": (("ibug",), 135),
    "full": (("helen/testset", "lfpw/testset", "ibug"), 689),
    "afw": (("afw",), 337),
    "helen": (("helen/trainset", "helen/testset"), 2330),
    "lfpw": (("lfpw/trainset", "lfpw/testset"), 1035),
}


def find(data: str | Path) -> Path:
    """The folder or XML file that a name (`ibug300w`, looked up in `FACELIB_DATA` and then in the user's cache) or a path stands for.

    Raises
    ------
    FileNotFoundError
        Where there is neither an XML file of that name nor a folder with dlib's three, or with .pts files.
    """
    if str(data) == NAME:
        return places.find(NAME, is_there)
    path = Path(data)
    if not (path.suffix == ".xml" and path.is_file()) and not is_there(path):
        raise FileNotFoundError(
            f"{path}: expected a folder with {pts.ENDING} files or with {', '.join(TABLES.values())}, or an XML file in dlib's form"
        )
    return path


def is_held_out(person: str) -> bool:
    """Whether the faces of a photograph, `Frame.person`, are for every choice, and not for training: one photograph in ten, by its name's
    hash. For the training part; the test part is for the last table."""
    return int(sha256(person.encode()).hexdigest(), 16) % _ONE_IN == 0


def is_there(folder: Path) -> bool:
    """Whether a folder holds the data set, in either form."""
    return places.holds(folder, TABLES.values()) or next(_labelled(folder), None) is not None


def fetch(folder: str | Path | None = None) -> Path:
    """Download the data set, 1.8 GB, and return its folder; does nothing where it is there already.

    Parameters
    ----------
    folder : str or Path, optional
        The folder to make; by default `ibug300w` in `FACELIB_DATA`, or in the user's cache.

    Raises
    ------
    OSError
        The network failed (another call goes on), the folder holds something else, or it cannot be written to.
    ValueError
        What came is not the data set.
    """
    return download.fetch_once(NAME, folder, is_there, lambda where: download.fetch(URL, where, _wanted, _check_original))


def load(
    data: str | Path = NAME,
    part: str = "all",
    subset: str | None = None,
    mirrored: bool = False,
    bad: str = "refuse",
    report: Callable[[str], None] | None = None,
    check: bool = True,
) -> list[Frame]:
    """The labelled faces, in the file's order; a picture may hold several.

    Parameters
    ----------
    data : str or Path
        The name `ibug300w`, a folder in either form, or one XML file in dlib's form.
    part : {"all", "train", "test"}
        dlib's own parts. They are drawn at random, so none of them is the standard one.
    subset : str, optional
        One of `SUBSETS`, by folder. The standard ones of the papers: "training", 3,148 faces; "common", "challenging" and "full" (both
        together), 554, 135 and 689 to test on.
    mirrored : bool
        Keep the mirrored copies that dlib added.
    bad : {"refuse", "skip"}
        What happens to a face without a box or with parts other than 00 to 67, with a landmark that is no number or is far outside the
        picture, or whose picture is missing, damaged or cut off.
    report : callable, optional
        With "skip": takes one line for each bad face; by default it becomes a warning.
    check : bool
        Decode every picture, to find those that were cut off (about 10 ms for a large one).

    Returns
    -------
    list of Frame
        With `box` in dlib's form. 300-W names nobody, so `person` is the picture's name without its ending (a mirrored copy has its
        original's name, and faces of one photograph, `NAME_1` and `NAME_2` of afw, one name), and a person who is in two pictures counts
        as two.

    Raises
    ------
    FileNotFoundError
        No such data set.
    ValueError
        A bad face, named by file, picture and box; a file that is no XML; no face at all; parts or subsets that do not exist.
    """
    path, fault = find(data), faults.handler(bad, report)
    if part not in TABLES:
        raise ValueError(f"part: expected one of {', '.join(TABLES)}, got {part!r}")
    if subset is not None and subset not in SUBSETS:
        raise ValueError(f"subset: expected one of {', '.join(SUBSETS)}, got {subset!r}")
    if part != "all" and (subset or path.is_file()):
        raise ValueError(f"part: expected all together with a subset or a single file, got {part!r}; dlib's parts cut across both")
    folders = SUBSETS[subset][0] if subset else None
    if path.is_dir() and not places.holds(path, TABLES.values()):
        frames = [frame for file in sorted(_labelled(path)) if _is_in(file, folders) for frame in _face(path, file, fault, check)]
        if part != "all" or not frames:
            raise ValueError(f"{path}: no usable face in it" + (f" that belongs to {subset or part}" if subset or part != "all" else ""))
        return frames
    table = path if path.is_file() else path / TABLES[part]
    pictures = [
        (file, picture)
        for file, picture in _pictures(table)
        if (mirrored or not _is_mirrored(file)) and (folders is None or file.parent.as_posix() in folders)
    ]
    frames = [frame for file, picture in pictures for frame in _faces(table, file, picture, fault, check)]
    if not frames:
        raise ValueError(f"{table}: no usable face in it" + (f" that belongs to the subset {subset}" if subset else ""))
    return frames


def _labelled(folder: Path) -> Iterator[Path]:
    """The pictures that have a file with points beside them."""
    pictures = (file.with_suffix(ending) for file in folder.rglob(f"*{pts.ENDING}") for ending in _PICTURES)
    return (picture for picture in pictures if picture.is_file())


def _is_in(picture: Path, folders: tuple[str, ...] | None) -> bool:
    return folders is None or any(f"/{folder}/" in f"/{picture.as_posix()}" for folder in folders)


def _face(folder: Path, picture: Path, fault: Callable[[str], None], check: bool) -> Iterator[Frame]:
    """The face of a picture in the official form."""
    person = _photograph(picture.relative_to(folder), _is_in(picture, ("afw",)))
    try:
        frame = Frame(picture, person, pts.read(picture.with_suffix(pts.ENDING)))
        faults.check(frame, decode=check)
    except ValueError as error:
        fault(f"{picture}: {error}")
    else:
        yield frame


def _photograph(file: PurePath, is_afw: bool) -> str:
    """A picture's name without its ending; of afw without the number of the face, too."""
    name = file.with_suffix("").as_posix()
    return re.sub(r"_\d+$", "", name) if is_afw else name


def _wanted(member: str) -> str | None:
    """Where a member of dlib's archive goes: the pictures and tables, without the folder above."""
    folders = "afw|ibug|helen/trainset|helen/testset|lfpw/trainset|lfpw/testset"
    match = re.fullmatch(rf"[^/]+/((?:{folders})/[^/]+\.(?:jpg|png)|labels_ibug_300W(?:_train|_test)?\.xml)", member)
    return match and match.group(1)


def _check_original(folder: Path) -> None:
    """The three tables are there, and so is every picture that they name."""
    for table in TABLES.values():
        if not (folder / table).is_file():
            raise ValueError(f"no {table} in the archive")
        for file, _ in _pictures(folder / table):
            if not (folder / file).is_file():
                raise ValueError(f"{table} names {file}, which is not in the archive")


def _pictures(table: Path) -> Iterator[tuple[PurePosixPath, ElementTree.Element]]:
    """The pictures in an XML file: where each is, from the file's folder, and its element."""
    try:
        root = ElementTree.parse(table).getroot()
    except ElementTree.ParseError as error:
        raise ValueError(f"{table}: not well-formed XML ({error})") from None
    for picture in root.iter("image"):
        yield PurePosixPath(picture.get("file", "").replace("\\", "/")), picture


def _is_mirrored(file: PurePosixPath) -> bool:
    return file.stem.endswith("_mirror")


def _faces(table: Path, file: PurePosixPath, picture: ElementTree.Element, fault: Callable[[str], None], check: bool) -> Iterator[Frame]:
    plain = file.with_name(file.name.replace("_mirror.", "."))
    person = _photograph(plain, plain.parent.name == "afw")
    for number, box in enumerate(picture.iter("box"), start=1):
        if box.get("ignore") == "1":  # dlib's mark for a face that is not to be used
            continue
        try:
            if file.is_absolute() or ".." in file.parts:
                raise ValueError("expected a picture inside the file's folder")
            frame = Frame(table.parent / file, person, _points(box), _box(box))
            faults.check(frame, decode=check)
        except ValueError as error:
            fault(f"{table}: {file}, box {number}: {error}")
        else:
            yield frame


def _points(box: ElementTree.Element) -> np.ndarray:
    """A face's parts in the order of their names, whatever the file's order: (68, 2) float32."""
    parts = {part.get("name"): (part.get("x"), part.get("y")) for part in box.iter("part")}
    expected = [f"{number:02d}" for number in range(COUNT)]
    missing, others = [name for name in expected if name not in parts], sorted(str(name) for name in set(parts) - set(expected))
    if missing or others or len(parts) != len(list(box.iter("part"))):
        raise ValueError(f"expected the parts 00 to 67, each once; missing: {_few(missing)}; others: {_few(others)}")
    return np.array([[_number(value, f"part {name}") for value in parts[name]] for name in expected], np.float32)


def _box(box: ElementTree.Element) -> np.ndarray:
    x, y, width, height = (_number(box.get(side), side) for side in ("left", "top", "width", "height"))
    if not (width > 0 and height > 0):
        raise ValueError(f"expected a box with an area, got {width:g} x {height:g} pixels")
    return np.array([x, y, width, height])


def _number(text: str | None, name: str) -> float:
    try:
        return float(text)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: expected a number, got {text!r}") from None


def _few(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "") or "none"
