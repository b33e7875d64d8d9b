"""Looks at a lender's file before it is imported: how it seems to be written, on what evidence, with samples.

Guesses nothing that it does not show, writes nothing, and accepts files that an import would refuse for want
of a column: a person may still say which column is which.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from sync.words import N_, Phrase

from . import columns as headers
from .amounts import habit_of
from .answers import Recognised, WrongFile
from .cells import raw
from .columns import Columns
from .source import Row, Source, found
from .texts import TextFile
from .told import ASIDE, DAY_FIRST, MONTH_FIRST, Told
from .workbook import Workbook

SHOWN_ROWS = 8
# Rows that are evidence enough of how a file is written; those after them are only counted.
LOOKED_AT = 20_000
SAMPLES = 3
WORDS = 6
AMOUNTS = {
    "principal",
    "total",
    "interest",
    "late_interest",
    "fees",
    "overdue",
    "disbursed",
    "last_payment",
    "amount",
}
DAYS = {
    "opened",
    "oldest_due",
    "last_payment_on",
    "value_date",
    "posted_date",
    "at",
    "since",
    "until",
    "released",
}
_THREE_NUMBERS = re.compile(r"^\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}\b", re.ASCII)
_WORD = re.compile(r"[^\W\d_]+")
LONGEST = 80  # of a cell that is shown: a file may be made to fill the page
MOST_COLUMNS = 300  # a person cannot say what more are, and no lender sends as many


@dataclass(frozen=True)
class Look:
    """A file as it would be read, and why. `samples`: some values of each column, by its place.

    `decimals` and `dates` count the cells that can be read one way only: `,` and `.`; `dmy`, `mdy`; "" those
    that could be either. `odd` holds a cell that contradicts what was guessed.
    """

    recognised: Recognised
    told: Told
    headers: tuple[str, ...]
    places: dict[str, int]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    samples: tuple[tuple[str, ...], ...]
    total: int
    missing: tuple[str, ...]
    repeated: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    decimals: dict[str, int]
    dates: dict[str, int]
    odd: str
    sheets: tuple[str, ...]
    own: bool

    @property
    def order(self) -> str:
        """How dates are read: as told, else month first only where no cell contradicts it."""
        if self.told.dates:
            return self.told.dates
        return MONTH_FIRST if self.dates.get(MONTH_FIRST) and not self.dates.get(DAY_FIRST) else DAY_FIRST

    @property
    def ready(self) -> bool:
        return not self.missing and not self.repeated

    def settled(self) -> Told:
        """What an import of this very file is told, so that it reads what was shown."""
        line = self.recognised.header_line
        return replace(
            self.told,
            dates=self.order if self.order == MONTH_FIRST else self.told.dates,
            header_line=line if self.told.header_line or len(self.places) < 2 else 0,
        )


def look(path: Path, kind: str, told: Told | None = None) -> Look:
    """Raises WrongFile for what is no table at all."""
    said = told or Told()
    with found(path, kind, None, said, any_header=True) as source:
        _require_few(source.columns)
        seen = _Seen(source.columns)
        rows = source.rows()
        for row in islice(rows, LOOKED_AT):
            seen.add(row)
        if next(rows, None) is not None:
            seen.total = _counted(source, rows)
        book = source.file if isinstance(source.file, Workbook) else None
        return Look(
            recognised=source.recognised(source.columns.decimal),
            told=said,
            headers=source.columns.headers,
            places=source.columns.places,
            rows=tuple(seen.rows),
            samples=tuple(tuple(each) for each in seen.samples),
            total=seen.total,
            missing=tuple(_missing(source.columns, kind)),
            repeated=source.columns.repeated,
            words=tuple(_words(source, seen)),
            decimals=dict(seen.decimals),
            dates=dict(seen.dates),
            odd=seen.odd(),
            sheets=(book.sheet, *book.others) if book is not None else (),
            own=source.columns.own,
        )


def _counted(source: Source, rest: Iterator[Row]) -> int:
    """About how many rows a long file has: lines of a text, else the rows that wait. Raises WrongFile."""
    if isinstance(source.file, TextFile):
        return source.file.ends
    return LOOKED_AT + 1 + sum(1 for _row in rest)


def _require_few(columns: Columns) -> None:
    if columns.width > MOST_COLUMNS:
        text = N_("el archivo tiene {n} columnas y se admiten {most}: quite las que sobran")
        raise WrongFile(Phrase(text, {"n": columns.width, "most": MOST_COLUMNS}))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _accented(text: str) -> list[str]:
    return [word for word in _WORD.findall(text[:1000]) if not word.isascii() and len(word) < 30]


def _missing(columns: Columns, kind: str) -> list[str]:
    """The fields that lack, by their own code: the first of each group of alternatives."""
    if not headers.missing(columns, kind):
        return []
    return [
        any_of[0] for any_of in headers.NEEDED[kind] if not any(name in columns.places for name in any_of)
    ]


def as_mapping(chosen: dict[str, str], aside: Sequence[str]) -> dict[str, str]:
    """Field → header as `Told.columns` holds it, with the headers that are left aside."""
    return chosen | {f"{ASIDE}{number}": header for number, header in enumerate(aside, start=1)}


class _Seen:
    """What the rows show, gathered in one pass."""

    def __init__(self, columns: Columns) -> None:
        self.total = 0
        self.rows: list[tuple[int, tuple[str, ...]]] = []
        self.samples: list[list[str]] = [[] for _ in columns.headers]
        self.words: dict[str, None] = {}
        self.decimals: Counter[str] = Counter()
        self.dates: Counter[str] = Counter()
        self.month_first = self.day_first = ""
        self._amounts = [place for field, place in columns.places.items() if field in AMOUNTS]
        self._days = [place for field, place in columns.places.items() if field in DAYS]

    def add(self, row: Row) -> None:
        self.total += 1
        if len(self.rows) < SHOWN_ROWS:
            self.rows.append((row.line, tuple(_cut(raw(cell)) for cell in row.cells[: len(self.samples)])))
        for place, kept in enumerate(self.samples):
            if len(kept) < SAMPLES and place < len(row.cells):
                text = _cut(raw(row.cells[place]).strip())
                if text and text not in kept:
                    kept.append(text)
        if len(self.words) < WORDS:
            for cell in row.cells:
                if isinstance(cell, str) and not cell.isascii():
                    self.words.update(dict.fromkeys(_accented(cell)))
        for place in self._amounts:
            cell = row.cells[place] if place < len(row.cells) else ""
            if isinstance(cell, str) and cell:
                self.decimals[habit_of(cell) or ""] += 1
        for place in self._days:
            cell = row.cells[place] if place < len(row.cells) else ""
            if isinstance(cell, str) and cell:
                self._date(cell)

    def _date(self, cell: str) -> None:
        written = _THREE_NUMBERS.match(cell)
        if written is None:
            return
        first, second = int(written[1]), int(written[2])
        if first > 12 >= second:
            self.dates[DAY_FIRST] += 1
            self.day_first = self.day_first or _cut(cell.strip())
        elif second > 12 >= first:
            self.dates[MONTH_FIRST] += 1
            self.month_first = self.month_first or _cut(cell.strip())
        else:
            self.dates[""] += 1

    def odd(self) -> str:
        """A date that only the other order can read, where both orders are seen."""
        if not (self.dates[DAY_FIRST] and self.dates[MONTH_FIRST]):
            return ""
        return self.month_first


def _words(source: Source, seen: _Seen) -> list[str]:
    """Words with accents, as this encoding reads them: a person sees at once whether they are right."""
    if not isinstance(source.file, TextFile):
        return []
    every = dict.fromkeys(word for header in source.columns.headers for word in _accented(header))
    every.update(seen.words)
    return list(every)[: WORDS * 2]
