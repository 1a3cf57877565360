"""Training of the embeddings, small: what a run leaves, and that held-out people stay out."""

import dataclasses
import json

import numpy as np
import pytest

from facelib.datasets import rendered, ytf68
from facelib.learned import embedding_data, embeddings, finder, train_embedding, weights
from facelib.learned.train_embedding import EmbeddingConfig

# with 8 channels, torch 2.15 ends Python on some processors: a convolution of its, there and back, reads beyond its end
TINY = EmbeddingConfig(widths=(16, 16, 16, 16, 16), pictures=64, batch=16, evaluate_every=32)


@pytest.fixture
def few_people(monkeypatch):
    """Six rendered people as if they were ytf68's; two of them are held out."""
    frames = rendered.frames(24, seed=5, size=96)
    people = sorted({frame.person for frame in frames})
    monkeypatch.setattr(ytf68, "load", lambda data, bad, report: frames)
    monkeypatch.setattr(ytf68, "validation_people", lambda: people[:2])
    monkeypatch.setattr(finder, "labelled", lambda frames: frames)
    return people


def test_a_run_leaves_weights_and_a_card_and_keeps_people_out(tmp_path, few_people):
    rows = []
    card = train_embedding.run("ytf68", tmp_path, "judge", TINY, command="facelib ...", report=rows.append)
    assert [row["pictures"] for row in rows] == [32, 64]
    assert set(card["people_trained_on"]) == set(few_people[2:])
    assert card["scores"]["people"] == 2
    assert 0 <= card["scores"]["auc"] <= 1
    assert len(json.loads((tmp_path / "embedding-judge-history.json").read_text())) == 2
    embedded = embeddings.embed(weights.embedder("judge", tmp_path), np.zeros((3, 96, 96, 3), np.uint8))
    np.testing.assert_allclose(np.linalg.norm(embedded, axis=1), 1, rtol=1e-5)


def test_drawn_people_join_and_are_no_part_of_the_list(tmp_path, few_people):
    card = train_embedding.run("ytf68", tmp_path, "loss", dataclasses.replace(TINY, drawn=2, share=0.5))
    assert set(card["people_trained_on"]) == set(few_people[2:])
    assert "8 of 2, rendered" in card["data"]


def test_an_item_depends_on_its_number_alone():
    frames = rendered.frames(8, seed=5, size=96)
    one, two = (embedding_data.TrainingFaces(frames, 10, seed=1) for _ in range(2))
    two[3]
    for index in (0, 7):
        assert np.array_equal(one[index][0], two[index][0])
        assert one[index][1] == two[index][1]


def test_the_judge_and_the_loss_are_two_networks():
    cards = [weights.card(f"embedding-{role}")["config"] for role in ("loss", "judge")]
    assert cards[0]["widths"] != cards[1]["widths"]
    assert cards[0]["seed"] != cards[1]["seed"]


def test_nobody_held_out_was_trained_on():
    held_out = set(ytf68.validation_people())
    for role in ("loss", "judge"):
        assert not held_out & set(weights.card(f"embedding-{role}")["people_trained_on"])
