"""Keypoints in a text file, in 300-W's own form: `version: 1`, `n_points: 68`, and a line x y for each, counted from 1."""

from __future__ import annotations

from pathlib import Path

import numpy as np

ENDING = ".pts"
_FIRST = 1.0  # the coordinate of a picture's first pixel, as MATLAB counts; here it is 0


def write(points: np.ndarray) -> str:
    """The text of a file.

    Parameters
    ----------
    points : ndarray of shape (N, 2)
        (x, y) in pixels, of which the first is 0.

    Examples
    --------
    >>> print(write(np.array([[0, 9.5]])))
    version: 1
    n_points: 1
    {
    1.000 10.500
    }
    <BLANKLINE>
    """
    rows = "".join(f"{x:.3f} {y:.3f}\n" for x, y in np.asarray(points, float) + _FIRST)
    return f"version: 1\nn_points: {len(points)}\n{{\n{rows}}}\n"


def read(path: str | Path, count: int = 68) -> np.ndarray:
    """The points of a file; see `parse`.

    Raises
    ------
    OSError
        The file cannot be read.
    ValueError
        It is not such a file.
    """
    try:
        contents = Path(path).read_bytes()
    except OSError as error:
        raise type(error)(f"{path}: cannot be read ({error.strerror})") from None
    return parse(contents, str(path), count)


def parse(contents: bytes, name: str, count: int = 68) -> np.ndarray:
    """The points in a file's contents.

    Parameters
    ----------
    contents : bytes
    name : str
        For messages.
    count : int
        How many points there should be.

    Returns
    -------
    ndarray of shape (count, 2), float32
        (x, y) in pixels, of which the first is 0.

    Raises
    ------
    ValueError
        Not such a file, another number of points, or a coordinate that is no finite number.
    """
    head, _, rest = contents.decode("utf-8", "replace").partition("{")
    body, closed, _ = rest.partition("}")
    if not (closed and "n_points" in head):
        raise ValueError(f"{name}: expected 300-W's .pts form: n_points, and the points in braces")
    try:
        values = np.array(body.split(), float)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    if values.size != 2 * count:
        raise ValueError(f"{name}: expected {count} points, got {values.size / 2:g}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name}: expected finite coordinates, got NaN or infinity")
    return (values.reshape(count, 2) - _FIRST).astype(np.float32)
