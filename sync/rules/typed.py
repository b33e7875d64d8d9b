"""Decides whether a typed answer is of its field's kind, and reads it. Knows no result and no policy."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal

from ..money import digits, parse_decimal, to_minor
from ..words import N_, Phrase
from .results import Field

# fromisoformat also reads 20261127 and 2026-W48-5, which the wire and a person do not.
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_CLOCK = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)\Z", re.ASCII)
GROUPED = re.compile(r"^\d{1,3}([.,]\d{3})+$", re.ASCII)
# A date in these fields lies ahead; a promise's own date is judged with the promise.
_AHEAD = ("next_date", "return_date", "hold_until")


def wrong(asked: Field, text: str, today: date, currency: str | None = None) -> Phrase | None:
    """What is wrong with an answer; None when it can be read. Numbers and dates are as the wire has them.

    `currency` is the account's, where known: an amount has no more decimals than it accounts for.
    """
    if len(text) > asked.longest:
        return Phrase(N_("Escriba un texto de {most} letras o menos."), {"most": str(asked.longest)})
    if asked.kind == "choice" and text not in [value for value, _ in asked.choices]:
        return Phrase(N_("Elija una de las opciones."))
    if asked.kind == "money":
        amount = money(text)
        if amount is None or amount <= 0:
            return Phrase(N_("Escriba un monto mayor que cero, por ejemplo 1500.00."))
        if currency is not None and not _whole_units(amount, currency):
            return _finer_than(currency)
    if asked.kind == "time" and clock(text) is None:
        return Phrase(N_("Escriba la hora como 14:30."))
    if asked.kind == "date":
        found = day(text)
        if found is None:
            return Phrase(N_("Escriba una fecha que exista."))
        if asked.key in _AHEAD and found < today:
            return Phrase(N_("La fecha ya pasó."))
    return None


def _whole_units(amount: Decimal, currency: str) -> bool:
    try:
        to_minor(amount, currency)
    except ValueError:
        return False
    return True


def _finer_than(currency: str) -> Phrase:
    most = digits(currency)
    if most == 0:
        return Phrase(N_("Escriba el monto sin decimales: {currency} no los tiene."), {"currency": currency})
    text = N_("Escriba el monto con {most} decimales o menos, los que tiene {currency}.")
    return Phrase(text, {"most": str(most), "currency": currency})


def money(text: str) -> Decimal | None:
    try:
        return parse_decimal(text)
    except ValueError:
        return None


def day(text: str) -> date | None:
    if _DAY.match(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def clock(text: str) -> time | None:
    found = _CLOCK.match(text)
    return time(int(found[1]), int(found[2])) if found else None


def plain_amount(text: str) -> str:
    """An amount as people write it (1.250.000,50 or 1,250,000.50) as the wire has it; else as typed."""
    typed = re.sub(r"[\s$\u00a0]", "", text)
    if GROUPED.match(typed):
        return re.sub(r"[.,]", "", typed)
    cut = max(typed.rfind("."), typed.rfind(","))
    whole, cents = (typed[:cut], typed[cut + 1 :]) if cut >= 0 else (typed, "")
    if not (whole.isdigit() or GROUPED.match(whole)) or not (cents.isdigit() or cut < 0):
        return text.strip()
    return re.sub(r"[.,]", "", whole) + (f".{cents}" if cents else "")
