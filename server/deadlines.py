"""Until when a request must be answered, by country, and on which rules it may be refused. Reads no clock.

The figures are data with their source in `rights.toml`; an office may set its own under the setting
`erasure_deadlines`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from .holidays_of import expand

RIGHTS = Path(__file__).with_name("rights.toml")
DEFAULT = "default"
WEEKEND = 5


@dataclass(frozen=True)
class Deadline:
    """The last day, and the rule it comes from."""

    day: date
    business_days: int
    source: str


@dataclass(frozen=True)
class Ground:
    """A rule on which a request may be refused."""

    rule: str
    text: str
    source: str


@lru_cache(maxsize=1)
def rights() -> Mapping[str, Any]:
    return tomllib.loads(RIGHTS.read_text(encoding="utf-8"))


def grounds() -> list[Ground]:
    return [Ground(one["rule"], one["text"], one["source"]) for one in rights()["refusals"]]


def deadline(received: date, country: str, own: Mapping[str, Any] | None = None) -> Deadline:
    """`own`: the office's own figures by country, each with `business_days` and `source`."""
    table = {**rights(), **(own or {})}
    said = table.get(country, table[DEFAULT])
    days = int(said["business_days"])
    return Deadline(after(received, days, country), days, str(said["source"]))


def after(day: date, business_days: int, country: str, also: Collection[date] = ()) -> date:
    """The day so many business days later; the day itself does not count. Unknown countries have weekends.

    `also`: other days on which the office is closed.
    """
    closed = set(also)
    with suppress(ValueError):
        closed |= set(expand(country, None, (day.year, day.year + 1)))
    left = business_days
    while left > 0:
        day += timedelta(days=1)
        if day.weekday() < WEEKEND and day not in closed:
            left -= 1
    return day
