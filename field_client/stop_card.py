"""The little that a collector may carry of his next stop on paper or on his own telephone. Draws nothing.

The place, the order and the time; initials instead of the name, and nothing of any debt: a telephone is
lost, lent and copied, and nothing of it is under the office's lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from sync.rules.policy import zone_of

from .today import DayStop

PLACES = 5  # a metre


@dataclass(frozen=True)
class StopCard:
    """`link` opens the telephone's own map and is what the code holds; empty for a stop with no place."""

    sequence: str
    initials: str
    district: str
    hours: str
    at: str
    link: str


def card_of(stop: DayStop) -> StopCard:
    sequence = "–" if stop.sequence is None else str(stop.sequence)
    hours = _hours(stop)
    at = link = ""
    if stop.lat is not None and stop.lon is not None:
        at = f"{stop.lat:.{PLACES}f},{stop.lon:.{PLACES}f}"
        link = f"geo:{at}?q={at}({quote(' '.join((sequence, hours)).strip())})"
    return StopCard(
        sequence,
        initials(stop.name),
        stop.address.district if stop.address else "",
        hours,
        at,
        link,
    )


def initials(name: str) -> str:
    """`María Núñez Peña` → `M. N. P.`"""
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[0].isalpha())[:16]


def _hours(stop: DayStop) -> str:
    zone = zone_of(stop.case.zone)
    if stop.narrow and stop.window:
        return "-".join(f"{moment.astimezone(zone):%H:%M}" for moment in stop.window)
    return f"{stop.eta.astimezone(zone):%H:%M}" if stop.eta else ""
