"""Geocodes a CSV of addresses into the same CSV with coordinates. Knows no office."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .found import Found
from .locating import Gazetteer, geocode

ADDED = ("lat", "lon", "precision", "expected_error_m", "source")
NEEDED, HELPING = "address", ("neighbourhood", "city")
ENCODINGS = ("utf-8-sig", "cp1252")
LONGEST_CELL = 1_000_000


class WrongList(ValueError):
    """The file cannot be read as a list of addresses; the sentence says what to do."""


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

    header, rows = _read(source)
    kept = [name for name in header if name not in ADDED]
    report = ListedReport()
    part = out.with_name(out.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*kept, *ADDED], extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            for row in rows:
                found = (ask or here)(row[NEEDED], *(row.get(name) or "" for name in HELPING))
                report.addresses += 1
                report.found += found.lat is not None
                report.by_precision[found.precision.value] += 1
                report.by_source[found.source.value] += 1
                writer.writerow(row | _cells(found))
        part.replace(out)
    except OSError as wrong:
        raise WrongList(
            f"{out} cannot be written ({wrong.strerror}); name another file with --out"
        ) from wrong
    finally:
        part.unlink(missing_ok=True)
    return report


def _cells(found: Found) -> dict[str, Any]:
    values = (found.lat, found.lon, found.precision.value, found.expected_error_m, found.source.value)
    return {name: "" if value is None else value for name, value in zip(ADDED, values, strict=True)}


def _read(source: Path) -> tuple[list[str], Iterator[dict[str, str]]]:
    text = _text(source)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter, restkey="", restval="")
    try:
        header = [name.strip() for name in reader.fieldnames or ()]
    except csv.Error as wrong:
        raise WrongList(f"{source.name} is no CSV file: {wrong}") from wrong
    reader.fieldnames = header
    if NEEDED not in header:
        seen = ", ".join(header[:8]) or "none"
        raise WrongList(f"{source.name} has no column '{NEEDED}' (it has: {seen}); name the column so")
    return [name for name in header if name], _rows(source, reader)


def _rows(source: Path, reader: csv.DictReader[str]) -> Iterator[dict[str, str]]:
    try:
        yield from reader
    except csv.Error as wrong:
        raise WrongList(f"{source.name}, line {reader.line_num}: {wrong}") from wrong


def _text(source: Path) -> str:
    try:
        held = source.read_bytes()
    except OSError as wrong:
        raise WrongList(f"{source} cannot be read ({wrong.strerror})") from wrong
    for encoding in ENCODINGS:
        try:
            return held.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise WrongList(f"{source.name} is neither UTF-8 nor Windows text; save it as CSV UTF-8")
