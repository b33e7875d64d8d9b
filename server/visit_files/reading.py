"""Reads a file's rows, saying of a cell that cannot be read why not and what to do. Judges nothing."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sync.cells import unsafe
from sync.rules.audit import Link, Seen
from sync.rules.policy import zone_of

from .columns import MINIMUM, NAMES, column_of

LARGEST = 500 * 2**20
LONGEST_CELL = 2**20
MOST_NAMED = 200  # bad rows told one by one; the rest are counted


class WrongVisits(ValueError):
    """The file as a whole cannot be used; says what to do."""


class WrongRow(ValueError):
    """One row cannot be a visit; says why and what to do."""


@dataclass(frozen=True)
class Row:
    """A row by its columns' own names, and the line of the file it begins on."""

    line: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")

    def number(self, column: str) -> float | None:
        text = self.get(column)
        if not text:
            return None
        try:
            value = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
        except ValueError:
            raise WrongRow(f"{column} is not a number: {text[:40]!r}; leave it empty if not known") from None
        if value != value or value in (float("inf"), float("-inf")):
            raise WrongRow(f"{column} is not a number: {text[:40]!r}; leave it empty if not known")
        return value

    def moment(self, column: str, zone: ZoneInfo) -> datetime | None:
        text = self.get(column)
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise WrongRow(
                f"{column} is not a time: {text[:40]!r}; write it as 2026-11-20T10:15:00-05:00"
            ) from None
        if not 1990 <= found.year <= 2200:
            raise WrongRow(f"{column} is in the year {found.year}; write it as 2026-11-20T10:15:00-05:00")
        return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(UTC)


@dataclass
class Sheet:
    """What a file holds: its rows, the columns it has, and those that nothing is asked of."""

    rows: list[Row]
    columns: tuple[str, ...]
    unknown: tuple[str, ...]
    filled: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class BadRow:
    line: int
    why: str

    def to_json(self) -> dict[str, object]:
        return {"line": self.line, "why": self.why}


@dataclass
class Visits:
    """The visits of a file, by their lines; the rows that are none; and what was supposed of others."""

    seen: list[Seen] = field(default_factory=list)
    lines: dict[str, Row] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)
    notices: Counter[str] = field(default_factory=Counter)
    unread: list[Link] = field(default_factory=list)


def sheet_of(path: Path) -> Sheet:
    """The rows of a file. Raises WrongVisits when it is none of visits."""
    text = _text(path)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = next(reader, None)
        if not header:
            raise WrongVisits(f"{path.name} is empty; its first line must name the columns")
        places, columns, unknown = _places(path, header)
        filled: Counter[str] = Counter()
        rows = list(_rows(reader, places, filled))
    except csv.Error as wrong:
        raise WrongVisits(
            f"{path.name} is not a CSV file ({wrong}, near line {reader.line_num}); save it as CSV again"
        ) from wrong
    if not rows:
        raise WrongVisits(f"{path.name} has no visits below its first line")
    return Sheet(rows, columns, unknown, filled)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise WrongVisits(f"{path.name} is larger than {LARGEST // 2**20} MB; split it by agent")
        data = path.read_bytes()
    except OSError as wrong:
        raise WrongVisits(f"{path} cannot be read: {wrong.strerror or wrong}") from wrong
    if b"\0" in data[:4096]:
        raise WrongVisits(f"{path.name} is not a text file; save it as CSV in UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _places(path: Path, header: list[str]) -> tuple[dict[int, str], tuple[str, ...], tuple[str, ...]]:
    """Which column stands where. A name written as it is documented comes before another's."""
    own = {column_of(name): at for at, name in enumerate(header) if name.strip().lower() in NAMES}
    places: dict[int, str] = {at: column for column, at in own.items() if column is not None}
    unknown = []
    for at, name in enumerate(header):
        column = column_of(name)
        if at in places:
            continue
        if column is None or column in places.values():
            unknown.append(name.strip())
        else:
            places[at] = column
    missing = [column for column in MINIMUM if column not in places.values()]
    if missing:
        raise WrongVisits(
            f"{path.name} has no column {', '.join(missing)}; its first line must name at least "
            f"{', '.join(MINIMUM)} (docs/auditing.md lists them all)"
        )
    return places, tuple(dict.fromkeys(places.values())), tuple(unknown)


def _rows(reader: Iterator[list[str]], places: Mapping[int, str], filled: Counter[str]) -> Iterator[Row]:
    line = 2
    for cells in reader:
        if any(cell.strip() for cell in cells):
            held = {
                places[at]: text
                for at, cell in enumerate(cells)
                if at in places and (text := unsafe(cell.strip()))
            }
            filled.update(held.keys())
            yield Row(line, held)
        line = getattr(reader, "line_num", line) + 1


def zone_for(row: Row, zone: str | None, fallback: str) -> str:
    """Where a row's hours are judged: its own zone, the one given, the one its times are written in."""
    named = row.get("zone") or zone
    if named:
        if zone_of(named) is None:
            raise WrongRow(f"zone {named[:40]!r} is not known; write it as America/Bogota")
        return named
    try:
        offset = datetime.fromisoformat(row.get("happened_from")).utcoffset()
    except ValueError:
        offset = None
    # A whole-hour offset that is not UTC is somebody's own; Etc names them with the sign turned.
    if offset and offset % timedelta(hours=1) == timedelta(0):
        hours = round(offset / timedelta(hours=1))
        named = f"Etc/GMT{-hours:+d}"
        if zone_of(named) is not None:
            return named
    return fallback
