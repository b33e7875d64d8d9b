"""A simulated year in which addresses are wrong and visits tell where they took place, some forged.

python -m bench.learning --json
"""

from __future__ import annotations

import json
import math
import random
import statistics
from dataclasses import dataclass
from typing import Any

import click

from server.geocoding.learning import Known, Learned, Seen, Verdict, learn
from server.geocoding.plane import Plane, Spot, apart

SEED = 20261122
ACCOUNTS, WRONG, FORGED = 2000, 0.20, 0.03
NEAR_M, FAR_M = 50.0, 2000.0
NOISE_M = (10.0, 80.0)
# Addresses that are right are as right as the geocoder: its median error on a real city is 4 m.
PRIOR_M, STATED_M = 5.0, 10.0
VISITS, AGENTS = (1, 14), 20
PLANE = Plane(5.82, -73.03)


@dataclass(frozen=True)
class Told:
    """One visit as it reached the office, and whether it was forged."""

    seen: Seen
    forged: bool


def year(accounts: int = ACCOUNTS, seed: int = SEED) -> dict[str, Any]:
    """What the visits of a year make of the addresses. Addresses are learned anew after every visit."""
    rng = random.Random(seed)
    before, after, moved_by_one, verdicts = [], [], 0, dict.fromkeys(Verdict, 0)
    for _ in range(accounts):
        prior, visits = _prior(rng), _visits(rng)
        known, answer = prior, None
        for number in range(1, len(visits) + 1):
            answer = learn([told.seen for told in visits[:number]], prior)
            forged = [told for told in visits[:number] if told.forged]
            without = learn([told.seen for told in visits[:number] if not told.forged], prior)
            moved_by_one += len(forged) == 1 and _moved(prior, answer, without)
            known = Known(answer.lat or 0, answer.lon or 0, answer.error_m or 0)
        before.append(apart(PLANE.spot(prior.lat, prior.lon), (0.0, 0.0)))
        after.append(apart(PLANE.spot(known.lat, known.lon), (0.0, 0.0)))
        if answer is not None:
            verdicts[answer.verdict] += 1
    return {
        "accounts": accounts,
        "median_before_m": round(statistics.median(before), 1),
        "median_m": round(statistics.median(after), 1),
        "mean_before_m": round(statistics.fmean(before), 1),
        "mean_m": round(statistics.fmean(after), 1),
        "p90_before_m": round(statistics.quantiles(before, n=10)[-1], 1),
        "p90_m": round(statistics.quantiles(after, n=10)[-1], 1),
        "wrong_median_m": round(
            statistics.median(a for a, b in zip(after, before, strict=True) if b >= NEAR_M), 1
        ),
        "moved_by_one_forged": moved_by_one,
        "verdicts": {verdict.value: count for verdict, count in verdicts.items()},
    }


def _moved(prior: Known, answer: Learned, without: Learned) -> bool:
    """Whether a place is contradicted that would not have been but for the forged visit."""
    if answer.verdict is not Verdict.MOVED or without.verdict is Verdict.MOVED:
        return False
    return apart(_spot(prior.lat, prior.lon), _spot(answer.lat or 0, answer.lon or 0)) > NEAR_M


def _spot(lat: float, lon: float) -> Spot:
    return PLANE.spot(lat, lon)


def _prior(rng: random.Random) -> Known:
    wrong = rng.random() < WRONG
    off = math.exp(rng.uniform(math.log(NEAR_M), math.log(FAR_M))) if wrong else abs(rng.gauss(0, PRIOR_M))
    return Known(*PLANE.point(_at(rng, off)), STATED_M)


def _visits(rng: random.Random) -> list[Told]:
    """Mostly one person's, now and then another's; a forged one is told from a café, always the same."""
    cafe = _at(rng, rng.uniform(300, 3000))
    usual = rng.randrange(AGENTS)
    told = []
    for day in sorted(rng.sample(range(365), rng.randint(*VISITS))):
        agent = usual if rng.random() < 0.8 else rng.randrange(AGENTS)
        forged = rng.random() < FORGED
        noise = rng.uniform(*NOISE_M)
        spot = cafe if forged else (0.0, 0.0)
        # Noise of so many metres: half of the points within it.
        here = (spot[0] + rng.gauss(0, noise / 1.18), spot[1] + rng.gauss(0, noise / 1.18))
        lat, lon = PLANE.point(here)
        told.append(Told(Seen(lat, lon, noise, agent, day), forged))
    return told


def _at(rng: random.Random, metres: float) -> Spot:
    turn = rng.uniform(0, 2 * math.pi)
    return (metres * math.cos(turn), metres * math.sin(turn))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def main(as_json: bool) -> None:
    """Simulate the year and print what became of the addresses."""
    click.echo(json.dumps(year(), indent=None if as_json else 2))


if __name__ == "__main__":
    main()
