"""Each loss is zero where its wish is fulfilled, and grows with what it is about and with nothing else."""

import dataclasses

import pytest
import torch

from facelib.datasets.frame import UNKNOWN
from facelib.learned import harmonizer_losses as losses
from facelib.learned.harmonizer_losses import LOSSES, Seen


@pytest.fixture
def seen():
    torch.manual_seed(0)
    raw, answer = torch.rand(2, 2, 3, 16, 16) * 2 - 1
    mask = torch.zeros(2, 1, 16, 16)
    mask[:, :, 4:12, 4:12] = 1
    answer = raw + mask * (answer - raw)

    def features(pictures):
        return [pictures[:, :, ::2, ::2], pictures.flatten(1)[:, ::50]]

    return Seen(raw, mask, answer, torch.ones(2), raw.clone(), torch.zeros(2), features)


def made(seen, inside=0.0, outside=0.0):
    return dataclasses.replace(seen, out=seen.raw + inside * seen.mask + outside * (1 - seen.mask))


@pytest.mark.parametrize("name", ["outside", "everywhere", "moments", "embedding", "hidden"])
def test_the_composite_itself_keeps_everything(name, seen):
    assert LOSSES[name](seen).item() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("name", ["squared", "reconstruction", "gradients", "structure", "perceptual", "identity"])
def test_the_answer_is_right(name, seen):
    assert LOSSES[name](dataclasses.replace(seen, out=seen.answer)).item() == pytest.approx(0, abs=1e-6)
    assert LOSSES[name](seen).item() > 0.01


def test_outside_sees_only_what_is_outside(seen):
    assert losses.outside(made(seen, inside=0.5)).item() == 0
    assert losses.outside(made(seen, outside=0.5)).item() == pytest.approx(0.25)


def test_everywhere_is_a_mean_square(seen):
    assert losses.everywhere(made(seen, 0.5, 0.5)).item() == pytest.approx(0.25)


def test_moments_are_those_of_the_face(seen):
    assert losses.moments(made(seen, outside=0.5)).item() == pytest.approx(0, abs=1e-6)
    assert losses.moments(made(seen, inside=0.5)).item() == pytest.approx(0.25, rel=1e-3)  # the mean moves, the spread stays


def test_hidden_layers_are_all_but_the_embedding(seen):
    moved = dataclasses.replace(seen, out=seen.raw + 0.5, features=lambda pictures: [pictures, 2 * pictures, 100 * pictures])
    assert losses.hidden(moved).item() == pytest.approx((0.5 + 1.0) / 2, rel=1e-5)


def test_parsing_asks_nothing_where_nobody_knows(seen):
    said, parts = torch.randn(2, 3, 16, 16), torch.ones(2, 16, 16, dtype=torch.long)
    parts[:, :8] = UNKNOWN
    knows = dataclasses.replace(seen, said=said, parts=parts)
    other = dataclasses.replace(knows, said=torch.cat([torch.randn(2, 3, 8, 16), said[:, :, 8:]], 2))
    assert losses.parsing(knows).item() == pytest.approx(losses.parsing(other).item(), rel=1e-6)


def test_pictures_without_an_answer_have_no_part(seen):
    nobody = dataclasses.replace(seen, answered=torch.zeros(2))
    for name in ("squared", "reconstruction", "gradients", "structure", "perceptual"):
        assert LOSSES[name](nobody).item() == 0
    one = dataclasses.replace(seen, answered=torch.tensor([1.0, 0.0]))
    alone = (seen.out - seen.answer).abs()[0][:, 4:12, 4:12].mean()
    assert losses.reconstruction(one).item() == pytest.approx(alone.item(), rel=1e-5)


def test_without_an_answer_identity_is_the_composites(seen):
    nobody = dataclasses.replace(seen, answered=torch.zeros(2))
    assert LOSSES["identity"](nobody).item() == 0
    assert LOSSES["identity"](dataclasses.replace(nobody, out=seen.answer)).item() > 0.01


def test_the_generator_wants_to_be_taken_for_real(seen):
    fooled, caught = (dataclasses.replace(seen, verdict=torch.full((2,), logit)) for logit in (3.0, -3.0))
    assert losses.adversarial(fooled) < losses.adversarial(seen) < losses.adversarial(caught)


def test_the_discriminator_wants_to_be_right():
    high, low = torch.full((2,), 3.0), torch.full((2,), -3.0)
    assert losses.discriminator(high, low) < losses.discriminator(low, high)


def test_r1_is_half_the_squared_slope():
    real = torch.rand(2, 3, 4, 4, requires_grad=True)
    assert losses.r1(real, (2 * real).flatten(1).sum(1)).item() == pytest.approx(4 * 48 / 2)


def test_parsing_is_low_where_each_pixel_is_called_by_its_name(seen):
    parts = (seen.mask[:, 0] > 0).long()
    logits = torch.nn.functional.one_hot(parts, 6).movedim(-1, 1) * 9.0
    right, wrong = (dataclasses.replace(seen, said=said, parts=parts) for said in (logits, logits.flip(1)))
    assert losses.parsing(right).item() < 0.01 < 5 < losses.parsing(wrong).item()


def test_a_critic_sets_real_and_fake_apart_and_the_generator_closes_the_gap(seen):
    assert losses.critic(torch.tensor([3.0, 1.0]), torch.tensor([0.0])).item() == -2
    assert LOSSES["wasserstein"](dataclasses.replace(seen, verdict=torch.tensor([1.0, 2.0]))).item() == -1.5
