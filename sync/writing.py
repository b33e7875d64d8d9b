"""How money and days are written in a text for a person, without a page around it. Decides form only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency

from .money import digits

# Bare `es` writes 1.234.567,50 COP; a person in Bogotá writes $1.234.567,50. The currency names the country.
COUNTRY_OF = {
    "ARS": "AR", "BOB": "BO", "BRL": "BR", "CLP": "CL", "COP": "CO", "CRC": "CR", "DOP": "DO", "GTQ": "GT",
    "HNL": "HN", "MXN": "MX", "NIO": "NI", "PAB": "PA", "PEN": "PE", "PYG": "PY", "USD": "EC", "UYU": "UY",
    "VES": "VE",
}  # fmt: skip


def money_text(amount: Decimal, currency: str, country: str = "") -> str:
    """An amount as people of the currency's country write it.

    Cents that are zero are left out where cents are not in daily use (COP).
    """
    places = 0 if currency == "COP" and amount == amount.to_integral_value() else digits(currency)
    pattern = "¤#,##0" + ("." + "0" * places if places else "")
    return str(
        format_currency(
            amount,
            currency,
            format=f"{pattern};-{pattern}",
            locale=f"es_{country or COUNTRY_OF.get(currency, 'CO')}",
            currency_digits=False,
        )
    )


def day_text(day: date) -> str:
    """A day in full, as a letter says it: 28 de noviembre de 2026."""
    return str(format_date(day, "d 'de' MMMM 'de' y", locale="es"))
