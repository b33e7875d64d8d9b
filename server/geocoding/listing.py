"""Geocodes a CSV of addresses into the same CSV with coordinates. Knows no office."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..lists import Row, WrongList, read_list, write_list
from .found import Found
from .locating import Gazetteer, geocode

ADDED = ("lat", "lon", "precision", "expected_error_m", "source")
NEEDED, HELPING = "address", ("neighbourhood", "city")

__all__ = ["Ask", "ListedReport", "WrongList", "geocode_list"]


@dataclass
class ListedReport:
    """How many addresses were asked for and how they were found."""

    addresses: int = 0
    found: int = 0
    by_precision: Counter[str] = field(default_factory=Counter)
    by_source: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Any]:
        return {
            "addresses": self.addresses,
            "found": self.found,
            "not_found": self.addresses - self.found,
            "by_precision": dict(sorted(self.by_precision.items())),
            "by_source": dict(sorted(self.by_source.items())),
        }


Ask = Callable[[str, str, str], Found]
"""(address, neighbourhood, city) → where."""


def geocode_list(source: Path, out: Path, gazetteer: Gazetteer, ask: Ask | None = None) -> ListedReport:
    """Write `source` again with `lat, lon, precision, expected_error_m, source`. Raises WrongList."""

    def here(text: str, neighbourhood: str, city: str) -> Found:
        return geocode(gazetteer, text, neighbourhood=neighbourhood, city=city)

    header, rows = read_list(source, [NEEDED])
    report = ListedReport()
    write_list(out, header, ADDED, _answered(rows, ask or here, report))
    return report


def _answered(rows: Iterable[Row], ask: Ask, report: ListedReport) -> Iterator[dict[str, Any]]:
    for row in rows:
        found = ask(row[NEEDED], *(row.get(name) or "" for name in HELPING))
        report.addresses += 1
        report.found += found.lat is not None
        report.by_precision[found.precision.value] += 1
        report.by_source[found.source.value] += 1
        yield row | _cells(found)


def _cells(found: Found) -> dict[str, Any]:
    values = (found.lat, found.lon, found.precision.value, found.expected_error_m, found.source.value)
    return {name: "" if value is None else value for name, value in zip(ADDED, values, strict=True)}
