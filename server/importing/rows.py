"""What one row of a portfolio says, cell by cell: accepted with its warnings, or rejected with reasons.

Knows no store and no other row.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from sync.records import AccountState, Balance, Role
from sync.rules.reception import read as read_reception
from sync.words import N_, Phrase

from . import cells
from .answers import Remark
from .columns import Columns
from .contacts import points_of
from .owed import CLOSING, balance_of, doubt, state_of
from .people import BOUND, Person, Place, Point, bound, nameless
from .places import places_of
from .reading import Reading, Terms
from .source import Row


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """An accepted row. `balance` is None only for an account its lender takes back or closes."""

    line: int
    number: str
    state: AccountState | None  # None: the file does not say
    currency: str
    language: str
    balance: Balance | None
    people: tuple[Person, ...]
    places: tuple[tuple[Role, Place], ...]
    points: tuple[tuple[Role, Point], ...]
    documents: tuple[str, ...]
    words: tuple[str, ...]  # WORDS, in order
    opened_on: date | None
    disbursed: Decimal
    last_payment_on: date | None
    last_payment: Decimal
    lender_dpd: int | None
    reception: tuple[str, ...] = field(default=(), repr=False)  # RECEPTION, in order; empty: nothing said

    @property
    def holder(self) -> Person:
        return self.people[0]

    def word(self, name: str) -> str:
        if name in RECEPTION:
            return self.reception[RECEPTION.index(name)] if self.reception else ""
        return self.words[WORDS.index(name)]

    def content(self, pack: str) -> str:
        """The digest of all the row says under a pack, wherever and however written; not of its date."""
        same = replace(self, line=0, balance=self.balance and replace(self.balance, as_of=date.min))
        # Rows that say nothing of it have the digest they had before there was such a column.
        told = (pack, same, self.reception) if self.reception else (pack, same)
        return hashlib.sha256(repr(told).encode()).hexdigest()


# When a company receives who collects.
RECEPTION = ("review_days", "counter_hours")
WORDS = ("branch", "team", "zone", "credit_type", "product", "payday", "exception_evidence", "predecessor")


def understood(
    row: Row, columns: Columns, terms: Terms, padded: bool
) -> tuple[PortfolioRow | None, list[Remark]]:
    """The row (None: rejected) and the remarks on it. `padded`: trailing empty cells are left out."""
    reading = Reading(row, columns, terms)
    if not reading.whole(padded):
        return None, reading.remarks
    number = reading.text("number")
    if not number:
        reading.reject("number", Phrase(N_("falta el número de la cuenta")))
    currency = reading.currency(terms.currency)
    state = state_of(reading)
    people = _people(reading, number, closing=state in CLOSING)
    balance = balance_of(reading, currency, state)
    made = PortfolioRow(
        line=row.line,
        number=number,
        state=state,
        currency=currency,
        language=reading.text("language").lower()[:5] or terms.language,
        balance=balance,
        people=people,
        places=places_of(reading, people),
        points=points_of(reading, people),
        documents=_documents(reading),
        words=tuple(reading.text(name) for name in WORDS),
        opened_on=reading.day("opened"),
        disbursed=reading.amount("disbursed", currency) or Decimal(0),
        last_payment_on=reading.day("last_payment_on"),
        last_payment=reading.amount("last_payment", currency) or Decimal(0),
        lender_dpd=reading.read("lender_dpd", cells.whole, None),
        reception=_reception(reading),
    )
    if reading.rejected:
        return None, reading.remarks
    if balance is not None:
        doubt(reading, balance, made.lender_dpd)
    return made, reading.remarks


def _people(reading: Reading, number: str, closing: bool) -> tuple[Person, ...]:
    """The holder first, then whoever else the row binds to the account."""
    country = reading.terms.country
    name = reading.text("name") or " ".join(
        part for part in (reading.text("first_names"), reading.text("surnames")) if part
    )
    if not name and not closing:
        reading.reject("name", Phrase(N_("falta el nombre del titular")))
    document = reading.text("document")
    holder = bound(Role.HOLDER, name, document, reading.text("document_type"), country)
    if not document and not closing:
        text = N_("falta el documento: la persona se conoce solo por esta cuenta")
        reading.warn("document", Phrase(text))
    if document and not holder.document:
        text = N_("«{value}» no es un documento creíble: la persona se conoce solo por esta cuenta")
        reading.warn("document", Phrase(text, {"value": cells.shown(document)}))
    people = [holder]
    for role, prefix, _ in BOUND:
        given = reading.text(f"{prefix}_name")
        other = bound(role, given, reading.text(f"{prefix}_document"), "", country)
        if given or other.document or any(reading.text(f"{prefix}_{part}") for part in ("phone", "address")):
            shown = given or nameless(role, number)
            people.append(Person(role, shown, other.kind, other.document_type, other.document))
    return tuple(people)


def _reception(reading: Reading) -> tuple[str, ...]:
    """As written; what cannot be read as days and hours is kept and warned of, for it restricts no visit."""
    written = tuple(reading.text(name) for name in RECEPTION)
    for name, text in zip(RECEPTION, written, strict=True):
        if read_reception(text) is None:
            because = Phrase(
                N_("«{value}» no se entiende como días u horas de atención: no se usa al planificar"),
                {"value": cells.shown(text)},
            )
            reading.warn(name, because)
    return written if any(written) else ()


def _documents(reading: Reading) -> tuple[str, ...]:
    names = (name.strip() for name in reading.text("documents").split(";"))
    return tuple(dict.fromkeys(name for name in names if name))
