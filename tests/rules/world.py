"""A small world for the rules: three packs with their holidays, people, payments and visits by short names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from sync.policies import load
from sync.records import (
    Address,
    AddressKind,
    Balance,
    Interval,
    Known,
    Location,
    LocationSource,
    Party,
    Payment,
    Place,
    Precision,
    Promise,
    Result,
    Visit,
    VisitResult,
)
from sync.rules.policy import Policy

BOGOTA = "America/Bogota"
FRIDAY = date(2026, 11, 20)


def expand(country: str, subdivision: str, years: Sequence[int]) -> list[date]:
    """Holidays as the office expands them."""
    return sorted(holidays.country_holidays(country, subdiv=subdivision or None, years=list(years)))


@cache
def pack(name: str) -> Policy:
    return load(name, expand)


def at(text: str, zone: str = BOGOTA) -> datetime:
    """A local time such as 2026-11-20T11:00, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def span(text: str, minutes: float = 15, zone: str = BOGOTA) -> Interval:
    start = at(text, zone)
    return Interval(start, start + timedelta(minutes=minutes))


def balance(overdue: str = "300", oldest_due: date | None = None, as_of: date = FRIDAY) -> Balance:
    return Balance(as_of, "COP", Decimal(1000), overdue=Decimal(overdue), oldest_due=oldest_due)


def paid(key: str, amount: str, day: date, *, reverses: str | None = None, currency: str = "COP") -> Payment:
    return Payment(key, "acc", Decimal(amount), currency, day, reverses=reverses)


def promised(key: str, amount: str, due: date, made: str, visit: str | None = None) -> Promise:
    return Promise(
        key,
        visit or f"visit-{key}",
        "acc",
        "ana",
        Decimal(amount),
        "COP",
        due,
        "bank",
        "Corresponsal",
        at(made),
    )


def visited(
    key: str,
    text: str,
    *,
    minutes: float = 15,
    party: Party = Party.HOLDER,
    result: Result = Result.ACKNOWLEDGES,
    where: tuple[float, float] | None = (5.82, -73.03),
    accuracy: float | None = 10,
    known: Known = Known.LIVE,
    address: str | None = None,
) -> Visit:
    source = LocationSource.GNSS if where else LocationSource.NONE
    lat, lon = where or (None, None)
    happened = span(text, minutes)
    return Visit(
        key,
        "ana",
        "agent",
        Place.HOME,
        party,
        happened,
        known,
        happened.end,
        (VisitResult("acc", result),),
        address=address or f"address-{key}",
        location=Location(source, lat, lon, accuracy),
    )


def address(lat: float = 5.82, lon: float = -73.03, precision: Precision = Precision.DOOR) -> Address:
    return Address("home", "ana", AddressKind.HOME, "Calle 1 # 2-3", lat=lat, lon=lon, precision=precision)
