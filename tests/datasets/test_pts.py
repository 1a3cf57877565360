import numpy as np
import pytest

from facelib.datasets import pts

POINTS = np.random.default_rng(5).uniform(-3, 400, (68, 2)).round(3).astype(np.float32)


def test_what_is_written_is_read(tmp_path):
    (tmp_path / "a.pts").write_text(pts.write(POINTS))
    assert np.abs(pts.read(tmp_path / "a.pts") - POINTS).max() < 1e-3


def test_the_first_pixel_is_one_in_the_file_and_zero_here():
    text = "version: 1\nn_points:  2\n{\n1 1\n10.5 2\n}\n"  # as in the archives of 300-W, which have two blanks in some files
    assert pts.parse(text.encode(), "a", 2).tolist() == [[0, 0], [9.5, 1]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected 300-W's .pts form"),
        ("n_points: 68 { 1 2", "expected 300-W's .pts form"),
        ("n_points: 68 { 1 2 }", "expected 68 points, got 1"),
        ("n_points: 68 {" + " 1" * 137 + "}", "got 68.5"),
        ("n_points: 68 {" + " x" * 136 + "}", "could not convert"),
        ("n_points: 68 {" + " nan" * 136 + "}", "finite"),
    ],
)
def test_other_files_are_refused_in_a_line_that_names_them(text, said):
    with pytest.raises(ValueError, match=said) as refused:
        pts.parse(text.encode(), "a.pts")
    assert str(refused.value).startswith("a.pts: ")
    assert "\n" not in str(refused.value)


def test_a_picture_is_no_such_file():
    with pytest.raises(ValueError, match="expected 300-W's"):
        pts.parse(b"\xff\xd8\xff\xe0" + bytes(range(256)), "a.jpg")
