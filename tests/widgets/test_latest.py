import threading

import pytest

pytest.importorskip("anywidget")
from facelib.detect import FaceNotFound
from facelib.widgets.latest import Latest, one_line


@pytest.fixture
def worker():
    heard = {"done": [], "failed": [], "stages": []}
    latest = Latest(
        lambda number, result: heard["done"].append((number, result)),
        lambda number, error: heard["failed"].append((number, error)),
        lambda number, stage: heard["stages"].append((number, stage)),
    )
    yield latest, heard
    latest.close()


def test_the_newest_request_wins(worker):
    latest, heard = worker
    started, go_on = threading.Event(), threading.Event()

    def slow(report):
        started.set()
        go_on.wait(5)
        return "slow"

    latest.ask(1, slow)
    assert started.wait(5)
    for number in range(2, 50):
        latest.ask(number, lambda report, number=number: number)
    go_on.set()
    assert latest.wait(5)
    assert heard["done"] == [(1, "slow"), (49, 49)]  # what waited between was never begun


def test_running_work_is_given_up_at_its_next_stage(worker):
    latest, heard = worker
    started, go_on = threading.Event(), threading.Event()

    def slow(report):
        report("first")
        started.set()
        go_on.wait(5)
        report("second")
        raise AssertionError("was not given up")

    latest.ask(1, slow)
    assert started.wait(5)
    latest.ask(2, lambda report: report("only") or "new")
    go_on.set()
    assert latest.wait(5)
    assert heard == {"done": [(2, "new")], "failed": [], "stages": [(1, "first"), (2, "only")]}


def test_work_is_given_up_where_nothing_is_asked_for_any_more(worker):
    latest, heard = worker
    started, go_on = threading.Event(), threading.Event()

    def slow(report):
        started.set()
        go_on.wait(5)
        report("second")

    latest.ask(1, slow)
    assert started.wait(5)
    latest.ask(2, slow)
    latest.drop()
    go_on.set()
    assert latest.wait(5)
    assert heard == {"done": [], "failed": [], "stages": []}
    latest.ask(3, lambda report: report("only"))
    assert latest.wait(5)
    assert heard["done"] == [(3, None)]


@pytest.mark.parametrize("error", [KeyError("left eye"), MemoryError(), SystemExit(3)])
def test_an_exception_is_handed_over_and_the_worker_lives_on(worker, error):
    latest, heard = worker

    def fail(report):
        raise error

    latest.ask(1, fail)
    assert latest.wait(5)
    latest.ask(2, lambda report: "fine")
    assert latest.wait(5)
    assert heard["failed"] == [(1, error)]
    assert heard["done"] == [(2, "fine")]


def test_what_shows_a_result_may_fail_too():
    failed = []
    latest = Latest(lambda number, result: 1 / 0, lambda number, error: failed.append(error))
    latest.ask(1, lambda report: None)
    assert latest.wait(5)
    assert isinstance(failed[0], ZeroDivisionError)
    latest.close()


def test_what_shows_an_error_may_fail_as_well(capsys):
    done = []
    latest = Latest(lambda number, result: done.append(result), lambda number, error: {}["nothing"])
    latest.ask(1, lambda report: 1 / 0)
    assert latest.wait(5)
    latest.ask(2, lambda report: "fine")
    assert latest.wait(5)
    assert done == ["fine"]
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    assert "KeyError: 'nothing'" in said
    latest.close()


def test_asking_does_not_wait(worker):
    latest, _ = worker
    go_on = threading.Event()
    latest.ask(1, lambda report: go_on.wait(5))
    assert not latest.wait(0.05)
    go_on.set()
    assert latest.wait(5)


def test_nothing_is_asked_of_a_closed_worker(worker):
    latest, _ = worker
    latest.close()
    with pytest.raises(RuntimeError, match="closed"):
        latest.ask(1, lambda report: None)


def test_one_line():
    assert one_line(FaceNotFound("source: no face found")) == "source: no face found"
    assert one_line(ValueError("two\n  lines")) == "ValueError: two lines"
    assert one_line(MemoryError()) == "MemoryError"


def test_one_line_of_an_error_that_cannot_be_written():
    class Mute(Exception):
        def __str__(self):
            raise KeyError("no text")

    assert one_line(Mute()) == "Mute"
