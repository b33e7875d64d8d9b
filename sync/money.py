"""How money is rounded, stored and written: one place for both sides. Knows no account.

Storage holds integer minor units (cents) of an ISO 4217 currency; the wire holds plain decimal
strings; code holds `Decimal`.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal

from babel.numbers import format_currency, get_currency_precision

DECIMAL_PATTERN = re.compile(r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,4})?\Z", re.ASCII)
CURRENCY_PATTERN = re.compile(r"^[A-Z]{3}\Z", re.ASCII)

# Minor units are fixed here for currencies whose display precision differs from their accounting
# precision: lenders in Colombia quote centavos although Babel shows none.
_ACCOUNTING_DIGITS = {"COP": 2}

# What a 64-bit integer column holds.
LARGEST = 2**63 - 1


def digits(currency: str) -> int:
    """Decimal places in which amounts of `currency` are accounted."""
    return _ACCOUNTING_DIGITS.get(currency, get_currency_precision(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """`amount` rounded half-even to the currency's accounting precision."""
    return amount.quantize(Decimal(1).scaleb(-digits(currency)), rounding=ROUND_HALF_EVEN)


def to_minor(amount: Decimal, currency: str) -> int:
    """Integer minor units. Raises ValueError for more decimals than the currency has, or over 64 bits."""
    scaled = amount.scaleb(digits(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} has more decimals than {currency} allows ({digits(currency)})")
    if abs(scaled) > LARGEST:
        raise ValueError(f"{amount} {currency} is more than can be stored")
    return int(scaled)


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount of `minor` integer minor units."""
    return Decimal(minor).scaleb(-digits(currency))


def parse_decimal(text: str) -> Decimal:
    """A wire amount: ASCII digits, optional sign and dot, nothing else. Raises ValueError otherwise."""
    if not isinstance(text, str) or DECIMAL_PATTERN.match(text) is None:
        raise ValueError("an amount is a plain decimal such as 1500.00: ASCII digits, a dot, no separators")
    return Decimal(text)


def written(amount: Decimal, currency: str) -> str:
    """A wire amount with exactly the currency's decimals, e.g. '1500.00'."""
    return f"{rounded(amount, currency):f}"


def shown(amount: Decimal, currency: str, locale: str = "es_CO") -> str:
    """An amount as a person of `locale` reads it, with its currency."""
    return str(format_currency(amount, currency, locale=locale))
