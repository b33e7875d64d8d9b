"""A country's public holidays for the years a pack needs. Knows no pack: it only answers with dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import holidays


def expand(country: str, subdivision: str | None, years: Iterable[int]) -> list[date]:
    """The dates, sorted. Source: the `holidays` library, pinned because versions differ.

    Raises ValueError when the country or subdivision is not known.
    """
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=list(years))
    except NotImplementedError as unknown:
        raise ValueError(f"no holidays are known for {country} {subdivision or ''}".strip()) from unknown
    return sorted(found)
