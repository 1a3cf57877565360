import numpy as np

from facelib import keypoints
from facelib.datasets.frame import SHOWN, UNKNOWN
from facelib.related import parsing

POINTS = keypoints.mean_shape() * 200 + 130
LABELS = parsing.parse(POINTS, (280, 260))


def at(point):
    x, y = np.round(point).astype(int)
    return parsing.CLASSES[LABELS[y, x]]


def test_each_part_is_where_its_points_are():
    assert at(POINTS[36:42].mean(0)) == at(POINTS[42:48].mean(0)) == "eyes"
    assert at(POINTS[60:68].mean(0)) == "mouth"
    assert at(POINTS[19]) == at(POINTS[24]) == "brows"
    assert at(POINTS[29]) == "nose"
    assert at((POINTS[3] + POINTS[31]) / 2) == "skin"
    assert at((2, 2)) == "other"


def test_parts_of_a_mirrored_face_are_mirrored():
    mirrored = parsing.parse(keypoints.mirror(POINTS, 260), (280, 260))
    assert (mirrored[:, ::-1] == LABELS).mean() > 0.995


def test_a_face_beyond_the_picture_is_cut_off():
    labels = parsing.parse(POINTS - (150, 0), (280, 260))
    assert (labels[:, 150:] == 0).all()
    assert (labels[:, :90] > 0).any()


def test_what_covers_a_face_is_no_part_of_it():
    shown = np.full((280, 260), UNKNOWN, np.uint8)
    shown[:, :130] = SHOWN.index("cover")
    labels = parsing.parse(POINTS, (280, 260), shown)
    assert (labels[:, :130] == 0).all()
    assert (labels[:, 130:] == LABELS[:, 130:]).all()
