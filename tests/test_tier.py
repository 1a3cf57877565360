import pytest

from facelib import tier
from facelib.learned import harmonizer_recipes


def test_the_variable_names_the_tier(monkeypatch):
    monkeypatch.delenv("FACELIB_TIER", raising=False)
    assert tier.current() == "smoke"
    assert tier.current("full") == "full"
    monkeypatch.setenv("FACELIB_TIER", "colab")
    assert tier.current("full") == "colab"
    monkeypatch.setenv("FACELIB_TIER", "huge")
    with pytest.raises(ValueError, match="FACELIB_TIER: expected one of smoke, colab, full, got 'huge'"):
        tier.current()


def test_recipes_know_every_tier():
    assert tuple(harmonizer_recipes.TIERS) == tier.TIERS
