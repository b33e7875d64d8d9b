"""Reads the days that an address names, and turns them into instants at the office. Knows no page."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import request

from . import here


def asked_day(name: str) -> date | None:
    """The day in a parameter, or None for none or one that does not exist."""
    try:
        return date.fromisoformat(request.values.get(name, ""))
    except ValueError:
        return None


def midnight(day: date) -> datetime:
    """The first instant of a civil day at the office."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(here.zone()))


def span(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """From the first instant of `first` up to the end of `last`."""
    return (
        midnight(first) if first else None,
        midnight(last + timedelta(days=1)) if last else None,
    )
