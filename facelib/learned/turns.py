"""Whose turn it is: the write-up trained its two networks by turns, each until its own loss fell below a threshold."""

from __future__ import annotations

GENERATOR, DISCRIMINATOR = "generator", "discriminator"


class Turns:
    """The generator alone until its loss is low, then the discriminator alone until its is, and back; a cap keeps it from hanging.

    Parameters
    ----------
    thresholds : dict of str to float
        For GENERATOR and DISCRIMINATOR: the smoothed loss below which the turn ends.
    cap : int
        Steps after which a turn ends anyway.
    smoothing : float
        The share of the old mean that a step keeps.
    """

    def __init__(self, thresholds: dict[str, float], cap: int, smoothing: float = 0.9):
        self.thresholds, self.cap, self.smoothing = thresholds, cap, smoothing
        self.who, self.steps, self.mean = GENERATOR, 0, None
        self.switches: list[dict] = []

    def note(self, loss: float, pictures: int) -> None:
        """Say what the loss of the one whose turn it is was; the turn may end."""
        self.mean = loss if self.mean is None else self.smoothing * self.mean + (1 - self.smoothing) * loss
        self.steps += 1
        reached = self.mean < self.thresholds[self.who]
        if reached or self.steps >= self.cap:
            why = "threshold" if reached else "cap"
            self.switches.append({"pictures": pictures, "ended": self.who, "steps": self.steps, "loss": round(self.mean, 4), "why": why})
            self.who = DISCRIMINATOR if self.who == GENERATOR else GENERATOR
            self.steps, self.mean = 0, None

    def state_dict(self) -> dict:
        return {"who": self.who, "steps": self.steps, "mean": self.mean, "switches": self.switches}

    def load_state_dict(self, state: dict) -> None:
        if state["who"] not in self.thresholds:
            raise ValueError(f"turns: expected {' or '.join(self.thresholds)}, got {state['who']}")
        self.who, self.steps, self.mean, self.switches = (state[name] for name in ("who", "steps", "mean", "switches"))
