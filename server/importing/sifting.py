"""Goes through a portfolio file once it is opened: which rows are accepted, which are not, and why.

Decides what can be decided within the file (repeated numbers, one document under two names). Knows no store.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from sync.cells import STARTS
from sync.records import Role
from sync.words import N_, Phrase

from . import amounts, cells
from .answers import REJECTED, WARNED, Remark
from .columns import plain
from .people import Person, bound
from .reading import Terms
from .rows import PortfolioRow, understood
from .sieve import Sieve
from .source import Row, Source

AMOUNTS = ("principal", "total", "interest", "late_interest", "fees", "overdue", "disbursed", "last_payment")
_ZERO = re.compile(r"^\s*\$?\s*0+([.,]0+)?\s*$", re.ASCII)
HOLDING = (Role.HOLDER, Role.CO_HOLDER)
DocumentKey = tuple[str, str]


@dataclass
class Name:
    """The name a file gives a document: of a holder before a guarantor's, of words before a formula."""

    text: str
    line: int
    rank: tuple[bool, bool]


@dataclass
class Sifted(Sieve):
    """A portfolio's rows, told apart."""

    told: frozenset[str] = frozenset()  # the fields the file has a column for
    rows: list[PortfolioRow] = field(default_factory=list)
    present: set[str] = field(default_factory=set)  # numbers named, in rejected rows too
    unsure: set[str] = field(default_factory=set)  # documents of rejected rows without a number
    names: dict[DocumentKey, Name] = field(default_factory=dict)

    def take_back(self, row: PortfolioRow, because: Phrase) -> None:
        """Reject a row that the file alone would accept and what the office holds does not."""
        self.rows.remove(row)
        self.remark(row.line, row.number, REJECTED, because, "number")


def decimal_of(source: Source, names: Iterable[str], fallback: str) -> str:
    """The decimal mark of the file's amounts, seen over all of them."""
    if source.told.decimal:
        return source.told.decimal
    if source.columns.decimal:
        return source.columns.decimal
    places = [source.columns.places[name] for name in names if name in source.columns.places]
    seen: Counter[str] = Counter()
    for row in source.rows():
        for place in places:
            cell = row.cells[place] if place < len(row.cells) else ""
            habit = amounts.habit_of(cell) if isinstance(cell, str) and cell else None
            if habit is not None:
                seen[habit] += 1
    return amounts.settled(seen, fallback)


def writes_its_zeros(source: Source) -> bool:
    """Whether some account not overdue says so with a 0: then an empty cell is a missing one.

    A row cut short, saved again by a spreadsheet, is a whole row with empty cells: read as zeros it would
    make a late account current. A file of rejected rows is full of such rows.
    """
    place = source.columns.places.get("overdue")
    if source.columns.own or place is None:
        return True
    cells_of = (row.cells[place] for row in source.rows() if place < len(row.cells))
    return any(cell == 0 if isinstance(cell, Decimal) else _ZERO.match(cells.raw(cell)) for cell in cells_of)


def sift(source: Source, terms: Terms, pack: str) -> Sifted:
    """Every row of the file, accepted or rejected; nothing is lost."""
    sifted = Sifted(
        recognised=source.recognised(terms.decimal),
        told=frozenset(source.columns.places),
        headers=source.columns.headers,
    )
    first: dict[str, tuple[int, str]] = {}
    for row in source.rows():
        sifted.total += 1
        made, remarks = understood(row, source.columns, terms, source.padded)
        raw = [cells.raw(cell) for cell in row.cells]
        if made is None:
            _remember_rejected(sifted, source, row, terms)
        else:
            made_content = made.content(pack)
            remarks += _accept(sifted, source, made, made_content, first)
        if any(remark.level == REJECTED for remark in remarks):
            remarks = [remark for remark in remarks if remark.level == REJECTED]
        sifted.remarks += remarks
        if remarks or (made is not None and made.balance is None):
            sifted.raws[row.line] = raw
            sifted.numbers[row.line] = made.number if made is not None else cell_text(source, row, "number")
    return sifted


def _accept(
    sifted: Sifted, source: Source, made: PortfolioRow, content: str, first: dict[str, tuple[int, str]]
) -> list[Remark]:
    """Keep the row, unless its number came before: then say where, and whether it says the same."""
    column = source.columns.header("number")
    sifted.present.add(made.number)
    if made.number in first:
        line, same = first[made.number]
        text = (
            N_("igual a la línea {line}")
            if same == content
            else N_("la cuenta {number} ya viene en la línea {line} con otros datos")
        )
        values: dict[str, str | int | float] = {"line": line, "number": made.number}
        return [Remark(made.line, column, REJECTED, Phrase(text, values))]
    first[made.number] = (made.line, content)
    sifted.rows.append(made)
    return _names(sifted, source, made)


def _names(sifted: Sifted, source: Source, made: PortfolioRow) -> list[Remark]:
    """Choose each document's name; a second, different name is told of."""
    remarks = []
    for person in made.people:
        if not person.document or not person.name:
            continue
        key = (person.document_type, person.document)
        new = Name(person.name, made.line, _rank(person))
        held = sifted.names.get(key)
        if held is None:
            sifted.names[key] = new
            continue
        if plain(held.text) != plain(new.text):
            text = N_("el documento {document} viene con otro nombre en la línea {line}")
            values: dict[str, str | int | float] = {"document": person.document, "line": held.line}
            remarks.append(Remark(made.line, source.columns.header("name"), WARNED, Phrase(text, values)))
        if new.rank < held.rank:
            sifted.names[key] = new
    return remarks


def _rank(person: Person) -> tuple[bool, bool]:
    return person.role not in HOLDING, person.name.startswith(STARTS)


def _remember_rejected(sifted: Sifted, source: Source, row: Row, terms: Terms) -> None:
    """A rejected row still tells that its account is in the file; without a number, whose it may be."""
    number = cell_text(source, row, "number")
    if number:
        sifted.present.add(number)
        return
    document = cell_text(source, row, "document")
    person = bound(Role.HOLDER, "", document, cell_text(source, row, "document_type"), terms.country)
    if person.document:
        sifted.unsure.add(person.document)


def cell_text(source: Source, row: Row, name: str) -> str:
    place = source.columns.places.get(name, -1)
    if not 0 <= place < len(row.cells):
        return ""
    try:
        return cells.text(row.cells[place])
    except cells.Unreadable:
        return ""
