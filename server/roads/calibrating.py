"""Fits `a + b·t` to the ways agents really took: free travel on the roads against the time between visits.

Least absolute deviation, so that a coffee on the way or a wrong clock moves nothing. Routes no day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from ..cities import City
from ..store import calibrations, facts, legs
from ..store.engine import reading, writing
from . import Point
from .classes import PROFILES
from .contracted import NEVER, Calibration, CityRoads
from .picking import calibration_of, network_of

LEAST_LEGS = 30
# What is no way from door to door: one who did not move, who stopped on the way, or whose clock jumped.
LEAST_S, MOST_S = 20.0, 5400.0
LEAST_M = 50.0
MOST_KMH = 90.0
MOST_TIMES = 6.0
SLACK_S = 300.0
STEPS = 60


@dataclass(frozen=True)
class Leg:
    """From the end of one visit to the start of the next."""

    profile: str
    start: Point
    end: Point
    seconds: float


@dataclass(frozen=True)
class Calibrated:
    """What came out for one profile. `now` holds from here on; `dropped` counts the legs left aside."""

    profile: str
    fitted: bool
    legs: int
    now: Calibration
    before: Calibration
    off_s: float = 0.0
    off_share: float = 0.0
    dropped: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "profile": self.profile,
            "fitted": self.fitted,
            "legs": self.legs,
            "missing": max(0, LEAST_LEGS - self.legs),
            "constant_s": self.now.constant_s,
            "factor": self.now.factor,
            "source": self.now.source,
            "before": {"constant_s": self.before.constant_s, "factor": self.before.factor},
            "median_off_s": self.off_s,
            "median_off_share": self.off_share,
            "dropped": self.dropped,
        }


def calibrate_city(
    engine: Engine, city: City, *, since: date | None = None, actor: str, now: datetime
) -> list[Calibrated]:
    """Fit every profile somebody travelled by, and keep it where there are legs enough."""
    begin = datetime.combine(since, time(), tzinfo=UTC) if since is not None else None
    with reading(engine) as connection:
        found = list(_legs(legs.visited(connection, begin)))
    done = []
    for profile in PROFILES:
        mine = [leg for leg in found if leg.profile == profile]
        if mine:
            done.append(_calibrate(engine, city, profile, mine, now.date()))
    if not done:
        done = [_nothing(engine, city, "motorcycle")]
    with writing(engine) as connection:
        for one in done:
            if one.fitted:
                payload = one.to_json() | {"day": now.date().isoformat()}
                calibrations.put(connection, city.slug, one.profile, payload)
                facts.append(
                    connection,
                    "city.calibrated",
                    as_of=now.date(),
                    now=now,
                    actor=actor,
                    subject=city.slug,
                    payload=payload,
                )
    return done


def _legs(rows: Iterable[legs.Row]) -> list[Leg]:
    found = []
    last: legs.Row | None = None
    for row in rows:
        if last is not None and last[0] == row[0] and _day(last) == _day(row):
            _, vehicle, _, _, ended, lat, lon = last
            if lat is not None and lon is not None and row[5] is not None and row[6] is not None:
                profile = vehicle if vehicle in PROFILES else "motorcycle"
                gap = (row[3] - ended).total_seconds()
                found.append(Leg(profile, (lat, lon), (row[5], row[6]), gap))
        last = row
    return found


def _day(row: legs.Row) -> date:
    return row[3].astimezone(ZoneInfo(row[2] or "UTC")).date()


def _calibrate(engine: Engine, city: City, profile: str, mine: Sequence[Leg], day: date) -> Calibrated:
    before = calibration_of(engine, city, profile)
    free, actual, dropped = plausible(mine, CityRoads(network_of(city, profile)))
    if len(free) < LEAST_LEGS:
        return Calibrated(profile, False, len(free), before, before, dropped=dropped)
    constant_s, factor = fit(free, actual)
    off = np.abs(actual - constant_s - factor * free)
    fitted = Calibration(round(constant_s, 1), round(factor, 3), f"{len(free)} legs until {day.isoformat()}")
    return Calibrated(
        profile,
        True,
        len(free),
        fitted,
        before,
        round(float(np.median(off)), 1),
        round(float(np.median(off / actual)), 3),
        dropped,
    )


def _nothing(engine: Engine, city: City, profile: str) -> Calibrated:
    held = calibration_of(engine, city, profile)
    return Calibrated(profile, False, 0, held, held)


Floats = NDArray[np.float64]


def plausible(mine: Sequence[Leg], roads: CityRoads) -> tuple[Floats, Floats, dict[str, int]]:
    """Free and actual seconds of the legs that can be ways, and how many were left aside for what."""
    free: list[float] = []
    actual: list[float] = []
    dropped: Counter[str] = Counter()
    for leg in mine:
        seconds, metres = (int(table[0, 0]) for table in roads.table([leg.start], [leg.end]))
        why = implausible(leg.seconds, seconds, metres)
        if why:
            dropped[why] += 1
        else:
            free.append(seconds)
            actual.append(leg.seconds)
    return np.array(free, dtype=float), np.array(actual, dtype=float), dict(dropped)


def implausible(actual_s: float, free_s: int, metres: int) -> str:
    """Why this can be no way from door to door; "" where it can."""
    if free_s >= NEVER:
        return "off the roads"
    if metres < LEAST_M:
        return "did not move"
    if not LEAST_S <= actual_s <= MOST_S:
        return "too short or too long"
    if metres / actual_s * 3.6 > MOST_KMH:
        return "too fast"
    if actual_s > MOST_TIMES * free_s + SLACK_S:
        return "stopped on the way"
    return ""


def fit(free_s: Floats, actual_s: Floats, quantile: float = 0.5) -> tuple[float, float]:
    """(a, b) of `a + b·t` with the least weighted absolute deviation; a ≥ 0. Half the legs lie below it.

    By weighted least squares over and over: each leg counts by one over how far it lies off.
    """
    weight = np.ones(len(free_s))
    line = np.array([0.0, 1.0])
    columns = np.column_stack([np.ones(len(free_s)), free_s])
    for _ in range(STEPS):
        scaled = columns * weight[:, None]
        line = np.linalg.lstsq(scaled.T @ columns, scaled.T @ actual_s, rcond=None)[0]
        if line[0] < 0:
            line = np.array([0.0, float((weight * free_s) @ actual_s / ((weight * free_s) @ free_s))])
        off = actual_s - columns @ line
        weight = np.where(off >= 0, quantile, 1 - quantile) / np.maximum(np.abs(off), 0.5)
    return float(line[0]), float(line[1])
