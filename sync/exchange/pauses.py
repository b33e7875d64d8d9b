"""How long to wait before the next background exchange. Pure: failures so far and chance are arguments."""

from __future__ import annotations

from datetime import timedelta
from random import Random

USUAL = timedelta(minutes=5)
FIRST = timedelta(seconds=15)
LONGEST = timedelta(minutes=15)


def next_pause(failures: int, rng: Random) -> timedelta:
    """After `failures` attempts in a row that did not go through; 0 after one that did.

    Twice as long after each failure, up to LONGEST; and never the same for two laptops, so that a whole
    team does not come back in the same second once the office answers again.
    """
    if failures <= 0:
        return USUAL * rng.uniform(0.9, 1.1)
    # Six doublings are past LONGEST already; more would only make a number too large to multiply.
    return min(FIRST * (1 << min(failures - 1, 6)), LONGEST) * rng.uniform(0.5, 1.0)
