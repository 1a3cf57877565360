"""Training of a harmonizer: a generator and a discriminator, in turns or together, as a recipe says."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from facelib.learned import diff_augment, harmonizer_losses, moving_average
from facelib.learned.embedding_net import aligned
from facelib.learned.generators import GENERATORS
from facelib.learned.harmonizer_data import to_unit
from facelib.learned.harmonizer_losses import BY_VERDICT, LOSSES, Seen
from facelib.learned.harmonizer_net import Discriminator
from facelib.learned.harmonizer_recipes import HarmonizerConfig
from facelib.learned.memory import Past, Pool
from facelib.learned.schedule import one_cycle
from facelib.learned.turns import DISCRIMINATOR, GENERATOR, Turns


class Harmonizing:
    """A task for `facelib.learned.engine.fit`."""

    def __init__(self, config: HarmonizerConfig, embedder: nn.Module, judged: Callable[[nn.Module], dict] = lambda net: {}):
        self.config, self.judged = config, judged
        self.plain = GENERATORS[config.generator]().to(memory_format=torch.channels_last)
        self.critic = Discriminator(config.spectral, config.patches, config.masked).to(memory_format=torch.channels_last)
        self.embedder = copy.deepcopy(embedder).requires_grad_(False).eval()
        self.pool, self.past = Pool(config.pool, config.seed), Past(config.past, config.past_every)
        self.turns = Turns({GENERATOR: config.generator_below, DISCRIMINATOR: config.discriminator_below}, config.cap)
        self.pictures = self.steps = 0

    def prepare(self, accelerator: Accelerator) -> dict:
        """For the engine."""
        how = {"betas": (self.config.momentum, 0.999), "fused": True}
        optimizers = [torch.optim.Adam(net.parameters(), lr=self.config.rate, **how) for net in (self.plain, self.critic)]
        self.accelerator = accelerator
        self.generator, self.discriminator, *self.optimizers = accelerator.prepare(self.plain, self.critic, *optimizers)
        self.embedder.to(accelerator.device)
        self.average = moving_average.of(self.plain, self.config.ema_decay) if self.config.ema_decay else None
        parts = {"generator": self.plain, "discriminator": self.critic, "average": self.average, "task": self}
        parts |= {f"optimizer of the {who}": each for who, each in zip((GENERATOR, DISCRIMINATOR), self.optimizers, strict=True)}
        return {name: part for name, part in parts.items() if part is not None}

    def step(self, batch: dict[str, Tensor], progress: float) -> dict[str, Tensor]:
        """For the engine."""
        self._set_rates(progress)
        raw, answer, real = (to_unit(batch[name]) for name in ("raw", "answer", "real"))
        start = to_unit(batch["start"]) if "start" in batch else raw
        mask, real_mask = (batch[name].float() / 255 for name in ("mask", "real_mask"))
        terms, turn = {}, self._turn(progress)
        with torch.set_grad_enabled(turn != DISCRIMINATOR):
            made = self.generator(raw, start, mask)
            out, said = made if isinstance(made, tuple) else (made, None)
        if turn != DISCRIMINATOR:
            alone = progress < self.config.alone
            verdict = None if alone else self._verdict(out, mask)
            features = self._features(batch["points"])
            seen = Seen(raw, mask, answer, batch["answered"], out, verdict, features, said, batch.get("parts"))
            weights = [(name, weight) for name, weight in self.config.weights if weight and not (alone and name in BY_VERDICT)]
            terms |= {name: LOSSES[name](seen) for name, _ in weights}
            total = sum(weight * terms[name] for name, weight in weights)
            terms["generator"] = total
            self._descend(0, total)
            if self.average:
                self.average.update_parameters(self.plain)
        if turn != GENERATOR:
            terms |= self._learn_to_tell(real, real_mask, out.detach(), mask)
        self.steps, self.pictures = self.steps + 1, self.pictures + len(raw) * self.accelerator.num_processes
        if self.config.turns:
            self.turns.note(self.accelerator.reduce(terms[turn].detach(), "mean").item(), self.pictures)
        return {name: term.detach() for name, term in terms.items()}

    def _turn(self, progress: float) -> str | None:
        """Whose turn it is, or None for both."""
        if self.config.turns:
            return self.turns.who
        if progress < self.config.alone:
            return GENERATOR
        return None if (self.steps + 1) % self.config.critic_steps == 0 else DISCRIMINATOR

    def _verdict(self, out: Tensor, mask: Tensor) -> Tensor:
        """What the discriminators say of the result; gradients reach the generator and not them."""
        self.critic.requires_grad_(False)
        verdict = self.past.verdict(self.critic, *self._changed(out, mask))
        self.critic.requires_grad_(True)
        return verdict

    def evaluate(self) -> dict:
        """For the engine."""
        scores = self.judged(self.best())
        self.plain.train()
        return scores

    def best(self) -> nn.Module:
        """The generator that is evaluated and shipped, in evaluation mode; training goes on in its own mode."""
        return (self.average.module if self.average else self.plain).eval()

    def state_dict(self) -> dict:
        """For a checkpoint, that which networks and optimizers do not hold."""
        parts = {"pool": self.pool, "past": self.past, "turns": self.turns}
        return {name: part.state_dict() for name, part in parts.items()} | {"pictures": self.pictures, "steps": self.steps}

    def load_state_dict(self, state: dict) -> None:
        """From a checkpoint."""
        self.pool.load_state_dict(state["pool"])
        self.past.restore(state["past"], self.critic)
        self.turns.load_state_dict(state["turns"])
        self.pictures, self.steps = state["pictures"], state["steps"]

    def _learn_to_tell(self, real: Tensor, real_mask: Tensor, fake: Tensor, mask: Tensor) -> dict[str, Tensor]:
        fake, mask = self.pool.exchange(fake, mask)
        punished = self.config.r1 and self.steps % self.config.r1_every == 0
        real = real.requires_grad_(bool(punished))
        # apart: a batch norm that sees both at once tells them from each other by their share of the batch, and no generator can fool it
        for_real = self.discriminator(*self._changed(real, real_mask))
        for_fake = self.discriminator(*self._changed(fake, mask))
        told = harmonizer_losses.critic if self.config.clip else harmonizer_losses.discriminator
        middle = (for_real.mean() + for_fake.mean()).detach() / 2 if self.config.clip else 0  # only a logit has a zero
        terms = {DISCRIMINATOR: told(for_real, for_fake)}
        terms["told_apart"] = ((for_real > middle).float().mean() + (for_fake < middle).float().mean()) / 2
        total = terms[DISCRIMINATOR]
        if punished:
            terms["r1"] = harmonizer_losses.r1(real, for_real)
            total = total + self.config.r1 * self.config.r1_every * terms["r1"]
        self._descend(1, total)
        if self.config.clip:
            for weight in self.critic.parameters():
                weight.data.clamp_(-self.config.clip, self.config.clip)
        self.past.note(self.critic)
        return terms

    def _changed(self, pictures: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
        return diff_augment.augment(pictures, masks) if self.config.augment else (pictures, masks)

    def _features(self, points: Tensor) -> Callable[[Tensor], list[Tensor]]:
        def features(pictures: Tensor) -> list[Tensor]:
            with self.accelerator.autocast():
                found = self.embedder.features(aligned(pictures, points).to(memory_format=torch.channels_last))
            return [part.float() for part in found]

        return features

    def _descend(self, number: int, loss: Tensor) -> None:
        self.optimizers[number].zero_grad()
        self.accelerator.backward(loss)
        self.optimizers[number].step()

    def _set_rates(self, progress: float) -> None:
        share = one_cycle(progress, warm_up=0.02) if self.config.decays else 1.0
        for optimizer, slower in zip(self.optimizers, (1.0, self.config.slower), strict=True):
            for group in optimizer.param_groups:
                group["lr"] = self.config.rate * slower * share
