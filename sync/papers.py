"""What a visit slip and a payment slip say, word for word, in the debtor's language. Draws nothing.

The same words are drawn as a PDF at the office and as a page to print on the laptop. A visit slip is read
by whoever finds it: it has no word of a debt, an account or a creditor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from . import slips
from .records import Refused
from .rules.policy import Policy
from .rules.wording import Linted, lint
from .stationery import Slip, Stationery, payment_slip
from .words import N_, Phrase
from .writing import day_text, money_text

SLIP_TITLE = "Aviso de visita"
PAYMENT_TITLE = "Volante de pago"
ALREADY_PAID = "Si ya pagó, no tenga en cuenta este volante y envíenos el comprobante."


@dataclass(frozen=True)
class VisitSlip:
    """The words of a visit slip, and the address that its QR code opens ("" where none was set)."""

    house: str
    to: str
    said: str
    rows: tuple[tuple[str, str], ...]
    how: str
    code: str
    address: str

    @property
    def texts(self) -> tuple[str, ...]:
        rows = tuple(f"{label}: {value}" for label, value in self.rows)
        return (SLIP_TITLE, self.house, self.said, *rows, self.how)


@dataclass(frozen=True)
class PaymentPaper:
    """The words of a payment slip around what its codes hold."""

    slip: Slip
    creditor: str
    rows: tuple[tuple[str, str], ...]
    options: tuple[str, ...]
    where: str
    code: str
    address: str

    @property
    def texts(self) -> tuple[str, ...]:
        rows = tuple(f"{label}: {value}" for label, value in self.rows)
        return (PAYMENT_TITLE, self.creditor, *rows, *self.options, self.where, ALREADY_PAID)


def address_of(whole: Stationery, token: str) -> str:
    """Where the office answers for a token; "" where nobody said its public address."""
    return f"{whole.public.url.rstrip('/')}/v/{token}" if whole.public.url else ""


def typed_at(whole: Stationery) -> str:
    """The address as a person types it, without its scheme."""
    return f"{whole.public.url.rstrip('/').partition('://')[2]}/v" if whole.public.url else ""


def visit_slip(whole: Stationery, to: str, visitor: str, day: date, token: str) -> VisitSlip:
    """The slip of one visit. The hour is left to be written by hand: it is printed before the visit."""
    code = slips.shown(slips.code_of(token))
    typed = typed_at(whole)
    how = "Para saber quién vino y cuándo, y cómo comprobar que es de nuestra casa, "
    how += f"escanee el código o escriba {code} en {typed}." if typed else f"llámenos y díganos {code}."
    rows = [("Vino", visitor), ("Día", day_text(day)), ("Hora", "______"), ("Motivo", "un asunto personal")]
    if whole.agency.phone:
        rows.append(("Teléfono", whole.agency.phone))
    return VisitSlip(
        house=whole.agency.neutral_name,
        to=to,
        said="Pasamos a visitarle y no pudimos hablar con usted.",
        rows=tuple(rows),
        how=how,
        code=code,
        address=address_of(whole, token),
    )


def payment_paper(
    whole: Stationery,
    *,
    holder: str,
    lender: str,
    number: str,
    amount: Decimal,
    currency: str,
    due: date,
    as_of: date,
    token: str = "",
) -> PaymentPaper:
    """The slip for paying this much by this day. Raises stationery.WrongStationery."""
    made = payment_slip(whole, number, amount, currency, due)
    rows = (
        ("Titular", holder),
        ("Crédito", number),
        ("Referencia", made.reference),
        ("Valor", f"{money_text(amount, currency)} {currency}"),
        ("Pagar hasta el", day_text(due)),
        ("Calculado al", day_text(as_of)),
    )
    return PaymentPaper(
        slip=made,
        creditor=whole.creditor.name or lender,
        rows=rows,
        options=whole.payment.options,
        where=whole.payment.where,
        code=slips.shown(slips.code_of(token)) if token else "",
        address=address_of(whole, token) if token else "",
    )


def refused_words(found: Linted) -> Refused | None:
    """The linter's block as a refusal that names the words, why, and its rule."""
    if not found.blocked:
        return None
    first = next(one for one in found.found if one.decision == "block")
    text = N_("No se puede escribir «{words}»: {because}")
    values = {"words": first.words, "because": str(first.because)}
    return Refused(Phrase(text, values), first.rule, first.source)


def judged_paper(texts: Iterable[str], policy: Policy | None, kind: str) -> Refused | None:
    """The linter's word on every line that a paper shows."""
    return refused_words(lint("\n".join(texts), policy, kind))
