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
MOST_LINES = 500  # of one cell
UNCLOSED = "a quote opened on this line is not closed; close it, or write two of them for one within a note"
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
    torn: list[BadRow] = field(default_factory=list)
    twice: tuple[str, ...] = ()
    longer: int = 0  # rows with more cells than the first line names


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
    lines = io.StringIO(text, newline=None).readlines()
    try:
        header = next(csv.reader(lines[:1], delimiter=delimiter), None)
    except csv.Error as wrong:
        raise WrongVisits(f"{path.name} is not a CSV file ({wrong}); save it as CSV again") from wrong
    if not header:
        raise WrongVisits(f"{path.name} is empty; its first line must name the columns")
    places, columns, unknown, twice = _places(path, header)
    sheet = Sheet([], columns, unknown, twice=twice)
    sheet.rows.extend(_rows(lines, len(header), delimiter, places, sheet))
    if not sheet.rows:
        torn = f"; line {sheet.torn[0].line}: {sheet.torn[0].why}" if sheet.torn else ""
        raise WrongVisits(f"{path.name} has no visits below its first line{torn}")
    return sheet


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise WrongVisits(f"{path.name} is larger than {LARGEST // 2**20} MB; split it by agent")
        data = path.read_bytes()
    except OSError as wrong:
        raise WrongVisits(f"{path} cannot be read: {wrong.strerror or wrong}") from wrong
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise WrongVisits(f"{path.name} is in UTF-16 (Excel's Unicode text); save it as CSV UTF-8")
    if b"\0" in data[:4096]:
        raise WrongVisits(f"{path.name} is not a text file; save it as CSV in UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _places(
    path: Path, header: list[str]
) -> tuple[dict[int, str], tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Which column stands where. A name written as it is documented comes before another's, and the first
    before one that bears it again."""
    places: dict[int, str] = {}
    for at, name in enumerate(header):
        column = column_of(name)
        if name.strip().lower() in NAMES and column is not None and column not in places.values():
            places[at] = column
    unknown, twice = [], []
    for at, name in enumerate(header):
        column = column_of(name)
        if at in places:
            continue
        if column is None:
            unknown.append(name.strip())
        elif column in places.values():
            twice.append(name.strip())
        else:
            places[at] = column
    missing = [column for column in MINIMUM if column not in places.values()]
    if missing:
        raise WrongVisits(
            f"{path.name} has no column {', '.join(missing)}; its first line must name at least "
            f"{', '.join(MINIMUM)} (docs/auditing.md lists them all)"
        )
    return places, tuple(dict.fromkeys(places.values())), tuple(unknown), tuple(twice)


def _rows(
    lines: list[str], width: int, delimiter: str, places: Mapping[int, str], sheet: Sheet
) -> Iterator[Row]:
    start = next((at for at, column in places.items() if column == "happened_from"), 0)
    at = 1
    while at < len(lines):
        line, past = at + 1, _past(lines, at, width, delimiter, start)
        if past is None:
            sheet.torn.append(BadRow(line, UNCLOSED))
            at += 1
            continue
        try:
            cells = next(csv.reader(lines[at:past], delimiter=delimiter), [])
        except csv.Error as wrong:
            sheet.torn.append(BadRow(line, f"the line is no row of a CSV file ({wrong}); correct it"))
            cells = []
        at = past
        if not any(cell.strip() for cell in cells):
            continue
        sheet.longer += any(cell.strip() for cell in cells[width:])
        held = {
            places[place]: text
            for place, cell in enumerate(cells)
            if place in places and (text := unsafe(cell.strip()))
        }
        sheet.filled.update(held.keys())
        yield Row(line, held)


def _past(lines: list[str], at: int, width: int, delimiter: str, start: int) -> int | None:
    """The line after those of one row; None where a quote that it opens is never closed, or only by one
    that another row opens."""
    past = at + 1
    if '"' not in lines[at] or not _open(lines[at], delimiter):
        return past
    while past < len(lines) and past - at <= MOST_LINES:
        if _a_row(lines[past], width, delimiter, start):
            return None
        past += 1
        if '"' in lines[past - 1] and not _open("".join(lines[at:past]), delimiter):
            return past
    return None


def _open(text: str, delimiter: str) -> bool:
    """True where a text ends within quotes."""
    try:
        for _ in csv.reader([text], delimiter=delimiter, strict=True):
            pass
    except csv.Error as wrong:
        return "unexpected end" in str(wrong)
    return False


def _a_row(text: str, width: int, delimiter: str, start: int) -> bool:
    """True of a line that is a row by itself: as many cells, and a time where a visit's beginning stands."""
    if text.count(delimiter) < width - 1:
        return False
    try:
        cells = next(csv.reader([text], delimiter=delimiter), [])
        datetime.fromisoformat(cells[start].strip())
    except (csv.Error, IndexError, ValueError):
        return False
    return True


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
