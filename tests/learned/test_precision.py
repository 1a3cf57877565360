import pytest
import torch

from facelib.learned import precision


def test_what_is_asked_for_is_taken():
    assert precision.choose("no") == "no"
    assert precision.choose("bf16") == "bf16"
    with pytest.raises(ValueError, match="precision: expected one of auto, no, bf16, got 'half'"):
        precision.choose("half")


@pytest.mark.skipif(torch.cuda.is_available(), reason="times a processor")
@pytest.mark.parametrize(("half", "whole", "chosen"), [(1.0, 2.0, "bf16"), (2.0, 1.0, "no")])
def test_auto_takes_what_is_quicker(half, whole, chosen, monkeypatch):
    monkeypatch.setattr(precision, "_seconds", lambda lower: half if lower else whole)
    assert precision.choose("auto") == chosen


def test_both_are_timed():
    assert precision.choose("auto") in ("no", "bf16")
    assert precision._seconds(True) > 0
