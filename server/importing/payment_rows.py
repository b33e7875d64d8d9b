"""What one row of a payments file says, and what makes two rows the same payment. Knows no store."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from sync.money import written
from sync.words import N_, Phrase

from . import amounts, cells
from .answers import REJECTED, Remark
from .columns import Columns
from .reading import Reading, Terms
from .sieve import Sieve
from .sifting import cell_text
from .source import Row, Source

_UNDOES = re.compile(
    r"^(?:reversa|reverso|reversi[oó]n|anulaci[oó]n|anula|reversal)\b(?:\s+(?:del?|al?|of)\b)?"
    r"(?:\s+recibo\b)?[\s:#.-]*(.*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """An accepted row. A reversal has a positive amount and says what it takes back, if the file does."""

    line: int
    number: str
    amount: Decimal
    currency: str  # empty: the account's
    value_date: date
    posted_date: date | None
    channel: str
    receipt: str
    reversal: bool = False
    undoes: str = ""  # the receipt of what is taken back
    ordinal: int = 0  # among rows alike in all, where no receipt tells them apart

    @property
    def said(self) -> tuple[object, ...]:
        """What two rows of one payment agree in; the channel may be spelled otherwise."""
        return (
            self.number,
            self.receipt,
            self.value_date,
            self.amount,
            self.reversal,
            self.currency,
            self.undoes,
        )

    def identity(self, lender_id: str, currency: str) -> str:
        """SHA-256 of lender, account, receipt, value date, signed amount, and the ordinal."""
        signed = -self.amount if self.reversal else self.amount
        parts = (
            lender_id,
            self.number,
            self.receipt,
            self.value_date.isoformat(),
            written(signed, currency),
            currency,
            self.undoes,
            str(self.ordinal),
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass
class SiftedPayments(Sieve):
    rows: list[PaymentRow] = field(default_factory=list)

    def take_back(self, row: PaymentRow, because: Phrase, field: str = "number") -> None:
        """Reject a row that the file alone would accept and what the office holds does not."""
        self.rows.remove(row)
        self.remark(row.line, row.number, REJECTED, because, field)


def sift(source: Source, terms: Terms) -> SiftedPayments:
    """Every row of the file, accepted or rejected; a receipt that repeats itself is the same payment."""
    sifted = SiftedPayments(source.recognised(terms.decimal), source.columns.headers)
    first: dict[tuple[object, ...], int] = {}
    alike: Counter[tuple[object, ...]] = Counter()
    for row in source.rows():
        sifted.total += 1
        sifted.raws[row.line] = [cells.raw(cell) for cell in row.cells]
        sifted.numbers[row.line] = cell_text(source, row, "number")
        made, remarks = understood(row, source.columns, terms, source.padded)
        sifted.remarks += remarks
        if made is None:
            continue
        same = made.said
        if not made.receipt:
            alike[same] += 1
            made = replace(made, ordinal=alike[same])
        elif same in first:
            because = Phrase(N_("igual a la línea {line}"), {"line": first[same]})
            sifted.remark(made.line, made.number, REJECTED, because, "receipt")
            continue
        else:
            first[same] = made.line
        sifted.rows.append(made)
    return sifted


def understood(
    row: Row, columns: Columns, terms: Terms, padded: bool
) -> tuple[PaymentRow | None, list[Remark]]:
    """The row (None: rejected) and the remarks on it."""
    reading = Reading(row, columns, terms)
    if not reading.whole(padded):
        return None, reading.remarks
    number, receipt, undoes = (reading.text(name) for name in ("number", "receipt", "reverses"))
    if not number:
        reading.reject("number", Phrase(N_("falta el número de la cuenta")))
    currency = reading.currency("")
    decimals_of = currency or terms.currency
    amount = reading.read("amount", lambda cell: amounts.signed(cell, terms.decimal, decimals_of), None)
    value_date = reading.day("value_date")
    if value_date is None and not reading.rejected:
        reading.reject("value_date", Phrase(N_("falta la fecha de pago")))
    if not amount and not reading.rejected:
        reading.reject("amount", Phrase(N_("falta el valor del pago")))
    posted = reading.day("posted_date")
    if reading.rejected or value_date is None or amount is None:
        return None, reading.remarks
    if value_date > terms.as_of:
        text = N_("la fecha de pago {day} es posterior al corte")
        reading.warn("value_date", Phrase(text, {"day": f"{value_date:%d/%m/%Y}"}))
    told = _UNDOES.match(undoes) or _UNDOES.match(receipt)
    return (
        PaymentRow(
            line=row.line,
            number=number,
            amount=abs(amount),
            currency=currency,
            value_date=value_date,
            posted_date=posted,
            channel=reading.text("channel"),
            receipt=receipt,
            reversal=amount < 0 or bool(undoes) or told is not None,
            undoes=told[1].strip() if told is not None else undoes,
        ),
        reading.remarks,
    )
