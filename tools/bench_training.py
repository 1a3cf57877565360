"""How fast a harmonizer trains: `make bench` prints it and writes `book/results/training-speed.json`.

A full step, generator and discriminator of the recipe `stable`, at 128 pixels and a batch of 20: as `facelib train harmonizer` takes it, in
single precision and in bfloat16, and as a plain fp32 loop over the same networks takes it. In turns, in one process, so that a machine that
drifts is the same for all. How many operations a step takes is counted, and set beside what the machine does in a product of matrices.
"""

import statistics
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import torch
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from facelib import records
from facelib.files import check_outputs
from facelib.learned import harmonizer_losses
from facelib.learned.harmonizer_net import Discriminator, Refiner

SIZE, BATCH, TURNS = 128, 20, 15
SIDE = 4096  # of the matrices
OUT = Path("book/results/training-speed.json")
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
WAYS = {
    "plain fp32": {},
    "ours, fp32": {"ours": True},
    "ours, bfloat16": {"ours": True, "half": True},
}


def main() -> None:
    check_outputs([OUT])
    torch.set_flush_denormal(True)
    ways = {name: step(**how) for name, how in WAYS.items()}
    with FlopCounterMode(display=False) as counter:
        ways["plain fp32"]()
    operations = counter.get_total_flops()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(TURNS + 1):
        for name, take in ways.items():
            taken = timed(take)
            if turn:  # the first one warms up
                seconds[name].append(taken)
    rates = {"fp32": matrix_rate(torch.float32), "bfloat16": matrix_rate(torch.bfloat16)}
    rows = []
    for name, times in seconds.items():
        ratios = sorted(plain / ours for plain, ours in zip(seconds["plain fp32"], times, strict=True))
        reached = operations / statistics.median(times) / rates["bfloat16" if "bfloat16" in name else "fp32"]
        rows.append(
            {
                "way": name,
                "pictures_per_second": round(BATCH / statistics.median(times), 1),
                "times_the_plain_loop": round(statistics.median(ratios), 2),
                "from_to": [round(ratios[0], 2), round(ratios[-1], 2)],
                "share_of_matrix_rate": round(reached, 3),
            }
        )
        print(
            f"{name:<16}{BATCH / statistics.median(times):7.1f} pictures a second, {statistics.median(ratios):.2f} times the plain loop's"
        )
    made = {"size": SIZE, "batch": BATCH, "turns": TURNS, "gflop_a_step": round(operations / 1e9, 1)}
    made["matrix_gflops"] = {name: round(rate / 1e9) for name, rate in rates.items()}
    records.save(OUT, {**records.made_by("make bench"), **made, "rows": rows})


def step(ours: bool = False, half: bool = False) -> Callable[[], None]:
    """One step of both networks, with the adversarial loss and L1. Ours keeps channels last, updates with fused kernels, and works out no
    gradient of the discriminator's weights while the generator learns; a plain loop does none of that."""
    torch.manual_seed(0)
    form = torch.channels_last if ours else torch.contiguous_format
    generator, discriminator = (net.to(DEVICE, memory_format=form) for net in (Refiner(), Discriminator(patches=True)))
    optimizers = [torch.optim.Adam(net.parameters(), 3e-4, fused=ours) for net in (generator, discriminator)]
    raw = (2 * torch.rand(BATCH, 3, SIZE, SIZE, device=DEVICE) - 1).to(memory_format=form)
    mask = torch.zeros(BATCH, 1, SIZE, SIZE, device=DEVICE)
    mask[:, :, 24:108, 30:98] = 1  # a face

    def lower() -> torch.autocast | nullcontext:
        return torch.autocast(DEVICE, torch.bfloat16) if half else nullcontext()

    def descend(number: int, loss: torch.Tensor) -> None:
        optimizers[number].zero_grad()
        loss.backward()
        optimizers[number].step()

    def take() -> None:
        discriminator.requires_grad_(not ours)
        with lower():
            out = generator(raw, raw, mask)
            verdict = discriminator(out, mask)
        descend(0, functional.softplus(-verdict.float()).mean() + (out - raw).abs().mean())
        discriminator.requires_grad_(True)
        with lower():
            real, fake = discriminator(raw, mask), discriminator(out.detach(), mask)
        descend(1, harmonizer_losses.discriminator(real.float(), fake.float()))

    return take


def matrix_rate(kind: torch.dtype) -> float:
    """Operations a second in a product of two square matrices, the best of five."""
    one, other = (torch.randn(SIDE, SIDE, device=DEVICE).to(kind) for _ in range(2))
    return 2 * SIDE**3 / min(timed(lambda: one @ other) for _ in range(5))


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    wait = torch.cuda.synchronize if DEVICE == "cuda" else lambda: None
    wait()
    started = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
