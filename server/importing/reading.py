"""One row while it is read: its cells by field, what is found wrong with them. Knows no field's meaning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from sync.words import N_, Phrase

from . import amounts, cells
from .answers import REJECTED, WARNED, Remark
from .cells import Cell, Unreadable
from .columns import Columns
from .source import Row
from .told import DAY_FIRST

Value = TypeVar("Value")


@dataclass(frozen=True)
class Terms:
    """What governs how a file's cells are read."""

    as_of: date
    currency: str
    language: str
    country: str
    decimal: str
    blank_is_zero: bool = True  # an empty overdue amount: nothing overdue, or a cell that lacks
    dates: str = DAY_FIRST  # the order of a date written with three numbers


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
        return self.read(name, lambda cell: cells.day(cell, self.terms.dates), None)

    def amount(self, name: str, currency: str) -> Decimal | None:
        return self.read(name, lambda cell: amounts.read(cell, self.terms.decimal, currency), None)

    @property
    def rejected(self) -> bool:
        return any(remark.level == REJECTED for remark in self.remarks)

    def whole(self, padded: bool) -> bool:
        """With more or fewer cells than headers the cells are in the wrong places: nothing is believed."""
        given, expected = len(self.row.cells), self.columns.width
        values: dict[str, str | int | float] = {"given": given, "expected": expected}
        if self.row.broken:
            self.reject("", Phrase(N_("unas comillas se abren y no se cierran en esta fila")))
        elif given > expected and any(cells.raw(cell).strip() for cell in self.row.cells[expected:]):
            text = N_("la fila tiene {given} celdas y el encabezado {expected}: sobra un separador")
            self.reject("", Phrase(text, values))
        elif given < expected and not padded:
            text = N_("la fila está incompleta: tiene {given} celdas y el encabezado {expected}")
            self.reject("", Phrase(text, values))
        return not self.rejected

    def currency(self, otherwise: str) -> str:
        """The ISO code of the row's currency, or `otherwise` where the row says none."""
        written = self.text("currency").upper()
        if not written or written in ("$", "PESOS"):
            return otherwise
        if len(written) != 3 or not written.isascii() or not written.isalpha():
            text = N_("«{value}» no es una moneda: escriba su código, por ejemplo COP")
            self.reject("currency", Phrase(text, {"value": cells.shown(written)}))
            return otherwise
        return written
