"""The loop, with a task so small that everything it does can be checked."""

import pytest
import torch
from torch.utils.data import Dataset

from facelib.learned import engine


class Numbers(Dataset):
    def __len__(self):
        return 1000

    def __getitem__(self, index):
        return torch.tensor([float(index)])


class Line:
    """Learns to say 3; its loss becomes NaN at picture `breaks`."""

    def __init__(self, breaks=10**9):
        torch.manual_seed(0)
        self.net, self.seen, self.breaks = torch.nn.Linear(1, 1), [], breaks

    def prepare(self, accelerator):
        self.accelerator = accelerator
        self.optimizer = torch.optim.Adam(self.net.parameters(), 0.1)
        self.net, self.optimizer = accelerator.prepare(self.net, self.optimizer)
        return {"net": self.net, "optimizer": self.optimizer}

    def step(self, batch, progress):
        self.seen += batch[:, 0].tolist()
        self.progress = progress
        loss = (self.net(torch.ones_like(batch)) - 3).square().mean()
        self.optimizer.zero_grad()
        self.accelerator.backward(loss)
        self.optimizer.step()
        terms = {"off": loss.detach(), "even": loss.detach()}
        if max(self.seen) >= self.breaks:
            terms["even"] = torch.tensor(float("nan"))
        return terms

    def evaluate(self):
        return {"weight": float(self.net.weight.detach())}


PLAN = engine.Plan(pictures=64, batch=4, evaluate_every=16)


def test_each_picture_is_seen_once_in_order():
    task, ticks = Line(), []
    history = engine.fit(task, Numbers(), PLAN, tick=ticks.append)
    assert task.seen == list(map(float, range(64)))
    assert ticks == list(range(4, 65, 4))
    assert [row["pictures"] for row in history] == [16, 32, 48, 64]
    assert history[-1]["off"] < history[0]["off"]
    assert task.progress == 60 / 64


def test_rows_say_how_fast_it_was_and_how_long_it_waited():
    row = engine.fit(Line(), Numbers(), PLAN)[0]
    assert row["per_second"] > 0
    assert 0 <= row["waiting"] <= 1
    assert set(row) == {"pictures", "seconds", "per_second", "waiting", "off", "even", "weight"}


def test_it_goes_on_where_it_stopped(tmp_path):
    def stop(row):
        raise KeyboardInterrupt

    first, second, whole = Line(), Line(), Line()
    engine.fit(whole, Numbers(), PLAN, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        engine.fit(first, Numbers(), PLAN, tmp_path / "broken", report=stop)
    engine.fit(second, Numbers(), PLAN, tmp_path / "broken", resume=True)
    assert first.seen + second.seen == whole.seen
    assert second.evaluate() == whole.evaluate()
    assert len(engine.read_history(tmp_path / "broken")) == 4


def test_a_loss_that_is_no_number_stops_it_by_name_and_keeps_the_last_checkpoint(tmp_path):
    with pytest.raises(engine.DivergedError, match=r"loss even: became nan before picture 48"):
        engine.fit(Line(breaks=40), Numbers(), PLAN, tmp_path)
    assert [row["pictures"] for row in engine.read_history(tmp_path)] == [16, 32]
    assert (tmp_path / "checkpoint").is_dir()
    healthy = Line()
    assert engine.fit(healthy, Numbers(), PLAN, tmp_path, resume=True)[-1]["pictures"] == 64
    assert healthy.seen[0] == 32


def test_a_last_batch_that_is_not_full_is_left_out():
    task = Line()
    history = engine.fit(task, Numbers(), engine.Plan(pictures=10, batch=4, evaluate_every=100))
    assert task.seen == list(map(float, range(8)))
    assert history[-1]["pictures"] == 8


def test_the_log_is_one_row_a_line_and_the_same_in_tensorboard(tmp_path):
    history = engine.fit(Line(), Numbers(), PLAN, tmp_path)
    assert engine.read_history(tmp_path) == history
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    read = events.EventAccumulator(str(tmp_path / "tensorboard"))
    read.Reload()
    assert [event.step for event in read.Scalars("off")] == [row["pictures"] for row in history]
    assert [event.value for event in read.Scalars("off")] == pytest.approx([row["off"] for row in history])


def test_the_first_loss_that_is_no_number_is_named_before_the_next_row(tmp_path):
    """Not those that it spoils, and not thousands of pictures later."""
    task = Line(breaks=10)
    with pytest.raises(engine.DivergedError, match=r"loss even: became nan before picture 200"):
        engine.fit(task, Numbers(), engine.Plan(pictures=1000, batch=4, evaluate_every=1000), tmp_path)
