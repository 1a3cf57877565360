import pytest
import torch

from facelib.learned.memory import Past, Pool


def fakes(first, count=4):
    pictures = torch.arange(first, first + count).float()[:, None, None, None].expand(-1, 3, 2, 2)
    return pictures, pictures[:, :1]


def test_without_a_pool_the_new_ones_come_back():
    pictures, masks = fakes(0)
    assert Pool(0).exchange(pictures, masks)[0] is pictures


def test_a_full_pool_gives_about_half_of_it_back_and_keeps_its_size():
    pool = Pool(8)
    old = 0
    for step in range(100):
        pictures, masks = pool.exchange(*fakes(4 * step))
        assert torch.equal(pictures[:, :1], masks)  # a picture keeps its own mask
        old += int((pictures[:, 0, 0, 0] < 4 * step).sum()) if step >= 2 else 0
        assert len(pool.kept) <= 8
    assert 0.4 < old / 392 < 0.6


def test_a_pool_keeps_pictures_and_not_their_batches():
    pool = Pool(8)
    for step in range(20):
        pool.exchange(*fakes(64 * step, 64))
    kept = sum(part.untyped_storage().nbytes() for pair in pool.kept for part in pair)
    assert kept == sum(part.numel() * part.element_size() for pair in pool.kept for part in pair)


def test_a_pool_goes_on_where_it_was():
    one, two = Pool(4), Pool(4, seed=9)
    for step in range(5):
        one.exchange(*fakes(step))
    two.load_state_dict(one.state_dict())
    assert torch.equal(one.exchange(*fakes(50))[0], two.exchange(*fakes(50))[0])


class Says(torch.nn.Module):
    def __init__(self, what):
        super().__init__()
        self.what = torch.nn.Parameter(torch.tensor(what))

    def forward(self, pictures, masks):
        return self.what.expand(len(pictures))


def test_past_discriminators_keep_their_say():
    past, net = Past(size=2, every=2), Says(0.0)
    for _ in range(6):
        past.note(net)
        with torch.no_grad():
            net.what += 1.0
    assert [kept.what.item() for kept in past.nets] == [3.0, 5.0]
    assert past.verdict(net, *fakes(0)).tolist() == pytest.approx([(6 + 3 + 5) / 3] * 4)
    again = Past(size=2, every=2)
    again.restore(past.state_dict(), Says(0.0))
    assert again.verdict(net, *fakes(0)).tolist() == past.verdict(net, *fakes(0)).tolist()
    assert not any(parameter.requires_grad for kept in again.nets for parameter in kept.parameters())


def test_without_a_past_only_the_present_counts():
    past, net = Past(size=0, every=1), Says(1.0)
    past.note(net)
    assert past.verdict(net, *fakes(0)).tolist() == [1.0] * 4
