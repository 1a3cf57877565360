"""Who is put onto whom in blind trials."""

from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from facelib import images
from facelib.datasets import people
from facelib.datasets.frame import Frame
from facelib.evaluation import strangers


def frames(*of):
    return {f"{person}{number}": Frame(Path(person), person, np.zeros((68, 2))) for number, person in enumerate(of)}


@pytest.fixture
def gallery_only(monkeypatch, tmp_path):
    monkeypatch.delenv("FACELIB_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "none"))


def test_nobody_goes_onto_their_own_head_and_no_pair_comes_twice():
    given = frames(*"aabbccd")
    drawn = list(strangers.draw(given, 0))
    assert len(drawn) == len(set(drawn)) <= 7 * 6 - 3 * 2
    assert all(given[source].person != given[target].person for source, target in drawn)


def test_every_picture_is_drawn_before_any_comes_again():
    for seed in range(10):
        counted = Counter(name for pair in islice(strangers.draw(frames(*"abcdefgh"), seed), 4) for name in pair)
        assert set(counted.values()) == {1}
        counted = Counter(name for pair in islice(strangers.draw(frames(*"abcdefghi"), seed), 9) for name in pair)
        assert set(counted.values()) <= {1, 2, 3}


def test_the_seed_repeats_the_draw_and_a_longer_one_begins_with_the_shorter():
    given = frames(*"abcdefghij")
    first, longer, other = (list(islice(strangers.draw(given, seed), count)) for seed, count in ((1, 5), (1, 20), (2, 5)))
    assert longer[:5] == first != other
    with pytest.raises(ValueError, match="seed: expected at least 0"):
        next(strangers.draw(given, -1))


def test_the_gallery_is_there_without_a_download(gallery_only):
    found = strangers.load()
    assert set(found) <= {one.name for one in people.gallery()}
    assert len(found) > 25
    narrow = strangers.load(yaw=5)
    assert len(narrow) < len(found)
    assert all(abs(people.portrait(name).yaw) < 5.1 for name in narrow)


def test_pictures_that_were_fetched_are_adults_large_and_no_portrait_twice(monkeypatch):
    face = next(one for one in people.listed() if one.part == "gallery")
    twin, large, small = face.name, "large-one", "small-one"
    portrait = people.gallery()[0]
    made = [Frame(portrait.path, name, portrait.points) for name in (twin, large)]

    class Small(Frame):
        def size(self):
            return 399, 900

    monkeypatch.setattr(people, "load", lambda **how: [*made, Small(portrait.path, small, portrait.points)])
    found = strangers.load()
    assert large in found
    assert not {twin, small} & set(found)


def test_a_folder_of_photographs(tmp_path, collins, hopper):
    for name, picture in (("one", collins), ("two", hopper), ("none", np.full((90, 90, 3), 0.5, np.float32))):
        images.save(picture, tmp_path / f"{name}.png")
    said = []
    assert set(strangers.load(tmp_path, report=said.append)) == {"one.png", "two.png"}
    assert any("none.png" in line for line in said)
    with pytest.raises(ValueError, match="expected two people or more with a yaw below 1 degrees"):
        strangers.load(tmp_path, yaw=1)
