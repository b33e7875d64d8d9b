"""One row while it is read: its cells by field, what is found wrong with them. Knows no field's meaning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from sync.words import Phrase

from . import amounts, cells
from .answers import REJECTED, WARNED, Remark
from .cells import Cell, Unreadable
from .columns import Columns
from .source import Row

Value = TypeVar("Value")


@dataclass(frozen=True)
class Terms:
    """What governs how a file's cells are read."""

    as_of: date
    currency: str
    language: str
    country: str
    decimal: str


@dataclass
class Reading:
    """One row while it is read: its cells by field, and what was found wrong with them."""

    row: Row
    columns: Columns
    terms: Terms
    remarks: list[Remark] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return name in self.columns.places

    def cell(self, name: str) -> Cell:
        place = self.columns.places.get(name, -1)
        return self.row.cells[place] if 0 <= place < len(self.row.cells) else ""

    def reject(self, name: str, because: Phrase) -> None:
        self.remarks.append(Remark(self.row.line, self.columns.header(name), REJECTED, because))

    def warn(self, name: str, because: Phrase) -> None:
        self.remarks.append(Remark(self.row.line, self.columns.header(name), WARNED, because))

    def read(self, name: str, reader: Callable[[Cell], Value], otherwise: Value) -> Value:
        """The cell as `reader` understands it; a cell it does not understand rejects the row."""
        try:
            return reader(self.cell(name))
        except Unreadable as wrong:
            self.reject(name, wrong.because)
            return otherwise

    def text(self, name: str) -> str:
        return self.read(name, cells.text, "")

    def day(self, name: str) -> date | None:
        return self.read(name, cells.day, None)

    def amount(self, name: str, currency: str) -> Decimal | None:
        return self.read(name, lambda cell: amounts.read(cell, self.terms.decimal, currency), None)

    @property
    def rejected(self) -> bool:
        return any(remark.level == REJECTED for remark in self.remarks)
