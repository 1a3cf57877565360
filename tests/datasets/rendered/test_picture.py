"""Pictures of faces, and what is said of them."""

import dataclasses

import numpy as np
import pytest

from facelib import keypoints
from facelib.datasets.rendered import (
    Expression,
    Face,
    Hair,
    Identity,
    Light,
    Pose,
    Scene,
    Shape,
    Skin,
    patches,
    picture,
    render,
    sample,
    shape,
    surfaces,
    template,
)
from facelib.datasets.rendered.camera import FINER, Camera

SIZE = 128
GROUPS = (Hair, Expression, Pose, Light, Scene)


def dots(face, size=SIZE):
    """Where the camera sees a dot painted round each landmark's place on the skin, (68, 2); NaN where hardly any of it is seen."""
    _, controls = picture.controls_of(face)
    head, view = shape.skin(controls - template.control_points()), Camera.of(face.pose, size)
    row, column = template.grid_position(template.control_points()[:68], template.FINER)
    rows, columns = np.indices((template.ROWS * template.FINER, template.COLUMNS * template.FINER))
    texture = np.zeros((*rows.shape, 3), np.float32)
    for k in range(17, 68):  # neighbours have different colours, so that their dots may touch
        texture[np.hypot(rows - row[k], columns - column[k]) < 4, k % 3] = k
    seen = surfaces.see([surfaces.of_grid(surfaces.SKIN, head, view, size, texture, np.ones(rows.shape, bool), 2)], size)
    found = np.full((68, 2), np.nan)
    for k in range(17, 68):
        y, x = np.divmod(seen.places[seen.colours[:, k % 3] == k], size * FINER)
        if len(x) > 8:
            found[k] = (np.array([x.mean(), y.mean()]) + 0.5) / FINER - 0.5
    return found


@pytest.mark.parametrize("pose", [Pose(), Pose(yaw=20, pitch=-10, roll=15), Pose(yaw=-25, pitch=8, near=0.9)])
def test_dots_on_the_skin_lie_at_the_landmarks(average, pose):
    face = dataclasses.replace(average, pose=pose, expression=Expression(jaw=0.3, lips_apart=0.5))
    away = np.linalg.norm(dots(face) - picture.points_of(face, SIZE), axis=1)
    assert np.isfinite(away).sum() > 40
    assert np.nanmedian(away) < 0.3


def test_points_of_the_average_face_are_the_mean_shape(average):
    """Its jaw and lips are closed, where those of people in videos are parted on average."""
    points = picture.points_of(dataclasses.replace(average, pose=Pose(near=0.0)), 512)
    aligned = keypoints.transform(keypoints.similarity(points, keypoints.mean_shape()), points)
    away = np.linalg.norm(aligned - keypoints.mean_shape(), axis=1) / 0.576  # of the eyes' distance
    assert away[17:48].max() < 0.025
    assert away.max() < 0.07


@pytest.mark.parametrize("seed", range(3))
def test_mirrored_numbers_give_the_mirrored_face(plain, seed):
    face = plain(seed)
    person, mood, pose = face.identity, face.expression, face.pose
    leans = {name: -getattr(person.shape, name) for name in ("lean_jaw", "lean_nose", "lean_eyes")}
    blinks = {"blink_right": mood.blink_left, "blink_left": mood.blink_right}
    mirrored = dataclasses.replace(
        face,
        identity=dataclasses.replace(person, shape=dataclasses.replace(person.shape, **leans)),
        expression=dataclasses.replace(mood, smirk=-mood.smirk, gaze_x=-mood.gaze_x, **blinks),
        pose=dataclasses.replace(pose, yaw=-pose.yaw, roll=-pose.roll, x=-pose.x),
    )
    there, here = render(mirrored, 96), render(face, 96)
    np.testing.assert_allclose(there.points, keypoints.mirror(here.points, 96), atol=0.02)
    on_both = (here.skin[:, ::-1] > 0.9) & (there.skin > 0.9)
    assert on_both.sum() > 0.98 * (there.skin > 0.9).sum()
    assert np.median(np.abs(there.depth[on_both] - here.depth[:, ::-1][on_both])) < 0.02


def test_turns_are_those_of_the_pose_module(average):
    from facelib import pose

    for turned in (Pose(yaw=30, near=0.0), Pose(pitch=-15, near=0.0), Pose(roll=20, near=0.0)):
        angles = pose.angles(picture.points_of(dataclasses.replace(average, pose=turned), 512)[None])[0]
        np.testing.assert_allclose(angles, (turned.yaw, turned.pitch, turned.roll), atol=5)


def test_far_jaw_lies_on_the_outline(average):
    """Turned, the points of the far cheek are where the head ends, within a pixel or two."""
    drawn = render(dataclasses.replace(average, pose=Pose(yaw=30, near=0.0)), SIZE)
    for x, y in drawn.points[12:15]:
        row = np.flatnonzero(drawn.skin[round(float(y))] > 0.5)
        assert abs(row.max() + 0.5 - x) < 2


def test_masks_agree_with_the_picture(plain):
    face = dataclasses.replace(plain(3), scene=Scene(blur=0.0, noise=0.0, hand=0.5, glasses=0.5), hair=Hair(length=0.8, fringe=0.5))
    drawn = render(face, SIZE)
    assert (drawn.skin + drawn.occluder).max() <= 1 + 1e-6
    assert np.isfinite(drawn.depth[drawn.skin > 0.99]).all()
    lengths = np.linalg.norm(drawn.normals, axis=-1)
    np.testing.assert_allclose(lengths[drawn.skin > 0.99], 1, atol=0.02)
    bare = render(dataclasses.replace(face, scene=Scene(blur=0.0, noise=0.0), hair=Hair(amount=0.0)), SIZE)
    assert (bare.skin > drawn.skin - 0.3).mean() > 0.997  # gaps between samples are closed from whatever is beside them
    assert bare.occluder.max() == 0
    painted = render(dataclasses.replace(face, paint=dataclasses.replace(face.identity.skin, tone=1 - face.identity.skin.tone)), SIZE)
    changed = np.abs(painted.picture - drawn.picture).max(axis=-1) > 1e-5
    assert not changed[drawn.skin == 0].any()
    assert changed[drawn.skin > 0.99].mean() > 0.95


def test_light_hair_and_scene_leave_the_points(average):
    other = sample.face(5)
    points = render(average, 64).points
    for group in ("light", "hair", "scene"):
        np.testing.assert_array_equal(render(average.replace(other, group), 64).points, points)


def test_the_lamp_lights_its_side(average):
    left, right = (render(dataclasses.replace(average, light=Light(azimuth=side * 70, strength=0.9)), 64) for side in (-1, 1))
    face = left.skin > 0.99
    halves = face & (np.arange(64) < 30), face & (np.arange(64) > 33)
    assert left.picture[halves[0]].mean() > 1.2 * left.picture[halves[1]].mean()
    assert right.picture[halves[1]].mean() > 1.2 * right.picture[halves[0]].mean()


@pytest.mark.parametrize("size", [64, 97])
def test_the_same_face_gives_the_same_bytes(size):
    one, other = (render(sample.face(11), size) for _ in range(2))
    for entry in dataclasses.fields(one):
        np.testing.assert_array_equal(getattr(one, entry.name), getattr(other, entry.name))
    assert one.picture.shape == (size, size, 3)
    assert one.picture.dtype == np.float32
    assert 0 <= one.picture.min() <= one.picture.max() <= 1


def test_openings_are_a_small_part_of_the_skin():
    assert 0.97 < patches.openings().mean() < 1


def test_a_tiny_picture_is_refused(average):
    with pytest.raises(ValueError, match="size: expected at least 32 pixels, got 16"):
        render(average, 16)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", range(6))
def test_numbers_at_their_limits_are_drawn(seed):
    """Also where the face is outside the picture, upside down, or seen from behind its ear."""
    rng = np.random.default_rng(seed)
    drawn = render(Face(Identity(_extreme(Shape, rng), _extreme(Skin, rng)), *(_extreme(group, rng) for group in GROUPS)), 48)
    for entry in dataclasses.fields(drawn):
        values = getattr(drawn, entry.name)
        assert values.dtype == (np.uint8 if entry.name == "cover" else np.float32)
        assert entry.name == "depth" or np.isfinite(values).all()


def _extreme(group, rng):
    """A group whose numbers are at the one or the other end of their ranges."""
    numbers = {}
    for entry in dataclasses.fields(group):
        low, high = group.LIMITS.get(entry.name, group.RANGE)
        ends = rng.choice([low, high], 3).tolist()
        numbers[entry.name] = tuple(ends) if isinstance(entry.default, tuple) else int(ends[0]) if entry.name == "seed" else ends[0]
    return group(**numbers)
