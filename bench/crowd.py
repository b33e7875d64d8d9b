"""200 laptops at once, each with a batch of 20, on the office's SQLite: how long the slowest wait."""

from __future__ import annotations

import random
import threading
import time
from statistics import median, quantiles

from . import world
from .driving import Line
from .figures import Figure
from .moving import Field
from .peers import office

BATCH = 20


def measure(ground: Field, laptops: int, rounds: int) -> Figure:
    """Every laptop sends `rounds` batches, a second of its own between them; all begin within one second."""
    made = world.add_laptops(ground.held, laptops, debtors=30, seed=31)
    draw = random.Random(31)
    calls = []
    for laptop in made:
        world.work(laptop, BATCH * rounds, draw)
        calls.append(office.pushes(laptop, BATCH)[:rounds])
    waited: list[float] = []
    errors: list[str] = []
    gate = threading.Barrier(laptops)

    def speak(mine: list[object], late: float) -> None:
        gate.wait()
        time.sleep(late)
        try:
            line = Line(ground.ronda)
            for call in mine:
                began = time.perf_counter()
                answer = line.send(call)  # type: ignore[arg-type]
                waited.append(time.perf_counter() - began)
                if answer.status != 200:
                    errors.append(f"{answer.status}")
                time.sleep(1)
            line.close()
        except OSError as wrong:
            errors.append(type(wrong).__name__)

    threads = [threading.Thread(target=speak, args=(mine, draw.random())) for mine in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    p99 = quantiles(waited, n=100)[98] if len(waited) > 1 else 0.0
    note = f"{len(errors)} errors in {len(waited)} requests, median {median(waited):.3f} s"
    return Figure(
        f"crowd_{laptops}_laptops_p99",
        "s",
        round(p99, 3),
        "< 1.5 s, 0 errors",
        p99 < 1.5 and not errors,
        note=note,
    )
