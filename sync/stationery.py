"""What an office prints on its papers: who it is, who the creditor is, how to pay, where to complain.

One value made of tables that a person writes as TOML; a lender's own tables are laid over the office's.
Decides what a letterhead must say to be used. Knows no account and draws nothing.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from .marks import NoMark, code128, gs1_128, qr
from .money import digits, to_minor

PUBLIC_URL = re.compile(r"^https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~\-/]*)?\Z")
LONGEST_TEXT, MOST_LINES = 400, 12
BARCODES = ("", "code128", "gs1-128")
REFERENCE = re.compile(r"^[A-Za-z0-9./-]{1,40}\Z", re.ASCII)
# Words that a paper left at a door, and the page it leads to, never carry: they tell a finder of the debt.
TELLING = re.compile(
    r"\b(?:deud|adeud|mora\b|moros|cobran?[zcç]|cobro|cobrad|pr[ée]stamo|cr[ée]dito|saldo|vencid|embarg|"
    r"judicial|juzgad|demanda|abogad|cartera|impag|castig|bur[óo]\b|cuota)",
    re.IGNORECASE,
)


class WrongStationery(ValueError):
    """A letterhead that cannot be used; one sentence names the key and says what to write."""


@dataclass(frozen=True)
class Agency:
    """Who collects. `neutral_name` stands where others may read: it does not say that it collects."""

    name: str = ""
    neutral_name: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    tax_id: str = ""
    responsible: tuple[str, ...] = ()
    sender: str = ""  # printed outside as the return address, nothing else of the agency is


@dataclass(frozen=True)
class Public:
    """What anyone who holds a slip may read. `url` is where the office answers for its slips."""

    url: str = ""
    channels: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Creditor:
    name: str = ""
    address: str = ""
    tax_id: str = ""
    phone: str = ""
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Payment:
    """How the debtor pays. `reference`, `layout` and `qr` have places: see `Places`."""

    options: tuple[str, ...] = ()
    conditions: str = ""  # what settles the debt, and until when it holds
    due_days: int = 5
    reference: str = "{digits}"
    barcode: str = ""
    layout: str = "{reference}"
    qr: str = ""
    where: str = ""  # at whose counter the slip is read


@dataclass(frozen=True)
class Stationery:
    """A whole letterhead, the lender's laid over the office's."""

    agency: Agency = field(default_factory=Agency)
    public: Public = field(default_factory=Public)
    creditor: Creditor = field(default_factory=Creditor)
    payment: Payment = field(default_factory=Payment)


PARTS: Mapping[str, type[Any]] = {
    "agency": Agency,
    "public": Public,
    "creditor": Creditor,
    "payment": Payment,
}


@dataclass(frozen=True)
class Slip:
    """What a payment slip asks for, as text for a person and for a reader at a counter."""

    reference: str
    amount: Decimal
    currency: str
    due: date
    bars: str  # the modules of the barcode, "" where the lender has none
    bars_text: str
    qr: str  # the text of the QR code


def over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The lender's tables laid over the office's, key by key."""
    return {name: {**base.get(name, {}), **own.get(name, {})} for name in PARTS}


def stationery_from(said: Mapping[str, Any], *, strict: bool = True) -> Stationery:
    """The value. Raises WrongStationery; without `strict` keys of a later version are passed over."""
    if not isinstance(said, Mapping):
        raise WrongStationery("the letterhead is not a table")
    unknown = sorted(set(said) - set(PARTS))
    if unknown and strict:
        raise WrongStationery(f"[{unknown[0]}] is not known; there are {', '.join(PARTS)}")
    made = {name: _part(kind, name, said.get(name, {}), strict) for name, kind in PARTS.items()}
    whole = Stationery(**made)
    _check(whole)
    return whole


def _part(kind: type[Any], name: str, said: Any, strict: bool) -> Any:
    if not isinstance(said, Mapping):
        raise WrongStationery(f"[{name}] must be a table")
    known = {one.name: one.default if one.default is not None else "" for one in fields(kind)}
    unknown = sorted(set(said) - set(known))
    if unknown and strict:
        raise WrongStationery(f"[{name}] has no key {unknown[0]}; there are {', '.join(known)}")
    return kind(**{key: _value(f"{name}.{key}", said[key], known[key]) for key in known if key in said})


def _value(key: str, said: Any, like: Any) -> Any:
    if isinstance(like, tuple):
        if not isinstance(said, (list, tuple)) or len(said) > MOST_LINES:
            raise WrongStationery(f"{key} must be a list of at most {MOST_LINES} lines")
        return tuple(_text(key, one) for one in said)
    if isinstance(like, int):
        if not isinstance(said, int) or isinstance(said, bool) or not 0 <= said <= 365:
            raise WrongStationery(f"{key} must be a whole number of days, 0 to 365")
        return said
    return _text(key, said)


def _text(key: str, said: Any) -> str:
    if not isinstance(said, str) or len(said) > LONGEST_TEXT:
        raise WrongStationery(f"{key} must be a text of at most {LONGEST_TEXT} letters")
    if any(not mark.isprintable() for mark in said):
        raise WrongStationery(f"{key} holds a sign that cannot be printed")
    return said.strip()


def _check(whole: Stationery) -> None:
    if whole.public.url and not PUBLIC_URL.match(whole.public.url):
        raise WrongStationery("public.url must be an address such as https://oficina.example")
    for key, text in (
        ("agency.neutral_name", whole.agency.neutral_name),
        ("agency.sender", whole.agency.sender),
        *(("public.channels", line) for line in whole.public.channels),
        *(("public.complaints", line) for line in whole.public.complaints),
    ):
        told = TELLING.search(text)
        if told is not None:
            raise WrongStationery(f"{key} says '{told[0]}': whoever finds the paper would learn of the debt")
    if whole.payment.barcode not in BARCODES:
        raise WrongStationery(f"payment.barcode must be one of {', '.join(BARCODES[1:])}, or be left empty")
    # A layout is tried before it is kept: an error at the printer comes too late.
    payment_slip(whole, "123456789", Decimal(50000), "COP", date(2026, 1, 1))


def payment_slip(whole: Stationery, number: str, amount: Decimal, currency: str, due: date) -> Slip:
    """The slip for this much by this day. Raises WrongStationery where the layout cannot say it."""
    said = whole.payment
    only_digits = "".join(mark for mark in number if mark.isascii() and mark.isdigit())
    places: dict[str, Any] = {"number": number, "digits": only_digits}
    reference = _filled("payment.reference", said.reference, places)
    if not REFERENCE.match(reference):
        raise WrongStationery(
            f"the payment reference '{reference}' of account {number} needs 1 to 40 letters, digits, . / -; "
            "change payment.reference"
        )
    places |= {
        "reference": reference,
        "amount": to_minor(amount, currency),
        "decimals": digits(currency),
        "decimal": f"{amount:.{digits(currency)}f}",
        "currency": currency,
        "due": f"{due:%Y%m%d}",
        "due_short": f"{due:%y%m%d}",
    }
    if "{whole" in said.layout + said.qr:
        if amount != amount.to_integral_value():
            raise WrongStationery(f"the barcode's layout takes whole amounts, not {amount}")
        places["whole"] = int(amount)
    text = _filled("payment.layout", said.layout, places) if said.barcode else ""
    qr_text = _filled("payment.qr", said.qr, places) if said.qr else (text or reference)
    try:
        bars = "" if not said.barcode else (gs1_128 if said.barcode == "gs1-128" else code128)(text)
        qr(qr_text)
    except NoMark as wrong:
        raise WrongStationery(f"payment.layout: {wrong}") from wrong
    return Slip(reference, amount, currency, due, bars, text, qr_text)


def _filled(key: str, layout: str, places: Mapping[str, Any]) -> str:
    try:
        for _, name, _, _ in string.Formatter().parse(layout):
            if name is not None and name not in places:
                raise WrongStationery(f"{key} has the place {{{name}}}; there are {', '.join(places)}")
        return layout.format_map(places)
    except ValueError as wrong:
        if isinstance(wrong, WrongStationery):
            raise
        raise WrongStationery(f"{key} cannot be read: {wrong}") from wrong


def missing(whole: Stationery, *keys: str) -> tuple[str, ...]:
    """Those of these keys ("agency.phone") that say nothing."""
    return tuple(
        key for key in keys if not getattr(getattr(whole, key.partition(".")[0]), key.partition(".")[2])
    )
