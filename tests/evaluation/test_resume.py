"""An evaluation that was broken off goes on, to the same numbers; and never takes other numbers for its own."""

import dataclasses

import numpy as np
import pytest

from facelib.datasets import lessons, recolour
from facelib.evaluation import gallery, resume, swaps
from facelib.evaluation.swapped import ways

SIZE, WAYS = 32, ways(["multiband", "none"])
WEIGHTS = [{"name": "judge", "sha256": "0", "seed": 0}]


def judge(pictures, points):
    """The mean colours as vectors of length 1."""
    means = pictures.mean((1, 2))
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def finder(pictures, points):
    return points + pictures.mean((1, 2, 3))[:, None, None] * (0.01, 0)


@pytest.fixture(scope="module")
def pairs():
    return swaps.rendered_swaps([], 17, 0, SIZE)


@pytest.fixture(scope="module")
def straight(pairs):
    return swaps.measure(pairs, WAYS, judge, finder, SIZE)


def kept(folder, pairs, chosen=WAYS, size=SIZE, weights=WEIGHTS):
    return resume.Kept(folder, [resume.fingerprint(block, chosen, size, weights) for block in swaps.blocks(pairs)])


def killed(blocks):
    """Somebody presses the keys when one block is measured and the second is being made."""
    for number, block in enumerate(blocks):
        if number == 1:
            raise KeyboardInterrupt
        yield block


def same(one, other):
    for score, of in one.scores.items():
        for name, values in of.items():
            np.testing.assert_array_equal(other.scores[score][name], values)


def test_what_was_killed_goes_on_to_the_same_numbers(tmp_path, pairs, straight):
    with pytest.raises(KeyboardInterrupt):
        swaps.measure(pairs, WAYS, judge, finder, SIZE, report=killed, done=kept(tmp_path, pairs))
    assert list(kept(tmp_path, pairs)) == [0]
    made = []
    again = swaps.measure(
        pairs, WAYS, judge, finder, SIZE, report=lambda blocks: (made.append(0) or one for one in blocks), done=kept(tmp_path, pairs)
    )
    assert len(made) == 2
    same(straight, again)
    assert [file.suffix for file in tmp_path.iterdir()] == [".json"] * 3  # and nothing half written


def test_what_is_complete_asks_for_nothing(tmp_path, pairs, straight):
    first = swaps.measure(pairs, WAYS, judge, finder, SIZE, done=kept(tmp_path, pairs))
    again = swaps.measure(pairs, WAYS, None, None, SIZE, done=kept(tmp_path, pairs))
    same(straight, again)
    assert all((again.seconds[name] == values).all() for name, values in first.seconds.items())


def test_what_a_network_and_a_gallery_say_is_kept_too(tmp_path, pairs):
    def forensic(pictures):
        return pictures.mean((1, 2, 3))

    frames = lessons.frames_of(pairs[:3])
    more = {"forensic": forensic, "gallery": gallery.of(frames, judge, SIZE)}
    first = swaps.measure(pairs[:9], WAYS, judge, finder, SIZE, done=kept(tmp_path, pairs[:9]), **more)
    again = swaps.measure(pairs[:9], WAYS, None, None, SIZE, done=kept(tmp_path, pairs[:9]), **more)
    assert {"trace", "rank1", "rank1_target"} <= set(again.scores)
    same(first, again)


def test_more_pairs_take_over_what_fewer_measured(tmp_path, pairs):
    swaps.measure(pairs[:8], WAYS, judge, finder, SIZE, done=kept(tmp_path, pairs[:8]))
    assert list(kept(tmp_path, pairs)) == [0]


def test_another_evaluation_has_other_names(tmp_path, pairs, monkeypatch):
    block = pairs[:8]
    of_colours = lambda like: [dataclasses.replace(block[0], recolour=recolour.Transfer("lab", like)), *block[1:]]  # noqa: E731
    other = [dataclasses.replace(block[0], recolour=recolour.draw(np.random.default_rng(0))), *block[1:]]
    names = [
        resume.fingerprint(block, WAYS, SIZE, WEIGHTS),
        resume.fingerprint(block, WAYS[:1], SIZE, WEIGHTS),
        resume.fingerprint(block, ways(["multiband:none", "none"]), SIZE, WEIGHTS),
        resume.fingerprint(block, WAYS, SIZE + 1, WEIGHTS),
        resume.fingerprint(block, WAYS, SIZE, [WEIGHTS[0] | {"sha256": "1"}]),
        resume.fingerprint(block[::-1], WAYS, SIZE, WEIGHTS),
        resume.fingerprint(other, WAYS, SIZE, WEIGHTS),
        resume.fingerprint(of_colours(block[1].target), WAYS, SIZE, WEIGHTS),
        resume.fingerprint(of_colours(block[2].target), WAYS, SIZE, WEIGHTS),
    ]
    monkeypatch.setattr(resume, "_package", lambda: "other code")
    names.append(resume.fingerprint(block, WAYS, SIZE, WEIGHTS))
    assert len(set(names)) == len(names)


def test_a_changed_blender_of_ones_own_has_another_name(pairs, monkeypatch):
    names = set()
    for mine in (lambda source, target, mask: target, lambda source, target, mask: source):
        monkeypatch.setitem(resume.blenders.BLENDERS, "mine", mine)
        names |= {resume.fingerprint(pairs[:8], ways(["mine"]), SIZE, WEIGHTS) for _ in range(2)}
    assert len(names) == 2


def test_a_damaged_file_and_a_file_instead_of_a_folder_are_named(tmp_path, pairs):
    there = kept(tmp_path, pairs)
    there.file(0).write_text('{"psnr": ')
    with pytest.raises(ValueError, match=r"\.json: damaged; remove it"):
        there[0]
    with pytest.raises(KeyError):
        there[1]
    with pytest.raises(FileExistsError, match="is a file; give a folder"):
        resume.Kept(there.file(0), [])
