"""How fast a harmonizer trains: `make bench` prints it and writes `book/results/training-speed.json`.

A full step, generator and discriminator, at 128 pixels and a batch of 20: as `facelib train harmonizer` takes it, as a plain fp32 loop
over the same networks takes it, and in bfloat16. In turns, in one process, so that a machine that drifts is the same for all.
"""

import statistics
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import torch
from torch.nn import functional

from facelib import records
from facelib.learned import harmonizer_losses
from facelib.learned.harmonizer_net import Discriminator, Residual

SIZE, BATCH, TURNS = 128, 20, 9
OUT = Path("book/results/training-speed.json")


def main() -> None:
    records.check_place(OUT)
    ways = {"plain fp32": step(), "channels last": step(last=True), "channels last, bfloat16": step(last=True, half=True)}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(TURNS + 1):
        for name, take in ways.items():
            started = time.perf_counter()
            take()
            if turn:  # the first one warms up
                seconds[name].append(time.perf_counter() - started)
    speeds = {name: BATCH / statistics.median(times) for name, times in seconds.items()}
    for name, speed in speeds.items():
        print(f"{name:<28}{speed:6.1f} pictures a second, {speed / speeds['plain fp32']:.2f} times the plain loop's")
    rounded = {name: round(speed, 1) for name, speed in speeds.items()}
    made = {"size": SIZE, "batch": BATCH, "turns": TURNS, "pictures_per_second": rounded}
    records.save(OUT, {**records.made_by("make bench"), **made})


def step(last: bool = False, half: bool = False) -> Callable[[], None]:
    """One step of both networks, with the adversarial loss and L1; a plain loop shows the discriminator real pictures and fakes apart."""
    torch.manual_seed(0)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    form = torch.channels_last if last else torch.contiguous_format
    nets = [net.to(device, memory_format=form) for net in (Residual(), Discriminator(spectral=True))]
    generator, discriminator = nets
    optimizers = [torch.optim.Adam(net.parameters(), 3e-4, fused=last) for net in nets]
    raw = (2 * torch.rand(BATCH, 3, SIZE, SIZE, device=device) - 1).to(memory_format=form)
    mask = (torch.rand(BATCH, 1, SIZE, SIZE, device=device) > 0.5).float()

    def descend(number: int, loss: torch.Tensor) -> None:
        optimizers[number].zero_grad()
        loss.backward()
        optimizers[number].step()

    def take() -> None:
        with torch.autocast(device, torch.bfloat16) if half else nullcontext():
            out = generator(raw, raw, mask)
            loss = functional.softplus(-discriminator(out, mask)).mean() + (out - raw).abs().mean()
        descend(0, loss)
        with torch.autocast(device, torch.bfloat16) if half else nullcontext():
            if last:
                real, fake = discriminator(torch.cat([raw, out.detach()]), torch.cat([mask, mask])).chunk(2)
            else:
                real, fake = discriminator(raw, mask), discriminator(out.detach(), mask)
            loss = harmonizer_losses.discriminator(real, fake)
        descend(1, loss)
        if device == "cuda":
            torch.cuda.synchronize()

    return take


if __name__ == "__main__":
    main()
