"""Writes a table that a page shows as XLSX or CSV, whatever its rows are of. Knows no page and no store.

Cells keep their type: amounts and dates are numbers and dates that a spreadsheet reckons with. Text that a
spreadsheet would run as a formula is written as text (sync.cells). Rows are taken one at a time, so that a
hundred thousand of them need no more memory than one.
"""

from __future__ import annotations

import csv
import io
import math
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Literal
from zoneinfo import ZoneInfo

import xlsxwriter

from sync.cells import safe
from sync.money import digits

Kind = Literal["text", "integer", "number", "percent", "money", "date", "instant", "yes"]
Row = Mapping[str, Any]

# What an XLSX can hold: rows of a sheet without its header, letters of a cell, digits of a number.
ROWS_OF_A_SHEET = 1_048_575
LETTERS = 32_767
DIGITS = 15
# Rows after which a CSV is handed on.
HANDED = 500
FORBIDDEN_IN_A_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


@dataclass(frozen=True)
class Column:
    """A column as it is shown. `key`: where a row holds it; `title`: its heading, in the reader's language.

    Money names its `currency`, or in `currency_from` the key of the row that does: then the rows' amounts
    are of different currencies and the currency should be a column of its own. A percent is given as the
    ratio: 0.25 is shown as 25 %. `decimals` is for numbers and percents.
    """

    key: str
    title: str
    kind: Kind = "text"
    currency: str = ""
    currency_from: str = ""
    decimals: int = 2

    @property
    def heading(self) -> str:
        return f"{self.title} ({self.currency})" if self.currency else self.title


def as_csv(
    columns: Sequence[Column], rows: Iterable[Row], *, zone: str = "UTC", yes: tuple[str, str] = ("sí", "no")
) -> Iterator[str]:
    """The parts of the file, in order: UTF-8 with BOM, comma, CRLF. Amounts are plain decimals with a dot."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    out.write("\ufeff")
    writer.writerow([safe(column.heading) for column in columns])
    where = ZoneInfo(zone)
    for number, row in enumerate(rows, start=1):
        writer.writerow([_written(column, row, where, yes) for column in columns])
        if number % HANDED == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def as_xlsx(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    zone: str = "UTC",
    yes: tuple[str, str] = ("sí", "no"),
) -> IO[bytes]:
    """The file, open at its beginning; it is gone when closed. Instants are those of `zone`'s clocks.

    Rows beyond what one sheet holds go on in another.
    """
    file = tempfile.TemporaryFile()  # the caller reads and closes it  # noqa: SIM115
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"title": safe(title)})
    writer = _Sheets(book, title, columns, ZoneInfo(zone), yes)
    for row in rows:
        writer.write(row)
    writer.close()
    book.close()
    file.seek(0)
    return file


class _Sheets:
    """The sheets of one book, one after the other."""

    def __init__(
        self, book: Any, title: str, columns: Sequence[Column], zone: ZoneInfo, yes: tuple[str, str]
    ) -> None:
        self.book, self.columns, self.zone, self.yes = book, columns, zone, yes
        self.name = (title.translate(FORBIDDEN_IN_A_NAME).strip() or "Ronda")[:26]
        self.formats: dict[str, Any] = {}
        self.sheet: Any = None
        self.sheets = self.line = 0
        self._begin()

    def write(self, row: Row) -> None:
        if self.line >= ROWS_OF_A_SHEET:
            self._end()
            self._begin()
        self.line += 1
        for at, column in enumerate(self.columns):
            self._cell(at, column, row)

    def close(self) -> None:
        self._end()

    def _begin(self) -> None:
        self.sheets += 1
        self.line = 0
        name = self.name if self.sheets == 1 else f"{self.name} {self.sheets}"
        self.sheet = self.book.add_worksheet(name)
        self.sheet.freeze_panes(1, 0)
        heading = self._format("heading", {"bold": True, "text_wrap": True, "valign": "top"})
        for at, column in enumerate(self.columns):
            self.sheet.set_column(at, at, _width(column))
            self.sheet.write_string(0, at, safe(column.heading), heading)

    def _end(self) -> None:
        if self.columns:
            self.sheet.autofilter(0, 0, max(self.line, 1), len(self.columns) - 1)

    def _cell(self, at: int, column: Column, row: Row) -> None:
        value = row.get(column.key)
        if value is None or value == "":
            return
        if column.kind in ("date", "instant") and isinstance(value, date):
            day = value.astimezone(self.zone).replace(tzinfo=None) if isinstance(value, datetime) else value
            self.sheet.write_datetime(self.line, at, day, self._number(_pattern(column, row)))
        elif _is_number(column, value):
            self.sheet.write_number(self.line, at, value, self._number(_pattern(column, row)))
        else:
            told = _written(column, row, self.zone, self.yes)
            self.sheet.write_string(
                self.line, at, told if len(told) <= LETTERS else told[: LETTERS - 1] + "…"
            )

    def _number(self, pattern: str) -> Any:
        return self._format(pattern, {"num_format": pattern})

    def _format(self, name: str, properties: dict[str, Any]) -> Any:
        if name not in self.formats:
            self.formats[name] = self.book.add_format(properties)
        return self.formats[name]


def _is_number(column: Column, value: Any) -> bool:
    """True for what a spreadsheet holds as a number without losing a digit of it."""
    if column.kind not in ("integer", "number", "percent", "money") or isinstance(value, bool):
        return False
    if isinstance(value, Decimal):
        return value.is_finite() and len(value.as_tuple().digits) <= DIGITS
    if isinstance(value, int):
        return bool(abs(value) < 10**DIGITS)
    return isinstance(value, float) and math.isfinite(value)


def _pattern(column: Column, row: Row) -> str:
    """How a spreadsheet is to show the number; it writes the separators of its reader's country."""
    if column.kind == "date":
        return "yyyy-mm-dd"
    if column.kind == "instant":
        return "yyyy-mm-dd hh:mm:ss"
    if column.kind == "integer":
        return "#,##0"
    if column.kind == "money":
        currency = _currency(column, row)
        places = digits(currency) if currency else 2
        return f'"{currency}" {_places("#,##0", places)}' if currency else _places("#,##0", places)
    return _places("0", column.decimals) + ("%" if column.kind == "percent" else "")


def _places(whole: str, places: int) -> str:
    return f"{whole}.{'0' * places}" if places else whole


def _currency(column: Column, row: Row) -> str:
    told = column.currency or str(row.get(column.currency_from) or "")
    return told if len(told) == 3 and told.isalpha() and told.isascii() else ""


def _written(column: Column, row: Row, zone: ZoneInfo, yes: tuple[str, str]) -> str:
    """The value as text that another program reads."""
    value = row.get(column.key)
    if value is None:
        return ""
    if isinstance(value, bool):
        return yes[0] if value else yes[1]
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return safe(str(value))


def _width(column: Column) -> float:
    usual = {"text": 24, "instant": 19, "money": 18}.get(column.kind, 12)
    return float(min(60, max(usual, len(column.heading) // 2)))
