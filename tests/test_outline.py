import numpy as np

from facelib import composite, keypoints, outline

POINTS = keypoints.mean_shape() * 200 + (150, 160)
SHAPE = (320, 300)


def test_the_jaw_moves_in_and_the_brows_stay():
    face, put_on = (part(POINTS, SHAPE) for part in (outline.face, outline.put_on))
    width = np.linalg.norm(POINTS[0] - POINTS[16])
    row = round(POINTS[2, 1])
    assert (face[row] - put_on[row]).sum() / 2 == np.clip((face[row] - put_on[row]).sum() / 2, 0.03 * width, 0.06 * width)
    for x, y in POINTS[18:26]:
        assert put_on[round(y - 0.03 * width), round(x)]
        assert face[round(y), round(x)]


def test_with_the_forehead_it_goes_on_above():
    high, low = (np.nonzero(outline.put_on(POINTS, SHAPE, forehead))[0].min() for forehead in (True, False))
    assert high < low - 10


def test_skin_is_without_features_and_whites_are_features():
    mask = outline.put_on(POINTS, SHAPE)
    skin, whites = outline.skin(POINTS, mask), outline.whites(POINTS, SHAPE)
    assert 0.4 < skin.sum() / mask.sum() < 0.9
    assert not skin[whites > 0].any()
    assert composite.box_of(whites) is not None


def test_a_turned_picture_has_a_turned_outline():
    turn = np.array([[0.6, -0.8, 200], [0.8, 0.6, 20]])
    turned = outline.corners(keypoints.transform(turn, POINTS), 0.05)
    np.testing.assert_allclose(turned, keypoints.transform(turn, outline.corners(POINTS, 0.05)), atol=1e-6)
